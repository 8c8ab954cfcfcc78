"""The counter and the screen in the hall."""

from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, CallHolder, HandOver, TicketWalkIn
from tests.web.states.registry import Visit, pages, state

pages("counter", role="counter", start="/counter", manifest="/counter/manifest")
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
    visit.send("form[action='/counter/window'] button")
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
