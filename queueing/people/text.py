"""Tidy what people and spreadsheets type, before anything is judged or compared."""

import re
import unicodedata

from queueing.errors import UserError

# Not the private and unassigned code points: rare characters of real names live there.
_CONTROL = frozenset({"Cc", "Cf"})
_INVISIBLE = _CONTROL | {"Zs", "Zl", "Zp"}
_DOTS = str.maketrans(dict.fromkeys("•‧・･∙⋅.", "·"))
_HAN_GAP = re.compile(r"(?<=[^\x00-\u02ff]) +| +(?=[^\x00-\u02ff])")


class BadFieldError(UserError):
    """Says in Chinese what is wrong with what was typed, without repeating it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def compact(text: str) -> str:
    """Half-width characters only, and no spaces, tabs, invisible marks or spreadsheet text apostrophes."""
    if not (text.isascii() and text.isalnum()):
        folded = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in folded if unicodedata.category(c) not in _INVISIBLE and c != "'")
    return text


def match_key(text: str) -> str:
    """What two spellings of the same heading, cohort, employer or name have in common."""
    return compact(text).casefold().translate(_DOTS)


def tidy(text: str) -> str:
    """A name or an address as it is kept: as typed, without the padding of `王  兰`."""
    seen = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _CONTROL)
    return _HAN_GAP.sub("", " ".join(seen.split()))
