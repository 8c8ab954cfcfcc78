"""Cookies: the visitor's form token, looks, and the one sentence said after an action."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from typing import Literal, get_args

from fastapi import Request, Response

VISIT = "visit"
SAID = "said"
LONG = 365 * 24 * 3600


class Visit:
    """The visitor's own random number, to which form tokens are bound. Made when a page first needs one."""

    def __init__(self, request: Request, secret: bytes) -> None:
        self._secret = secret
        self._given = request.cookies.get(VISIT, "")
        self._made = ""

    def form_token(self) -> str:
        """What each form carries, so that no other site can send it."""
        if not self._given and not self._made:
            self._made = secrets.token_urlsafe(24)
        return _token(self._secret, self._given or self._made)

    def fits(self, token: str) -> bool:
        """Whether a form's token belongs to this visitor."""
        return bool(self._given) and hmac.compare_digest(
            _token(self._secret, self._given).encode(), token.encode()
        )

    def keep(self, response: Response, *, secure: bool) -> None:
        """Send the number along, if it was made just now."""
        if self._made:
            put(response, VISIT, self._made, secure=secure)


def put(response: Response, name: str, value: str, *, secure: bool, lasts: int | None = None) -> None:
    """A cookie no script can read and no other site can send with a form."""
    response.set_cookie(name, value, max_age=lasts, httponly=True, secure=secure, samesite="lax", path="/")


def drop(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path="/", httponly=True, samesite="lax")


def choice(request: Request, name: str, allowed: Sequence[str]) -> str:
    """A visitor's choice among the allowed; the first when there is none."""
    value = request.cookies.get(name, "")
    return value if value in allowed else allowed[0]


Tone = Literal["good", "note", "bad"]


def say(response: Response, text: str, tone: Tone = "good") -> None:
    """One sentence for the next page. It must not name anybody."""
    value = base64.urlsafe_b64encode(f"{tone}{text}".encode()).decode()
    response.set_cookie(SAID, value, max_age=60, httponly=True, samesite="lax", path="/")


def said(request: Request) -> tuple[str, str] | None:
    """(tone, sentence) the last action left."""
    try:
        text = base64.urlsafe_b64decode(request.cookies.get(SAID, "")).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    for tone in get_args(Tone):
        if text.startswith(tone) and len(text) > len(tone):
            return tone, text[len(tone) :]
    return None


def forget_said(request: Request, response: Response) -> None:
    """A sentence is read once."""
    if SAID in request.cookies:
        drop(response, SAID)


def _token(secret: bytes, visit: str) -> str:
    return hmac.digest(secret, f"form:{visit}".encode(), "sha256").hex()
