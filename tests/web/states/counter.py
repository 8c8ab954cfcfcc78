"""The counter and the screen in the hall."""

from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, CallHolder, TicketWalkIn
from queueing.domain.disputes import DisputeHandOver
from queueing.domain.handover import HandOver, SetAside
from queueing.domain.holders import ListForPhone
from tests.web.states.registry import Visit, pages, state
from tests.web.world import TUESDAY

pages("counter", role="counter", start="/counter", manifest="/counter/manifest")
pages("counter", role="counter", outage="/counter/outage")
pages("lobby", screen="/lobby")


def shown(visit: Visit, card: str) -> None:
    visit.goto(f"/counter?card={card}")


@state("counter", "somebody without a booking", role="counter")
def free(visit: Visit) -> None:
    shown(visit, visit.world.person())


@state("counter", "somebody booked", role="counter")
def booked(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(BookSlot(card, "20180605-1000"))
    shown(visit, card)


@state("counter", "somebody waiting", role="counter")
def waiting(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(TicketWalkIn(card))
    shown(visit, card)


@state("counter", "handing over", role="counter")
def handing_over(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(TicketWalkIn(card))
    visit.goto("/counter")
    visit.page.fill("#window", "3")
    visit.page.click("form[action='/counter/window'] button")
    visit.page.wait_for_selector("[data-live$='window=3']")
    visit.world.do(CallHolder(card, "3"))
    shown(visit, card)


@state("counter", "handed over", role="counter")
def handed_over(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(HandOver(card, "self", holder_id_seen=True))
    shown(visit, card)


@state("counter", "nobody found", role="counter")
def nobody(visit: Visit) -> None:
    visit.goto("/counter")
    visit.page.fill("#q", "查无此人")
    visit.send(".search button")


@state("counter", "several found", role="counter")
def several(visit: Visit) -> None:
    visit.world.person(name="鞠桂英")
    visit.world.person(name="鞠桂英")
    visit.goto("/counter")
    visit.page.fill("#q", "鞠桂英")
    visit.send(".search button")


@state("counter", "appointment slip", role="counter")
def slip(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(BookSlot(card, "20180606-1000"))
    visit.goto(f"/counter/slip?card={card}")


@state("lobby", "numbers called")
def called(visit: Visit) -> None:
    card, other = visit.world.person(), visit.world.person()
    visit.world.do(BookSlot(card, "20180605-0915"))
    visit.world.do(ArriveHolder(card))
    visit.world.do(CallHolder(card, "2"))
    visit.world.do(TicketWalkIn(other))
    visit.goto("/lobby")


@state("counter", "refused", role="counter")
def refused(visit: Visit) -> None:
    visit.world.employer("e690", "周洪福", handed=True)
    with visit.world.system.desk.view() as known:
        (card,) = known.employers["e690"].held
    shown(visit, card)
    visit.page.keyboard.press("Escape")


@state("counter", "on the phone, with times offered", role="counter")
def on_the_phone(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(ListForPhone(card, "asked"))
    visit.goto(f"/counter?card={card}&on=phone")
    visit.page.keyboard.press("o")
    visit.page.wait_for_selector("[data-key=q]")


@state("counter", "all times of a day", role="counter")
def times(visit: Visit) -> None:
    visit.goto(f"/counter/times?card={visit.world.person()}&day=2018-06-13")


@state("counter", "a defective card", role="counter")
def defective(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(SetAside(card))
    shown(visit, card)


@state("counter", "a ticket", role="counter")
def ticket(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(TicketWalkIn(card))
    visit.goto(f"/counter/slip?card={card}")


@state("counter", "what to do with the new card", role="counter")
def afterwards(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(HandOver(card, "self", holder_id_seen=True))
    visit.goto(f"/counter/slip?card={card}")


@state("counter", "an outage entered, with a conflict", role="counter")
def outage(visit: Visit) -> None:
    card = visit.world.person(name="林冲突")
    visit.world.do(HandOver(card, "self", holder_id_seen=True))
    visit.world.do(DisputeHandOver(card, "proxy", TUESDAY.replace(hour=8), "collected"))
    visit.goto("/counter/outage")
    visit.page.fill("#text", "没有这个人 8:40")
    visit.send("button:has-text('补录这一段')")


@state("lobby", "not up to date")
def stale(visit: Visit) -> None:
    visit.goto("/lobby")
    visit.page.evaluate("document.documentElement.classList.add('stale')")
