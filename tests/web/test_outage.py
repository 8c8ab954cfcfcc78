"""After an outage: many hand-overs entered at once, each with its outcome; a conflict is never dropped."""

from datetime import datetime

import pytest

from queueing.domain import events as e
from queueing.domain.booking import BookSlot, RecordNoShow
from queueing.domain.handover import HandOver
from queueing.web.outage import pasted
from tests.web.world import Browser, World

AFTER = datetime(2018, 6, 5, 16, 0)


@pytest.fixture
def clerk(world: World) -> Browser:
    """A clerk in the afternoon: the system is back."""
    world.at(AFTER)
    return world.signed_in("counter")


def paste(clerk: Browser, *lines: str, seen: str = "1") -> str:
    clerk.get("/counter/outage")
    clerk.post("/counter/outage", {"day": "2018-06-05", "text": "\n".join(lines), "seen": seen})
    return clerk.text


def tail(world: World, card: str) -> str:
    person = world.system.vault.get(card)
    assert person
    return person.id_number[-4:]


def collections(world: World, card: str) -> list[e.CardCollected]:
    facts = [event for _, event in world.system.log.history(f"card:{card}")]
    return [event for event in facts if isinstance(event, e.CardCollected)]


def test_many_lines_are_entered_each_with_its_original_time(world: World, clerk: Browser) -> None:
    world.at(datetime(2018, 6, 5, 8, 0))
    booked, walk_in, missed = (world.person(name=name) for name in ("宋桂芳", "隋玉珍", "车桂云"))
    world.do(BookSlot(booked, "20180605-1000"))
    world.do(BookSlot(missed, "20180605-0915"))
    number, missed_number = world.card(booked).booking.number, world.card(missed).booking.number
    world.at(AFTER)
    world.do(RecordNoShow(missed, missed_number))
    text = paste(
        clerk,
        f"A{number} 10:05 本人",
        f"隋玉珍 {tail(world, walk_in)}，9点40 代领",
        f"{missed_number}  09:20",
    )
    assert "补录成功 3 人" in text and "对不上" not in text.split("停机的是")[0]
    assert [collections(world, card)[0].happened for card in (booked, walk_in, missed)] == [
        datetime(2018, 6, 5, 10, 5),
        datetime(2018, 6, 5, 9, 40),
        datetime(2018, 6, 5, 9, 20),
    ]
    assert collections(world, walk_in)[0].how == "proxy" and collections(world, booked)[0].via == "paper"
    assert world.card(missed).no_show.undone, "who was served on paper is no no-show"


def test_a_line_that_cannot_be_read_changes_nothing_and_stays_to_be_put_right(
    world: World, clerk: Browser
) -> None:
    one, two = world.person(name="同名两"), world.person(name="同名两")
    text = paste(clerk, "没这人 9:05", "同名两 9:06", f"同名两 {tail(world, one)} 早上")
    for said in ("没有找到这个人", "有2个人都对得上", "时间没看懂", "3行要改"):
        assert said in text
    assert not world.card(one).done and not world.card(two).done
    assert 'value="没这人"' in clerk.page.text and 'value="同名两"' in clerk.page.text
    fields = {"day": "2018-06-05", "count": "1", "who-0": f"同名两 {tail(world, one)}", "at-0": "9:06"}
    clerk.post("/counter/outage", {**fields, "how-0": "self", "seen": "1"})
    assert "补录成功 1 人" in clerk.text and world.card(one).done


def test_ids_that_were_not_seen_are_no_hand_over(world: World, clerk: Browser) -> None:
    card = world.person(name="未看证")
    assert "已看原件" in paste(clerk, f"未看证 {tail(world, card)} 9:05", seen="")
    assert not world.card(card).done


def test_a_conflict_is_kept_until_somebody_found_out(world: World, clerk: Browser) -> None:
    card = world.person(name="冲突一")
    (held,) = world.employer("e750", "冲突二", handed=True)
    world.do(HandOver(card, "self", holder_id_seen=True))
    lines = (f"冲突一 {tail(world, card)} 9:30 代领", f"冲突二 {tail(world, held)} 9:35")
    text = paste(clerk, *lines)
    assert "对不上2人" in text.replace(" ", "") and "系统里已经领走" in text and "卡在单位" in text
    assert len(collections(world, card)) == 1 and world.card(held).place == "employer"
    paste(clerk, *lines)
    other = world.signed_in("counter")
    other.get("/counter/outage")
    assert other.text.count("6月5日 星期二 上午9:30，家人代领") == 1, "listed for everybody, and once"
    other.post("/counter/outage/settle", {"card": card, "reason": ""})
    assert "写明原因" in other.text and "系统里已经领走" in other.text
    other.post("/counter/outage/settle", {"card": card, "reason": "纸上写错了行"})
    assert "系统里已经领走" not in other.text and "卡在单位" in other.text
    other.get("/counter", card=card)
    assert "对不上的补录已查清（纸上写错了行）" in other.text


def test_the_same_paper_entered_twice_is_no_conflict(world: World, clerk: Browser) -> None:
    card = world.person(name="补两遍")
    line = f"补两遍 {tail(world, card)} 9:05"
    paste(clerk, line)
    assert "没有重复" in paste(clerk, line)
    assert len(collections(world, card)) == 1 and not world.card(card).disputes


def test_a_time_to_come_is_put_right_not_kept(world: World, clerk: Browser) -> None:
    card = world.person(name="还没到")
    assert "1行要改" in paste(clerk, f"还没到 {tail(world, card)} 16:30").replace(" ", "")
    world.do(HandOver(card, "self", holder_id_seen=True))
    assert "1行要改" in paste(clerk, f"还没到 {tail(world, card)} 16:30").replace(" ", "")
    assert not world.card(card).disputes


def test_the_printed_list_is_filled_in_where_it_has_a_time(world: World, clerk: Browser) -> None:
    world.at(datetime(2018, 6, 5, 8, 0))
    came, did_not = world.person(name="来了的"), world.person(name="没来的")
    for card in (came, did_not):
        world.do(BookSlot(card, "20180605-1500"))
    world.at(AFTER)
    world.catch_up()
    clerk.get("/counter/outage", day="2018-06-05")
    assert "来了的" in clerk.text and "没来的" in clerk.text
    count = clerk.values("count")[0]
    who = {f"who-{n}": f"A{world.card(card).booking.number}" for n, card in enumerate((came, did_not))}
    hints = {"hint-0": "来了的", "hint-1": "没来的"}
    form = {"day": "2018-06-05", "count": count, **who, **hints, "at-0": "1505", "seen": "1"}
    clerk.post("/counter/outage", form)
    assert "补录成功 1 人" in clerk.text
    assert world.card(came).done and not world.card(did_not).done
    assert 'name="done-0"' in clerk.page.text, "what is done is not asked for again"


@pytest.mark.parametrize(
    ("text", "who", "at", "how"),
    [
        ("A963 9:05 本人", "A963", "9:05", "self"),
        ("鞠桂英,0023,9点10,代领", "鞠桂英 0023", "9点10", "proxy"),
        ("9:05 上门 鞠桂英 0023", "鞠桂英 0023", "9:05", "home"),
        ("鞠桂英 0905", "鞠桂英 0905", "", "self"),
    ],
)
def test_a_line_is_read_in_any_order(text: str, who: str, at: str, how: str) -> None:
    (line,) = pasted(text, seen=True)
    assert (line.who, line.at, line.how) == (who, at, how)


def test_without_a_day_nothing_is_entered(world: World, clerk: Browser) -> None:
    clerk.get("/counter/outage")
    assert clerk.post("/counter/outage", {"day": "x", "text": "A1 9:05"}).status_code == 400
