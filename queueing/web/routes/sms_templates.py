"""Every message the system can send, as a phone shows it: with everyday words, and how long it may get."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from queueing.sms.filling import renderer
from queueing.sms.preview import groups
from queueing.web.guard import Clerk, pages
from queueing.web.rendering import page
from queueing.web.site import TheSite

router = pages()


@router.get("/sms/templates")
def show(request: Request, site: TheSite, staff: Clerk) -> Response:
    """All of them, by what they are for."""
    made = renderer(site.system)
    context = {"groups": groups(made), "limit": made.manifest.limits.units, "signature": made.signature}
    return page(request, "sms/templates.html", context)
