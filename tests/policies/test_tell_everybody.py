"""Without pacing, everybody whose turn it is gets the notice at once: given what happened, when it is asked
for, then these commands, and the facts that follow from them."""

from datetime import datetime

import pytest

from queueing.domain import Command, Context, Event, decide, evolve
from queueing.domain import events as e
from queueing.domain.booking import BookSlot, RecordNoShow
from queueing.domain.counter import TicketWalkIn
from queueing.domain.handover import HandOver
from queueing.domain.holders import OptOut
from queueing.domain.pacing import PauseInvitations
from queueing.domain.waves import InviteHolders, OpenWave, StartSweep, SweepHolders
from queueing.policies.pacing import CHUNK, tell_everybody
from queueing.season.load import load_season
from tests.domain.harness import BRANCH, S9, SEASON, Story, card, did, employer, given, slot, t
from tests.support import CONFIG

CONFIGURED = load_season(CONFIG)
MAY = did(OpenWave("may"), "05-16 08:00", by="system")
TURN = (SEASON, slot(S9), card("c1"), card("c2"), card("later", "jumin"), MAY)
SWEPT = did(StartSweep(), "07-01 08:00", by="system")


def when(story: Story, at: str) -> list[Command]:
    return tell_everybody(story.state, CONFIGURED, t(at))


def follows(story: Story, at: str) -> list[Event]:
    """The facts that follow from all that is asked for."""
    facts: list[Event] = []
    for command in when(story, at):
        for event in decide(command, story.state, Context(BRANCH, t(at), "system", "system")):
            evolve(story.state, event)
            facts.append(event)
    return facts


def test_everybody_of_the_waves_that_opened_is_told_at_once_and_in_no_batch() -> None:
    story = given(*TURN)
    assert when(story, "05-16 09:00") == [InviteHolders("may", ("c1", "c2"))]
    assert [(type(one), one.card, one.batch) for one in follows(story, "05-16 09:00")] == [
        (e.HolderInvited, "c1", 0),
        (e.HolderInvited, "c2", 0),
    ]
    assert when(story, "05-16 10:00") == [], "nobody is told twice"


def test_before_a_wave_opens_nobody_is_told() -> None:
    assert when(given(*TURN[:-1]), "05-16 09:00") == []


@pytest.mark.parametrize(
    "at", ["05-16 07:59", "05-16 20:00", "08-01 09:00"], ids=["early", "late", "the season is over"]
)
def test_in_quiet_hours_and_after_the_season_nobody_is_told(at: str) -> None:
    assert when(given(*TURN), at) == []


def test_while_the_manager_has_paused_nobody_is_told() -> None:
    assert when(given(*TURN, did(PauseInvitations("等补卡"), "05-16 08:30")), "05-16 09:00") == []


def test_who_is_booked_here_or_done_is_passed_over_and_whom_no_message_reaches_is_listed() -> None:
    story = given(*TURN, *(card(name) for name in ("booked", "here", "done", "out")))
    story.fold(did(BookSlot("booked", S9), "06-04 08:00"))
    story.fold(did(TicketWalkIn("here"), "06-05 09:00"))
    story.fold(did(HandOver("done", "self", True), "06-05 09:01"))
    story.fold(did(OptOut("out"), "06-05 09:02"))
    story.fold(card("quiet", reach=False))
    told = [(type(one), one.card) for one in follows(story, "06-05 09:10")]
    assert told == [(e.HolderInvited, "c1"), (e.HolderInvited, "c2"), (e.PhoneListed, "quiet")]


def test_who_did_not_answer_or_come_is_told_again_after_the_season_s_days() -> None:
    story = given(*TURN, did(InviteHolders("may", ("c1", "c2")), "05-16 09:00"))
    story.fold(did(BookSlot("c2", S9), "05-20 09:00"))
    story.fold(did(RecordNoShow("c2", 1), "06-05 09:30"))
    rules = CONFIGURED.invitations
    silent = t("05-16 09:00").replace(day=16 + rules.again_after_silence_days)
    assert InviteHolders("may", ("c1",), again=True) in tell_everybody(story.state, CONFIGURED, silent)
    missed = datetime(2018, 6, 5 + rules.again_after_no_show_days, 9, 30)
    assert InviteHolders("may", ("c1", "c2"), again=True) in tell_everybody(story.state, CONFIGURED, missed)


def test_the_sweep_tells_everybody_uncollected_once_a_round() -> None:
    story = given(SEASON, employer(), card("c1"), card("d1", "danwei", "employer", employer="e1"), SWEPT)
    assert when(story, "07-01 09:00") == [SweepHolders(1, ("c1", "d1"))]
    assert [type(one) for one in follows(story, "07-01 09:00")] == [
        e.HolderInvited,
        e.CardReleased,
        e.HolderInvited,
    ]
    assert when(story, "07-01 10:00") == []


def test_many_are_told_in_decisions_of_a_bounded_size() -> None:
    story = given(SEASON, *(card(f"c{n:03d}") for n in range(CHUNK + 1)), MAY)
    sizes = [len(one.cards) for one in when(story, "05-16 09:00") if isinstance(one, InviteHolders)]
    assert sizes == [CHUNK, 1]
