"""The closing list: once the season is over, for staff's eyes, complete."""

import csv
import stat

from queueing.domain import events as e
from queueing.domain.booking import BookSlot
from queueing.domain.counter import TicketWalkIn
from queueing.domain.employers import HandToEmployer, ReturnRoster
from queueing.domain.handover import HandOver
from queueing.domain.holders import EraseHolder
from queueing.policies import closing
from tests.support import LI, LIU, QIAN, WANG, ZHAO, ZHOU, Branch

CLOSE = "close_the_season_after_its_last_day"


def listed(branch: Branch) -> dict[str, dict[str, str]]:
    with closing.path_of(branch.system).open(encoding="utf-8-sig", newline="") as file:
        return {row["卡号"]: row for row in csv.DictReader(file)}


def test_the_season_closes_after_its_last_day_once_nobody_is_in_the_hall(branch: Branch) -> None:
    branch.clock.at("06-29 16:00")
    branch.ask(TicketWalkIn(WANG.card))
    branch.clock.at("06-29 23:00")
    assert branch.run(CLOSE) == 0
    branch.clock.at("06-30 00:05")
    branch.run()
    (closed,) = branch.facts(e.SeasonClosed)
    assert closed.uncollected == 8
    assert branch.facts(e.HolderLeft)[0].card == WANG.card
    assert branch.run(CLOSE) == 0


def test_a_season_nobody_closed_is_closed_days_later(branch: Branch) -> None:
    branch.clock.at("07-03 09:00")
    branch.run()
    assert len(branch.facts(e.SeasonClosed)) == 1


def test_the_list_is_written_once_and_not_before_the_season_is_closed(branch: Branch) -> None:
    assert not closing.write_once(branch.system)
    branch.clock.at("06-30 08:00")
    branch.run()
    assert closing.write_once(branch.system)
    path = closing.path_of(branch.system)
    written = path.stat().st_mtime_ns
    assert not closing.write_once(branch.system)
    assert path.stat().st_mtime_ns == written


def test_only_its_owner_may_read_it(branch: Branch) -> None:
    branch.clock.at("06-30 08:00")
    branch.run()
    closing.write_once(branch.system)
    path = closing.path_of(branch.system)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [other.name for other in path.parent.iterdir()] == [path.name]


def test_it_names_every_uncollected_card_and_where_it_is(branch: Branch) -> None:
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    branch.ask(HandToEmployer("e001", clerk_id_seen=True, seal="company"))
    branch.ask(HandToEmployer("e002", clerk_id_seen=True, seal="company"))
    branch.ask(ReturnRoster("e002", (), (ZHOU.card,)))
    branch.ask(EraseHolder(LIU.card))
    branch.system.vault.erase(LIU.card, branch.now)
    branch.ask(BookSlot(QIAN.card, "20180606-1000"))
    branch.clock.at("06-06 12:00")
    branch.run()
    branch.clock.at("06-30 08:00")
    branch.run()
    closing.write_once(branch.system)

    rows = listed(branch)

    with branch.system.desk.view() as state:
        assert rows.keys() == {card for card, one in state.cards.items() if not one.done}
    assert WANG.card not in rows
    assert (rows[LI.card]["姓名"], rows[LI.card]["电话"], rows[LI.card]["人群"]) == (
        "李建国",
        LI.phone,
        "老城镇居民医保退休人员",
    )
    assert (rows[ZHAO.card]["卡在哪里"], rows[ZHAO.card]["单位"], rows[ZHAO.card]["渠道"]) == (
        "单位",
        "文登纺织厂",
        "单位代领",
    )
    assert (rows[ZHOU.card]["卡在哪里"], rows[ZHOU.card]["渠道"]) == ("单位退回", "个人自领")
    assert (rows[LIU.card]["姓名"], rows[LIU.card]["电话"]) == ("（已删除）", "")
    assert (rows[QIAN.card]["电话"], rows[QIAN.card]["未到次数"]) == ("", "1")
