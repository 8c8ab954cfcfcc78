"""The manager's board, changing hours and limits, and the lists."""

from queueing.domain.booking import BookSlot
from queueing.domain.counter import TicketWalkIn
from queueing.domain.plans import ChangePlan
from queueing.domain.season import ChangeWindows
from tests.web.states.registry import Visit, pages, state

pages(
    "board",
    role="manager",
    board="/board",
    changes="/changes",
    rules="/settings",
    records="/audit",
    pacing="/pacing",
    whatif="/whatif?day=2018-06-06&full=true&windows=3",
)
pages("crowd", role="manager", walk_ins="/walkins", limits="/limits", waits="/waits")
pages(
    "lists",
    role="manager",
    whom_to_phone="/lists/phone",
    whom_to_visit="/lists/home",
    not_collected="/lists/closing",
)


@state("board", "closing previewed", role="manager")
def preview(visit: Visit) -> None:
    visit.world.do(BookSlot(visit.world.person(), "20180608-0900"))
    visit.goto("/changes?day=2018-06-08")
    visit.page.check("input[name=slot] >> nth=2")
    visit.page.fill("#reason", "停电检修")
    visit.send("text=先看会影响谁 >> nth=0")


@state("board", "undo previewed", role="manager")
def undo_preview(visit: Visit) -> None:
    visit.world.do(BookSlot(visit.world.person(), "20180611-0900"))
    visit.world.do(ChangePlan("停电检修", closing=("20180611-0900",)))
    with visit.world.system.desk.view() as found:
        change = max(found.plans, key=int)
    visit.goto(f"/changes/undo/{change}")


@state("board", "several days previewed", role="manager")
def days_preview(visit: Visit) -> None:
    visit.goto("/changes")
    visit.page.fill("#first", "2018-06-12")
    visit.page.fill("#last", "2018-06-13")
    visit.page.fill("input[name=windows]", "2")
    visit.page.fill("#why", "培训")
    visit.send("#days button")


@state("board", "with everything to look after", role="manager")
def alarmed(visit: Visit) -> None:
    for _ in range(12):
        visit.world.do(TicketWalkIn(visit.world.person()))
    visit.world.do(ChangeWindows(1))
    visit.world.catch_up()
    visit.goto("/board")
    visit.page.click("summary >> nth=0")
    visit.world.do(ChangeWindows(4))


@state("board", "of the past", role="manager")
def past(visit: Visit) -> None:
    visit.goto("/board/past?at=2018-06-05T08:40")
    visit.page.wait_for_selector("[data-slider]:not([hidden])")


@state("board", "trail of a card", role="manager")
def trail(visit: Visit) -> None:
    card = visit.world.person()
    visit.world.do(BookSlot(card, "20180608-1000"))
    visit.goto(f"/audit/card/{card}")


@state("board", "trail of a clerk", role="manager")
def clerk(visit: Visit) -> None:
    visit.world.do(BookSlot(visit.world.person(), "20180608-1000"), by="staff:xiaoli")
    visit.world.catch_up()
    visit.goto("/audit/staff/xiaoli?day=2018-06-05")


@state("site", "an account being changed", role="admin")
def account_changed(visit: Visit) -> None:
    visit.goto("/accounts")
    visit.page.click("summary >> nth=0")
