"""Closing slots and changing limits: first who would be affected, then one command. And taking closures
back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from queueing import words
from queueing.domain import Command, Refusal
from queueing.domain.events import BookingCancelled, BookingMoved
from queueing.domain.season import ChangeCapacity, CloseSlots, Displaced, ReopenSlots, displaced, known_slot
from queueing.domain.waves import unreached
from queueing.errors import UserError
from queueing.season.calendar import next_open_day
from queueing.web import calm, cookies
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.routes.employers import WholeForm
from queueing.web.site import Site, TheSite

router = pages()
PARTS = ("am", "pm", "day")
WHAT = {"close": "停办", "limit": "改名额", "reopen": "恢复办理"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a manager wants changed, as the form says it."""

    what: str
    slots: tuple[str, ...]
    capacity: int
    walk_ins: int
    reason: str

    @classmethod
    def of(cls, form: FormData, site: Site) -> Wanted:
        """Read a form; raises UserError with what is missing."""
        slots = tuple(sorted({str(slot) for slot in form.getlist("slot")} | set(_part_of_day(form, site))))
        what, reason = str(form.get("what", "")), str(form.get("reason", "")).strip()
        if not slots:
            raise UserError("请先勾选要调整的时间段。")
        if what not in WHAT:
            raise UserError("请选明是停办、改名额还是恢复。")
        if not reason:
            raise UserError("请写明原因，它会留在记录里。")
        capacity, walk_ins = _number(form, "capacity"), _number(form, "walk_ins")
        if what == "limit" and (capacity is None or walk_ins is None):
            raise UserError("请填好新的预约名额和现场名额。")
        return cls(what, slots, capacity or 0, walk_ins or 0, reason[:100])

    def command(self) -> Command:
        """The one command."""
        if self.what == "close":
            return CloseSlots(self.slots, self.reason)
        if self.what == "reopen":
            return ReopenSlots(self.slots, self.reason)
        return ChangeCapacity(dict.fromkeys(self.slots, (self.capacity, self.walk_ins)), self.reason)


@router.get("/changes")
def show(request: Request, site: TheSite, staff: Manager, day: date | None = None) -> Response:
    """The slots of a day."""
    return _page(request, site, day or next_open_day(site.today(), site.system.season) or site.today())


@router.post("/changes/preview")
def preview(request: Request, site: TheSite, staff: Manager, form: WholeForm) -> Response:
    """Who is affected, where each would go, and that each is told."""
    try:
        wanted = Wanted.of(form, site)
        moves = _affected(site, wanted)
    except (UserError, Refusal) as problem:
        return _back(_day(form, site), _words(problem), "bad")
    with site.system.desk.view() as state:
        silent = {move.card for move in moves if unreached(state.cards[move.card])}
    context = {
        "wanted": wanted,
        "what": WHAT[wanted.what],
        "moves": moves,
        "people": site.system.vault.get_many([move.card for move in moves]),
        "silent": silent,
        "day": _day(form, site),
    }
    return page(request, "board/preview.html", context)


@router.post("/changes/apply")
def apply(site: TheSite, staff: Manager, form: WholeForm) -> Response:
    """Do it. What the desk finds at this moment counts: somebody may have booked since the preview."""
    try:
        wanted = Wanted.of(form, site)
        outcome = site.system.desk.handle(wanted.command(), by=staff.by, via="counter")
    except (UserError, Refusal) as problem:
        return _back(_day(form, site), _words(problem), "bad")
    moved = sum(isinstance(event, BookingMoved) for event in outcome.events)
    lost = sum(isinstance(event, BookingCancelled) for event in outcome.events)
    text = f"{WHAT[wanted.what]}已生效：{len(wanted.slots)}个时间段"
    text += f"，{moved}人改到别的时间" if moved else ""
    text += f"，{lost}人需要重新选时间" if lost else ""
    return _back(_day(form, site), text + "；能收短信的都会收到通知。" if moved or lost else text + "。")


def _part_of_day(form: FormData, site: Site) -> list[str]:
    """The slots still ahead of a whole morning, afternoon or day."""
    part, day, now = str(form.get("part", "")), _day(form, site), site.now()
    if part not in PARTS:
        return []
    with site.system.desk.view() as state:
        slots = [(slot_id, state.slots[slot_id]) for slot_id in state.days.get(day, ())]
    return [
        slot_id
        for slot_id, slot in slots
        if slot.end > now and (part == "day" or (slot.start.hour < 12) == (part == "am"))
    ]


def _affected(site: Site, wanted: Wanted) -> list[Displaced]:
    with site.system.desk.view() as state:
        for slot in wanted.slots:
            known_slot(state, slot)
        if wanted.what == "close":
            return displaced(state, wanted.slots, {}, site.now())
        if wanted.what == "limit":
            limits = dict.fromkeys(wanted.slots, (wanted.capacity, wanted.walk_ins))
            return displaced(state, (), limits, site.now())
    return []


def _page(request: Request, site: Site, day: date) -> Response:
    days = [load.day for load in calm.days(site, site.today(), site.system.season.last_day) if load.slots]
    context = {"day": day, "days": days, "slots": calm.slots(site, day)}
    return page(request, "board/changes.html", context)


def _day(form: FormData, site: Site) -> date:
    try:
        return date.fromisoformat(str(form.get("day", "")))
    except ValueError:
        return site.today()


def _back(day: date, text: str, tone: cookies.Tone = "good") -> Response:
    response = RedirectResponse(f"/changes?day={day}", 303)
    cookies.say(response, text, tone)
    return response


def _words(problem: UserError | Refusal) -> str:
    return problem.message if isinstance(problem, UserError) else words.sentence(problem)


def _number(form: FormData, name: str) -> int | None:
    text = str(form.get(name, "")).strip()
    return int(text) if text.isdecimal() and len(text) <= 3 else None
