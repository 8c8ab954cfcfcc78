"""Every page in every state: axe finds nothing; on retirees' pages, eyes and fingers find nothing either."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web.axe import ENABLED, examine
from tests.web.eyes import PHONE, complaints
from tests.web.quality import look_at
from tests.web.states import RETIREE, STATES
from tests.web.windows import own_browser
from tests.web.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, world: World) -> Iterator[Page]:
    with own_browser(browser, world, PHONE) as context:
        yield context.new_page()


@pytest.mark.parametrize("key", STATES)
def test_a_page_is_for_everybody(key: str, world: World, browser: Browser) -> None:
    seen = look_at(STATES[key], world, browser)
    assert not seen.problems, f"{key}:\n" + "\n".join(seen.problems)
    assert set(ENABLED[:2]) <= seen.passed, "the rules that were asked for had something to look at"


def test_axe_sees_what_is_wrong(page: Page, world: World) -> None:
    """The negative control: a page that breaks the rules is found out."""
    page.goto("/")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin',"
        " '<p class=grey>较淡的字</p><p class=pale>很淡的字</p>"
        "<a class=tiny href=/faq>一</a><a class=tiny href=/book>二</a><img src=/static/icon.svg>');"
        "document.querySelector('.grey').style.color = '#666';"
        "document.querySelector('.pale').style.color = '#888';"
        "for (const one of document.querySelectorAll('.tiny'))"
        " one.style = 'display: inline-block; width: 12px; height: 12px; overflow: hidden'"
    )
    broken = {one.rule.split(":")[0] for one in examine(page).violations}
    assert {"target-size", "color-contrast", "color-contrast-enhanced", "image-alt"} <= broken


def test_eyes_see_what_is_wrong(page: Page, world: World) -> None:
    page.goto("/")
    assert complaints(page) == []
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('afterbegin',"
        " '<h1>又一个</h1><p class=grey>很淡的字</p><p class=small>很小的字</p><a class=tiny href=/faq>一</a>"
        "<p class=wide>很宽</p>');"
        "document.querySelector('.grey').style.color = '#777';"
        "document.querySelector('.small').style.fontSize = '16px';"
        "document.querySelector('.tiny').style.display = 'inline-block';"
        "document.querySelector('.wide').style.width = '700px';"
    )
    found = "\n".join(complaints(page))
    for words in ("2 h1", "contrast 4", "text of 16.0 px", "target of", "700 px wide", "a desktop at 200 %"):
        assert words in found.replace("716", "700").replace("720", "700"), words


def test_retirees_have_a_page_for_every_state_of_a_card() -> None:
    retiree = {one.name for one in STATES.values() if one.area == RETIREE}
    assert {
        "too early",
        "already collected",
        "everything full",
        "the slot was closed",
        "with the employer",
    } <= retiree
