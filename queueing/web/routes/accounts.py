"""Staff accounts, for the administrator; and one's own password."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import psycopg
from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from queueing.errors import UserError
from queueing.web import acts, cookies, limits
from queueing.web import staff as people
from queueing.web.guard import Admin, allowed, pages
from queueing.web.rendering import page
from queueing.web.site import TheSite

router = pages()
Text = Annotated[str, Form(max_length=200)]
GUESSES = limits.Limit(5, timedelta(minutes=15))
"""Of the old password, by whoever sits at somebody's open page."""
Anybody = Annotated[people.Staff, Depends(allowed(*people.ROLES))]


@router.get("/accounts")
def show(request: Request, site: TheSite, staff: Admin) -> Response:
    """Everybody who may sign in."""
    with site.db() as conn:
        found = people.accounts(conn)
    with site.system.desk.view() as state:
        employers = {one: state.employers[one].name for one in sorted(state.employers)}
    return page(
        request, "staff/accounts.html", {"accounts": found, "roles": people.ROLES, "employers": employers}
    )


@router.post("/accounts/add")
def add(
    site: TheSite, staff: Admin, login: Text = "", role: Text = "", password: Text = "", employer: Text = ""
) -> Response:
    """A new account."""
    login = login.strip()
    response = RedirectResponse("/accounts", 303)
    try:
        with site.db() as conn:
            people.add_account(conn, login, role, password, employer if role == "employer" else "")
            acts.note(conn, site.now(), staff.by, "account-added", f"{login}（{people.ROLES[role]}）")
        cookies.say(response, f"已添加账号 {login}。")
    except UserError as error:
        cookies.say(response, error.message, "bad")
    return response


@router.post("/accounts/change")
def change(
    site: TheSite,
    staff: Admin,
    login: Text = "",
    what: Text = "",
    password: Text = "",
    role: Text = "",
    employer: Text = "",
) -> Response:
    """A new password, another role, out of every browser, or close or open an account."""
    response = RedirectResponse("/accounts", 303)
    try:
        if login == staff.login and what in ("role", "close"):
            raise UserError("不能停用自己的账号或改自己的角色，请让另一位管理员来做。")
        with site.db() as conn:
            about = _changed(conn, login, what, password, role, employer if role == "employer" else "")
            acts.note(conn, site.now(), staff.by, f"account-{what}", about)
        cookies.say(response, f"账号 {about} 已更新。")
    except UserError as error:
        cookies.say(response, error.message, "bad")
    return response


def _changed(
    conn: psycopg.Connection[Any], login: str, what: str, password: str, role: str, employer: str
) -> str:
    """Change an account; about what, for the audit trail."""
    if what == "password":
        people.set_password(conn, login, password)
    elif what == "role":
        people.set_role(conn, login, role, employer)
        return f"{login}（{people.ROLES[role]}）"
    elif what == "sessions":
        return f"{login}（{people.end_sessions(conn, login)}处）"
    elif what in ("open", "close"):
        people.set_active(conn, login, what == "open")
    else:
        raise UserError("没有这种更改，请用页面上的按钮。")
    return login


@router.get("/password")
def ask_password(request: Request, staff: Anybody) -> Response:
    """One's own."""
    return page(request, "staff/password.html", {"problem": ""})


@router.post("/password")
def change_password(
    request: Request, site: TheSite, staff: Anybody, old: Text = "", new: Text = ""
) -> Response:
    """The old one is asked for; all sessions end."""
    try:
        with site.db() as conn:
            if not limits.take(conn, {f"password:{staff.login}": GUESSES}, site.now()):
                raise UserError("试错的次数太多，请过15分钟再试，或请管理员重设密码。")
        if people.check_password(site.db, staff.login, old) is None:
            raise UserError("原来的密码不对，请再填一次。")
        with site.db() as conn:
            people.set_password(conn, staff.login, new)
    except UserError as error:
        return page(request, "staff/password.html", {"problem": error.message}, status=422)
    return RedirectResponse("/staff", 303)
