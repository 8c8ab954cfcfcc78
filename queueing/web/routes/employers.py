"""The bank's side of employers: who has to be called, appointments, handing cards over, rosters, recalls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from queueing import words
from queueing.domain import Command, Refusal
from queueing.domain import employers as rules
from queueing.domain.refusals import RosterDiffers
from queueing.errors import UserError
from queueing.people.person import EmployerContact
from queueing.projections.history import NEXT, employer_history
from queueing.season.deadlines import deadlines
from queueing.web import cookies, rosters
from queueing.web.employer_lines import FILTERS, counts, employer_lines, narrowed
from queueing.web.employer_notes import LONGEST, contact_log, keep_note
from queueing.web.guard import MOST_FIELDS, Clerk, pages
from queueing.web.rendering import page
from queueing.web.roster_file import read_roster
from queueing.web.rosters import Desk
from queueing.web.site import Site, TheSite

router = pages()
AT_ONCE = 40
"""Employers on the page unless all are asked for."""
Text = Annotated[str, Form(max_length=200)]


async def whole_form(request: Request) -> FormData:
    """A form with a field a person."""
    return await request.form(max_fields=MOST_FIELDS)


WholeForm = Annotated[FormData, Depends(whole_form)]


@router.get("/employers")
def all_employers(
    request: Request, site: TheSite, staff: Clerk, show: str = "", q: str = "", whole: bool = False
) -> Response:
    """Everybody, or those in one state; the most pressing first, and the rest when asked for."""
    lines = employer_lines(site)
    found = narrowed(lines, show, q)
    shown = found if whole else found[:AT_ONCE]
    context = {
        "lines": shown,
        "more": len(found) - len(shown),
        "counts": counts(lines),
        "filters": {name: text for name, (text, _) in FILTERS.items()},
        "show": show,
        "q": q,
        "total": len(lines),
    }
    return page(request, "employers/all.html", context)


@router.get("/employers/{employer}")
def one_employer(request: Request, site: TheSite, staff: Clerk, employer: str) -> Response:
    """One employer, with what to do next."""
    return employer_page(request, site, rosters.employer_desk(site, employer))


@router.post("/employers/{employer}/call")
def call(
    site: TheSite,
    staff: Clerk,
    employer: str,
    outcome: Text = "",
    next_step: Text = "",
    next_on: Text = "",
    note: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """A call was made: what came of it, what comes next, and a note, which is sealed."""
    try:
        day = date.fromisoformat(next_on) if next_on else None
    except ValueError:
        return _back(employer, "下一步的日期填得不对，请重新选。", "bad")
    command = rules.CallEmployer(employer, outcome, next_step, day)
    return _do(
        site,
        command,
        staff.by,
        employer,
        "已记下这次电话。",
        "phone",
        lambda at: keep_note(site, employer, at, staff.by, note.strip()),
    )


@router.post("/employers/{employer}/appoint")
def appoint(site: TheSite, staff: Clerk, employer: str, when: Text = "") -> Response:
    """The clerk will come."""
    try:
        moment = datetime.fromisoformat(when).replace(tzinfo=None)
    except ValueError:
        return _back(employer, "约定时间填得不对，请选日期和时间。", "bad")
    return _do(
        site,
        rules.AppointEmployer(employer, moment),
        staff.by,
        employer,
        f"已约好{words.moment(moment)}来领。",
    )


@router.post("/employers/{employer}/hand-over")
def hand_over(site: TheSite, staff: Clerk, employer: str, clerk_id: Text = "", seal: Text = "") -> Response:
    """The clerk is here, with ID and seal."""
    command = rules.HandToEmployer(employer, clerk_id_seen=clerk_id == "1", seal=seal)
    return _do(site, command, staff.by, employer, "卡已全部交给单位经办人，请双方清点签字。")


@router.post("/employers/{employer}/recall")
def recall(site: TheSite, staff: Clerk, employer: str, sure: Text = "") -> Response:
    """What was kept too long comes back."""
    if sure != "1":
        return _back(employer, "收回前请先勾选“已清点收回的卡”。", "bad")
    response = _do(site, rules.RecallCards(employer), staff.by, employer, "已收回，这些卡由本人到银行领。")
    rosters.forget_ticks(site, employer)
    return response


@router.post("/employers/{employer}/contact")
def contact(site: TheSite, staff: Clerk, employer: str, name: Text = "", phone: Text = "") -> Response:
    """Whom to phone."""
    rosters.employer_desk(site, employer)
    try:
        site.system.vault.put_employer_contacts([EmployerContact(employer=employer, name=name, phone=phone)])
    except UserError as error:
        return _back(employer, error.message, "bad")
    return _back(employer, "联系人已更新。")


@router.post("/employers/{employer}/roster")
def roster(request: Request, site: TheSite, staff: Clerk, employer: str, form: WholeForm) -> Response:
    """The roster, as ticked."""
    desk = rosters.employer_desk(site, employer)
    return take_roster(request, site, desk, ticked(form, desk), str(form.get("do", "")), staff.by, "counter")


@router.post("/employers/{employer}/roster-file")
def roster_file(
    request: Request, site: TheSite, staff: Clerk, employer: str, file: Annotated[UploadFile, File()]
) -> Response:
    """The roster, as a file."""
    desk = rosters.employer_desk(site, employer)
    return take_file(request, site, desk, file, staff.by, "counter")


def employer_page(request: Request, site: Site, desk: Desk, status: int = 200, **more: Any) -> Response:
    """The page of one employer, for either side."""
    with site.system.desk.view() as state:
        facts = state.employers[desk.employer]
    owes = deadlines(facts.handed_at, bool(facts.held), site.system.season)
    context = {
        "desk": desk,
        "facts": facts,
        "owes": owes,
        "late": bool(owes and owes.roster_late(site.now())),
        "recall": bool(owes and owes.recall_due(site.now())),
        "people": rosters.whereabouts(site, desk),
        "calls": contact_log(site, desk.employer),
        "next_steps": NEXT,
        "contact": site.system.vault.get_employer_contact(desk.employer),
        "story": employer_history(site.system.log, desk.employer)[::-1][:60],
        "problems": [],
        "problem": "",
        **more,
    }
    side = "own" if request.state.staff.role == "employer" else "one"
    return page(request, f"employers/{side}.html", context, status=status)


def ticked(form: FormData, desk: Desk) -> dict[str, str]:
    """What the form says of each card the employer has."""
    found = {row.card: form.get(f"card-{row.card}") for row in desk.held}
    return {card: str(result) for card, result in found.items() if result in rosters.RESULTS}


def take_roster(
    request: Request, site: Site, desk: Desk, ticks: dict[str, str], do: str, by: str, via: str
) -> Response:
    """Keep the ticks, or hand the roster in; `do` "all_issued" ticks the rest as issued first."""
    if do == "all_issued":
        ticks = {row.card: ticks.get(row.card, "issued") for row in desk.held}
    rosters.keep_ticks(site, desk.employer, ticks)
    back = f"/employers/{desk.employer}" if via == "counter" else "/employer"
    if do == "keep":
        response = RedirectResponse(back, 303)
        cookies.say(response, f"已存好，还有{len(desk.held) - len(ticks)}人没有勾。")
        return response
    try:
        site.system.desk.handle(rosters.as_command(desk.employer, ticks), by=by, via=via)
    except RosterDiffers as refusal:
        fresh = rosters.employer_desk(site, desk.employer)
        return employer_page(
            request,
            site,
            fresh,
            409,
            problem=words.sentence(refusal, {desk.employer: desk.name}),
            problems=rosters.differences(site, refusal),
        )
    except Refusal as refusal:
        return employer_page(
            request, site, desk, 409, problem=words.sentence(refusal, {desk.employer: desk.name})
        )
    rosters.forget_ticks(site, desk.employer)
    issued = sum(result == "issued" for result in ticks.values())
    response = RedirectResponse(back, 303)
    cookies.say(response, f"回执已收：已发{issued}张，退回{len(ticks) - issued}张，数目相符。")
    return response


def take_file(request: Request, site: Site, desk: Desk, file: UploadFile, by: str, via: str) -> Response:
    """A roster file is taken whole, or refused with each line that doesn't fit."""
    try:
        lines = read_roster(file.file.read(), file.filename or "")
    except UserError as error:
        return employer_page(request, site, desk, 422, problem=error.message)
    ticks, problems = rosters.match(desk, lines)
    if problems:
        text = "文件和交出去的卡对不上，请按下面各条改好再上传；现在什么也没有改变。"
        return employer_page(request, site, desk, 409, problem=text, problems=problems)
    return take_roster(request, site, desk, ticks, "return", by, via)


def _do(
    site: Site,
    command: Command,
    by: str,
    employer: str,
    done: str,
    via: str = "counter",
    then: Callable[[datetime], None] = lambda at: None,
) -> Response:
    """Ask for it; `then` gets the moment at which it happened."""
    with site.system.desk.view() as state:
        names = {employer: state.employers[employer].name} if employer in state.employers else {}
    try:
        outcome = site.system.desk.handle(command, by=by, via=via)
    except Refusal as refusal:
        return _back(employer if names else "", words.sentence(refusal, names), "bad")
    for event in outcome.events[:1]:
        then(event.at)
    return _back(employer, done if outcome.events else "没有变化：这一步之前已经办过了。")


def _back(employer: str, text: str, tone: cookies.Tone = "good") -> Response:
    response = RedirectResponse(f"/employers/{employer}" if employer else "/employers", 303)
    cookies.say(response, text, tone)
    return response
