"""What the counter prints: tickets, appointment slips, what to do afterwards, and the day's list."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import Request
from fastapi.responses import Response

from queueing.domain.booking import known_card
from queueing.season.calendar import next_open_day
from queueing.web.codes import code_picture
from queueing.web.guard import Clerk, pages
from queueing.web.panel import panel
from queueing.web.rendering import page
from queueing.web.site import TheSite
from queueing.web.today import day_rows
from queueing.web.unsealed import Unsealed

router = pages()
EMPTY_LINES = 12
"""Lines on the day's list for those who come without a booking."""


@router.get("/counter/manifest")
def manifest(request: Request, site: TheSite, staff: Clerk, day: date | None = None) -> Response:
    """The day on paper, for when the system is down."""
    chosen = day or site.today()
    following = next_open_day(site.today() + timedelta(days=1), site.system.season)
    context = {"day": chosen, "rows": day_rows(site, chosen), "empty": EMPTY_LINES, "following": following}
    return page(request, "counter/manifest.html", context)


@router.get("/counter/slip")
def slip(request: Request, site: TheSite, staff: Clerk, card: str) -> Response:
    """A ticket, an appointment or what to do with the new card, in large print, with the code that finds the
    person again."""
    with site.system.desk.view() as state:
        status = known_card(state, card)
    context = {
        "card": panel(site, Unsealed(site.system.vault), card, ""),
        "status": status,
        "code": code_picture(card),
    }
    return page(request, "counter/slip.html", context)
