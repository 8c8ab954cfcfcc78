"""Telephone numbers: one spelling for each, and whether a message can reach it."""

import re
from typing import NamedTuple

from .text import BadFieldError, compact

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})")
_LOCAL = re.compile(r"[2-9][0-9]{6,7}")
_COUNTRY = re.compile(r"(\+86|0086|86(?=1[3-9][0-9]{9}$))")
_PUNCTUATION = str.maketrans("", "", "-()‐‑‒–—−_.·/")


class BadPhoneError(BadFieldError):
    """What is wrong with a telephone number."""


class Phone(NamedTuple):
    """`number` is 11 digits for a mobile, `0631-5901234` for a landline, which gets no messages."""

    number: str
    sms: bool

    def __repr__(self) -> str:
        return f"Phone(sms={self.sms})"


def parse_phone(text: str) -> Phone:
    """The number in its one spelling, or `BadPhoneError` with the reason."""
    digits = compact(text).translate(_PUNCTUATION)
    national = _COUNTRY.sub("", digits, count=1) if _COUNTRY.match(digits) else digits
    if national != digits and not national.startswith("0") and not _MOBILE.fullmatch(national):
        national = "0" + national
    if _MOBILE.fullmatch(national):
        return Phone(national, sms=True)
    landline = _LANDLINE.fullmatch(national)
    if landline:
        return Phone("-".join(landline.groups()), sms=False)
    raise BadPhoneError(_wrong_shape(national))


def normalise_phone(text: str) -> str:
    """The one spelling of a number; an empty one stays empty."""
    return parse_phone(text).number if compact(text) else ""


def can_receive_sms(number: str) -> bool:
    """Whether a number in its one spelling is a mobile."""
    return _MOBILE.fullmatch(number) is not None


def _wrong_shape(digits: str) -> str:
    if not digits:
        return "电话为空，请补填"
    if "E+" in digits.upper():
        return "电话被表格软件改成了科学计数法，请把该列设为文本后重新填写"
    if _LOCAL.fullmatch(digits):
        return "座机请写上区号，如 0631-1234567"
    if digits.isdigit() and digits.startswith("1") and len(digits) != 11:
        return f"手机号应为11位，现为{len(digits)}位"
    return "应为一个11位手机号，或带区号的座机号"
