"""Keys of the bank's own systems and their webhooks, for the administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing.errors import UserError
from queueing.web import acts, cookies
from queueing.web.api import keys
from queueing.web.guard import Admin, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite
from queueing.webhooks import subscriptions

router = pages()
Text = Annotated[str, Form(max_length=200)]


@router.get("/keys")
def show(request: Request, site: TheSite, staff: Admin) -> Response:
    """Every key, and every webhook."""
    return _page(request, site)


@router.post("/keys/add")
def add(
    request: Request,
    site: TheSite,
    staff: Admin,
    name: Text = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    channel: Text = "phone",
    per_minute: Annotated[int, Form(ge=0, le=1_000_000)] = keys.PER_MINUTE,
) -> Response:
    """A new key, shown on this page and never again."""
    try:
        with site.db() as conn:
            text = keys.add(conn, name.strip(), scopes or [], site.now(), channel, per_minute)
            acts.note(conn, site.now(), staff.by, "key-added", name.strip())
    except UserError as error:
        return _page(request, site, problem=error.message, status=422)
    return _page(request, site, fresh=(name.strip(), text))


@router.post("/keys/revoke")
def revoke(site: TheSite, staff: Admin, name: Text = "") -> Response:
    """Opens nothing any more."""
    response = RedirectResponse("/keys", 303)
    try:
        with site.db() as conn:
            keys.revoke(conn, name, site.now())
            acts.note(conn, site.now(), staff.by, "key-revoked", name)
        cookies.say(response, f"密钥 {name} 已作废。")
    except UserError as error:
        cookies.say(response, error.message, "bad")
    return response


@router.post("/keys/webhook")
def start_again(site: TheSite, staff: Admin, hook: Text = "") -> Response:
    """A webhook that was stopped goes on where it was."""
    response = RedirectResponse("/keys", 303)
    try:
        with site.db() as conn:
            known = keys.start_webhook(conn, hook)
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


def _page(
    request: Request,
    site: Site,
    *,
    fresh: tuple[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    head = site.system.log.head()
    with site.db() as conn:
        known, hooks = keys.all_keys(conn), subscriptions.all_of(conn)
    owners = {key.id: key.name for key in known}
    context = {
        "keys": known,
        "scopes": keys.SCOPES,
        "key_channels": keys.CHANNELS,
        "per_minute": keys.PER_MINUTE,
        "hooks": [(one, owners.get(one.owner, "命令行"), max(0, head - one.position)) for one in hooks],
        "fresh": fresh,
        "problem": problem,
    }
    return page(request, "staff/keys.html", context, status=status)
