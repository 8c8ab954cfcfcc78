"""The manager's board, changes with a preview, and the lists."""

import asyncio
import csv
import io
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from itertools import count, islice, takewhile

import httpx
import pytest
from openpyxl import load_workbook

from queueing.crowd.told import for_newcomer
from queueing.domain.booking import BookSlot
from queueing.domain.counter import ArriveHolder, EndVisit, TicketWalkIn
from queueing.domain.handover import HandOver
from queueing.domain.holders import ListForPhone, RequestHomeVisit
from queueing.domain.state import Slot
from queueing.domain.waits import windows_open
from queueing.policies.foresight import foresee
from queueing.projections import queries
from queueing.web import live, staff
from queueing.web.live import Live, Piece
from queueing.web.sheets import SHEETS
from tests.patience import PATIENCE
from tests.web.world import Browser, World


@pytest.fixture
def manager(world: World) -> Browser:
    return world.signed_in("manager")


def book(world: World, slot: str, count: int = 1) -> list[str]:
    cards = [world.person() for _ in range(count)]
    for card in cards:
        world.do(BookSlot(card, slot), via="sms")
    return cards


def test_the_board_shows_the_numbers_of_the_projections(world: World, manager: Browser) -> None:
    here, served, _ = book(world, "20180605-1000", 3)
    world.do(ArriveHolder(here))
    world.do(ArriveHolder(served))
    world.do(HandOver(served, "self", holder_id_seen=True))
    world.do(TicketWalkIn(world.person()))
    world.catch_up()
    manager.get("/board")
    with world.system.pool.connection() as conn:
        slots = queries.slot_loads(conn, world.clock.now.date(), world.clock.now)
        totals = queries.season_totals(conn)
    for text in (
        f"名额{sum(s.capacity for s in slots)}",
        f"已到 {sum(s.arrived for s in slots)}",
        f"今天已领 {sum(s.collected for s in slots)}",
        f"现场取号 {sum(s.walk_ins for s in slots)}",
        f"卡 {totals.cards}",
    ):
        assert text in manager.text, text
    assert manager.page.text.count('class="slot') >= len(slots), "a bar a slot"
    assert "第二批" in manager.text and "托管退休职工" in manager.text and "扫尾：7月1日" in manager.text


def test_screen_csv_and_xlsx_show_the_same_numbers(world: World, manager: Browser) -> None:
    here, _ = book(world, "20180605-1030", 2)
    world.do(ArriveHolder(here))
    world.catch_up()
    manager.get("/board")
    screen = {
        row[0]: re.findall(r"<t[dh][^>]*>(?:<span[^>]*>)?([^<]*)", row[1])
        for row in re.findall(r'<tr data-slot="([^"]+)">(.*?)</tr>', manager.page.text)
    }
    with_csv = list(csv.reader(io.StringIO(fetched(manager, "/board/slots.csv").decode("utf-8-sig"))))
    page = load_workbook(io.BytesIO(fetched(manager, "/board/slots.xlsx"))).active
    with_xlsx = [list(row) for row in page.iter_rows(values_only=True)]
    assert len(screen) == len(with_csv) - 1 == len(with_xlsx) - 1 > 20
    assert with_csv[0] == with_xlsx[0] and page.freeze_panes == "A2"
    found = dict(zip(screen, zip(with_csv[1:], with_xlsx[1:], strict=True), strict=True))
    assert found["20180605-1030"][0][2:5:2] == ["2", "1"], "booked, arrived"
    for slot, shown in screen.items():
        text, cells = found[slot]
        numbers = [float(value) for value in text[1:9]]
        assert numbers == [float(cell) for cell in cells[1:9]]
        assert [round(n) for n in numbers] == [int(value) for value in shown[1:9]]
        assert text[9:11] == cells[9:11] == shown[9:11], "whether a place is left, and how crowded"
        waiting, p95, chance = (float(cell) for cell in cells[11:14])
        assert [f"{waiting:.0f}", f"{p95:.0f}", f"{100 * chance:.0f}%"] == shown[11:14]


def test_every_sheet_opens_as_both_kinds(world: World, manager: Browser) -> None:
    world.catch_up()
    for name in SHEETS:
        rows = list(csv.reader(io.StringIO(fetched(manager, f"/board/{name}.csv").decode("utf-8-sig"))))
        page = load_workbook(io.BytesIO(fetched(manager, f"/board/{name}.xlsx"))).active
        assert len(rows) == page.max_row > 1 and len(rows[0]) == page.max_column, name
    with world.system.pool.connection() as conn:
        totals = queries.season_totals(conn)
    season = dict(csv.reader(io.StringIO(fetched(manager, "/board/season.csv").decode("utf-8-sig"))))
    assert season["卡"] == str(totals.cards) and season["现有预约"] == str(totals.booked)
    assert manager.get("/board/nothing.csv").status_code == 404
    assert manager.get("/board/slots.pdf").status_code in (404, 422)


def fetched(manager: Browser, path: str) -> bytes:
    answer = manager.http.get(path)
    assert answer.status_code == 200, path
    return answer.content


def test_windows_change_and_make_no_sense(world: World, manager: Browser) -> None:
    manager.post("/board/windows", {"windows": "6"})
    assert "今天开放窗口：6个" in manager.text
    with world.system.desk.view() as state:
        assert state.facts.windows_today == (world.clock.now.date(), 6)
    manager.post("/board/windows", {"windows": "99"})
    assert "填得不对" in manager.text
    assert manager.post("/board/windows", {"windows": "many"}).status_code == 422
    assert manager.heading == "填写的内容不对"


def test_a_newcomer_s_wait_is_told_as_a_range_from_those_before_them(world: World, manager: Browser) -> None:
    manager.post("/board/windows", {"windows": "1"})
    for _ in range(5):
        world.do(TicketWalkIn(world.person()))
    with world.system.desk.view() as state:
        told = for_newcomer(state, world.clock.now)
    assert told is not None and told.mean >= 5 * 4
    manager.get("/board")
    assert f"新来的等{told.stated[0]}到{told.stated[1]}分钟" in manager.text
    manager.post("/board/windows", {"windows": "4"})


def test_closing_slots_is_previewed_then_done_then_undone(world: World, manager: Browser) -> None:
    card, other = book(world, "20180613-0900", 2)
    world.catch_up()
    form = {
        "day": "2018-06-13",
        "slot": ["20180613-0900", "20180613-0915"],
        "what": "close",
        "reason": "停电检修",
    }
    manager.get("/changes", day="2018-06-13")
    assert "20180613-0900" in manager.page.text
    manager.post("/changes/preview", form)
    assert (
        manager.heading == "确认停办" and "2人 的预约会受影响" in manager.text and "停电检修" in manager.text
    )
    assert "6月13日 星期三 上午9:30" in manager.text
    assert world.card(card).booking.slot == "20180613-0900", "a preview changes nothing"
    again = {name: manager.values(name) for name in ("day", "what", "capacity", "walk_ins", "reason", "slot")}
    manager.post("/changes/apply", again)
    assert "停办已生效：2个时间段，2人改到别的时间" in manager.text
    assert {world.card(c).booking.slot for c in (card, other)} == {"20180613-0930"}
    world.catch_up()
    manager.get("/changes", day="2018-06-13")
    assert "停办" in manager.text
    manager.post("/changes/apply", {**form, "what": "reopen"})
    assert "恢复办理已生效" in manager.text
    with world.system.desk.view() as state:
        assert state.slots["20180613-0900"].open


def confirmed(manager: Browser) -> dict[str, list[str]]:
    """The fields of the preview's form."""
    names = ("day", "what", "reason", "capacity", "walk_ins", "slot", "first", "last", "windows", "hours")
    return {name: values for name in names if (values := manager.values(name))}


def test_a_change_is_undone_and_brings_people_back(world: World, manager: Browser) -> None:
    (card,) = book(world, "20180619-0900")
    form = {"day": "2018-06-19", "slot": "20180619-0900", "what": "close", "reason": "停电抢修"}
    manager.post("/changes/apply", form)
    assert world.card(card).booking.slot == "20180619-0915"
    manager.get("/changes")
    (change,) = re.findall(r'href="/changes/undo/(\d+)"', manager.page.text.split("停电抢修")[1])[:1]
    manager.get(f"/changes/undo/{change}")
    assert manager.heading == "确认撤销" and "6月19日 星期二 上午9:00" in manager.text
    assert world.card(card).booking.slot == "20180619-0915", "a preview changes nothing"
    manager.post("/changes/undo", {"change": change, "reason": "来电了"})
    assert f"第{change}次调整已撤销，1人改到别的时间" in manager.text
    assert world.card(card).booking.slot == "20180619-0900"
    manager.get(f"/changes/undo/{change}")
    assert "已经撤销" in manager.text


def test_an_undo_names_the_later_change_that_decides(world: World, manager: Browser) -> None:
    slots = {"day": "2018-06-20", "slot": ["20180620-0900", "20180620-0915"]}
    manager.post("/changes/apply", {**slots, "what": "close", "reason": "检修线路"})
    manager.post("/changes/apply", {**slots, "what": "reopen", "slot": "20180620-0900", "reason": "先开半边"})
    last = len(plans_of(world))
    manager.get(f"/changes/undo/{last - 1}")
    assert f"第{last}次调整（先开半边）之后管到的，保持那次的样子" in manager.text
    manager.post("/changes/apply", {**slots, "what": "reopen", "slot": "20180620-0915", "reason": "全开"})
    refused = f"现在由第{last + 1}次调整（全开）决定；要恢复，请先撤销第{last + 1}次。"
    manager.get(f"/changes/undo/{last - 1}")
    assert refused in manager.text
    manager.post("/changes/undo", {"change": str(last - 1), "reason": "改错了"})
    assert refused in manager.text


def plans_of(world: World) -> list[str]:
    with world.system.desk.view() as state:
        return list(state.plans)


def test_fewer_windows_on_several_days_lower_the_limits_by_the_rule(world: World, manager: Browser) -> None:
    form = {"what": "windows", "first": "2018-06-27", "last": "2018-06-29", "windows": "2", "reason": "培训"}
    before = slots_of(world, date(2018, 6, 28))
    manager.post("/changes/preview", form)
    assert "3天每天开2个窗口" in manager.text
    rest = re.search(r"能从容接待多少人 (\d+) (\d+)", manager.text)
    assert rest is not None and int(rest[2]) < int(rest[1])
    assert re.search(r"窗口利用率 \d+% \d+% .*高峰等候不超过（95%） \d+人 \d+人", manager.text)
    assert "可行：" in manager.text
    manager.post("/changes/apply", confirmed(manager))
    after = slots_of(world, date(2018, 6, 28))
    assert sum(slot.plain for slot in after) * 2 == pytest.approx(sum(slot.plain for slot in before), rel=0.1)
    assert sum(slot.capacity for slot in after) < 0.6 * sum(slot.capacity for slot in before)
    with world.system.desk.view() as state:
        assert windows_open(state, date(2018, 6, 28)) == 2
        assert windows_open(state, date(2018, 7, 2)) == 4


def test_other_hours_close_and_open_slots(world: World, manager: Browser) -> None:
    (card,) = book(world, "20180626-1600")
    hours = "8:30-11:30 12:00-15:00"
    form = {"what": "hours", "first": "2018-06-26", "last": "2018-06-26", "hours": hours, "reason": "停水"}
    manager.post("/changes/preview", form)
    assert "新开6个时间段：6月26日12:00至13:15" in manager.text and "1人 的预约会受影响" in manager.text
    assert "改期短信（样稿，各人的时间见表）：" in manager.text, "the message they get is shown"
    manager.post("/changes/preview", {**form, "what": "shut"})
    days = re.search(r"还有几个办理日 (\d+) (\d+)", manager.text)
    assert days is not None and int(days[1]) - int(days[2]) == 1
    assert re.search(r"高峰等候不超过（95%） \d+人 不办理", manager.text)
    manager.post("/changes/preview", form)
    manager.post("/changes/apply", confirmed(manager))
    open_now = [slot for slot in slots_of(world, date(2018, 6, 26)) if slot.open]
    assert (open_now[0].start.hour, open_now[-1].end.hour) == (8, 15)
    assert world.card(card).booking.told.date() > date(2018, 6, 26)
    manager.post("/changes/apply", {**form, "what": "shut", "reason": "全天停水"})
    assert not [slot for slot in slots_of(world, date(2018, 6, 26)) if slot.open]


def test_a_day_that_was_shut_is_closed_for_everybody(world: World, manager: Browser) -> None:
    manager.post("/changes/apply", {"what": "shut", "first": "2018-06-05", "reason": "停电"})
    assert "整天停办已生效" in manager.text
    world.catch_up()
    assert "今天网点临时停办" in world.browser().get("/").text
    manager.get("/changes")
    (change,) = re.findall(r'href="/changes/undo/(\d+)"', manager.page.text)[:1]
    manager.post("/changes/undo", {"change": change, "reason": "来电"})
    assert [slot for slot in slots_of(world, date(2018, 6, 5)) if slot.open]


def slots_of(world: World, day: date) -> list[Slot]:
    with world.system.desk.view() as state:
        return [state.slots[slot] for slot in state.days[day]]


def test_who_no_message_reaches_is_to_be_phoned(world: World, manager: Browser) -> None:
    card = world.person(name="侯玉珍", phone="", reach=False)
    world.do(BookSlot(card, "20180625-0900"))
    form = {"day": "2018-06-25", "slot": "20180625-0900", "what": "close", "reason": "停电"}
    manager.post("/changes/preview", form)
    assert "1人 收不到短信" in manager.text and "侯玉珍" in manager.text and "请打电话" in manager.text
    manager.post("/changes/apply", form)
    world.catch_up()
    assert "侯玉珍" in manager.get("/lists/phone").text


def test_a_whole_morning_is_closed_at_once(world: World, manager: Browser) -> None:
    manager.post("/changes/apply", {"day": "2018-06-22", "part": "am", "what": "close", "reason": "停电"})
    with world.system.desk.view() as state:
        shut = [s for s in state.days[date(2018, 6, 22)] if not state.slots[s].open]
    assert shut and shut[0] == "20180622-0830" and shut[-1] < "20180622-1200"
    assert f"停办已生效：{len(shut)}个时间段" in manager.text


def test_a_smaller_limit_moves_the_last_to_book(world: World, manager: Browser) -> None:
    first, second = book(world, "20180614-1000", 2)
    form = {
        "day": "2018-06-14",
        "slot": "20180614-1000",
        "what": "limit",
        "capacity": "1",
        "walk_ins": "2",
        "reason": "少一个窗口",
    }
    manager.post("/changes/preview", form)
    assert "1人 的预约会受影响" in manager.text
    manager.post("/changes/apply", form)
    assert world.card(first).booking.slot == "20180614-1000" != world.card(second).booking.slot


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"what": "close", "reason": "x"}, "请先勾选"),
        ({"slot": "20180614-0900", "what": "close", "reason": " "}, "请写明原因"),
        ({"slot": "20180614-0900", "what": "paint", "reason": "x"}, "请选明"),
        ({"what": "windows", "reason": "x", "first": "2018-06-15", "last": "2018-06-14"}, "请选好从哪天"),
        ({"what": "windows", "reason": "x", "first": "2018-06-14", "windows": "0"}, "请填开几个窗口"),
        ({"what": "hours", "reason": "x", "first": "2018-06-14", "hours": "上午"}, "看不懂办理时间"),
        ({"what": "hours", "reason": "x", "first": "2018-06-14", "hours": "10:00-9:00"}, "看不懂办理时间"),
        ({"what": "windows", "reason": "x", "first": "2018-06-16", "windows": "2"}, "都不办理"),
        (
            {"slot": "20180614-0900", "what": "limit", "capacity": "", "walk_ins": "1", "reason": "x"},
            "请填好",
        ),
        ({"slot": "20180610-0900", "what": "close", "reason": "x"}, "没有这个时间段"),
    ],
)
def test_a_change_that_makes_no_sense_is_explained(
    world: World, manager: Browser, form: dict, said: str
) -> None:
    for path in ("/changes/preview", "/changes/apply"):
        manager.post(path, {"day": "2018-06-14", **form})
        assert said in manager.text
        assert manager.page.url.params["day"] == "2018-06-14"


def test_a_past_slot_is_not_closed(world: World, manager: Browser) -> None:
    manager.post(
        "/changes/apply", {"day": "2018-06-04", "slot": "20180604-0900", "what": "close", "reason": "x"}
    )
    assert "已经开始或过去" in manager.text


def test_the_lists_show_people_and_why(world: World, manager: Browser) -> None:
    call, visit = world.person(name="谭玉英"), world.person(name="荣福山", band="90")
    world.do(ListForPhone(call, "asked"))
    world.do(RequestHomeVisit(visit))
    world.catch_up()
    manager.get("/lists/phone")
    assert "谭玉英" in manager.text and "本人请求回电" in manager.text
    assert "荣福山" in manager.get("/lists/home").text
    manager.get("/lists/closing")
    assert "谭玉英" in manager.text
    rows = list(
        csv.DictReader(io.StringIO(manager.http.get("/lists/closing.csv").content.decode("utf-8-sig")))
    )
    with world.system.pool.connection() as conn:
        assert len(rows) == len(queries.closing_list(conn))
    assert manager.get("/lists/nothing").status_code == 404


def test_no_cell_of_an_export_is_a_formula(world: World, manager: Browser) -> None:
    card = world.person(name="=cmd()")
    world.do(ListForPhone(card, "asked"))
    world.catch_up()
    text = manager.http.get("/lists/phone.csv").content.decode("utf-8-sig")
    assert "'=cmd()" in text and ",=cmd()" not in text


def live_events(world: World, viewer: Browser, path: str, last: str = "") -> Iterator[tuple[str, str]]:
    """What a watcher who has `last` gets, as (id, piece); a beat (nothing is new) is ("", "")."""
    headers = {"Last-Event-ID": last} if last else {}
    cookies = dict(viewer.http.cookies)
    with httpx.stream("GET", world.url + path, cookies=cookies, headers=headers, timeout=PATIENCE) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        number, data, beat = "", list[str](), False
        for line in stream.iter_lines():
            number = line[4:] if line.startswith("id: ") else number
            beat = beat or line == "event: beat"
            if line.startswith("data: "):
                data.append(line[6:])
            elif not line and (data or beat):
                yield (number, "\n".join(data)) if data else ("", "")
                number, data, beat = "", [], False


def test_the_board_is_live(world: World, manager: Browser) -> None:
    book(world, "20180605-1015", 1)
    world.catch_up()

    def somebody_comes() -> None:
        world.do(TicketWalkIn(world.person()))
        world.catch_up()

    with closing(live_events(world, manager, "/board/live")) as pieces:
        _, first = next(pieces)
        somebody_comes()
        second = next(piece for _, piece in pieces if piece and tickets_on(piece) != tickets_on(first))
    assert tickets_on(second) == tickets_on(first) + 1


def next_piece(world: World, manager: Browser, last: str = "") -> tuple[str, str]:
    """The next event of the board for a listener who has `last`."""
    with closing(live_events(world, manager, "/board/live", last)) as pieces:
        return next(pieces)


def test_a_listener_who_was_away_misses_nothing_and_one_who_was_not_is_sent_nothing(
    world: World, manager: Browser
) -> None:
    world.catch_up()
    had, before = next_piece(world, manager)
    for _ in range(3):
        world.do(TicketWalkIn(world.person()))
    world.catch_up()
    has, after = next_piece(world, manager, had)
    assert has != had and tickets_on(after) == tickets_on(before) + 3
    with closing(live_events(world, manager, "/board/live", has)) as pieces:
        # The day's peaks may just have been simulated: that is news. The rest is a beat.
        news = list(takewhile(bool, (piece for _, piece in pieces)))
    assert after not in news


def tickets_on(piece: str) -> int:
    found = re.search(r"现场取号</span><strong>(\d+)", piece)
    assert found
    return int(found.group(1))


def test_one_rendering_is_shared_by_all_who_watch(world: World, manager: Browser) -> None:
    async def watched() -> tuple[list[str], int]:
        rendered = count()
        shows, piece = Live(), Piece(lambda: 1, lambda: f"<p>{next(rendered)}</p>")
        streams = [shows.watch("one", piece) for _ in range(20)]
        pieces = [[await anext(stream) for _ in range(2)][1] for stream in streams]
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]
        return pieces, next(rendered)

    pieces, rendered = asyncio.run(watched())
    assert rendered == 1 and len(set(pieces)) == 1 and len(pieces) == 20


def test_whoever_is_signed_out_does_not_go_on_watching(
    world: World, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "ASK_AGAIN", 0.0)
    monkeypatch.setattr(live, "KEEP_ALIVE", 0.2)
    login = manager.page.text.split('href="/password">')[1].split("<")[0]
    with httpx.stream(
        "GET", f"{world.url}/board/live", cookies=dict(manager.http.cookies), timeout=PATIENCE
    ) as stream:
        lines = stream.iter_lines()
        assert next(line for line in lines if line.startswith("data: "))
        with world.system.pool.connection() as conn:
            staff.end_sessions(conn, login)
        assert list(lines)[-1] == "", "the stream ends by itself"


def test_the_queue_and_the_lobby_are_live_and_the_lobby_names_nobody(world: World, manager: Browser) -> None:
    def somebody_comes() -> None:
        world.do(TicketWalkIn(world.person(name="邹淑华")))

    with closing(live_events(world, manager, "/counter/live")) as pieces:
        next(pieces)
        somebody_comes()
        assert any("邹淑华" in piece for _, piece in pieces), "until it is shown"
    with closing(live_events(world, world.browser(), "/lobby/live")) as pieces:
        shown = [piece for _, piece in islice(pieces, 1)]
        somebody_comes()
        shown += [next(piece for _, piece in pieces if piece and piece != shown[0])]
    assert re.search(r"B\d+", shown[1]) and not any("邹" in piece for piece in shown)


def test_live_pieces_are_for_staff_only(world: World) -> None:
    for path in ("/board/live", "/counter/live"):
        assert httpx.get(f"{world.url}{path}", timeout=PATIENCE).status_code == 303


def test_the_board_says_the_peaks_to_come_and_each_slot_s_crowd(world: World, manager: Browser) -> None:
    world.catch_up()
    manager.get("/board")
    assert re.search(r"今天高峰预计等候 \d+ 人（95%的情况不超过）", manager.text)
    assert re.search(r"明天高峰预计等候 \d+ 人", manager.text)
    assert "太挤的可能" in manager.text and "95%不超过" in manager.page.text
    world.at(datetime(2018, 6, 5, 18))
    manager.get("/board")
    assert "今天高峰" not in manager.text and "明天高峰" in manager.text


def test_the_rumour_alarm_is_on_the_board_with_what_helps(world: World) -> None:
    world.at(datetime(2018, 6, 6, 9))
    manager = world.signed_in("manager")
    manager.get("/board")
    assert "可能有传言" not in manager.text
    for _ in range(30):
        world.do(TicketWalkIn(world.person()))
    manager.get("/board")
    assert "可能有传言" in manager.text
    for measure in ("/rumour", "/walkins#quota", "/board#windows", "/changes?day=2018-06-06"):
        assert f'href="{measure}"' in manager.page.text


def test_the_peak_on_the_board_is_simulated_once_the_worker_has_looked(world: World) -> None:
    world.at(datetime(2018, 6, 11, 9))
    world.catch_up()
    manager = world.signed_in("manager")  # who then sees the board, for the first time that day
    assert "快速估算" in manager.text
    assert foresee(world.system, world.clock.now, seconds=600, days=10) >= 2
    manager.get("/board")
    assert manager.text.count("模拟500天") == 2, "today and tomorrow"
    world.at(datetime(2018, 6, 11, 10))
    manager.get("/board")
    assert "快速估算" in manager.text, "an hour old is not shown as of now"


def test_the_rules_of_the_season_are_said_in_words(world: World, manager: Browser) -> None:
    manager.get("/settings")
    text = "".join(manager.text.split())
    assert "一段里最多保留几成3成" in text
    assert "短信30%，电话15%" in text


def test_the_tab_of_every_page_of_staff_is_marked(manager: Browser) -> None:
    for address, tab in (("/lists/closing", "名单"), ("/settings", "调整"), ("/rumour", "人流")):
        marked = manager.get(address).text.split('aria-current="page">')[1].split("<")[0]
        assert marked == tab


def test_the_board_says_how_many_windows_to_open_and_opens_them(world: World) -> None:
    world.at(datetime(2018, 6, 14, 8, 0))
    with world.system.desk.view() as state:
        waiting = list(state.visits)
    for card in waiting:
        world.do(EndVisit(card))
    manager = world.signed_in("manager")
    for slot in ("20180614-1045", "20180614-1100", "20180614-1115"):
        book(world, slot, 4)
    world.catch_up()
    manager.get("/board")
    found = re.search(r"今天建议开(\d+)个窗口 .*?最忙", manager.text)
    assert found, manager.text[:600]
    advised = int(found.group(1))
    assert f"开{advised}个，最多" in manager.text and "人同时在等" in manager.text
    manager.post("/board/windows", {"windows": str(advised + 1)})
    assert f"开{advised}个窗口 现在{advised + 1}个" in manager.text
    button = re.search(r'<button form="advised" name="windows" value="(\d+)"', manager.page.text)
    assert button and 'id="advised"' in manager.page.text
    manager.post("/board/windows", {"windows": button.group(1)})
    assert f"现在开的就是{advised}个" in manager.text


def test_in_the_evening_the_board_advises_for_the_next_day(world: World) -> None:
    world.at(datetime(2018, 6, 14, 18, 0))
    manager = world.signed_in("manager")
    world.catch_up()
    manager.get("/board")
    assert "明天建议开" in manager.text and "/whatif?day=2018-06-15" in manager.page.text


def test_a_list_begins_with_some_and_shows_all_when_asked(
    world: World, manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queueing.web.routes.lists.SHOWN", 2)
    for _ in range(3):
        world.do(ListForPhone(world.person(), "asked"))
    world.catch_up()
    manager.get("/lists/phone")
    assert "再显示其余" in manager.text and manager.page.text.count("/counter?card=") == 2
    manager.get("/lists/phone", whole="1")
    assert "再显示其余" not in manager.text and manager.page.text.count("/counter?card=") >= 3


def test_who_says_to_have_the_card_is_phoned_last(world: World, manager: Browser) -> None:
    says, asked = world.person(), world.person()
    world.do(ListForPhone(says, "says_collected"))
    world.do(ListForPhone(asked, "asked"))
    world.catch_up()
    manager.get("/lists/phone", whole="1")
    assert manager.page.text.index(asked) < manager.page.text.index(says)


def test_a_change_begins_with_the_advised_windows_and_without_what_is_over(world: World) -> None:
    world.at(datetime(2018, 6, 14, 10, 20))
    manager = world.signed_in("manager")
    manager.get("/changes", day="2018-06-14", windows="7")
    assert 'name="windows" type="number" min="1" max="50" value="7"' in manager.page.text
    assert 'value="20180614-1000"' not in manager.page.text and 'value="20180614-1015"' in manager.page.text
    world.at(datetime(2018, 6, 14, 18, 0))
    assert 'value="20180614-1000"' in manager.get("/changes", day="2018-06-14").text, "when all of it is over"
