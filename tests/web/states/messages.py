"""A phone on the screen."""

from queueing.sms.inbound import receive
from tests.web.states.registry import Visit, pages, state

pages("messages", role="manager", pick="/phone")


@state("messages", "a phone with messages", role="manager")
def phone(visit: Visit) -> None:
    card = visit.world.person()
    visit.goto(f"/phone?card={card}")
    visit.page.fill("input[name=text]", "查询")
    visit.send("#last button")


pages("messages", role="counter", inbox_empty="/inbox", templates="/sms/templates")


def writes(visit: Visit, *texts: str) -> str:
    """Somebody who wrote; their card."""
    card = visit.world.person(name="初玉梅")
    for number, text in enumerate(texts):
        receive(visit.world.system, visit.world.phone(card), text, f"{card}-{number}", visit.world.clock.now)
    visit.world.projector.catch_up()
    return card


@state("messages", "somebody in the inbox", role="counter")
def inbox(visit: Visit) -> None:
    writes(visit, "9")
    visit.goto("/inbox")


@state("messages", "a conversation", role="counter")
def conversation(visit: Visit) -> None:
    visit.goto(f"/inbox/{writes(visit, '预约', '嗯呐老张说的那个啥', '那个啥呀到底')}")


@state("messages", "a calm word, to be chosen", role="manager")
def rumour(visit: Visit) -> None:
    visit.goto("/rumour")


@state("messages", "a calm word, to be confirmed", role="manager")
def rumour_preview(visit: Visit) -> None:
    visit.world.person()
    visit.goto("/rumour")
    visit.page.check("input[value=waiting]")
    visit.send()
