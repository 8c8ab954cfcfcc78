"""A process that books in a loop and says on its standard output what was acknowledged, until it is killed:
`python -m tests.log.booker URL NAME`."""

from __future__ import annotations

import sys
import threading
from itertools import count

from queueing.domain import Refusal
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking
from queueing.domain.holders import NewCard, OptOut, RegisterCards
from queueing.log import Desk, EventLog
from tests.log.world import BRANCH, Clock

SLOTS = ("20180605-1000", "20180605-1100")
WEB = {"by": "holder", "via": "web"}
_say = threading.Lock()


def acknowledge(*words: object) -> None:
    with _say:
        sys.stdout.write(" ".join(map(str, words)) + "\n")
        sys.stdout.flush()


def book(desk: Desk, name: str) -> None:
    """Register a card, book, move, opt out (two events), cancel; over and over."""
    for number in count():
        card = f"{name}-{number}"
        desk.handle(RegisterCards((NewCard(card, "getihu", "self"),)), by="system", via="system")
        for command in (
            BookSlot(card, SLOTS[0]),
            MoveBooking(card, SLOTS[1]),
            CancelBooking(card),
            OptOut(card),
        ):
            try:
                outcome = desk.handle(command, **WEB)
            except Refusal:
                continue
            for event in outcome.events:
                acknowledge(outcome.position, event.TOPIC, card)


def main(url: str, name: str) -> None:
    desk = Desk(EventLog(url), BRANCH, Clock())
    threads = [threading.Thread(target=book, args=(desk, f"{name}{n}"), daemon=True) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
