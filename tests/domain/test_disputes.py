"""What paper of an outage says and the books don't allow is kept until staff have settled it."""

import pytest

from queueing.domain import events as e
from queueing.domain import refusals as r
from queueing.domain.disputes import DisputeHandOver, SettleDispute, disputed
from queueing.domain.handover import HandOver
from tests.domain.harness import Story, card, fact, given, season, slot, t

STAFF = {"by": "staff:li", "via": "counter"}
PAPER = t("06-05 09:10")
ENTERED = "06-05 14:00"


def collected() -> Story:
    """A card that was handed over at the window, in a branch with another."""
    story = given(season(), slot("20180605-0900"), card("c1"), card("c2"))
    return story.when(HandOver("c1", "self", True), at="06-05 09:40", **STAFF)


def test_paper_that_the_books_do_not_allow_is_kept_with_its_time() -> None:
    story = collected()
    story.when(DisputeHandOver("c1", "proxy", PAPER, "collected"), at=ENTERED, **STAFF).then(
        fact(e.HandOverDisputed, "card:c1", card="c1", how="proxy", happened=PAPER, why="collected")
    )
    assert [(name, one.happened) for name, one in disputed(story.state)] == [("c1", PAPER)]
    story.when(DisputeHandOver("c1", "proxy", PAPER, "collected"), at=ENTERED, **STAFF).then()


def test_two_lines_of_paper_are_two_disputes_and_the_earliest_is_first() -> None:
    story = collected()
    for name, at in (("c1", PAPER), ("c2", t("06-05 09:00")), ("c1", t("06-05 09:20"))):
        story.when(DisputeHandOver(name, "self", at, "collected"), at=ENTERED, **STAFF).then(
            fact(e.HandOverDisputed, f"card:{name}", card=name, how="self", happened=at, why="collected")
        )
    assert [name for name, _ in disputed(story.state)] == ["c2", "c1", "c1"]
    story.when(SettleDispute("c1", "纸上写错了行"), at=ENTERED, **STAFF).then(
        fact(e.DisputeSettled, "card:c1", card="c1", reason="纸上写错了行")
    )
    assert [name for name, _ in disputed(story.state)] == ["c2"]
    story.when(SettleDispute("c1", "纸上写错了行"), at=ENTERED, **STAFF).then()


def test_settling_needs_a_reason() -> None:
    collected().when(SettleDispute("c1", ""), at=ENTERED, **STAFF).then(r.ReasonMissing)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (DisputeHandOver("c9", "self", PAPER, "collected"), r.UnknownCard("c9")),
        (DisputeHandOver("c1", "post", PAPER, "collected"), r.BadValue("how")),
        (DisputeHandOver("c1", "self", t("06-05 18:00"), "collected"), r.BadValue("happened")),
        (DisputeHandOver("c1", "self", PAPER, "whatever"), r.BadValue("why")),
    ],
)
def test_a_dispute_that_makes_no_sense_is_refused(command: DisputeHandOver, refusal: r.Refusal) -> None:
    collected().when(command, at=ENTERED, **STAFF).then(refusal)
