"""The board as it was: what a replay shows is what the live board showed, and a replay only looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from queueing.domain.booking import BookSlot, RecordNoShow, UndoNoShow
from queueing.domain.counter import ArriveHolder, CallNext, TicketWalkIn
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.season import ChangeWindows, CloseSlots, ReopenSlots
from queueing.policies.learned import as_seen
from queueing.projections.replay import Replay
from queueing.sms.then import outcomes
from queueing.web.boarding import board_then, of_state, of_tables
from queueing.web.films import Films
from tests.patience import PATIENCE, eventually
from tests.web.world import World

DAY = date(2018, 6, 20)


def clock(text: str) -> datetime:
    hour, minute = text.split(":")
    return datetime(DAY.year, DAY.month, DAY.day, int(hour), int(minute))


def live(world: World) -> dict[str, Any]:
    """What the live board shows now."""
    world.catch_up()
    now, season = world.clock.now, world.system.season
    with world.system.desk.view() as state:
        standing, seen = of_state(state, season, now), as_seen(season, state)
    with world.system.pool.connection() as conn:
        return of_tables(conn, seen, now) | standing


@contextmanager
def replayed(world: World, day: date = DAY) -> Iterator[Replay]:
    replay = Replay(world.system.url, world.system.log, world.system.season.branch.id, day)
    replay.prepare()
    yield replay
    replay.close()


def then(world: World, replay: Replay, moment: datetime) -> dict[str, Any]:
    with world.system.pool.connection() as conn:
        sent = outcomes(conn, moment.date())
    with replay.at(moment) as (conn, state):
        return board_then(conn, state, world.system.season, sent, moment)


@pytest.fixture(scope="module")
def day(module_world: World) -> tuple[World, dict[str, dict[str, Any]]]:
    """A day that was driven, and what the board showed at each moment."""
    world = module_world
    world.at(clock("8:00") - timedelta(days=1))
    people = [world.person(band="70") for _ in range(8)]
    for number, card in enumerate(people[:6]):
        world.do(
            BookSlot(card, f"20180620-{'0900' if number < 4 else '0930'}"), via=("sms", "web")[number % 2]
        )
    closed = ("20180620-0930",)
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("8:40", lambda: world.do(ChangeWindows(3))),
        ("8:55", lambda: world.do(ArriveHolder(people[0]))),
        ("9:01", lambda: world.do(TicketWalkIn(people[6]))),
        ("9:02", lambda: world.do(CallNext("1"))),
        ("9:06", lambda: world.do(HandOver(people[0], "self", holder_id_seen=True, window="1"))),
        ("9:08", lambda: world.do(UndoCollection(people[0], "交错了"))),
        ("9:09", lambda: world.do(CloseSlots(closed, "停电"))),
        ("9:12", lambda: world.do(ReopenSlots(closed, "来电"))),
        ("9:20", lambda: world.do(HandOver(people[0], "proxy", holder_id_seen=True, proxy_id_seen=True))),
        ("9:50", lambda: world.do(RecordNoShow(people[1], world.card(people[1]).booking.number))),
        ("9:58", lambda: world.do(UndoNoShow(people[1], "人在大厅"))),
        ("10:30", lambda: world.do(HandOver(people[6], "self", holder_id_seen=True))),
    ]
    shown = {}
    for text, act in steps:
        world.at(clock(text))
        act()
        shown[text] = live(world)
    world.at(clock("17:00") + timedelta(days=1))
    return world, shown


def test_each_moment_of_a_replay_is_what_the_live_board_showed(day: tuple[World, Any]) -> None:
    world, shown = day
    moments = list(shown)
    with replayed(world) as replay:
        for text in [*moments, *reversed(moments), moments[3], moments[-2], moments[0]]:
            found = then(world, replay, clock(text))
            assert {key: found[key] for key in shown[text]} == shown[text], text
    sums = [shown[text]["totals"].collected for text in ("9:02", "9:06", "9:08", "9:20")]
    assert sums[0] + 1 == sums[1] and sums[2] == sums[0] and sums[3] == sums[1], "an undone hand-over counted"


def test_between_two_facts_a_moment_is_as_after_the_first(day: tuple[World, Any]) -> None:
    world, shown = day
    with replayed(world) as replay:
        found = then(world, replay, clock("9:05"))
    assert found["totals"] == shown["9:02"]["totals"] != shown["9:06"]["totals"]
    assert len(found["hall"].served) == 1


def test_a_day_nobody_looks_at_is_closed(day: tuple[World, Any]) -> None:
    """Its open transaction would keep PostgreSQL from clearing away anything outdated."""
    world, _ = day
    films = Films(world.system.url, world.system.log, world.system.season.branch.id, idle=0.2)
    film = films.film(DAY)
    assert film.ready.wait(PATIENCE)
    eventually(lambda: film.replay.closed)
    assert films.film(DAY) is not film
    films.close()


def test_a_day_that_can_t_be_replayed_is_begun_anew(
    day: tuple[World, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _ = day
    films = Films(world.system.url, world.system.log, world.system.season.branch.id)

    def break_(*_: Any) -> None:
        raise LookupError

    with monkeypatch.context() as broken:
        broken.setattr(Replay, "prepare", break_)
        film = films.film(DAY)
        assert film.ready.wait(PATIENCE) and film.failed
    assert films.film(DAY).ready.wait(PATIENCE) and not films.film(DAY).failed
    films.close()


def test_messages_count_from_the_moment_the_gateway_answered(day: tuple[World, Any]) -> None:
    world, _ = day
    with world.system.pool.connection() as conn, conn.transaction(force_rollback=True):
        conn.execute("DELETE FROM messages WHERE outcome_at IS NOT NULL")
        for number, (at, kind, state) in enumerate(
            [
                (clock("9:10") - timedelta(days=3), "invitation", "delivered"),
                (clock("9:10") - timedelta(hours=20), "invitation", "refused"),
                (clock("9:00"), "reminder", "accepted"),
                (clock("9:00") + timedelta(seconds=20), "reminder", "delivered"),
            ]
        ):
            conn.execute(
                "INSERT INTO messages (ref, position, template, kind, params, created, due_at, expires_at,"
                " state, outcome_at) VALUES (gen_random_uuid(), %s, 'x', %s, '{}', %s, %s, %s, %s, %s)",
                (-number, kind, at, at, at, state, at),
            )
        found = outcomes(conn, DAY)
    assert found.by_kind(clock("8:59")) == {"invitation": {"delivered": 1, "refused": 1}}
    assert found.by_kind(clock("9:00"))["reminder"] == {"accepted": 1}
    assert found.by_kind(clock("9:01"))["reminder"] == {"accepted": 1, "delivered": 1}
    assert found.until(clock("9:01"))["delivered"] == 2
    assert found.between(clock("9:01") - timedelta(days=1), clock("9:01")) == {
        "refused": 1,
        "accepted": 1,
        "delivered": 1,
    }


def test_employers_late_by_then_are_among_the_alerts(day: tuple[World, Any]) -> None:
    world, _ = day
    before, later = world.clock.now, clock("16:00") + timedelta(days=12)
    world.at(clock("10:00") + timedelta(days=2))
    world.employer("e900", "王小兰", "李大山", handed=True)
    world.at(later + timedelta(days=1))
    with replayed(world, later.date()) as replay:
        texts = [one.text for one in then(world, replay, later)["alerts"]]
    world.at(before)
    assert any("没按期把卡发到本人手里" in text for text in texts), texts


def test_a_replay_can_write_nothing_and_sees_no_table_but_its_own(day: tuple[World, Any]) -> None:
    world, _ = day
    before = world.system.log.head(), outbox(world)
    with replayed(world) as replay, replay.at(clock("9:06")) as (conn, _):
        with pytest.raises(psycopg.errors.UndefinedTable):
            conn.execute("SELECT count(*) FROM messages")
        conn.execute("ROLLBACK TO SAVEPOINT at_0")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            conn.execute("INSERT INTO public.web_attempts VALUES ('x', now())")
    assert (world.system.log.head(), outbox(world)) == before


def outbox(world: World) -> Any:
    with world.system.pool.connection() as conn:
        return conn.execute("SELECT count(*), max(position) FROM messages").fetchone()


def test_the_page_says_that_it_is_the_past_and_steps_by_links(day: tuple[World, Any]) -> None:
    world, shown = day
    manager = world.signed_in("manager")
    manager.get("/board/past", at="2018-06-20T09:06")
    while "正在从记录重放" in manager.text:
        manager.get("/board/past", at="2018-06-20T09:06")
    assert "这是过去： 6月20日 星期三 上午9:06" in manager.text and "不会发短信" in manager.text
    served = sum(slot.collected for slot in shown["9:06"]["slots"])
    assert f"今天已领 {served}" in manager.text
    steps = {
        "2018-06-20T09:01",
        "2018-06-20T09:11",
        "2018-06-20T10:06",
        "2018-06-19T09:06",
        "2018-06-21T09:06",
    }
    assert all(f'href="/board/past?at={step}"' in manager.page.text for step in steps)
    assert 'data-live="' not in manager.page.text and "加开窗口" not in manager.text
    frame = manager.http.get("/board/past/frame", params={"at": "2018-06-20T09:08"})
    assert frame.status_code == 200 and "<html" not in frame.text
    day_form = manager.get("/board/past", day="2018-06-20", time="09:20")
    assert "上午9:20" in manager.text and day_form.status_code == 200


@pytest.mark.parametrize(("at", "said"), [("2018-06-25T09:00", "还没到那个时刻"), ("soon", "看不懂")])
def test_a_moment_that_makes_no_sense_is_explained(day: tuple[World, Any], at: str, said: str) -> None:
    world, _ = day
    manager = world.signed_in("manager")
    manager.get("/board/past", at=at)
    assert said in manager.text
    assert manager.http.get("/board/past/frame", params={"at": at}).status_code == 422


def test_the_past_is_for_the_manager(world: World) -> None:
    assert world.signed_in("counter").get("/board/past").status_code == 403
    assert world.browser().http.get("/board/past", follow_redirects=False).status_code == 303
