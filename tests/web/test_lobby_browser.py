"""The screen in the hall: it reacts to a call, says it aloud, names nobody, and shows when it is not up to
date."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from queueing.domain.counter import CallHolder, EndVisit, TicketWalkIn, WithdrawCall
from queueing.web.app import create_app
from tests.web.windows import own_browser
from tests.web.world import World, reserved_port, serving

pytestmark = pytest.mark.browser
HEAR = """
window.said = [];
speechSynthesis.speak = (one) => { window.said.push(one.text + ' ' + one.lang); };
"""


@pytest.fixture
def television(browser: Browser, world: World) -> Iterator[Page]:
    """A television in an empty hall; what it says is written down."""
    with world.system.desk.view() as state:
        here = list(state.visits)
    for card in here:
        world.do(EndVisit(card))
    with own_browser(browser, world, {"width": 1920, "height": 1080}) as context:
        context.add_init_script(HEAR)
        page = context.new_page()
        page.goto("/lobby")
        yield page


def heard(page: Page, times: int) -> None:
    """Wait until so much was said."""
    page.wait_for_function("times => window.said.length >= times", arg=times)


def digits(world: World, card: str) -> str:
    """A ticket's number as it is said."""
    return f"B{world.card(card).visit.ticket}".translate(str.maketrans("0123456789", "零一二三四五六七八九"))


def said(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.said")
    return found


def test_a_call_is_shown_and_said_and_nobody_is_named(world: World, television: Page) -> None:
    card, other = world.person(name="鞠桂英"), world.person(name="毕荣花")
    expect(television.locator(".called")).to_contain_text("现在没有人在等")
    for one in (card, other):
        world.do(TicketWalkIn(one))
    numbers = {one: f"B{world.card(one).visit.ticket}" for one in (card, other)}
    expect(television.locator(".numbers")).to_contain_text(numbers[other])
    expect(television.locator(".wait")).to_contain_text("2人在等")
    world.do(CallHolder(card, "3"))
    first = television.locator(".call").first
    expect(first).to_contain_text(numbers[card])
    expect(first).to_contain_text("请到 3 号窗口")
    heard(television, 1)
    number = digits(world, card)
    assert said(television) == [f"请{number}号，到3号窗口。请{number}号，到3号窗口。 zh-CN"]
    text = television.content()
    assert not [name for name in ("鞠桂英", "鞠", "毕荣花", "毕") if name in text]
    world.do(WithdrawCall(card))
    expect(television.locator(".called")).to_contain_text("请坐着等")
    world.do(CallHolder(card, "3"))
    expect(television.locator(".call")).to_have_count(1)
    heard(television, 2)
    assert said(television)[1] == said(television)[0], "who is called again is said again"


def test_the_newest_call_is_on_top_and_what_was_called_before_is_not_said_again(
    world: World, television: Page
) -> None:
    cards = [world.person() for _ in range(3)]
    for card in cards:
        world.do(TicketWalkIn(card))
    world.do(CallHolder(cards[0], "1"))
    expect(television.locator(".call")).to_have_count(1)
    television.reload()
    world.at(world.clock.now.replace(minute=5))
    world.do(CallHolder(cards[2], "2"))
    expect(television.locator(".call").first).to_contain_text("请到 2 号窗口")
    expect(television.locator(".call").first).to_have_class("call new")
    expect(television.locator(".call").last).to_have_class("call")
    heard(television, 1)
    number = digits(world, cards[2])
    assert said(television) == [f"请{number}号，到2号窗口。请{number}号，到2号窗口。 zh-CN"]


def test_sound_is_asked_for_once(television: Page) -> None:
    button = television.get_by_role("button", name="点一下，打开声音")
    if button.is_visible():
        button.click()
    expect(button).to_be_hidden()


def test_a_lost_connection_is_shown_and_comes_back_by_itself(world: World, television: Page) -> None:
    """The web is stopped and started again under the television."""
    lost = television.get_by_text("画面没有更新，正在重新连接")
    with reserved_port() as port:
        with serving(create_app(world.system, demo=False), port) as url:
            television.goto(f"{url}/lobby")
            expect(television.locator(".wait")).to_contain_text("0人在等")
            expect(lost).to_be_hidden()
        expect(lost).to_be_visible()
        world.do(TicketWalkIn(world.person()))
        with serving(create_app(world.system, demo=False), port):
            expect(lost).to_be_hidden()
            expect(television.locator(".wait")).to_contain_text("1人在等")
            television.goto("about:blank")


def test_five_windows_and_many_waiting_fit_on_the_screen(world: World, television: Page) -> None:
    cards = [world.person() for _ in range(16)]
    for card in cards:
        world.do(TicketWalkIn(card))
    for window, card in enumerate(cards[:6], start=1):
        world.do(CallHolder(card, str(window)))
    expect(television.locator(".call")).to_have_count(5)
    expect(television.locator(".numbers strong")).to_have_count(8)
    boxes = [television.locator(one).bounding_box() for one in (".call >> nth=4", ".wait", "footer")]
    bottoms = [box["y"] + box["height"] for box in boxes if box]
    assert bottoms[0] <= boxes[2]["y"] and bottoms[1] <= boxes[2]["y"], "nothing lies over the last line"  # type: ignore[index]
    assert bottoms[2] <= 1080 and television.evaluate("document.documentElement.scrollWidth") <= 1920
