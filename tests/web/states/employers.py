"""Employers: the bank's side, and their own."""

from datetime import timedelta

from queueing.domain.employers import CallEmployer, ReturnRoster
from tests.web.states.registry import Visit, pages, state
from tests.web.world import TUESDAY

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
    visit.send("button:text-is('交回执')")


@state("employers", "a list to sign", role="counter")
def to_sign(visit: Visit) -> None:
    visit.world.employer("e703", "周洪福", handed=True)
    visit.goto("/roster/e703/print")


@state("employers", "an employer's own page", role="employer")
def own(visit: Visit) -> None:
    visit.world.employer("e704", "周洪福", "吕爱华", handed=True)
    visit.sign_in("employer", "e704")
    visit.goto("/employer")


@state("employers", "late, with a recall proposed", role="counter")
def late(visit: Visit) -> None:
    visit.world.employer("e705", "周洪福", "吕爱华", handed=True)
    visit.world.do(CallEmployer("e705", "no_answer", "call", TUESDAY.date()))
    visit.world.at(TUESDAY + timedelta(days=200))
    visit.sign_in("counter")
    visit.goto("/employers/e705")


@state("employers", "all, some late", role="counter")
def all_late(visit: Visit) -> None:
    visit.world.employer("e706", "周洪福", handed=True)
    visit.world.at(TUESDAY + timedelta(days=20))
    visit.world.catch_up()
    visit.sign_in("counter")
    visit.goto("/employers?show=overdue")


@state("employers", "cards that came back", role="counter")
def came_back(visit: Visit) -> None:
    one, two = visit.world.employer("e707", "周洪福", "吕爱华", handed=True)
    visit.world.do(ReturnRoster("e707", (one,), (two,)))
    visit.world.catch_up()
    visit.goto("/employers/e707")


@state("employers", "an employer's own page, late", role="employer")
def own_late(visit: Visit) -> None:
    visit.world.employer("e708", "周洪福", handed=True)
    visit.world.at(TUESDAY + timedelta(days=20))
    visit.sign_in("employer", "e708")
    visit.goto("/employer")
