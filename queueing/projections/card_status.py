"""`card_status`: everything the counter and the lists need to know of a card, one row a card."""

from __future__ import annotations

from datetime import datetime

from queueing.domain.events import Rules
from queueing.projections.tables import Row, Table


class CardStatus(Row, frozen=True, gc=False):
    """A card. Empty text, 0 and None mean "none".

    `wave` is the first opened wave that names its cohort. `booking`, `slot`, `told`, `version` and `via` (the
    channel it was made through) are those of the live booking; `booked_via` is the channel of the last
    booking, live or not, and `booked_at` when the first one was made. `visit` is "" (not in the hall), "hall"
    (waiting), "window" (being served) or "done" (ended by the hand-over); `visit_slot`, `visit_told`,
    `arrived_at`, `ticket` (0: booked) and `late` describe it. `collected_at` is when the hand-over happened,
    `served_via` the channel of the booking it ended, "walk_in", "home" or "employer", and `was…` what an undo
    brings back. `released`: an employer's card that its holder collects after all.
    """

    card: str
    cohort: str = ""
    channel: str = ""
    employer: str = ""
    released: bool = False
    band: str = ""
    priority: bool = False
    reach: bool = True
    place: str = "bank"
    registered: datetime | None = None
    wave: str = ""
    invites: int = 0
    last_invited: datetime | None = None
    sweep_round: int = 0
    booking: int = 0
    slot: str = ""
    told: datetime | None = None
    version: int = 0
    via: str = ""
    booked_via: str = ""
    booked_at: datetime | None = None
    no_shows: int = 0
    no_show_booking: int = 0
    no_show_slot: str = ""
    no_show_at: datetime | None = None
    no_show_undone: bool = False
    visit: str = ""
    visit_booking: int = 0
    visit_slot: str = ""
    visit_told: datetime | None = None
    arrived_at: datetime | None = None
    ticket: int = 0
    late: bool = False
    window_no: str = ""
    called_at: datetime | None = None
    collected_at: datetime | None = None
    collected_by: str = ""
    how: str = ""
    served_via: str = ""
    was: str = ""
    was_listed: str = ""
    was_home_visit: bool = False
    activated_at: datetime | None = None
    opted_out: bool = False
    unreachable: bool = False
    phone_list: str = ""
    home_visit: bool = False
    erased: bool = False
    updated_position: int = 0

    @property
    def done(self) -> bool:
        """The card was handed to its holder or a proxy."""
        return self.place == "handed"


class CohortWave(Row, frozen=True, gc=False):
    """The first opened wave that names a cohort."""

    cohort: str
    wave: str = ""


class CardRules(Row, frozen=True, gc=False):
    """The rule of the season that the phone list depends on."""

    season: str
    phone_list_after: int = Rules().phone_list_after


CARDS = Table(
    "card_status",
    CardStatus,
    {
        "booked": "(slot) WHERE booking > 0",
        "visiting": "(visit) WHERE visit IN ('hall', 'window')",
        "employer": "(employer) WHERE employer <> ''",
        "told": "(told) WHERE told IS NOT NULL",
        "arrived": "(arrived_at) WHERE arrived_at IS NOT NULL",
        "collected": "(collected_at) WHERE collected_at IS NOT NULL",
        "missed": "(no_show_slot) WHERE no_show_slot <> ''",
    },
)
WAVES = Table("card_wave", CohortWave)
RULES = Table("card_rules", CardRules)
