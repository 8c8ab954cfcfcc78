"""Numbers as people write them: 5, 05, 五, 十五, 二十五, 廿五."""

from typing import Final

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}
_TENS: Final = {"廿": 20, "卅": 30}

NUMBER: Final = r"(?:[0-9]{1,2}|[零一二两三四五六七八九十廿卅]{1,3})"


def number(text: str) -> int | None:
    """The value of a NUMBER below 100; None for a run of characters that is no number ("七八")."""
    if text.isascii():
        return int(text)
    if len(text) == 1 and text in _DIGITS:
        return _DIGITS[text]
    if text[0] in _TENS:
        return _plus(_TENS[text[0]], text[1:])
    tens, ten, units = text.partition("十")
    if not ten or (tens and tens not in _DIGITS):
        return None
    return _plus(10 * _DIGITS.get(tens, 1), units)


def _plus(tens: int, units: str) -> int | None:
    if units == "":
        return tens
    return tens + _DIGITS[units] if units in _DIGITS else None
