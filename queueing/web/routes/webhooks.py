"""Webhooks for the manager: who is told what happens, what came of it, and switching on again what was
stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing.errors import UserError
from queueing.web import acts, cookies
from queueing.web.api import keys
from queueing.web.guard import Manager, pages
from queueing.web.rendering import page
from queueing.web.site import TheSite
from queueing.webhooks import subscriptions
from queueing.webhooks.since import position_before

router = pages()
Text = Annotated[str, Form(max_length=60)]
SHOWN = 8
"""Attempts of each webhook on the page."""


@router.get("/webhooks")
def show(request: Request, site: TheSite, staff: Manager) -> Response:
    """Every webhook, with its last attempts."""
    head = site.system.log.head()
    with site.db() as conn:
        owners = {key.id: key.name for key in keys.all_keys(conn)}
        hooks = [
            {
                "hook": one,
                "owner": owners.get(one.owner, "命令行"),
                "behind": max(0, head - one.position),
                "attempts": subscriptions.attempts(conn, one.id, SHOWN),
            }
            for one in subscriptions.all_of(conn)
        ]
    return page(request, "staff/webhooks.html", {"hooks": hooks})


@router.post("/webhooks")
def start_again(site: TheSite, staff: Manager, hook: Text = "", since: Text = "") -> Response:
    """A webhook goes on where it was; or from what happened since a moment, out of the log."""
    response = RedirectResponse("/webhooks", 303)
    try:
        after = position_before(site.system.log, _moment(since)) if since else None
        with site.db() as conn:
            known = keys.start_webhook(conn, hook, after)
            if known:
                acts.note(conn, site.now(), staff.by, "webhook-started", hook)
    except UserError as error:
        cookies.say(response, error.message, "bad")
        return response
    cookies.say(
        response,
        "好了，几秒内接着发。" if known else "没有这个推送，可能已经删了。",
        "good" if known else "bad",
    )
    return response


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise UserError("从什么时候起重发填得不对，请选日期和时间。") from None
