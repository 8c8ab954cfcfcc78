"""Pages for everybody, and what holds for every answer."""

from datetime import datetime

import pytest

from queueing.domain.counter import TicketWalkIn
from queueing.domain.season import CloseSlots
from queueing.season.faq import REQUIRED
from queueing.web.headers import HEADERS
from queueing.web.questions import QUESTIONS
from tests.web.world import World


def test_the_first_page_tells_where_when_and_that_there_is_no_hurry(world: World) -> None:
    world.catch_up()
    browser = world.browser()
    browser.get("/")
    for text in ("文登城区昆崙路37-4号", "7月31日", "不用着急", "身份证原件", "95588", "今天", "不挤"):
        assert text in browser.text
    assert "第二批 正在办" in browser.text


def test_the_first_page_tells_how_busy_the_hall_is_only_while_it_is_open(world: World) -> None:
    browser = world.browser()
    assert "现在大厅里" in browser.get("/").text
    world.at(datetime(2018, 6, 5, 19, 0))
    assert "现在大厅里" not in browser.get("/").text
    assert "今天" not in browser.text.split("网点忙不忙")[1].split("轮到谁了")[0]


def test_the_first_page_says_when_the_door_opens(world: World) -> None:
    world.catch_up()
    browser = world.browser()
    world.at(datetime(2018, 6, 5, 12, 0))
    assert "现在网点没有开门。6月5日 星期二 下午1:30开门。" in browser.get("/").text
    world.at(datetime(2018, 6, 8, 19, 0))
    assert "6月11日 星期一 上午8:30开门。" in browser.get("/").text


def test_the_first_page_warns_when_the_rest_of_the_day_is_closed(world: World) -> None:
    world.at(datetime(2018, 6, 29, 14, 40))
    with world.system.desk.view() as state:
        rest = [s for s in state.days[world.clock.now.date()] if state.slots[s].end > world.clock.now]
    assert "临时停办" not in world.browser().get("/").text
    world.do(CloseSlots(tuple(rest), "停电"))
    world.catch_up()
    text = world.browser().get("/").text
    assert "今天网点临时停办，请不要白跑" in text and "7月2日 星期一 上午8:30开门。" in text


def test_every_answer_has_a_question(world: World) -> None:
    browser = world.browser()
    browser.get("/faq")
    assert set(REQUIRED) <= set(QUESTIONS)
    for question in QUESTIONS.values():
        assert question in browser.text
    assert "{" not in browser.text


@pytest.mark.parametrize("path", ["/", "/faq", "/book", "/staff", "/static/base.css", "/nothing", "/healthz"])
def test_every_answer_carries_the_security_headers(world: World, path: str) -> None:
    answer = world.browser().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/faq", "/book", "/book/letter", "/nothing"])
def test_no_page_needs_anything_inline_or_from_elsewhere(world: World, path: str) -> None:
    html = world.browser().get(path).text
    assert "http://" not in html.replace("http://www.w3.org", "") and "https://" not in html
    assert " style=" not in html and "<style" not in html and " onclick" not in html
    assert html.count("<h1") == 1 and '<html lang="zh-CN"' in html


def test_letters_may_be_larger_and_the_choice_is_kept(world: World) -> None:
    browser = world.browser()
    browser.get("/look", size="30", back="/faq")
    assert str(browser.page.url).endswith("/faq") and "size-30" in browser.page.text
    assert "size-30" in browser.get("/book").text
    assert "high" in browser.get("/look", contrast="high").text.split("<head>")[0]
    assert "size-20" in world.browser().get("/").text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_look_leads_nowhere_else(world: World, back: str) -> None:
    browser = world.browser()
    browser.get("/look", size="24", back=back)
    assert str(browser.page.url) == f"{world.url}/"


def test_a_wrong_address_is_a_page_with_a_way_home(world: World) -> None:
    browser = world.browser()
    assert browser.get("/nothing").status_code == 404
    assert browser.heading == "没有这个页面" and 'href="/"' in browser.page.text
    assert browser.get("/my/day/not-a-day").status_code in (404, 422) or browser.heading == "请填手机号"


def test_health_is_good_while_the_store_answers(world: World) -> None:
    assert world.browser().get("/healthz").status_code == 200


def test_retiree_pages_are_light(world: World) -> None:
    browser = world.browser()
    assets = sum(
        len(browser.get(f"/static/{name}").content) for name in ("base.css", "people.css", "read.js")
    )
    for path in ("/", "/faq", "/book"):
        assert len(browser.get(path).content) + assets < 60_000


def test_the_first_page_names_the_year_of_a_date_in_another_year(world: World) -> None:
    browser = world.browser()
    assert "到12月31日前，旧卡、新卡都能用" in browser.get("/").text
    world.at(datetime(2017, 12, 5, 10, 0))
    assert "到2018年12月31日前，旧卡、新卡都能用" in browser.get("/").text


def test_the_screen_in_the_hall_says_that_the_door_is_shut(world: World) -> None:
    world.catch_up()
    browser = world.browser()
    assert "请坐着等" not in browser.get("/lobby").text
    assert "来了就能办" in browser.text
    assert "现在取号" in browser.text
    world.at(datetime(2018, 6, 5, 12, 0))
    assert "现在网点没有开门。6月5日 星期二 下午1:30开门。" in browser.get("/lobby").text
    assert "现在取号" not in browser.text


def test_the_screen_in_the_hall_serves_who_is_still_there_after_hours(world: World) -> None:
    world.do(TicketWalkIn(world.person()))
    world.at(datetime(2018, 6, 5, 17, 5))
    text = world.browser().get("/lobby").text
    assert "请坐着等，马上叫号" in text
    assert "没有开门" not in text
