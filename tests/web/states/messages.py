"""A phone on the screen."""

from tests.web.states.registry import Visit, pages, state

pages("messages", role="manager", pick="/phone")


@state("messages", "a phone with messages", role="manager")
def phone(visit: Visit) -> None:
    card = visit.world.person()
    visit.goto(f"/phone?card={card}")
    visit.page.fill("input[name=text]", "查询")
    visit.page.click("#last button")
    visit.page.wait_for_load_state()
