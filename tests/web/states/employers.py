"""Employers: the bank's side, and their own."""

from tests.web.states.registry import Visit, pages, state

pages("employers", role="counter", all="/employers")


@state("employers", "to call", role="counter")
def to_call(visit: Visit) -> None:
    visit.world.employer("e700", "周洪福", "吕爱华")
    visit.goto("/employers/e700")


@state("employers", "a roster to fill in", role="counter")
def roster(visit: Visit) -> None:
    visit.world.employer("e701", "周洪福", "吕爱华", handed=True)
    visit.goto("/employers/e701")


@state("employers", "a roster that does not add up", role="counter")
def differs(visit: Visit) -> None:
    one, _ = visit.world.employer("e702", "周洪福", "吕爱华", handed=True)
    visit.goto("/employers/e702")
    visit.page.check(f"input[name=card-{one}][value=issued]")
    visit.page.get_by_role("button", name="交回执", exact=True).click()


@state("employers", "a list to sign", role="counter")
def to_sign(visit: Visit) -> None:
    visit.world.employer("e703", "周洪福", handed=True)
    visit.goto("/roster/e703/print")


@state("employers", "an employer's own page", role="employer")
def own(visit: Visit) -> None:
    visit.world.employer("e704", "周洪福", "吕爱华", handed=True)
    visit.sign_in("employer", "e704")
    visit.goto("/employer")
