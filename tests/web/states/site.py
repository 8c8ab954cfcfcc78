"""Signing in, accounts, and what staff read when something is wrong."""

from tests.web.states.registry import Visit, pages, state

pages("site", sign_in="/staff")
pages("site", role="admin", accounts="/accounts", keys="/keys", own_password="/password")
pages("site", role="manager", webhooks="/webhooks")
pages("site", api_reference="/api/v1/docs", api_problems="/api/problems")


@state("site", "a wrong password")
def wrong_password(visit: Visit) -> None:
    page = visit.goto("/staff")
    page.fill("#login", "nobody")
    page.fill("#password", "not the one")
    visit.send()


@state("site", "not for this role", role="counter")
def not_yours(visit: Visit) -> None:
    visit.goto("/accounts")
