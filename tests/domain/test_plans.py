"""Changing the plan of days: in one step, nobody finds a shut door, and it can be taken back."""

from datetime import date

from msgspec.structs import replace

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.booking import BookSlot, CancelBooking, MoveBooking
from queueing.domain.plan_undo import UndoPlan, undone
from queueing.domain.plans import ChangePlan, losing
from queueing.domain.season import ChangeCapacity, ChangeWindows, NewSlot, ReopenSlots
from queueing.domain.waits import windows_open
from tests.domain.harness import (
    NEXT9,
    NEXT10,
    SEASON,
    Fact,
    Story,
    card,
    did,
    fact,
    given,
    slot,
    t,
)

MANAGER = {"by": "staff:wang", "via": "counter"}
MONDAY = "06-04 08:00"
WEDNESDAY = date(2018, 6, 6)
NEXT11 = "20180606-1100"


def branch(*people: str, where: str = NEXT9) -> Story:
    """Three slots on Wednesday, and people booked in one of them."""
    booked = [step for name in people for step in (card(name), did(BookSlot(name, where), MONDAY))]
    return given(SEASON, slot(NEXT9, 3), slot(NEXT10, 2), slot(NEXT11, 1), *booked)


def moved(name: str, number: int, old: str, new: str, told: str, reason: str, version: int = 2) -> Fact:
    return fact(
        e.BookingMoved,
        f"card:{name} slot:{old} slot:{new}",
        card=name,
        booking=number,
        version=version,
        old_slot=old,
        new_slot=new,
        told=t(told),
        reason=reason,
    )


def closed(where: str, reason: str = "停电") -> Fact:
    return fact(e.SlotClosed, f"slot:{where}", slot=where, reason=reason)


def reopened(where: str, reason: str = "来电") -> Fact:
    return fact(e.SlotReopened, f"slot:{where}", slot=where, reason=reason)


def shut(story: Story, *slots: str) -> Story:
    story.when(ChangePlan("停电", closing=slots), at="06-05 07:00", **MANAGER)
    return story


def undo(story: Story, at: str = "06-05 08:00", change: str = "1") -> Story:
    story.when(UndoPlan(change, "来电"), at=at, **MANAGER)
    return story


def where(story: Story, name: str) -> str:
    booking = story.state.cards[name].booking
    return booking.slot if booking else ""


def test_a_change_is_one_decision_and_remembers_what_was_before() -> None:
    story = branch("c1")
    story.when(
        ChangePlan("停电", closing=(NEXT9,), windows={WEDNESDAY: 1}), at="06-05 07:00", **MANAGER
    ).then(
        moved("c1", 1, NEXT9, NEXT10, "06-06 10:00", "closed"),
        closed(NEXT9),
        fact(e.WindowsChanged, day=WEDNESDAY, windows=1),
        fact(
            e.PlanChanged,
            "plan:1",
            change="1",
            reason="停电",
            before=(e.SlotBefore(NEXT9, True, 3, 3, 0),),
            windows=(e.DayWindows(WEDNESDAY, 2),),
            moved=(e.PlanMoved("c1", NEXT9, 2, NEXT10),),
            opens=(NEXT9,),
        ),
    )
    assert windows_open(story.state, WEDNESDAY) == 1


def test_the_preview_is_the_decision() -> None:
    story = branch("c1", "c2", "c3")
    command = ChangePlan("少窗口", limits={NEXT9: (2, 1, 0)})
    seen = [(one.card, one.slot, one.to, one.told) for one in losing(command, story.state, t("06-05 07:00"))]
    story.when(command, at="06-05 07:00", **MANAGER)
    assert seen == [
        (one.card, one.old_slot, one.new_slot, one.told)
        for one in story.events
        if isinstance(one, e.BookingMoved)
    ]
    assert [where(story, name) for name in ("c1", "c2", "c3")] == [NEXT9, NEXT10, NEXT10]


def test_fewer_windows_lower_what_a_slot_can_serve() -> None:
    story = branch()
    story.when(ChangePlan("少窗口", limits={NEXT9: (2, 1, 0)}), at="06-05 07:00", **MANAGER)
    assert (story.state.slots[NEXT9].plain, story.state.slots[NEXT9].capacity) == (2, 1)


def test_no_window_can_serve_anybody_and_that_is_no_missing_number() -> None:
    story = branch()
    story.when(ChangePlan("停机", limits={NEXT9: (0, 0, 0)}), at="06-05 07:00", **MANAGER)
    assert (story.state.slots[NEXT9].plain, story.state.slots[NEXT9].pinned) == (0, False)
    story.when(ChangeCapacity({NEXT9: (1, 0)}, "加一个"), at="06-05 07:10", **MANAGER)
    assert (story.state.slots[NEXT9].plain, story.state.slots[NEXT9].capacity) == (0, 1)
    undo(story)
    assert (story.state.slots[NEXT9].plain, story.state.slots[NEXT9].capacity) == (3, 1)


def test_a_limit_set_by_hand_is_pinned_until_it_is_undone() -> None:
    story = branch()
    by_hand = ChangePlan("照顾高龄", limits={NEXT9: (3, 1, 0)}, pinned=(NEXT9,))
    story.when(by_hand, at="06-05 07:00", **MANAGER)
    assert story.state.slots[NEXT9].pinned
    undo(story)
    assert not story.state.slots[NEXT9].pinned and story.state.slots[NEXT9].capacity == 3


def test_longer_hours_are_new_slots() -> None:
    new = NewSlot("20180606-1215", t("06-06 12:15"), t("06-06 12:30"), 2, 2, 0, {}, t("06-05 12:15"))
    story = branch()
    story.when(ChangePlan("延长", opening=(new,)), at="06-05 07:00", **MANAGER)
    assert story.state.slots["20180606-1215"].open
    undo(story)
    assert not story.state.slots["20180606-1215"].open


def test_what_is_so_already_is_no_change() -> None:
    branch().when(
        ChangePlan("x", limits={NEXT9: (3, 3, 0)}, windows={WEDNESDAY: 2}), at="06-05 07:00", **MANAGER
    ).then()


def test_an_undo_reopens_and_brings_back_those_who_were_moved() -> None:
    story = shut(branch("c1"), NEXT9)
    story.when(UndoPlan("1", "来电"), at="06-05 08:00", **MANAGER).then(
        reopened(NEXT9),
        moved("c1", 1, NEXT10, NEXT9, "06-06 09:00", "back", version=3),
        fact(e.PlanUndone, "plan:1", change="1", reason="来电"),
    )


def test_an_undo_asked_twice_is_done_once() -> None:
    undo(shut(branch("c1"), NEXT9)).when(UndoPlan("1", "来电"), at="06-05 09:00", **MANAGER).then()


def test_whoever_chose_another_time_since_stays_there() -> None:
    story = shut(branch("c1", "c2"), NEXT9)
    story.when(MoveBooking("c1", NEXT11), at="06-05 07:30")
    story.when(CancelBooking("c2"), at="06-05 07:31")
    undo(story)
    assert (where(story, "c1"), where(story, "c2")) == (NEXT11, "")


def test_whoever_lost_the_place_is_booked_again() -> None:
    story = shut(branch("c1", "c2"), NEXT9, NEXT10, NEXT11)
    assert where(story, "c1") == where(story, "c2") == ""
    undo(story)
    assert where(story, "c1") == where(story, "c2") == NEXT9
    assert len({story.state.cards[name].booking.number for name in ("c1", "c2")}) == 2  # type: ignore[union-attr]


def test_an_undo_never_overfills_a_slot() -> None:
    story = shut(branch("c1", "c2", "c3"), NEXT9)
    story.when(ChangePlan("小修", reopening=(NEXT9,), limits={NEXT9: (1, 1, 0)}), at="06-05 07:10", **MANAGER)
    undo(undo(story, "06-05 08:00", "2"), "06-05 08:01", "1")
    assert len(story.state.slots[NEXT9].seats) <= story.state.slots[NEXT9].capacity == 3


def test_what_a_change_did_is_taken_back_and_what_a_later_one_did_stays() -> None:
    story = shut(branch("c1"), NEXT9, NEXT10)
    story.when(ChangePlan("改小", limits={NEXT9: (1, 1, 0)}), at="06-05 07:10", **MANAGER)
    undo(story)
    assert story.state.slots[NEXT9].open and where(story, "c1") == NEXT9
    assert story.state.slots[NEXT9].capacity == 1
    undo(story, "06-05 08:01", "2")
    assert story.state.slots[NEXT9].capacity == 3


def test_where_a_later_change_decides_the_undo_is_refused_and_names_it() -> None:
    story = shut(branch(), NEXT9)
    story.when(ChangePlan("来电", reopening=(NEXT9,)), at="06-05 07:10", **MANAGER)
    undo(story).then(r.NothingToUndo("1", "2", "来电"))
    undo(undo(story, change="2"), change="1")
    assert story.state.slots[NEXT9].open


def test_a_later_change_leads_back_to_what_was_before_one_that_was_undone() -> None:
    story = branch()
    story.when(ChangePlan("少人", limits={NEXT9: (1, 1, 0), NEXT10: (1, 1, 0)}), at="06-05 07:00", **MANAGER)
    story.when(ChangePlan("帮手", limits={NEXT9: (2, 2, 0)}), at="06-05 07:10", **MANAGER)
    undo(story)
    assert [story.state.slots[name].capacity for name in (NEXT9, NEXT10)] == [2, 2]
    undo(story, change="2")
    assert [story.state.slots[name].capacity for name in (NEXT9, NEXT10)] == [3, 2]


def test_a_slot_that_two_changes_close_stays_shut_until_both_are_undone() -> None:
    story = shut(shut(branch(), NEXT9, NEXT11), NEXT9, NEXT10)
    undo(story)
    assert [story.state.slots[name].open for name in (NEXT9, NEXT10, NEXT11)] == [False, False, True]
    undo(story, change="2")
    assert story.state.slots[NEXT9].open


def test_whom_two_changes_moved_on_the_undos_bring_to_the_first_place() -> None:
    for order in ("21", "12"):
        story = shut(shut(branch("c1"), NEXT9), NEXT10)
        assert where(story, "c1") == NEXT11
        for change in order:
            undo(story, change=change)
        assert where(story, "c1") == NEXT9, order


def test_what_is_over_is_not_undone_and_what_was_undone_by_hand_stays() -> None:
    over = shut(branch(), NEXT9).when(UndoPlan("1", "来电"), at="06-06 09:15", **MANAGER)
    over.then(r.NothingToUndo("1"))
    story = shut(branch(), NEXT9)
    story.fold(did(ReopenSlots((NEXT9,), "来电"), "06-05 07:10"))
    undo(story).then(fact(e.PlanUndone, "plan:1", change="1", reason="来电"))
    assert story.state.slots[NEXT9].open


def test_limits_computed_since_go_back_with_the_windows_they_follow_from() -> None:
    story = branch()
    story.when(
        ChangePlan("少人", limits={NEXT9: (1, 1, 0)}, windows={WEDNESDAY: 1}), at="06-05 07:00", **MANAGER
    )
    story.fold(did(ChangeCapacity({NEXT9: (2, 1)}, "重新计算"), "06-05 18:30", by="system"))
    undo(story, "06-05 19:00")
    assert (story.state.slots[NEXT9].plain, story.state.slots[NEXT9].capacity) == (3, 3)


def test_changes_of_a_log_of_before_are_undone_too() -> None:
    """Their facts say neither what they decided about nor where they moved people to."""
    story = shut(branch("c1"), NEXT9)
    facts = [
        replace(one, opens=(), moved=(e.PlanMoved("c1", NEXT9, 2),))
        if isinstance(one, e.PlanChanged)
        else one
        for one in story.events
    ]
    early = branch("c1")
    for event in facts:
        early.fold(event)
    undo(early)
    assert early.state.slots[NEXT9].open and where(early, "c1") == NEXT9


def test_limits_that_follow_from_windows_are_computed_again_and_so_after_an_undo() -> None:
    story = branch()
    story.when(
        ChangePlan("少人", limits={NEXT9: (1, 1, 0)}, windows={WEDNESDAY: 1}), at="06-05 07:00", **MANAGER
    )
    assert not story.state.slots[NEXT9].pinned
    undo(story)
    assert not story.state.slots[NEXT9].pinned and story.state.slots[NEXT9].capacity == 3


def test_windows_that_a_later_change_set_stay_as_that_left_them() -> None:
    story = branch()
    story.when(ChangePlan("少人", windows={WEDNESDAY: 1}), at="06-05 07:00", **MANAGER)
    story.when(ChangePlan("来帮手", windows={WEDNESDAY: 4}), at="06-05 07:10", **MANAGER)
    undo(story, "06-05 08:00", "1").then(r.NothingToUndo("1", "2", "来帮手"))
    assert windows_open(story.state, WEDNESDAY) == 4
    undo(story, "06-05 08:01", "2")
    assert windows_open(story.state, WEDNESDAY) == 1
    undo(story, "06-05 08:02", "1")
    assert windows_open(story.state, WEDNESDAY) == 2


def test_a_limit_set_by_hand_again_stays_pinned_until_both_are_undone() -> None:
    story = branch()
    for places in (1, 2):
        limits = dict.fromkeys((NEXT9, NEXT10)[: 3 - places], (3, places, 0))
        by_hand = ChangePlan("照顾高龄", limits=limits, pinned=tuple(limits))
        story.when(by_hand, at=f"06-05 07:0{places}", **MANAGER)
    undo(story)
    assert story.state.slots[NEXT9].pinned and story.state.slots[NEXT9].capacity == 2
    assert not story.state.slots[NEXT10].pinned
    undo(story, change="2")
    assert not story.state.slots[NEXT9].pinned and story.state.slots[NEXT9].capacity == 3


def test_nobody_is_brought_back_to_a_time_they_can_t_reach() -> None:
    story = shut(branch("c1"), NEXT9)
    undo(story, "06-06 08:45")
    assert where(story, "c1") == NEXT10 and story.state.slots[NEXT9].open


def test_the_preview_of_an_undo_is_its_decision() -> None:
    story = shut(branch("c1", "c2"), NEXT9)
    backs, losers = undone("1", story.state, t("06-05 08:00"))
    assert [(one.card, one.slot, one.to) for one in backs] == [("c1", NEXT10, NEXT9), ("c2", NEXT10, NEXT9)]
    assert losers == []
    undo(story)
    assert (where(story, "c1"), where(story, "c2")) == (NEXT9, NEXT9)


def test_windows_planned_hold_until_the_day_changes_them() -> None:
    story = branch()
    story.when(ChangePlan("少人", windows={WEDNESDAY: 1}), at="06-05 07:00", **MANAGER)
    assert (windows_open(story.state, WEDNESDAY), windows_open(story.state, date(2018, 6, 7))) == (1, 2)
    story.when(ChangeWindows(4), at="06-06 08:00", **MANAGER)
    assert windows_open(story.state, WEDNESDAY) == 4


def test_changes_that_make_no_sense_are_refused() -> None:
    late = {"at": "06-06 09:30", **MANAGER}
    for command, refusal in (
        (ChangePlan("", closing=(NEXT10,)), r.ReasonMissing()),
        (ChangePlan("x", closing=("nowhere",)), r.UnknownSlot("nowhere")),
        (ChangePlan("x", closing=(NEXT9,)), r.SlotPast(NEXT9)),
        (ChangePlan("x", limits={NEXT10: (1, -1, 0)}), r.BadValue("capacity")),
        (ChangePlan("x", windows={WEDNESDAY: 51}), r.BadValue("windows")),
        (ChangePlan("x", windows={date(2018, 6, 5): 1}), r.BadValue("day")),
        (UndoPlan("9", "x"), r.UnknownChange("9")),
        (UndoPlan("1", ""), r.ReasonMissing()),
    ):
        branch().when(command, **late).then(refusal)
