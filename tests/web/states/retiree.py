"""Pages for everybody and for holders: what a retiree, or a child on their behalf, may meet."""

from datetime import datetime

from queueing.domain.booking import BookSlot, RecordNoShow
from queueing.domain.handover import HandOver, SetAside
from queueing.domain.holders import EraseHolder
from queueing.domain.season import ChangeCapacity, CloseSlots
from tests.web.states.registry import RETIREE, Visit, pages, state

SLOT = "20180613-0930"
SLOTS = [
    f"201806{day}-{hour:02}{minute}"
    for day in (11, 12, 14)
    for hour in (9, 10, 14, 15)
    for minute in (15, 30, 45)
]
"""Times for those who are booked, so that no slot is full when many states are opened in one season."""

pages(
    RETIREE,
    first_page="/",
    questions="/faq",
    phone_number="/book",
    letter="/book/letter",
    wrong_address="/nothing",
)


@state(RETIREE, "first page, branch closed")
def closed(visit: Visit) -> None:
    visit.world.at(datetime(2018, 6, 5, 19, 0))
    visit.goto("/")


@state(RETIREE, "a wrong number")
def wrong_number(visit: Visit) -> None:
    visit.goto("/book").fill("#phone", "12")
    visit.send()


@state(RETIREE, "the code")
def code(visit: Visit) -> None:
    visit.goto("/book").fill("#phone", visit.world.phone(visit.world.person()))
    visit.send()


@state(RETIREE, "a wrong code")
def wrong_code(visit: Visit) -> None:
    code(visit)
    visit.page.fill("#code", "000000")
    visit.send()


@state(RETIREE, "a wrong letter code")
def wrong_letter(visit: Visit) -> None:
    page = visit.goto("/book/letter")
    page.fill("#name", "王小兰")
    page.fill("#code", "12345678")
    visit.send()


@state(RETIREE, "whose card", role="holder")
def whose(visit: Visit) -> None:
    visit.enter(visit.world.person(name="王小兰"), visit.world.person(name="欧阳建国"))
    visit.goto("/book/whose")


@state(RETIREE, "when", role="holder")
def when(visit: Visit) -> None:
    visit.enter(visit.world.person())
    visit.goto("/my/when")


@state(RETIREE, "days", role="holder")
def days(visit: Visit) -> None:
    visit.enter(visit.world.person())
    visit.goto("/my/days")


@state(RETIREE, "times of a day", role="holder")
def times(visit: Visit) -> None:
    visit.enter(visit.world.person())
    visit.goto("/my/day/2018-06-13")


@state(RETIREE, "times of a full day", role="holder")
def full_day(visit: Visit) -> None:
    with visit.world.system.desk.view() as held:
        slots = [slot for day, slots in held.days.items() if f"{day}" == "2018-06-25" for slot in slots]
    visit.world.do(ChangeCapacity(dict.fromkeys(slots, (0, 0)), "test"))
    visit.enter(visit.world.person())
    visit.goto("/my/day/2018-06-25")


@state(RETIREE, "check", role="holder")
def check(visit: Visit) -> None:
    visit.enter(visit.world.person())
    visit.goto(f"/my/check?slot={SLOT}")


@state(RETIREE, "done", role="holder")
def done(visit: Visit) -> None:
    check(visit)
    visit.send()


def booked(visit: Visit, slot: str = "") -> str:
    """Somebody who has a booking."""
    card = visit.world.person()
    slot = slot or SLOTS[next(visit.world.numbers) % len(SLOTS)]
    visit.world.do(BookSlot(card, slot), by="holder", via="web")
    visit.enter(card)
    return card


@state(RETIREE, "my booking", role="holder")
def mine(visit: Visit) -> None:
    booked(visit)
    visit.goto("/my")


@state(RETIREE, "change", role="holder")
def change(visit: Visit) -> None:
    booked(visit)
    visit.goto("/my/when")


@state(RETIREE, "check a change", role="holder")
def check_change(visit: Visit) -> None:
    booked(visit)
    visit.goto("/my/check?slot=20180615-1000")


@state(RETIREE, "cancel", role="holder")
def cancel(visit: Visit) -> None:
    booked(visit)
    visit.goto("/my/cancel")


@state(RETIREE, "cancelled", role="holder")
def cancelled(visit: Visit) -> None:
    cancel(visit)
    visit.send()


@state(RETIREE, "too early", role="holder")
def too_early(visit: Visit) -> None:
    visit.world.at(datetime(2018, 5, 21, 10, 0))
    visit.enter(visit.world.person())
    visit.goto("/my")


@state(RETIREE, "already collected", role="holder")
def collected(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(HandOver(card, "self", holder_id_seen=True))
    visit.enter(card)
    visit.goto("/my")


@state(RETIREE, "with the employer", role="holder")
def at_employer(visit: Visit) -> None:
    (card,) = visit.world.employer("e600", "林淑珍", handed=True)
    visit.enter(card)
    visit.goto("/my")


@state(RETIREE, "the place just went", role="holder")
def just_gone(visit: Visit) -> None:
    slot = "20180619-0930"
    visit.enter(visit.world.person())
    visit.goto(f"/my/check?slot={slot}")
    visit.world.do(ChangeCapacity({slot: (0, 0)}, "test"))
    visit.send()


@state(RETIREE, "the slot was closed", role="holder")
def shut(visit: Visit) -> None:
    slot = "20180621-0900"
    visit.enter(visit.world.person())
    visit.goto(f"/my/check?slot={slot}")
    visit.world.do(CloseSlots((slot,), "停电"))
    visit.send()


@state(RETIREE, "everything full", role="holder")
def all_full(visit: Visit) -> None:
    visit.world.at(datetime(2018, 7, 31, 16, 50))
    visit.enter(visit.world.person())
    visit.goto("/my")


@state(RETIREE, "after the season", role="holder")
def over(visit: Visit) -> None:
    visit.world.at(datetime(2018, 8, 2, 10, 0))
    visit.enter(visit.world.person())
    visit.goto("/my")


@state(RETIREE, "a card set aside", role="holder")
def set_aside(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(SetAside(card))
    visit.enter(card)
    visit.goto("/my")


@state(RETIREE, "erased", role="holder")
def erased(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(EraseHolder(card))
    visit.enter(card)
    visit.goto("/my")


@state(RETIREE, "a call is promised", role="holder")
def call_back(visit: Visit) -> None:
    set_aside(visit)
    visit.send("form[action='/my/call-back'] button")


@state(RETIREE, "an old page")
def stale(visit: Visit) -> None:
    page = visit.goto("/book")
    page.evaluate("document.querySelector('[name=form_token]').value = 'old'")
    page.fill("#phone", "15400000001")
    visit.send()


@state(RETIREE, "on paper", role="holder")
def paper(visit: Visit) -> None:
    booked(visit)
    visit.goto("/my/print")


@state(RETIREE, "moved by the branch", role="holder")
def moved(visit: Visit) -> None:
    booked(visit, "20180622-0900")
    visit.world.do(CloseSlots(("20180622-0900",), "停电"))
    visit.goto("/my")


@state(RETIREE, "changed in two touches", role="holder")
def changed(visit: Visit) -> None:
    change(visit)
    visit.send("button.pick >> nth=0")


@state(RETIREE, "did not come", role="holder")
def did_not_come(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.at(datetime(2018, 6, 5, 8, 0))
    visit.world.do(BookSlot(card, "20180605-0830"), by="holder", via="web")
    visit.world.at(datetime(2018, 6, 5, 11, 0))
    visit.world.do(RecordNoShow(card, visit.world.card(card).booking.number))
    visit.enter(card)
    visit.goto("/my")


@state(RETIREE, "first page, closed for the day")
def closed_for_the_day(visit: Visit) -> None:
    visit.world.at(datetime(2018, 7, 16, 9, 0))
    with visit.world.system.desk.view() as held:
        slots = held.days[visit.world.clock.now.date()]
        coming = tuple(
            slot for slot in slots if held.slots[slot].open and held.slots[slot].end > visit.world.clock.now
        )
    visit.world.do(CloseSlots(tuple(coming), "停电"))
    visit.world.catch_up()
    visit.goto("/")
