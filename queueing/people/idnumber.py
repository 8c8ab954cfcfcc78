"""Chinese 18-digit ID numbers: length, date and check character, nothing else.

The first six digits are not checked against a list of areas: such lists age, and a number issued under an
area code that has since been merged away is still valid.
"""

import re
from datetime import date
from typing import Literal, NamedTuple

from .text import BadFieldError, compact

Sex = Literal["男", "女"]

_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
_CHECK_CHARACTERS = "10X98765432"
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
_EARLIEST_YEAR = 1900


class BadIdNumberError(BadFieldError):
    """What is wrong with an ID number."""


class IdNumber(NamedTuple):
    number: str
    birth: date
    sex: Sex

    def __repr__(self) -> str:
        return "IdNumber(…)"


def normalise_id_number(text: str) -> str:
    """Half-width, without spaces, with a capital X; not yet checked."""
    return compact(text).upper()


def check_character(first17: str) -> str:
    """The last character by ISO 7064 MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def parse_id_number(text: str) -> IdNumber:
    """The number with what it says of its owner, or `BadIdNumberError` with the reason."""
    number = normalise_id_number(text)
    if not _SHAPE.fullmatch(number):
        raise BadIdNumberError(_wrong_shape(number))
    birth = _birth(number)
    if check_character(number[:17]) != number[17]:
        raise BadIdNumberError("身份证号的校验码不符，请逐位核对")
    return IdNumber(number, birth, "男" if int(number[16]) % 2 else "女")


def birth_of(number: str) -> date:
    """The birthday in a number that was parsed once, as all that are kept were."""
    return _birth(number)


def make_id_number(area: str, birth: date, seq: int) -> str:
    """A number with a right check character, for tests and rehearsals. An odd `seq` is a man's."""
    if len(area) != 6 or not 0 <= seq <= 999:
        raise ValueError("area has six digits, seq is 0 to 999")
    first17 = f"{area}{birth:%Y%m%d}{seq:03d}"
    return first17 + check_character(first17)


def _wrong_shape(number: str) -> str:
    if not number:
        return "身份证号为空，请补填"
    if _SCIENTIFIC.fullmatch(number):
        return "身份证号被表格软件改成了科学计数法，请把该列设为文本后重新填写"
    if len(number) == 15 and number.isdigit():
        return "是15位旧身份证号，请填写18位的现行号码"
    if len(number) != 18:
        return f"身份证号应为18位，现为{len(number)}位"
    return "身份证号应为17位数字，末位为数字或X"


def _birth(number: str) -> date:
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth = date.min
    if birth.year < _EARLIEST_YEAR:
        raise BadIdNumberError("身份证号中的出生日期不存在，请核对第7至14位")
    return birth
