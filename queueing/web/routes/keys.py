"""Keys of the bank's own systems, and what they asked, for the administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from queueing.errors import UserError
from queueing.web import acts, cookies
from queueing.web.api import keys
from queueing.web.api.app import OPERATIONS
from queueing.web.api.calls import calls_of
from queueing.web.guard import Admin, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()
Text = Annotated[str, Form(max_length=200)]


@router.get("/keys")
def show(request: Request, site: TheSite, staff: Admin) -> Response:
    """Every key."""
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


@router.post("/keys/rotate")
def rotate(request: Request, site: TheSite, staff: Admin, name: Text = "") -> Response:
    """Another text for the same key, shown on this page and never again."""
    try:
        with site.db() as conn:
            text = keys.rotate(conn, name, site.now())
            acts.note(conn, site.now(), staff.by, "key-rotated", name)
    except UserError as error:
        return _page(request, site, problem=error.message, status=422)
    return _page(request, site, fresh=(name, text))


@router.get("/keys/{name}")
def called(request: Request, site: TheSite, staff: Admin, name: str) -> Response:
    """What a key asked, and how it was answered."""
    with site.db() as conn:
        key = next((one for one in keys.all_keys(conn) if one.name == name), None)
        if key is None:
            raise HTTPException(404)
        found = calls_of(conn, key.id)
    titles = {
        f"{method} {route.path}": route.summary
        for router in OPERATIONS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    return page(request, "staff/calls.html", {"key": key, "calls": found, "titles": titles})


def _page(
    request: Request,
    site: Site,
    *,
    fresh: tuple[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    with site.db() as conn:
        known = keys.all_keys(conn)
    context = {
        "keys": known,
        "scopes": keys.SCOPES,
        "key_channels": keys.CHANNELS,
        "per_minute": keys.PER_MINUTE,
        "fresh": fresh,
        "problem": problem,
    }
    return page(request, "staff/keys.html", context, status=status)
