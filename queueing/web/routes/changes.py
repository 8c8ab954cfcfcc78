"""Changing days while the season runs: first who would be affected, then one command; and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from queueing import words
from queueing.domain import Refusal
from queueing.domain.events import BookingCancelled, BookingMoved, SlotBooked
from queueing.domain.plan_undo import UndoPlan, check_undo, deciding, undoing, undone
from queueing.domain.plans import ChangePlan, losing
from queueing.domain.season import Displaced, known_slot
from queueing.domain.state import State
from queueing.domain.waits import windows_open
from queueing.domain.waves import unreached
from queueing.errors import UserError
from queueing.policies.feasible import Outlook, outlooks
from queueing.season.calendar import next_open_day
from queueing.sms.filling import renderer
from queueing.web import calm, cookies
from queueing.web.guard import Manager, pages
from queueing.web.planning import OF_SLOTS, WHAT, Wanted, in_words
from queueing.web.rendering import page
from queueing.web.routes.employers import WholeForm
from queueing.web.site import Site, TheSite

router = pages()
PLANS_SHOWN = 20
Text = Annotated[str, Form(max_length=200)]


@router.get("/changes")
def show(
    request: Request,
    site: TheSite,
    staff: Manager,
    day: date | None = None,
    what: str = "close",
    windows: Annotated[int, Query(ge=0, le=50)] = 0,
) -> Response:
    """The slots of a day, other changes, and those made so far. `slot` and `what` come from an alert,
    `windows` from the board's advice."""
    chosen = day or next_open_day(site.today(), site.system.season) or site.today()
    days = [load.day for load in calm.days(site, site.today(), site.system.season.last_day) if load.slots]
    with site.system.desk.view() as state:
        plans = list(reversed(state.plans.items()))[:PLANS_SHOWN]
        open_now = windows_open(state, chosen)
    context = {
        "day": chosen,
        "days": days,
        "slots": calm.slots(site, chosen),
        "what": what if what in WHAT else "close",
        "ticked": request.query_params.getlist("slot"),
        "plans": plans,
        "windows": open_now,
        "wanted_windows": windows or open_now,
    }
    return page(request, "board/changes.html", context)


@router.post("/changes/preview")
def preview(request: Request, site: TheSite, staff: Manager, form: WholeForm) -> Response:
    """Who is affected, where each would go, and what each is told."""
    now = site.now()
    try:
        with site.system.desk.view() as state:
            wanted = Wanted.of(form, state, now)
            for slot in wanted.slots:
                known_slot(state, slot)
            command = wanted.command(state, site.system.season, now)
            people = _seen(state, losing(command, state, now))
            outlook = _outlook(state, site, wanted, command, now)
    except (UserError, Refusal) as problem:
        return _back(_day(form, site), _words(problem), "bad")
    context = {
        "what": WHAT[wanted.what],
        "reason": wanted.reason,
        "sentences": in_words(wanted, command),
        "fields": [("day", _day(form, site)), *wanted.fields()],
        "action": "/changes/apply",
        "day": _day(form, site),
        "outlook": outlook,
        "touched": max(wanted.first, now.date()),
    }
    return page(request, "board/preview.html", context | _people(site, people))


@router.post("/changes/apply")
def apply(site: TheSite, staff: Manager, form: WholeForm) -> Response:
    """Do it. What the desk finds at this moment counts: somebody may have booked since the preview."""
    now = site.now()
    try:
        with site.system.desk.view() as state:
            wanted = Wanted.of(form, state, now)
            command = wanted.command(state, site.system.season, now)
        outcome = site.system.desk.handle(command, by=staff.by, via="counter")
    except (UserError, Refusal) as problem:
        return _back(_day(form, site), _words(problem), "bad")
    if not outcome.events:
        return _back(_day(form, site), "本来就是这样，没有要改的。")
    count = len(wanted.slots) or len(command.closing) + len(command.opening) or len(command.limits)
    return _back(_day(form, site), f"{WHAT[wanted.what]}已生效：{count}个时间段" + _counted(outcome.events))


@router.get("/changes/undo/{change}")
def ask_undo(request: Request, site: TheSite, staff: Manager, change: str) -> Response:
    """What taking a change back would do."""
    now = site.now()
    with site.system.desk.view() as state:
        plan = state.plans.get(change)
        if plan is None or plan.undone:
            return _back(site.today(), "这次调整已经撤销，或者没有这次调整。", "bad")
        try:
            check_undo(change, state, now)
        except Refusal as problem:
            return _back(site.today(), words.sentence(problem), "bad")
        backs, losers = undone(change, state, now)
        command = undoing(change, state, now)
        people = _seen(state, [*backs, *losers])
        since = [(number, state.plans[number].reason) for number in deciding(change, state)]
    context = {
        "what": "撤销",
        "reason": plan.reason,
        "sentences": [
            f"撤销{words.moment(plan.at)}的调整：{plan.reason}。",
            *in_words(Wanted("", ""), command),
            *(f"第{number}次调整（{reason}）之后管到的，保持那次的样子。" for number, reason in since),
            "已经过去的时间段不再动；自己另约了时间的人不动。",
        ],
        "outlook": None,
        "fields": [("change", change)],
        "action": "/changes/undo",
        "day": site.today(),
    }
    return page(request, "board/preview.html", context | _people(site, people))


@router.post("/changes/undo")
def undo(site: TheSite, staff: Manager, change: Text = "", reason: Text = "") -> Response:
    """Take a change back."""
    try:
        command = UndoPlan(change, reason.strip() or "撤销调整")
        outcome = site.system.desk.handle(command, by=staff.by, via="counter")
    except Refusal as problem:
        return _back(site.today(), _words(problem), "bad")
    return _back(site.today(), f"第{change}次调整已撤销" + _counted(outcome.events))


def _outlook(
    state: State, site: Site, wanted: Wanted, command: ChangePlan, now: datetime
) -> tuple[Outlook, Outlook] | None:
    """The rest of the season before and after; None when no whole day is changed."""
    if wanted.what in OF_SLOTS:
        return None
    return outlooks(state, site.system.season, command, max(wanted.first, now.date()), now.date())


def _seen(state: State, moves: Sequence[Displaced]) -> list[tuple[Displaced, bool]]:
    """With whether no message reaches the holder."""
    return [(move, bool(unreached(state.cards[move.card]))) for move in moves]


def _people(site: Site, moves: Sequence[tuple[Displaced, bool]]) -> dict[str, Any]:
    """Who they are, and what they are told."""
    render = renderer(site.system)
    return {
        "moves": [move for move, _ in moves],
        "silent": {move.card for move, silent in moves if silent},
        "people": site.system.vault.get_many([move.card for move, _ in moves]),
        "texts": {
            name: render.example(template)
            for name, template, shown in (
                ("改期短信", "slot_moved", any(m.told and m.slot for m, _ in moves)),
                ("请重新选时间的短信", "slot_closed", any(not m.told for m, _ in moves)),
                ("预约短信", "booked", any(m.told and not m.slot for m, _ in moves)),
            )
            if shown
        },
    }


def _counted(events: Sequence[object]) -> str:
    moved = sum(isinstance(event, BookingMoved) for event in events)
    lost = sum(isinstance(event, BookingCancelled) for event in events)
    again = sum(isinstance(event, SlotBooked) for event in events)
    text = f"，{moved}人改到别的时间" if moved else ""
    text += f"，{again}人重新约上" if again else ""
    text += f"，{lost}人需要重新选时间" if lost else ""
    return text + ("；能收短信的都会收到通知。" if text else "。")


def _day(form: FormData, site: Site) -> date:
    for name in ("day", "first"):
        try:
            return date.fromisoformat(str(form.get(name, "")))
        except ValueError:
            continue
    return site.today()


def _back(day: date, text: str, tone: cookies.Tone = "good") -> Response:
    response = RedirectResponse(f"/changes?day={day}", 303)
    cookies.say(response, text, tone)
    return response


def _words(problem: UserError | Refusal) -> str:
    return problem.message if isinstance(problem, UserError) else words.sentence(problem)
