"""What a season is made of. Each struct is a table of a file in `config/`; see docs/season.md."""

from datetime import date, time
from typing import Annotated, Literal

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1, le=100_000)]
Minutes = Annotated[int, Meta(ge=1, le=1440)]
Share = Annotated[float, Meta(ge=0, le=1)]
PositiveShare = Annotated[float, Meta(gt=0, le=1)]
ShortId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,23}$")]
Text = Annotated[str, Meta(min_length=1, max_length=400)]
Day = date  # for tables that have a key called date


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a configuration file: immutable, by keyword, and strict about unknown keys."""


class Branch(Table, frozen=True):
    """The place. `sms_*` are spelled with simplified characters only, as carriers ask of a message."""

    id: ShortId
    name: Text
    address: Text
    landmark: Text
    phone: Annotated[str, Meta(pattern=r"^[0-9-]{5,13}$")]
    sms_signature: Annotated[str, Meta(min_length=2, max_length=12)]
    sms_address: Text


class Session(Table, frozen=True):
    """An unbroken stretch of opening, written "08:30-11:30" in the file."""

    start: time
    end: time


Sessions = tuple[Session, ...]


class Weekly(Table, frozen=True):
    """The usual week, by weekday."""

    mon: Sessions
    tue: Sessions
    wed: Sessions
    thu: Sessions
    fri: Sessions
    sat: Sessions = ()
    sun: Sessions = ()


class DayException(Table, frozen=True):
    """One date that differs: other sessions (none at all is closed), or another number of windows."""

    date: Day
    reason: Text
    sessions: Sessions | None = None
    windows: Annotated[int, Meta(ge=1, le=50)] | None = None


class Hours(Table, frozen=True):
    """When the branch serves people."""

    weekly: Weekly
    swapped_working_day: Sessions
    exceptions: tuple[DayException, ...] = ()


class CapacityRule(Table, frozen=True):
    """The numbers of the net-capacity rule (queueing.crowd.capacity) and of the times people are told."""

    windows: Annotated[int, Meta(ge=1, le=50)]
    service_minutes: Annotated[float, Meta(gt=0, le=60)]
    slot_minutes: Annotated[int, Meta(ge=5, le=120)]
    told_step_minutes: Annotated[int, Meta(ge=1, le=120)]
    load: PositiveShare
    show_rate: Annotated[float, Meta(ge=0.3, le=1)]
    first_slot_factor: PositiveShare
    walk_ins_stay: Share
    walk_ins_per_day: Annotated[float, Meta(ge=0, le=5000)]
    walk_in_places_per_day: Annotated[int, Meta(ge=0, le=5000)]
    walk_in_profile: dict[Annotated[int, Meta(ge=0, le=23)], Annotated[float, Meta(ge=0, le=1000)]]
    walk_in_quota: Annotated[int, Meta(ge=0, le=5000)] = 0


class HallRule(Table, frozen=True):
    """The waiting hall: usable square metres, seats, companions who come with each person and collect
    nothing, and the share of those who collect who come two by two."""

    area: Annotated[float, Meta(gt=0, le=5000)]
    seats: Annotated[int, Meta(ge=1, le=2000)]
    companions: Annotated[float, Meta(ge=0, le=5)]
    couples: Share = 0.2


class Reserve(Table, frozen=True):
    """A share of each slot kept for a channel or a cohort until the overflow time."""

    pool: Annotated[str, Meta(pattern=r"^(channel:(sms|web|phone|walkin)|cohort:[a-z][a-z0-9-]*)$")]
    share: PositiveShare


class Reserves(Table, frozen=True):
    """All reserved places, and when the unused ones go to everybody."""

    overflow_hours_before: Annotated[float, Meta(ge=0, le=720)]
    pools: tuple[Reserve, ...] = ()


class Offers(Table, frozen=True):
    """Places offered by message and held for the answer."""

    hold_minutes: Minutes
    held_share: Share
    places: Annotated[int, Meta(ge=1, le=3)]
    calm_first: bool = True


class Counter(Table, frozen=True):
    """Late people and people who did not come."""

    grace_minutes: Annotated[int, Meta(ge=0, le=240)]
    no_show_after_minutes: Annotated[int, Meta(ge=0, le=480)]
    no_shows_before_phone_list: Annotated[int, Meta(ge=1, le=10)]
    later_from: Annotated[int, Meta(ge=0, le=1000)] = 4
    walk_in_control: bool = True


class Reminders(Table, frozen=True):
    """When a booked person is reminded."""

    day_before_at: time
    minutes_before: Minutes


class Messages(Table, frozen=True):
    """When, and how often, a person may be written to."""

    quiet_from: time
    quiet_until: time
    max_per_person_per_day: Annotated[int, Meta(ge=1, le=20)]

    def quiet_at(self, at: time) -> bool:
        """Whether nothing may be sent at this time of day; the quiet hours usually pass midnight."""
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


class Sweep(Table, frozen=True):
    """The closing round: everyone who has not collected is told, again and again, then a last time."""

    date: Day
    repeat_every_days: Annotated[int, Meta(ge=1, le=60)]
    last_call: Day


class EmployerDeadlines(Table, frozen=True):
    """What an employer who took cards owes, counted from the day it took them."""

    deliver_within_working_days: Annotated[int, Meta(ge=1, le=120)]
    roster_due_days: Annotated[int, Meta(ge=1, le=365)]
    recall_after_days: Annotated[int, Meta(ge=1, le=1000)]


class Invitations(Table, frozen=True):
    """Pacing: invite as many as the places of the coming days can take, given how many respond."""

    theta: PositiveShare
    horizon_days: Annotated[int, Meta(ge=1, le=60)]
    response_prior: PositiveShare
    max_batch: Count
    again_after_no_show_days: Annotated[int, Meta(ge=1, le=60)]
    again_after_silence_days: Annotated[int, Meta(ge=1, le=60)]


class Facts(Table, frozen=True):
    """Dates that the answers quote."""

    certify_by: date
    both_cards_until: date


class Cohort(Table, frozen=True):
    """A kind of holder; `spellings` are what import files may call it."""

    id: ShortId
    name: Text
    channel: Literal["self", "employer"]
    spellings: tuple[Text, ...] = ()


class Wave(Table, frozen=True):
    """From `opens` to the end of the season its cohorts may collect; `everyone` opens to all who have not."""

    id: ShortId
    name: Text
    opens: date
    cohorts: tuple[ShortId, ...] = ()
    everyone: bool = False


class Faq(Table, frozen=True):
    """One answer. `{placeholders}` are filled by queueing.season.faq."""

    sms: Text
    web: Annotated[str, Meta(min_length=1, max_length=2000)]
    keywords: tuple[Text, ...]


class SmsSettings(Table, frozen=True):
    """The tables of sms.toml: by template, the code it is registered under with a provider. A code here goes
    before the one in the templates' manifest."""

    aliyun: dict[str, Annotated[str, Meta(pattern=r"^SMS_[0-9]{4,20}$")]] = {}
    tencent: dict[str, Annotated[str, Meta(pattern=r"^[0-9]{4,20}$")]] = {}
    twilio: dict[str, Annotated[str, Meta(pattern=r"^HX[0-9a-f]{32}$")]] = {}


class HolidayYear(Table, frozen=True):
    """Public holidays, and weekend days worked in exchange, of one year."""

    holidays: tuple[date, ...] = ()
    working_days: tuple[date, ...] = ()


class SeasonSettings(Table, frozen=True):
    """The tables of season.toml."""

    id: ShortId
    name: Text
    first_day: date
    last_day: date
    branch: Branch
    hours: Hours
    capacity: CapacityRule
    hall: HallRule
    reserves: Reserves
    offers: Offers
    counter: Counter
    reminders: Reminders
    messages: Messages
    sweep: Sweep
    employers: EmployerDeadlines
    invitations: Invitations
    facts: Facts


class WaveSettings(Table, frozen=True):
    """The tables of waves.toml."""

    cohorts: tuple[Cohort, ...]
    waves: tuple[Wave, ...]


class HolidaySettings(Table, frozen=True):
    """The tables of holidays.toml, one a year."""

    years: dict[Annotated[int, Meta(ge=1900, le=9999)], HolidayYear] = {}


class Season(SeasonSettings, frozen=True):
    """Everything about one season at one branch."""

    cohorts: tuple[Cohort, ...]
    waves: tuple[Wave, ...]
    faq: dict[str, Faq]
    holidays: dict[int, HolidayYear]
    sms: SmsSettings = SmsSettings()
    notes: tuple[str, ...] = ()
    map: str = ""
    """The sketch of the way there, an SVG element; empty where there is none."""

    def cohort(self, cohort_id: str) -> Cohort:
        """The cohort with this id; KeyError when there is none."""
        return {cohort.id: cohort for cohort in self.cohorts}[cohort_id]

    def wave(self, wave_id: str) -> Wave:
        """The wave with this id; KeyError when there is none."""
        return {wave.id: wave for wave in self.waves}[wave_id]

    def wave_of(self, cohort_id: str) -> Wave:
        """The wave in which a cohort's turn comes: the one that names it, else the one for everyone."""
        named = [wave for wave in self.waves if cohort_id in wave.cohorts]
        return (named or [wave for wave in self.waves if wave.everyone])[0]
