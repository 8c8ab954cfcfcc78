"""Who may do what: form tokens, staff and their roles, holders and their cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Request
from psycopg_pool import PoolTimeout

from queueing.web import cookies, sessions
from queueing.web.site import Site, TheSite
from queueing.web.staff import Staff, account

STAFF_COOKIE = "staff"
HOLDER_COOKIE = "holder"
MOST_FIELDS = 20_000
"""A large employer's roster has a field a person."""


class StaleForm(Exception):  # noqa: N818
    """A form without this visitor's token: an old page, or another site's doing."""


class SignInNeeded(Exception):  # noqa: N818
    """Only for staff who signed in."""


class NotYours(Exception):  # noqa: N818
    """Signed in, but this page is for another role."""


class WhoAreYou(Exception):  # noqa: N818
    """A holder's page, and we don't know whose card it is about."""


async def check_form(request: Request, site: TheSite) -> None:
    """Whatever changes something comes from our own pages."""
    if request.method in ("GET", "HEAD"):
        return
    form = await request.form(max_fields=MOST_FIELDS)
    token = form.get("form_token")
    if not isinstance(token, str) or not cookies.Visit(request, site.secret).fits(token):
        raise StaleForm


def pages() -> APIRouter:
    """A router of pages, whose forms are checked."""
    return APIRouter(dependencies=[Depends(check_form)])


def signed_in(request: Request, site: TheSite) -> Staff | None:
    """The member of staff who asks, if any."""
    token = request.cookies.get(STAFF_COOKIE, "")
    if not token:
        return None
    with site.db() as conn:
        session = sessions.find(conn, token, site.now())
        staff = account(conn, session.login) if session and session.login else None
    request.state.staff = staff
    return staff


def still(request: Request, site: Site, staff: Staff) -> Callable[[], bool]:
    """Whether somebody is still signed in as who they were: for what they watch for hours. While the store
    is away nobody knows, and they go on."""
    token = request.cookies.get(STAFF_COOKIE, "")

    def ask() -> bool:
        try:
            with site.db() as conn:
                session = sessions.find(conn, token, site.now())
                now = account(conn, staff.login) if session else None
        except (psycopg.Error, PoolTimeout):
            return True
        return now is not None and now.role == staff.role

    return ask


def allowed(*roles: str) -> Callable[[Staff | None], Staff]:
    """A dependency that lets only these roles in; an admin may do whatever a manager may."""

    def check(staff: Annotated[Staff | None, Depends(signed_in)]) -> Staff:
        if staff is None:
            raise SignInNeeded
        if staff.role not in roles and not (staff.role == "admin" and "manager" in roles):
            raise NotYours
        return staff

    return check


MaybeStaff = Annotated[Staff | None, Depends(signed_in)]
Clerk = Annotated[Staff, Depends(allowed("counter", "manager"))]
Manager = Annotated[Staff, Depends(allowed("manager"))]
Admin = Annotated[Staff, Depends(allowed("admin"))]
EmployerClerk = Annotated[Staff, Depends(allowed("employer"))]


def holder_session(request: Request, site: TheSite) -> sessions.Session:
    """The holder's session: which cards it is about, the chosen one first."""
    token = request.cookies.get(HOLDER_COOKIE, "")
    if token:
        with site.db() as conn:
            session = sessions.find(conn, token, site.now())
        if session and session.cards:
            return session
    raise WhoAreYou


Holder = Annotated[sessions.Session, Depends(holder_session)]
