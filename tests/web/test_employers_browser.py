"""The employer flow from the first call to the activated cards, on both sides, in a real Chromium."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from queueing.domain.handover import ActivateCards
from queueing.web import staff
from tests.web.eyes import DESKTOP
from tests.web.windows import own_browser
from tests.web.world import PASSWORD, TUESDAY, World

pytestmark = pytest.mark.browser
Side = Callable[..., Page]


@pytest.fixture
def side(browser: Browser, world: World) -> Iterator[Side]:
    """Somebody signed in, in a browser of their own."""
    contexts = []

    def sit_down(role: str, employer: str = "") -> Page:
        context = own_browser(browser, world, DESKTOP, accept_downloads=True)
        contexts.append(context)
        login = f"side{role}{employer}{next(world.numbers)}"
        with psycopg.connect(world.system.url, autocommit=True) as conn:
            staff.add_account(conn, login, role, PASSWORD, employer)
        page = context.new_page()
        page.goto("/staff")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        return page

    yield sit_down
    for context in contexts:
        context.close()


def state(page: Page, world: World, name: str) -> str:
    """What the list says of an employer."""
    world.catch_up()
    page.goto("/employers")
    page.keyboard.press("/")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    return page.locator(".big-table .badge").first.inner_text()


def test_from_the_first_call_to_activated_cards(world: World, side: Side, tmp_path: Path) -> None:
    cards = world.employer("e850", "周洪福", "吕爱华", "阎桂珍")
    bank = side("counter")
    assert state(bank, world, "文登e850厂") == "待联系"
    bank.get_by_role("link", name="文登e850厂").click()
    bank.get_by_label("说了什么").fill("会计请假，周三回来")
    bank.get_by_label("下一步").select_option("call")
    bank.get_by_label("最晚").fill("2018-06-07")
    bank.get_by_role("button", name="没人接").click()
    expect(bank.locator(".calls")).to_contain_text("会计请假，周三回来")
    bank.get_by_role("button", name="已接通").click()
    assert state(bank, world, "文登e850厂") == "已联系"
    bank.get_by_role("link", name="文登e850厂").click()
    bank.get_by_label("约定来领").fill("2018-06-06T10:00")
    bank.get_by_role("button", name="约定", exact=True).click()
    assert state(bank, world, "文登e850厂") == "已约时间"
    bank.get_by_role("link", name="文登e850厂").click()
    bank.get_by_role("button", name="交出3张卡").click()
    expect(bank.get_by_role("alert")).to_contain_text("请核对经办人身份证")
    bank.get_by_label("已看经办人身份证原件").check()
    bank.get_by_label("公章", exact=True).check()
    bank.get_by_role("button", name="交出3张卡").click()
    expect(bank.get_by_role("status")).to_contain_text("卡已全部交给单位经办人")
    assert state(bank, world, "文登e850厂") == "已领走"

    own = side("employer", "e850")
    expect(own.get_by_role("heading", level=1)).to_have_text("文登e850厂")
    own.locator(f"input[name=card-{cards[0]}][value=issued]").check()
    own.get_by_role("button", name="先存着").click()
    expect(own.get_by_text("已勾 1 人，还有 2 人没勾")).to_be_visible()
    with own.expect_download() as download:
        own.get_by_role("link", name="下载名单（Excel）").click()
    own.get_by_role("link", name="打印签名表").click()
    expect(own.locator("tbody tr")).to_have_count(3)
    own.goto("/employer")
    filled = tmp_path / "名单.xlsx"
    download.value.save_as(filled)
    own.get_by_label("名单文件").set_input_files(filled)
    own.get_by_role("button", name="上传").click()
    expect(own.get_by_role("alert")).to_contain_text("结果应写“已发”或“退回”")
    assert not world.card(cards[0]).done, "a list that is not filled in changes nothing"
    own.locator(f"input[name=card-{cards[1]}][value=issued]").check()
    own.locator(f"input[name=card-{cards[2]}][value=returned]").check()
    own.get_by_role("button", name="交回执", exact=True).click()
    expect(own.get_by_role("status")).to_contain_text("数目相符")
    assert state(bank, world, "文登e850厂") == "已核对"
    world.do(ActivateCards(tuple(cards[:2])), by="system", via="system")
    assert state(bank, world, "文登e850厂") == "已启用"
    bank.get_by_role("link", name="文登e850厂").click()
    expect(bank.get_by_role("heading", name="退回、改由本人领的卡")).to_be_visible()


def test_what_is_overdue_is_seen_and_called_for_and_fetched_back_only_by_staff(
    world: World, side: Side
) -> None:
    (card,) = world.employer("e851", "隋玉珍", handed=True)
    world.at(TUESDAY + timedelta(days=181))
    world.catch_up()
    bank = side("counter")
    bank.goto("/employers")
    bank.locator(".filters a", has_text="建议收回").click()
    bank.get_by_role("link", name="文登e851厂").click()
    expect(bank.get_by_text("收不收由您定")).to_be_visible()
    expect(bank.locator(".script")).to_contain_text("没有交回执")
    assert world.card(card).place == "employer"
    bank.get_by_label("已清点收回的1张卡").check()
    bank.get_by_role("button", name="全部收回").click()
    expect(bank.get_by_role("status")).to_contain_text("已收回")
    assert world.card(card).place == "recalled"
