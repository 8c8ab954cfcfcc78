"""The manager's board, changing hours and limits, and the lists."""

from queueing.domain.booking import BookSlot
from tests.web.states.registry import Visit, pages, state

pages(
    "board",
    role="manager",
    board="/board",
    changes="/changes",
    pacing="/pacing",
    whatif="/whatif?day=2018-06-06&full=true&windows=3",
)
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
    visit.page.click("text=先看会影响谁")
