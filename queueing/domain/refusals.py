"""One class per rule that can say no, carrying ids. The edge turns them into a friendly sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


class Refusal(Exception):  # noqa: N818  (a refusal is an answer, not an error)
    """A command was understood and not carried out; nothing changed."""


@dataclass(unsafe_hash=True)
class SeasonNotOpen(Refusal):
    """No season is open at this branch."""


@dataclass(unsafe_hash=True)
class SeasonAlreadyOpen(Refusal):
    """A season is open already."""

    season: str


@dataclass(unsafe_hash=True)
class SeasonOver(Refusal):
    """The last day of the season has passed."""

    last_day: date


@dataclass(unsafe_hash=True)
class UnknownCard(Refusal):
    """No such card."""

    card: str


@dataclass(unsafe_hash=True)
class UnknownSlot(Refusal):
    """No such slot."""

    slot: str


@dataclass(unsafe_hash=True)
class UnknownEmployer(Refusal):
    """No such employer."""

    employer: str


@dataclass(unsafe_hash=True)
class TooEarly(Refusal):
    """The holder's wave opens on `opens`."""

    card: str
    opens: date


@dataclass(unsafe_hash=True)
class SlotPast(Refusal):
    """The slot has begun or is over."""

    slot: str


@dataclass(unsafe_hash=True)
class SlotNotOpen(Refusal):
    """The branch closed this slot."""

    slot: str


@dataclass(unsafe_hash=True)
class SlotFull(Refusal):
    """No place is left in this slot for this person now."""

    slot: str


@dataclass(unsafe_hash=True)
class NothingFree(Refusal):
    """No slot with room fits what was asked."""

    card: str


@dataclass(unsafe_hash=True)
class AlreadyBooked(Refusal):
    """The card has a live booking."""

    card: str
    slot: str
    told: datetime


@dataclass(unsafe_hash=True)
class AlreadyCollected(Refusal):
    """The card was handed out."""

    card: str
    at: datetime
    how: str


@dataclass(unsafe_hash=True)
class NoBooking(Refusal):
    """The card has no live booking."""

    card: str


@dataclass(unsafe_hash=True)
class NotToday(Refusal):
    """The card's booking is for another day."""

    card: str
    told: datetime


@dataclass(unsafe_hash=True)
class AtEmployer(Refusal):
    """The employer hands this card out; it has it (`held`) or will fetch it."""

    card: str
    employer: str
    held: bool


@dataclass(unsafe_hash=True)
class CardNotHere(Refusal):
    """The card is not where it would have to be (`place`)."""

    card: str
    place: str


@dataclass(unsafe_hash=True)
class HolderIsErased(Refusal):
    """The holder's data were erased."""

    card: str


@dataclass(unsafe_hash=True)
class NotWaiting(Refusal):
    """The holder is not in the hall."""

    card: str


@dataclass(unsafe_hash=True)
class NobodyWaiting(Refusal):
    """Nobody is waiting to be called."""


@dataclass(unsafe_hash=True)
class CalledElsewhere(Refusal):
    """Another window serves this holder."""

    card: str
    window: str


@dataclass(unsafe_hash=True)
class WindowBusy(Refusal):
    """The window is serving somebody else."""

    window: str
    card: str


@dataclass(unsafe_hash=True)
class IdsNotSeen(Refusal):
    """A card leaves the counter only against the original ID (both IDs with a proxy)."""

    card: str
    how: str


@dataclass(unsafe_hash=True)
class SealNotSeen(Refusal):
    """Cards leave for an employer only against the clerk's ID and the company or finance seal."""

    employer: str


@dataclass(unsafe_hash=True)
class NotThisEmployers(Refusal):
    """These cards are not the employer's to take."""

    employer: str
    cards: tuple[str, ...]


@dataclass(unsafe_hash=True)
class RosterDiffers(Refusal):
    """Handed is not issued + returned: `missing` are on neither list, `unexpected` were never handed over,
    `twice` are on both."""

    employer: str
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    twice: tuple[str, ...]


@dataclass(unsafe_hash=True)
class NothingHanded(Refusal):
    """The employer holds no cards."""

    employer: str


@dataclass(unsafe_hash=True)
class NotCollected(Refusal):
    """There is no hand-over to undo."""

    card: str


@dataclass(unsafe_hash=True)
class NoNoShow(Refusal):
    """There is no no-show to undo."""

    card: str


@dataclass(unsafe_hash=True)
class UndoTooLate(Refusal):
    """A slip can be undone at the counter for `minutes` only."""

    card: str
    minutes: int


@dataclass(unsafe_hash=True)
class NotYetNoShow(Refusal):
    """The holder may still come, or is here."""

    card: str


@dataclass(unsafe_hash=True)
class ReasonMissing(Refusal):
    """A correction needs a reason."""


@dataclass(unsafe_hash=True)
class UnknownChange(Refusal):
    """No such change of the plan."""

    change: str


@dataclass(unsafe_hash=True)
class NothingToUndo(Refusal):
    """Nothing of this change is left to take back: it is over, or a later change that stands (`other`, made
    for `reason`) decides about the same."""

    change: str
    other: str = ""
    reason: str = ""


@dataclass(unsafe_hash=True)
class BadValue(Refusal):
    """A field of the command makes no sense (`field` is its name)."""

    field: str


@dataclass(unsafe_hash=True)
class InvitationsArePaused(Refusal):
    """The manager paused the notices."""

    reason: str
