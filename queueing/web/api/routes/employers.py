"""Employers: how far each is, phoning, appointing, handing over, rosters."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool

from queueing.domain import employers as d
from queueing.domain import refusals as r
from queueing.projections import queries
from queueing.web.api import answers
from queueing.web.api import models as m
from queueing.web.api.operation import operation, router
from queueing.web.api.route import TheCaller
from queueing.web.site import Site

employers = router("employers")
TheEmployer = Annotated[m.EmployerId, Path()]


def _all(site: Site) -> list[m.Employer]:
    due = site.system.season.employers.roster_due_days
    with site.db() as conn:
        return [m.Employer.model_validate(one) for one in queries.employers(conn, site.now(), due)]


@operation(employers, "GET", "/employers", "read", "全部单位", "办到哪一步、各有多少张卡，和网页上相同。")
async def list_employers(caller: TheCaller) -> m.Employers:
    """In order of id."""
    return m.Employers(employers=await run_in_threadpool(_all, caller.site))


@operation(
    employers, "GET", "/employers/{employer}", "read", "一家单位", "内容和列表相同。",
    may=[r.UnknownEmployer],
)  # fmt: skip
async def get_employer(caller: TheCaller, employer: TheEmployer) -> m.Employer:
    """By its id."""
    for one in await run_in_threadpool(_all, caller.site):
        if one.employer == employer:
            return one
    raise r.UnknownEmployer(employer)


def _cards(site: Site, employer: str) -> m.EmployerCards:
    with site.system.desk.view() as state:
        held = d.known_employer(state, employer).held
        here = d.to_hand_over(state, employer)
    return m.EmployerCards(employer=employer, held=list(held), at_bank=list(here))


@operation(
    employers, "GET", "/employers/{employer}/cards", "employer", "单位的卡",
    "它手里的，和在银行等它来领的。",
    may=[r.UnknownEmployer],
)  # fmt: skip
async def cards(caller: TheCaller, employer: TheEmployer) -> m.EmployerCards:
    """By opaque id."""
    return await run_in_threadpool(_cards, caller.site, employer)


@operation(
    employers, "POST", "/employers/{employer}/calls", "employer", "记一次电话", "每打一次记一次。",
    status=201,
    may=[r.UnknownEmployer, r.BadValue],
)  # fmt: skip
async def called(caller: TheCaller, employer: TheEmployer, body: m.EmployerCalled) -> m.Done:
    """How the call ended."""
    return answers.done(await caller.act(d.CallEmployer(employer, body.outcome)))


@operation(
    employers, "POST", "/employers/{employer}/appointments", "employer", "约经办人来", "约今后的一个时间。",
    status=201,
    may=[r.UnknownEmployer, r.BadValue],
)  # fmt: skip
async def appoint(caller: TheCaller, employer: TheEmployer, body: m.Appointment) -> m.Done:
    """Appointed."""
    return answers.done(await caller.act(d.AppointEmployer(employer, body.when)))


@operation(
    employers, "POST", "/employers/{employer}/hand-overs", "employer", "把卡交给单位",
    "凭经办人身份证和公章或财务章；不写哪几张，就是在这里的全部。",
    status=201,
    may=[r.UnknownEmployer, r.SealNotSeen, r.NotThisEmployers, r.NothingHanded],
)  # fmt: skip
async def hand_over(caller: TheCaller, employer: TheEmployer, body: m.ToEmployer) -> m.Done:
    """Only the employer's own."""
    command = d.HandToEmployer(employer, body.clerk_id_seen, body.seal, tuple(body.cards))
    return answers.done(await caller.act(command))


@operation(
    employers, "POST", "/employers/{employer}/rosters", "employer", "收回执",
    "交出的 = 已发的 + 退回的；对不上就不收，并列出是哪几张。",
    status=201,
    may=[r.UnknownEmployer, r.NothingHanded, r.RosterDiffers],
)  # fmt: skip
async def roster(caller: TheCaller, employer: TheEmployer, body: m.Roster) -> m.Done:
    """Nothing changes unless it adds up."""
    return answers.done(await caller.act(d.ReturnRoster(employer, tuple(body.issued), tuple(body.returned))))
