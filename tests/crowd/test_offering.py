"""How a day fills under different ways of offering places."""

from random import Random

from queueing.crowd.cases import LOAD, WALK_INS
from queueing.crowd.dayplan import net_limits
from queueing.crowd.offering import OFFERED, WAYS, Filling, _filled, by_the_score, offering, the_earliest

LIMITS = net_limits(walk_ins=WALK_INS, load=LOAD)


def test_no_way_of_offering_fills_a_slot_beyond_its_limit() -> None:
    for way in ("free choice inside the limits", "the 3 earliest", "3 by the score"):
        taken, liking = _filled(WAYS[way], 0.9, Random(1))
        assert sum(taken.values()) == round(0.9 * sum(LIMITS.values()))
        assert all(taken[slot] <= LIMITS[slot] for slot in LIMITS)
        assert 0.0 <= liking <= 1.0


def test_the_score_offers_the_three_least_full() -> None:
    taken = {slot: LIMITS[slot] for slot in LIMITS} | {600: 0, 840: 1, 900: 2, 915: 5}
    assert list(by_the_score(Filling(LIMITS, Random(1), taken, {}))) == [600, 840, 900]
    assert list(the_earliest(Filling(LIMITS, Random(1), taken, {}))) == [600, 840, 900]
    fuller = taken | {600: LIMITS[600] - 1}
    assert 600 not in by_the_score(Filling(LIMITS, Random(1), fuller, {}))
    assert len(by_the_score(Filling(LIMITS, Random(1), fuller, {}))) == OFFERED


def test_half_full_the_score_keeps_the_queue_far_below_free_choice_and_the_earliest() -> None:
    found = {way: offering(way, 0.5, days=60, fillings=2) for way in list(WAYS)[:4]}
    ours = found["3 by the score"].peak
    assert ours < 0.6 * found["free choice inside the limits"].peak
    assert ours < 0.6 * found["the 3 earliest"].peak
    assert ours < found["3 at random"].peak


def test_the_same_seed_gives_the_same_figure() -> None:
    assert offering("3 by the score", 0.5, days=20, fillings=2) == offering(
        "3 by the score", 0.5, days=20, fillings=2
    )
