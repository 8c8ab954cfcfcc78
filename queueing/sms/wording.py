"""What a message may consist of: the characters, and what carriers and the public's own caution forbid."""

import re
from typing import Final

from queueing.sms.grammar.traditional import TO_SIMPLIFIED, TRADITIONAL

_LINK: Final = re.compile(
    r"://|www\.|[a-z0-9-]\.(?:com|cn|net|org|gov|edu|top|cc|io|me|vip|xyz|app|info|link|site)(?![a-z])",
    re.IGNORECASE,
)
_MOBILE: Final = re.compile(r"(?<![0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_LONG_NUMBER: Final = re.compile(r"[0-9]{15,}")
_PLAIN: Final = re.compile(
    r"[㐀-䶿一-鿿\U00020000-\U000323af〇A-Za-z0-9 \n，。！？；：、（）《》“”…—·,.:;()%*/-]+"
)


def units(text: str) -> int:
    """UTF-16 code units, which is what carriers count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def simplified(text: str, allowed: str) -> str:
    """The text as carriers accept it; the characters of `allowed` stay."""
    return "".join(c if c in allowed else c.translate(TO_SIMPLIFIED) for c in text)


def cut(text: str, longest: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if units(text) <= longest:
        return text
    while units(text) > longest - 1:
        text = text[:-1]
    return text + "…"


def faults(text: str, allowed: str) -> list[str]:
    """Why this text must not leave, in words for the operator."""
    found = []
    if _LINK.search(text):
        found.append("含有网址，请删去")
    if _MOBILE.search(text):
        found.append("含有手机号码，请改用固定电话")
    if _LONG_NUMBER.search(text):
        found.append("含有像证件号或卡号的长数字，请删去")
    if wrong := sorted({c for c in text if c in TRADITIONAL and c not in allowed}):
        found.append(f"含有繁体字 {' '.join(wrong)}，请改用简体字")
    if strange := sorted({f"U+{ord(c):04X}" for c in _PLAIN.sub("", text)}):
        found.append(f"含有不能发送的符号 {' '.join(strange)}，请改用普通标点")
    return found
