"""The golden messages: what people write, what they mean, and how it is read.

A line has the message, what was meant and, where the grammar reads something else, that as well: we know of
it, and it must not get worse unseen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from queueing.sms.grammar import read
from tests.sms.shorthand import shorthand

TUESDAY = date(2018, 6, 5)
FILE = Path(__file__).parent / "golden.tsv"


@dataclass(frozen=True)
class Golden:
    """A message, what was meant, and what we know it to be read as."""

    text: str
    meant: str
    known: str


def load() -> list[Golden]:
    """All golden messages, in the order of the file."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if "\t" in line and not line.startswith("# ")]
    return [Golden(row[0], row[1], row[-1]) for row in rows]


CATEGORIES = {
    "CHOOSE": "a number, or words that stand for one",
    "BOOK": "a time: days, hours, parts of the day",
    "MORE": "other places than those offered",
    "MOVE": "another time than the one booked",
    "CANCEL": "giving the place back",
    "STATUS": "what is booked, whether the card is there",
    "WAIT": "how long the wait is now",
    "AGAIN": "once more, please",
    "YES": "yes",
    "KEEP": "comes as booked",
    "NO": "no",
    "NOT_NOW": "later, not now",
    "COLLECTED": "already collected",
    "PROXY": "somebody else comes",
    "HOME_VISIT": "cannot travel",
    "FAQ": "a question with a standing answer",
    "HELP": "greetings, and not knowing how",
    "AGENT": "a person, please; lost cards, new numbers",
    "STOP": "no more messages",
    "START": "messages again",
    "THANKS": "courtesy",
    "UNKNOWN": "nothing we could do: not guessed",
}


def table(rows: Sequence[Golden]) -> str:
    """Per category: how many messages, how many read as they were meant, how many as no more than "not
    understood", and how many as something else."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in CATEGORIES}
    for row in rows:
        counts[row.meant.split()[0]][_verdict(row)] += 1
    lines = [
        "| what was meant | messages | read right | not understood | read as something else |",
        "|---|---:|---:|---:|---:|",
    ]
    total: Counter[str] = Counter()
    for name, label in CATEGORIES.items():
        lines.append(_line(label, counts[name]))
        total += counts[name]
    return "\n".join([*lines, _line("**all**", total)])


def _verdict(row: Golden) -> str:
    found = shorthand(read(row.text, TUESDAY))
    if found == row.meant:
        return "right"
    return "missed" if found.split()[0] == "UNKNOWN" else "wrong"


def _line(label: str, found: Counter[str]) -> str:
    return f"| {label} | {found.total()} | {found['right']} | {found['missed']} | {found['wrong']} |"


def otherwise(rows: Sequence[Golden]) -> str:
    """The messages that are read as something else than was meant."""
    found = [row for row in rows if _verdict(row) == "wrong"]
    return "\n".join(f"| {row.text} | `{row.meant}` | `{row.known}` |" for row in found)
