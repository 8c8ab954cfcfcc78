"""The code printed on slips, tickets and letters, which a scanner at the counter reads.

It holds the opaque card id and nothing about the person. It begins with the key that puts the cursor into the
counter's search field, so an ordinary scanner, which types what it reads and presses Enter, finds the person
wherever the cursor was.
"""

from __future__ import annotations

import re

import segno
from markupsafe import Markup

FOCUS_KEY = "/"
_SHAPE = re.compile(r"/?(C[A-Z2-7]{10})")


def code_text(card: str) -> str:
    """What the code says: capitals, so that it is a small code that reads well from thin paper."""
    return FOCUS_KEY + card.upper()


def card_of_code(text: str) -> str:
    """The card a scanned text names; empty when it is none of our codes."""
    found = _SHAPE.fullmatch(text)
    return found[1].lower() if found else ""


def code_picture(card: str) -> Markup:
    """The code as an SVG element."""
    code = segno.make(code_text(card), error="m", micro=False)
    return Markup(code.svg_inline(scale=5, border=4, title="扫码找人", svgclass="code-picture"))  # noqa: S704  our own SVG
