"""How many to invite today: the order-up-to rule with a pipeline.

I = max(0, (theta * F - P) / r), where F is the number of free places in the coming H days, P the bookings
still expected from earlier invitations (sum of I_j * r * (1 - G(age_j))), r the response rate and G the
distribution of the answer's delay. Counting what is on its way keeps a slow reply from looking like a free
place (order-up-to with pipeline: Silver, Pyke & Thomas, Inventory and Production Management, ch. 7).
"""

from __future__ import annotations

from collections.abc import Mapping

LAG = 0.6
"""Share of the answers still to come that stays away for one more day (assumed; answers take about two
days)."""


def still_expected(age_days: int) -> float:
    """1 - G: the share of answers that come later than `age_days` after the invitation."""
    return LAG ** max(0, age_days)


def batch(
    free_places: int, invited_by_age: Mapping[int, int], *, theta: float, response: float, most: int
) -> int:
    """How many to invite now. `free_places` counts places; `invited_by_age` maps days since the invitation
    to people; `theta` and `response` are shares (0-1]; at most `most`. Called twice it adds nothing: those
    just invited are in the pipeline."""
    pipeline = sum(count * response * still_expected(age) for age, count in invited_by_age.items())
    return max(0, min(most, int((theta * free_places - pipeline) / response)))
