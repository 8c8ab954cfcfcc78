"""Employers: called, appointed, handed over, roster returned, reconciled; handed is issued plus returned."""

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.employers import (
    AppointEmployer,
    CallEmployer,
    HandToEmployer,
    ProposeRecall,
    RecallCards,
    RegisterEmployers,
    RemindEmployer,
    ReturnRoster,
    to_hand_over,
)
from queueing.domain.handover import ActivateCards, HandOver
from queueing.domain.holders import ListForPhone, RequestHomeVisit
from tests.domain.harness import SEASON, Fact, Story, card, did, employer, fact, given, t

STAFF = {"by": "staff:li", "via": "phone"}
CLERK = {"by": "employer:e1", "via": "employer"}


def with_cards(*names: str) -> Story:
    cards = (card(name, "danwei", "employer", employer="e1") for name in names)
    return given(SEASON, employer(), employer("e2"), card("x1", "danwei", "employer", employer="e2"), *cards)


def handed(*names: str) -> Story:
    story = with_cards(*names)
    story.fold(did(HandToEmployer("e1", True, "company"), "05-20 09:00"))
    return story


def cards_handed(*names: str, seal: str = "company") -> Fact:
    tags = " ".join(["employer:e1", *(f"card:{name}" for name in names)])
    return fact(e.CardsHandedToEmployer, tags, employer="e1", cards=names, seal=seal)


def reconciled(*, handed: int, issued: int, returned: int) -> Fact:
    return fact(
        e.EmployerReconciled, "employer:e1", employer="e1", handed=handed, issued=issued, returned=returned
    )


def roster(issued: tuple[str, ...], returned: tuple[str, ...]) -> Fact:
    tags = " ".join(["employer:e1", *(f"card:{name}" for name in (*issued, *returned))])
    return fact(e.EmployerRosterReturned, tags, employer="e1", issued=issued, returned=returned)


def test_importing_employers_twice_changes_nothing_and_a_name_is_corrected() -> None:
    story = given()
    story.when(RegisterEmployers((("e1", "一厂"), ("e2", "二厂"))), at="05-02 08:00", by="system").then(
        fact(e.EmployerRegistered, "employer:e1", employer="e1", name="一厂"),
        fact(e.EmployerRegistered, "employer:e2", employer="e2", name="二厂"),
    )
    story.when(RegisterEmployers((("e1", "一厂"), ("e2", "第二厂"))), at="05-02 08:01", by="system").then(
        fact(e.EmployerRegistered, "employer:e2", employer="e2", name="第二厂")
    )


def test_the_bank_phones_and_appoints_the_employer() -> None:
    story = with_cards("c1")
    story.when(CallEmployer("e9", "answered"), at="05-17 09:00", **STAFF).then(r.UnknownEmployer("e9"))
    story.when(CallEmployer("e1", "maybe"), at="05-17 09:00", **STAFF).then(r.BadValue("outcome"))
    for outcome in ("no_answer", "answered", "wrong_number"):
        story.when(CallEmployer("e1", outcome), at="05-17 09:00", **STAFF).then(
            fact(e.EmployerCalled, "employer:e1", employer="e1", outcome=outcome)
        )
    assert (story.state.employers["e1"].calls, story.state.employers["e1"].answered) == (3, True)
    when = t("05-20 09:00")
    story.when(AppointEmployer("e1", when), at="05-20 09:00", **STAFF).then(r.BadValue("when"))
    story.when(AppointEmployer("e1", when), at="05-17 09:05", **STAFF).then(
        fact(e.EmployerAppointed, "employer:e1", employer="e1", when=when)
    )
    story.when(AppointEmployer("e1", when), at="05-17 09:05", **STAFF).then()


@pytest.mark.parametrize(("seen", "seal"), [(False, "company"), (True, ""), (True, "personal")])
def test_cards_leave_only_against_the_clerk_s_id_and_a_seal(seen: bool, seal: str) -> None:
    with_cards("c1").when(HandToEmployer("e1", seen, seal), at="05-20 09:00", **STAFF).then(
        r.SealNotSeen("e1")
    )


def test_the_clerk_takes_all_cards_or_those_named_and_each_once() -> None:
    story = with_cards("c1", "c2", "c3")
    story.when(HandToEmployer("e1", True, "finance", ("c2", "c2")), at="05-20 09:00", **STAFF).then(
        cards_handed("c2", seal="finance")
    )
    story.when(HandToEmployer("e1", True, "company"), at="05-20 09:05", **STAFF).then(
        cards_handed("c1", "c3")
    )
    story.when(HandToEmployer("e1", True, "company"), at="05-20 09:05", **STAFF).then(r.NothingHanded("e1"))
    story.when(HandToEmployer("e1", True, "company", ("c1",)), at="05-20 09:06", **STAFF).then(
        r.NotThisEmployers("e1", ("c1",))
    )


def test_an_employer_takes_no_other_s_cards() -> None:
    with_cards("c1").when(
        HandToEmployer("e1", True, "company", ("c1", "x1", "c9")), at="05-20 09:00", **STAFF
    ).then(r.NotThisEmployers("e1", ("x1", "c9")))


def test_handed_is_issued_plus_returned() -> None:
    story = handed("c1", "c2", "c3")
    story.when(ReturnRoster("e1", ("c1", "c2"), ("c3",)), at="06-10 09:00", **CLERK).then(
        roster(("c1", "c2"), ("c3",)), reconciled(handed=3, issued=2, returned=1)
    )
    places = {name: one.place for name, one in story.state.cards.items()}
    assert places == {"x1": "bank", "c1": "handed", "c2": "handed", "c3": "returned"}
    assert story.state.cards["c1"].collected is not None
    assert to_hand_over(story.state, "e1") == ()


@pytest.mark.parametrize(
    ("issued", "returned", "missing", "unexpected", "twice"),
    [
        (("c1",), (), ("c2",), (), ()),
        ((), (), ("c1", "c2"), (), ()),
        (("c1", "c2", "x1"), (), (), ("x1",), ()),
        (("c1", "c2"), ("c9",), (), ("c9",), ()),
        (("c1", "c2"), ("c2",), (), (), ("c2",)),
        (("c1", "x1"), ("c1", "x1"), ("c2",), ("x1",), ("c1", "x1")),
    ],
)
def test_a_roster_that_does_not_add_up_is_refused_with_the_cards_that_differ(
    issued: tuple[str, ...],
    returned: tuple[str, ...],
    missing: tuple[str, ...],
    unexpected: tuple[str, ...],
    twice: tuple[str, ...],
) -> None:
    handed("c1", "c2").when(ReturnRoster("e1", issued, returned), at="06-10 09:00", **CLERK).then(
        r.RosterDiffers("e1", missing, unexpected, twice)
    )


def test_a_roster_is_returned_once_and_only_for_cards_handed_over() -> None:
    story = with_cards("c1")
    story.when(ReturnRoster("e1", ("c1",), ()), at="05-19 09:00", **CLERK).then(r.NothingHanded("e1"))
    story.fold(did(HandToEmployer("e1", True, "company"), "05-20 09:00"))
    story.when(ReturnRoster("e1", ("c1", "c1"), ()), at="06-10 09:00", **CLERK).then(
        roster(("c1",), ()), reconciled(handed=1, issued=1, returned=0)
    )
    story.when(ReturnRoster("e1", ("c1",), ()), at="06-10 09:00", **CLERK).then(r.NothingHanded("e1"))


def test_a_second_hand_over_opens_the_books_again_and_adds_to_the_first() -> None:
    story = with_cards("c1", "c2")
    story.fold(did(HandToEmployer("e1", True, "company", ("c1",)), "05-20 09:00"))
    story.fold(did(ReturnRoster("e1", ("c1",), ()), "05-30 09:00"))
    assert story.state.employers["e1"].reconciled
    story.fold(did(HandToEmployer("e1", True, "company"), "06-01 09:00"))
    assert not story.state.employers["e1"].reconciled
    story.when(ReturnRoster("e1", (), ("c2",)), at="06-10 09:00", **CLERK).then(
        roster((), ("c2",)), reconciled(handed=2, issued=1, returned=1)
    )


def test_the_bank_switches_cards_on_by_the_roster() -> None:
    story = handed("c1", "c2")
    story.fold(did(ReturnRoster("e1", ("c1",), ("c2",)), "06-10 09:00"))
    story.when(ActivateCards(("c1",)), at="06-10 10:00", **STAFF).then(
        fact(e.CardActivated, "card:c1", card="c1")
    )
    story.when(ActivateCards(("c2",)), at="06-10 10:00", **STAFF).then(r.CardNotHere("c2", "returned"))


def test_a_returned_card_is_handed_to_its_holder_at_the_counter() -> None:
    story = handed("c1")
    story.when(HandOver("c1", "self", True), at="06-10 08:00", by="staff:li", via="counter").then(
        r.AtEmployer("c1", "e1", held=True)
    )
    story.fold(did(ReturnRoster("e1", (), ("c1",)), "06-10 09:00"))
    story.when(HandOver("c1", "self", True), at="06-11 08:00", by="staff:li", via="counter").then(
        fact(e.CardCollected, "card:c1", card="c1", how="self")
    )


def test_an_employer_is_reminded_once_a_day() -> None:
    story = handed("c1")
    reminded = fact(e.EmployerReminded, "employer:e1", employer="e1", what="roster")
    story.when(RemindEmployer("e1", "hurry"), at="06-20 09:00", by="system", via="system").then(
        r.BadValue("what")
    )
    story.when(RemindEmployer("e1", "roster"), at="06-20 09:00", by="system", via="system").then(reminded)
    story.when(RemindEmployer("e1", "roster"), at="06-20 23:59", by="system", via="system").then()
    story.when(RemindEmployer("e1", "roster"), at="06-21 00:00", by="system", via="system").then(reminded)


def test_a_call_tells_what_comes_next_until_it_has_come() -> None:
    story = with_cards("c1")
    by = t("05-21 00:00").date()
    story.when(CallEmployer("e1", "no_answer", "call", by), at="05-17 09:00", **STAFF).then(
        fact(
            e.EmployerCalled, "employer:e1", employer="e1", outcome="no_answer", next_step="call", next_on=by
        )
    )
    assert (story.state.employers["e1"].next_step, story.state.employers["e1"].next_on) == ("call", by)
    story.fold(did(AppointEmployer("e1", t("05-22 09:00")), "05-17 09:05"))
    assert (story.state.employers["e1"].next_step, story.state.employers["e1"].next_on) == ("", None)


@pytest.mark.parametrize(
    ("step", "day", "field"),
    [
        ("dance", "05-21 00:00", "next_step"),
        ("call", "05-16 00:00", "next_on"),
        ("", "05-21 00:00", "next_on"),
    ],
)
def test_a_next_step_that_makes_no_sense_is_refused(step: str, day: str, field: str) -> None:
    command = CallEmployer("e1", "answered", step, t(day).date())
    with_cards("c1").when(command, at="05-17 09:00", **STAFF).then(r.BadValue(field))


def test_a_recall_is_proposed_once_when_the_cards_were_kept_too_long() -> None:
    story = handed("c1", "c2")
    propose = ProposeRecall("e1")
    story.when(propose, at="11-16 08:59", by="system").then()
    story.when(propose, at="11-16 09:00", by="system").then(
        fact(e.RecallProposed, "employer:e1", employer="e1", held=2)
    )
    story.when(propose, at="11-17 09:00", by="system").then()
    story.fold(did(RecallCards("e1"), "11-17 09:00"))
    story.when(propose, at="11-18 09:00", by="system").then()
    story.when(ProposeRecall("e9"), at="11-18 09:00", by="system").then(r.UnknownEmployer("e9"))


def test_recalled_cards_are_their_holders_to_collect_and_nothing_is_open() -> None:
    story = handed("c1", "c2")
    recalled = fact(e.CardsRecalled, "employer:e1 card:c1 card:c2", employer="e1", cards=("c1", "c2"))
    story.when(RecallCards("e1"), at="07-20 09:00", **STAFF).then(
        recalled, reconciled(handed=2, issued=0, returned=2)
    )
    story.when(RecallCards("e1"), at="07-20 09:00", **STAFF).then()
    assert story.state.employers["e1"].reconciled
    story.when(HandOver("c1", "self", True), at="07-21 08:00", by="staff:li", via="counter").then_kinds(
        e.CardCollected
    )


def test_a_corrected_name_leaves_the_employer_its_cards() -> None:
    story = with_cards("c1")
    story.fold(did(RegisterEmployers((("e1", "第一纺织厂"),)), "05-10 08:00"))
    assert (story.state.employers["e1"].name, to_hand_over(story.state, "e1")) == ("第一纺织厂", ("c1",))


def test_what_came_back_is_not_the_employer_s_any_more() -> None:
    story = handed("c1", "c2")
    story.fold(did(ReturnRoster("e1", ("c1",), ("c2",)), "06-10 09:00"))
    assert story.state.employers["e1"].cards == ("c1",)
    story = handed("c1", "c2")
    story.fold(did(RecallCards("e1"), "07-20 09:00"))
    assert story.state.employers["e1"].cards == ()


def test_a_card_from_the_employer_ends_the_wish_for_a_visit_and_the_wait_for_a_call() -> None:
    story = handed("c1")
    story.fold(did(RequestHomeVisit("c1"), "05-21 09:00"))
    story.fold(did(ListForPhone("c1", "asked"), "05-21 09:00"))
    story.fold(did(ReturnRoster("e1", ("c1",), ()), "06-10 09:00"))
    assert (story.state.cards["c1"].home_visit, story.state.cards["c1"].phone_list) == (False, "")
