"""What goes in and comes out, as the OpenAPI document describes it. Moments carry the branch's offset; one
without an offset that comes in is branch time. Ids are opaque; no name, phone or ID number comes out."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from queueing.domain.events import Event
from queueing.system import ZONE
from queueing.webhooks.payload import fact

_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
_SLOT = r"^[0-9]{8}-[0-9]{4}$"
MOST_CARDS = 50_000


def branch_time(value: datetime) -> datetime:
    """Naive local branch time, as the rules have it."""
    try:
        return value.astimezone(ZONE).replace(tzinfo=None) if value.tzinfo else value
    except (OverflowError, ValueError):
        raise ValueError("out of range") from None


def with_offset(value: datetime) -> datetime:
    """A moment of the branch on its way out."""
    return value if value.tzinfo else value.replace(tzinfo=ZONE)


CardId = Annotated[str, Field(pattern=_ID, description="卡的编号，没有含义。", examples=["c4r7k2m9q0xv"])]
SlotId = Annotated[
    str, Field(pattern=_SLOT, description="时段的开始，写作 YYYYMMDD-HHMM。", examples=["20180605-0930"])
]
EmployerId = Annotated[str, Field(pattern=_ID, description="单位编号。", examples=["e001"])]
BookingNumber = Annotated[int, Field(ge=1, le=2_000_000_000, description="预约码。", examples=[128])]
Window = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,8}$", description="窗口号。", examples=["2"])]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=60, description="为什么；不要写电话和身份证号。", examples=["按错了"]),
]
MomentIn = Annotated[datetime, AfterValidator(branch_time), Field(examples=["2018-06-05T09:30:00+08:00"])]
Moment = Annotated[datetime, AfterValidator(with_offset), Field(examples=["2018-06-05T09:30:00+08:00"])]


class In(BaseModel):
    """A body. Fields nobody knows are an error: a misspelt one would be passed over."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """An answer, made from attributes."""

    model_config = ConfigDict(from_attributes=True)


Level = Literal["calm", "busy", "crowded", "closed"]
LEVEL = "还没过的时段里大厅挤不挤：calm 不挤，busy 有点挤，crowded 很挤，closed 停办；有没有号看 room。"
Room = Literal["free", "few", "full", "none"]
ROOM = "还能不能约：free 有号，few 快约满（剩下不到15%），full 约满，none 停办或者已经过了。"


class Slot(Out):
    """A slot as the board shows it."""

    slot: SlotId
    start: Moment
    ends: Moment
    open: bool
    capacity: int = Field(description="名额。")
    booked: int = Field(description="有效的预约。")
    free: int = Field(description="没人约的名额，其中可能有替人留着的。")
    due: int = Field(description="约了，还没到店的。")
    arrived: int
    collected: int
    no_shows: int
    walk_ins: int = Field(description="现场取号数。")
    expected: float = Field(description="预计来的人数。")
    level: Level = Field(description=LEVEL)
    level_text: str = Field(description="大厅挤不挤，给人看的话。", examples=["不挤"])
    room: Room = Field(description=ROOM)
    room_text: str = Field(description="还有没有号，给人看的话。", examples=["快约满"])
    waiting: float = Field(description="这一段里人最多的时候，预计几个人在等。")
    p95: float = Field(description="同上，95%的日子不超过。")
    simulated: bool = Field(description="预计是模拟出来的；否则是快速估算。")


class Slots(Out):
    """Slots in order of time."""

    slots: list[Slot]


class Place(Out):
    """A slot as one holder may have it."""

    slot: SlotId
    start: Moment
    ends: Moment
    free: int = Field(description="这位领卡人经这把密钥的渠道还能约到的名额。")


class Availability(Out):
    """Open slots ahead, for one holder."""

    card: CardId
    places: list[Place]


class Offered(Out):
    """A place that is kept."""

    slot: SlotId
    told: Moment = Field(description="如果约下来，几点来。")


class Offer(Out):
    """Places kept for a holder until `until`."""

    card: CardId
    until: Moment
    places: list[Offered]


class Booking(Out):
    """A live booking. `version` counts its moves, from 1."""

    booking: BookingNumber
    card: CardId
    slot: SlotId
    told: Moment = Field(description="几点来。")
    version: int
    via: str = Field(description="经哪个渠道约的。")


class Visit(Out):
    """A holder in the hall."""

    slot: SlotId
    told: Moment
    arrived: Moment
    number: str = Field(description="叫的号。", examples=["A128"])
    ticket: int
    booking: int
    late: bool
    window: str


class Card(Out):
    """A card: where it is, and what its holder has. Nothing about who that is."""

    card: CardId
    cohort: str
    channel: Literal["self", "employer"]
    employer: str
    place: str = Field(
        description="卡在哪里：bank 银行，window 窗口，employer 单位，returned 单位退回，"
        "recalled 从单位收回，handed 已交出，defective 有质量问题。"
    )
    band: str
    priority: bool
    opens: date | None = Field(description="从哪天起可以预约。")
    booking: Booking | None
    visit: Visit | None
    no_shows: int
    collected: Moment | None
    how: str = Field(
        description='怎么领的：""还没领，"self" 本人，"proxy" 家人代领，"home" 上门，"employer" 单位发。'
    )
    activated: bool
    erased: bool


class Cards(Out):
    """Cards that were found."""

    cards: list[Card]


class Fact(Out):
    """Something that happened."""

    kind: str = Field(examples=["slot-booked"])
    at: Moment
    by: str = Field(
        description="谁：holder 领卡人，staff 工作人员，employer:<编号> 单位，"
        "api:<密钥名> 业务系统，system 系统。"
    )
    via: str
    data: dict[str, Any] = Field(description="这件事自己的各项，只有没有含义的编号。")


class FeedFact(Fact):
    """A fact and its position in the log."""

    position: int


class Feed(Out):
    """Facts in order. Ask on with `after` = `next`; positions have gaps."""

    events: list[FeedFact]
    next: int
    more: bool


class Done(Out):
    """What followed; `facts` is empty when it had been done before. Read models contain it once they reached
    `position`."""

    position: int
    facts: list[Fact]


class Ticket(Out):
    """What somebody without a booking for now got: a ticket, their own booking (they arrived), or places on
    other days that are kept for them."""

    got: str = Field(description="得到的：ticket 号，arrived 算到店，offer 留号。")
    card: CardId
    number: str = Field(description="叫的号；留号时为空。", examples=["B3"])
    told: Moment | None
    offer: Offer | None
    why: str = Field(
        default="",
        description=(
            "为什么不是现在：busy 等的人多，amber、red 大厅要满，rumour 传言，quota 号发完，near、full 号满。"
        ),
    )


class Queue(Out):
    """The hall of this moment."""

    waiting: list[Waiting]
    served: list[Waiting]
    windows: int
    expected_wait: float = Field(description="现在来的人大约等几分钟。")


class Waiting(Out):
    """Somebody in the hall, next first."""

    card: CardId
    number: str
    priority: bool
    minutes: int
    window: str


class Employer(Out):
    """An employer and how far it is."""

    employer: EmployerId
    name: str
    state: Literal["to_call", "called", "appointed", "handed_over", "reconciled", "activated"]
    state_text: str
    cards: int
    at_bank: int
    held: int
    handed: int
    issued: int
    returned: int
    activated: int
    overdue: bool


class Employers(Out):
    """All employers, in order of id."""

    employers: list[Employer]


class EmployerCards(Out):
    """The cards an employer has, and those that wait for it at the bank."""

    employer: EmployerId
    held: list[CardId]
    at_bank: list[CardId]


class Day(Out):
    """A day, by the board's definitions."""

    day: date
    slots: int
    open_slots: int
    capacity: int
    booked: int
    free: int
    expected: float
    level: Level = Field(description=LEVEL)
    level_text: str = Field(description="大厅挤不挤，给人看的话。", examples=["不挤"])
    room: Room = Field(description=ROOM)
    room_text: str = Field(description="还有没有号，给人看的话。", examples=["快约满"])
    bookings: int
    moved: int
    cancelled: int
    no_shows: int
    arrivals: int
    walk_ins: int
    collected: int
    invited: int
    employer_handed: int
    employer_issued: int
    employer_returned: int


class Days(Out):
    """Days in order."""

    days: list[Day]


class Webhook(Out):
    """A subscription. Without `kinds`, all kinds of facts."""

    id: str
    url: str
    kinds: list[str]
    active: bool
    position: int = Field(description="到这里为止都发过了，或与它无关。")
    behind: int = Field(description="后面还有多少。")
    failing_since: Moment | None
    last_error: str
    next_try: Moment | None
    old_until: Moment | None = Field(description="在这以前，推送同时用旧密钥签名。")


class NewWebhook(Webhook):
    """A subscription with its secret, which is shown once."""

    secret: str = Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])


class Webhooks(Out):
    """Subscriptions of this key."""

    webhooks: list[Webhook]


class Delivery(Out):
    """An attempt: the receiver's status, or what went wrong."""

    id: str
    position: int
    kind: str
    at: Moment
    status: int
    error: str


class Deliveries(Out):
    """The last attempts, newest first."""

    attempts: list[Delivery]


# --- bodies -------------------------------------------------------------------------------------------------


class Lookup(In):
    """One way to say whose card: the phone, or the name and the code of the letter. In the body, so that it
    stands in no log of addresses."""

    phone: str = Field("", max_length=30, examples=["15400000001"])
    name: str = Field("", max_length=40)
    code: str = Field("", max_length=12, description="信上的8位数字。")


class Wanted(In):
    """Places for whom, and what would suit."""

    card: CardId
    days: list[date] = Field([], max_length=31)
    part: Literal["", "am", "pm"] = ""
    near: time | None = None
    more: bool = Field(False, description="换几个没给过这个人的，可以一直换。")


class Book(In):
    """A place for a holder."""

    card: CardId
    slot: SlotId


class Move(In):
    """Another slot."""

    slot: SlotId


class OfCard(In):
    """Whose."""

    card: CardId


class WalkIn(In):
    """Who came without a booking for now. `override`: staff's reason to serve them now all the same."""

    card: CardId
    override: str = Field(default="", max_length=60, description="有难处，写明原因，现在就办。")


class Call(In):
    """To which window; without a card, whoever is next."""

    window: Window
    card: CardId | None = None


class HandOver(In):
    """To the holder ("self", "home") or a proxy, against the original IDs."""

    card: CardId
    how: Literal["self", "proxy", "home"] = "self"
    ids_seen: list[Literal["holder", "proxy"]] = Field(max_length=2, examples=[["holder"]])
    window: Window | Literal[""] = ""
    happened: MomentIn | None = Field(None, description="停机后补录时，写当时的时间。")


class WithReason(In):
    """Why."""

    reason: Reason


class NoShow(In):
    """Which booking."""

    booking: BookingNumber


class EmployerCalled(In):
    """How the call ended."""

    outcome: Literal["answered", "no_answer", "wrong_number"]


class Appointment(In):
    """When the clerk comes."""

    when: MomentIn


class ToEmployer(In):
    """The clerk's ID and a seal were seen. Without `cards`, all that lie here."""

    clerk_id_seen: bool
    seal: Literal["company", "finance"]
    cards: list[CardId] = Field([], max_length=MOST_CARDS)


class Roster(In):
    """Who got their card, and the cards that came back. Together they are what was handed over."""

    issued: list[CardId] = Field([], max_length=MOST_CARDS, examples=[["c4r7k2m9q0xv"]])
    returned: list[CardId] = Field([], max_length=MOST_CARDS, examples=[["c8w3n5t1z6yb"]])


class Activate(In):
    """Cards that were handed out."""

    cards: list[CardId] = Field(min_length=1, max_length=1000)


class Subscribe(In):
    """Where to, and which kinds of facts (none: all)."""

    url: str = Field(max_length=500, examples=["https://crm.example.com/hooks/queueing"])
    kinds: list[str] = Field([], max_length=100, examples=[["slot-booked", "card-collected"]])
    after: int | None = Field(None, ge=0, le=2**62, description="从这个位置之后开始；不写就从现在开始。")


class From(In):
    """Deliver again what came after a position."""

    after: int = Field(ge=0, le=2**62)


class Overlap(In):
    """How long the former secret signs too."""

    hours: int = Field(24, ge=0, le=168, examples=[24], description="几小时。")


Queue.model_rebuild()


def as_fact(event: Event) -> Fact:
    """A fact on its way out."""
    return Fact(**fact(event))
