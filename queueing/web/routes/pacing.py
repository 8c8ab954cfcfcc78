"""The pace of notices: the next batch and why, how the last ones went, and the manager's hand on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing import words
from queueing.domain import Command, Refusal
from queueing.domain.pacing import ChangePace, PauseInvitations, ResumeInvitations
from queueing.policies.pacing import next_notices
from queueing.policies.pacing_words import KINDS, why_words
from queueing.projections import queries
from queueing.web import cookies
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()
DONE = {
    "pause": "通知已暂停，在恢复之前不再发。",
    "resume": "通知已恢复，整点后继续发。",
    "pace": "节奏已改，从下一批起生效。",
}
Percent = Annotated[int, Form(ge=0, le=100)]
People = Annotated[int, Form(ge=0, le=100_000)]
Reason = Annotated[str, Form(max_length=60)]


@router.get("/pacing")
def show(request: Request, site: TheSite, staff: Manager) -> Response:
    """The page."""
    return page(request, "crowd/pacing.html", _context(site))


@router.post("/pacing/{action}")
def act(
    site: TheSite, staff: Manager, action: str, reason: Reason = "", theta: Percent = 0, most: People = 0
) -> Response:
    """Pause, resume, or change the pace. An empty number goes back to the season's own."""
    commands: dict[str, Command] = {
        "pause": PauseInvitations(reason.strip()),
        "resume": ResumeInvitations(reason.strip()),
        "pace": ChangePace(theta / 100, most, reason.strip()),
    }
    response = RedirectResponse("/pacing", 303)
    if action not in commands:
        return response
    try:
        outcome = site.system.desk.handle(commands[action], by=staff.by, via="counter")
    except Refusal as refusal:
        cookies.say(response, words.sentence(refusal), "bad")
    else:
        cookies.say(response, DONE[action] if outcome.events else "没有变化：已经是这样了。")
    return response


def _context(site: Site) -> dict[str, object]:
    season, now = site.system.season, site.now()
    with site.system.desk.view() as state:
        batch = next_notices(state, season, now)
        facts = state.facts
    with site.db() as conn:
        rows = queries.notice_batches(conn)
    return {
        "batch": batch,
        "why": why_words(batch, facts.paused),
        "paused": facts.paused,
        "theta": round(100 * facts.theta),
        "most": facts.most,
        "own": season.invitations,
        "rows": rows,
        "kinds": KINDS,
        "sums": {
            name: sum(getattr(row, name) for row in rows)
            for name in ("planned", "told", "listed", "sent", "answered", "booked")
        },
    }
