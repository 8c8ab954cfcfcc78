"""The pace of notices: pausing, resuming, changing it, and batches that are planned once."""

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot
from queueing.domain.pacing import ChangePace, PauseInvitations, PlanBatch, ResumeInvitations
from queueing.domain.state import Batch
from queueing.domain.waves import InviteHolders, OpenWave, SweepHolders
from tests.domain.harness import S9, SEASON, card, did, fact, given, slot, t

MANAGER = {"by": "staff:lin", "via": "counter"}
SYSTEM = {"by": "system", "via": "system"}
PLAN = PlanBatch(1, "wave", 2, 5, 40, 3.5, 0.55, 0.85, "room")
OPEN = (SEASON, slot(S9), card("c1"), card("c2", reach=False), did(OpenWave("may"), "05-16 08:00"))
PAUSED = did(PauseInvitations("等补卡"), "05-16 08:30", "staff:lin")


def test_pausing_says_who_and_why_and_twice_is_once() -> None:
    story = given(*OPEN)
    story.when(PauseInvitations("等补卡"), at="05-16 09:00", **MANAGER).then(
        fact(e.InvitationsPaused, reason="等补卡")
    )
    story.when(PauseInvitations("等补卡"), at="05-16 09:01", **MANAGER).then()


def test_a_pause_needs_a_reason() -> None:
    given(*OPEN).when(PauseInvitations(""), at="05-16 09:00", **MANAGER).then(r.ReasonMissing)


@pytest.mark.parametrize(
    "command", [InviteHolders("may", ("c1",)), SweepHolders(1, ("c1",)), PLAN], ids=["wave", "sweep", "plan"]
)
def test_while_paused_nobody_is_told(command: InviteHolders | SweepHolders | PlanBatch) -> None:
    given(*OPEN, PAUSED).when(command, at="05-16 09:00", **SYSTEM).then(r.InvitationsArePaused("等补卡"))


def test_resumed_goes_on() -> None:
    story = given(*OPEN, PAUSED)
    story.when(ResumeInvitations("卡到了"), at="05-16 10:00", **MANAGER).then(
        fact(e.InvitationsResumed, reason="卡到了")
    )
    story.when(ResumeInvitations("卡到了"), at="05-16 10:01", **MANAGER).then()
    story.when(InviteHolders("may", ("c1",)), at="05-16 10:02", **SYSTEM).then_kinds(e.HolderInvited)


def test_a_pace_is_a_share_and_a_number() -> None:
    story = given(*OPEN)
    story.when(ChangePace(0.5, 50, "先慢一点"), at="05-16 09:00", **MANAGER).then(
        fact(e.PaceChanged, theta=0.5, most=50, reason="先慢一点")
    )
    story.when(ChangePace(0.5, 50, "先慢一点"), at="05-16 09:01", **MANAGER).then()
    story.when(ChangePace(1.1, 50, "x"), at="05-16 09:02", **MANAGER).then(r.BadValue("theta"))
    story.when(ChangePace(0.5, -1, "x"), at="05-16 09:02", **MANAGER).then(r.BadValue("most"))


def test_a_batch_is_planned_once_whoever_plans_it() -> None:
    story = given(*OPEN)
    fields = {name: getattr(PLAN, name) for name in PLAN.__slots__}
    story.when(PLAN, at="05-16 09:00", **SYSTEM).then(fact(e.BatchPlanned, **fields))
    story.when(PLAN, at="05-16 09:00", **SYSTEM).then()
    assert story.state.batches == {"1": Batch(at=t("05-16 09:00"), kind="wave", planned=2)}


def test_a_batch_counts_who_was_told_and_the_first_booking_of_each() -> None:
    story = given(*OPEN, did(PLAN, "05-16 09:00", "system", "system"))
    story.when(InviteHolders("may", ("c1", "c2"), batch=1), at="05-16 09:00", **SYSTEM).then(
        fact(e.HolderInvited, "card:c1 wave:may", card="c1", wave="may", reason="wave", batch=1),
        fact(e.PhoneListed, "card:c2", card="c2", reason="no_phone", batch=1),
    )
    story.fold(did(BookSlot("c1", S9), "05-16 09:30"))
    batch = story.state.batches["1"]
    assert (batch.told, batch.responded) == (1, 1)
