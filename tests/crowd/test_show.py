"""Show rates: shrunk, learned by cohort and lead time."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from queueing.crowd.show import STRENGTH, Cell, lead_bin, learn, shrunk, strength


def test_a_few_people_move_the_rate_a_little_and_many_a_lot() -> None:
    assert shrunk(0, 3, prior=0.8) == approx(24 / 33)
    assert shrunk(0, 3000, prior=0.8) < 0.01


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.05, 0.95), st.floats(1, 500))
def test_a_shrunk_rate_lies_between_the_prior_and_what_was_seen(
    came: int, more: int, prior: float, weight: float
) -> None:
    rate = shrunk(came, came + more, prior, weight)
    seen = came / (came + more) if came + more else prior
    assert min(prior, seen) - 1e-9 <= rate <= max(prior, seen) + 1e-9


def test_lead_times_fall_into_bins() -> None:
    assert [lead_bin(days) for days in (0, 1, 2, 3, 7, 13, 14, 60)] == [0, 1, 1, 2, 3, 3, 4, 4]


def test_without_enough_cells_the_prior_keeps_its_usual_strength() -> None:
    assert strength({("a", 0): (10, 30)}, 0.8) == STRENGTH


def test_cells_that_differ_beyond_chance_weaken_the_prior() -> None:
    alike = {(f"c{n}", 0): (80, 100) for n in range(10)}
    different = {(f"c{n}", 0): (95 if n % 2 else 65, 100) for n in range(10)}
    assert strength(alike, 0.8) == 500
    assert strength(different, 0.8) < 20


def test_learned_rates_beat_the_raw_ones_and_one_for_all() -> None:
    """The table of docs/crowd.md in small: 40 cells of 20 people, rates spread by 0.07."""
    random = Random(5)
    errors = {"raw": 0.0, "one": 0.0, "learned": 0.0}
    for _ in range(20):
        true: dict[Cell, float] = {
            (f"c{n}", 0): min(0.99, max(0.4, random.gauss(0.8, 0.07))) for n in range(40)
        }
        seen = {cell: (sum(random.random() < p for _ in range(20)), 20) for cell, p in true.items()}
        rates = learn(seen)
        for cell, p in true.items():
            errors["raw"] += (seen[cell][0] / 20 - p) ** 2
            errors["one"] += (rates.overall - p) ** 2
            errors["learned"] += (rates.rate(cell[0], 0) - p) ** 2
    assert errors["learned"] < 0.8 * errors["one"]
    assert errors["learned"] < 0.6 * errors["raw"]


def test_a_cell_never_seen_has_the_overall_rate() -> None:
    rates = learn({("a", 0): (90, 100)})
    assert rates.rate("b", 3) == rates.overall == 0.88, "114 of 130, a whole per cent"
