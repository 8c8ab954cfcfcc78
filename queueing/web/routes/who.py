"""Who are you: a phone number and the code sent to it, or the code printed in the letter; then whose card."""

from __future__ import annotations

import asyncio
import hashlib
import time
from datetime import timedelta
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from queueing.people.phone import BadPhoneError, parse_phone
from queueing.people.text import match_key
from queueing.web import choosing, cookies, limits, login_codes, sessions
from queueing.web.guard import HOLDER_COOKIE, Holder, pages
from queueing.web.personal_code import card_of
from queueing.web.rendering import page
from queueing.web.site import Site, TheSite

router = pages()
PENDING = "pending"
EVENLY = 0.25
"""Seconds after which a number is answered, known or not: sending a code takes longer than sending none."""
PER_NAME = limits.Limit(200, timedelta(hours=1))
"""Tries of letters' codes with the same name, from wherever."""
TOO_MANY = "试的次数太多了，请过半个小时再试；着急请打电话{phone}，或请网点工作人员帮您约。"
Text = Annotated[str, Form(max_length=80)]


@router.get("/book")
def ask_phone(request: Request) -> Response:
    """The phone number."""
    return page(request, "who/phone.html", {"problem": "", "phone": ""})


@router.post("/book")
async def take_phone(request: Request, site: TheSite, phone: Text = "") -> Response:
    """Send a code, whether we know the number or not: nobody can find out who is in the list, not by how
    long it takes either."""
    until = time.monotonic() + EVENLY
    response = await run_in_threadpool(_phone_taken, request, site, phone)
    await asyncio.sleep(max(0.0, until - time.monotonic()))
    return response


def _phone_taken(request: Request, site: Site, phone: str) -> Response:
    problem = _phone_problem(phone)
    if not problem:
        try:
            key = login_codes.send_code(site, phone, _address(request))
        except login_codes.TooMany:
            problem = _too_many(site)
    if problem:
        return page(request, "who/phone.html", {"problem": problem, "phone": phone}, status=422)
    response = RedirectResponse("/book/code", 303)
    cookies.put(response, PENDING, key, secure=site.secure, lasts=3600)
    return response


@router.get("/book/code")
def ask_code(request: Request) -> Response:
    """The code from the message."""
    if PENDING not in request.cookies:
        return RedirectResponse("/book", 303)
    return page(request, "who/code.html", {"problem": ""})


@router.post("/book/code")
def take_code(request: Request, site: TheSite, code: Text = "") -> Response:
    """A right code opens the cards of its phone."""
    cards = login_codes.check_code(site, request.cookies.get(PENDING, ""), _digits(code))
    if not cards:
        problem = "这个验证码不对，或者已经过期，请再看一眼短信；也可以重新发一条。"
        return page(request, "who/code.html", {"problem": problem}, status=422)
    return _enter(site, cards)


@router.get("/book/letter")
def ask_letter(request: Request) -> Response:
    """Name and code, as they stand in the letter."""
    return page(request, "who/letter.html", {"problem": "", "name": ""})


@router.post("/book/letter")
def take_letter(request: Request, site: TheSite, name: Text = "", code: Text = "") -> Response:
    """A right pair opens one card."""
    spelt = hashlib.sha256(site.secret + match_key(name).encode()).hexdigest()[:32]
    wanted = {f"letter:{_address(request)}": login_codes.PER_ADDRESS, f"letter-name:{spelt}": PER_NAME}
    with site.db() as conn:
        tired = not limits.take(conn, wanted, site.now())
    card = None if tired else card_of(site.system.vault, name, code)
    if card is None:
        problem = _too_many(site) if tired else "姓名和8位数字对不上，请照着信上再填一次；也可以改用手机号。"
        return page(request, "who/letter.html", {"problem": problem, "name": name}, status=422)
    return _enter(site, (card,))


@router.get("/book/whose")
def ask_whose(request: Request, site: TheSite, holder: Holder) -> Response:
    """Which of the cards of this phone."""
    people = site.system.vault.get_many(holder.cards)
    with site.system.desk.view() as state:
        standing = {card: choosing.standing(state, card, site.now()) for card in people}
    context = {"people": [people[c] for c in sorted(holder.cards) if c in people], "standing": standing}
    return page(request, "who/whose.html", context)


@router.post("/book/whose")
def take_whose(site: TheSite, holder: Holder, card: Text = "") -> Response:
    """From here on the pages are about this card."""
    with site.db() as conn:
        known = sessions.choose(conn, holder, card)
    return RedirectResponse("/my" if known else "/book/whose", 303)


@router.post("/my/leave")
def leave(site: TheSite, holder: Holder) -> Response:
    """Done: the next person at this device sees nothing."""
    with site.db() as conn:
        sessions.end(conn, holder.token)
    response = RedirectResponse("/", 303)
    cookies.drop(response, HOLDER_COOKIE)
    return response


def _too_many(site: Site) -> str:
    return TOO_MANY.format(phone=site.system.season.branch.phone)


def _enter(site: Site, cards: tuple[str, ...]) -> Response:
    with site.db() as conn:
        token = sessions.begin(conn, site.now(), cards=cards)
    response = RedirectResponse("/book/whose" if len(cards) > 1 else "/my", 303)
    cookies.put(response, HOLDER_COOKIE, token, secure=site.secure)
    cookies.drop(response, PENDING)
    return response


def _phone_problem(text: str) -> str:
    try:
        phone = parse_phone(text)
    except BadPhoneError:
        return "这个手机号不对，应是11位数字，请再核对一下。"
    return "" if phone.sms else "座机收不到短信，请填一个手机号，或者用信上的8位数字。"


def _digits(text: str) -> str:
    """Full-width digits and blanks are no reason to fail."""
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
