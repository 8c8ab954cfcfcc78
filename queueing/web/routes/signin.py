"""Staff sign in, see what is theirs to do, and sign out."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing.web import acts, cookies, limits, sessions
from queueing.web.guard import STAFF_COOKIE, MaybeStaff, pages
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite
from queueing.web.staff import check_password, demo_sign_ins, note_sign_in

router = pages()
Text = Annotated[str, Form(max_length=200)]
PER_LOGIN_HERE = limits.Limit(5, timedelta(minutes=15))
PER_LOGIN = limits.Limit(30, timedelta(minutes=15))
PER_ADDRESS = limits.Limit(60, timedelta(minutes=15))
DEVICE = "device"
"""The cookie of a browser in which a login signed in before: guesses from elsewhere don't shut it out."""
DEVICE_LASTS = 90 * 24 * 3600
HOMES = {"counter": "/counter", "manager": "/board", "admin": "/board", "employer": "/employer"}
WRONG = "登录名或密码不对，请再试一次；忘了密码请找管理员。"
TIRED = "试错的次数太多，请过15分钟再试，或请管理员重设密码。"


@router.get("/staff")
def start(request: Request, site: TheSite, staff: MaybeStaff, next: str = "") -> Response:
    """The sign-in page; whoever is signed in goes on to work."""
    if staff:
        return RedirectResponse(HOMES[staff.role], 303)
    return _sign_in_page(request, site, next, "")


@router.post("/staff")
def sign_in(
    request: Request,
    site: TheSite,
    login: Text = "",
    password: Text = "",
    next: Text = "",
) -> Response:
    """Check the password; after a few failures, wait."""
    now, login = site.now(), login.strip()
    address = request.client.host if request.client else ""
    here = f"sign-in:{login}@{address}"
    keys = {here: PER_LOGIN_HERE, f"sign-in@{address}": PER_ADDRESS}
    if not _known_device(request, site, login):
        keys[f"sign-in:{login}"] = PER_LOGIN
    with site.db() as conn:
        if not limits.take(conn, keys, now):
            return _sign_in_page(request, site, next, TIRED, status=429)
    staff = check_password(site.db, login, password)
    if staff is None:
        return _sign_in_page(request, site, next, WRONG, status=422)
    with site.db() as conn:
        limits.forget(conn, here)
        for key in keys:
            limits.give_back(conn, key, now)
        sessions.end(conn, request.cookies.get(STAFF_COOKIE, ""))
        token = sessions.begin(conn, now, login=staff.login)
        note_sign_in(conn, staff.login, now)
        acts.note(conn, now, staff.by, "sign-in")
    response = RedirectResponse(_inside(next) or HOMES[staff.role], 303)
    cookies.put(response, STAFF_COOKIE, token, secure=site.secure)
    cookies.put(response, DEVICE, _device(site, login), secure=site.secure, lasts=DEVICE_LASTS)
    cookies.drop(response, cookies.VISIT)
    return response


def _device(site: Site, login: str) -> str:
    return hmac.digest(site.secret, f"device:{login}".encode(), "sha256").hex()


def _known_device(request: Request, site: Site, login: str) -> bool:
    """Whether this browser was let in with this login before. What it may try is still counted by address."""
    given = request.cookies.get(DEVICE, "").encode()
    return hmac.compare_digest(given, _device(site, login).encode())


@router.post("/staff/leave")
def leave(request: Request, site: TheSite, staff: MaybeStaff) -> Response:
    """Sign out."""
    with site.db() as conn:
        if staff:
            acts.note(conn, site.now(), staff.by, "sign-out")
        sessions.end(conn, request.cookies.get(STAFF_COOKIE, ""))
    response = RedirectResponse("/staff", 303)
    cookies.drop(response, STAFF_COOKIE)
    return response


def _sign_in_page(request: Request, site: Site, next_page: str, problem: str, status: int = 200) -> Response:
    demo = []
    if site.demo:
        with site.db() as conn:
            demo = demo_sign_ins(conn)
    context = {"problem": problem, "next": _inside(next_page), "demo_accounts": demo}
    return page(request, "staff/signin.html", context, status=status)


def _inside(address: str) -> str:
    """One of our own pages, or nothing."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\", "/staff")) else ""
