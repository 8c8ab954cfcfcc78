"""Who of the booked people will come: by cohort and lead time, shrunk towards what all of them do.

A cell with few people says little by itself: p = (m p0 + came) / (m + booked), where p0 is the rate of
everybody and m the number of people that p0 counts for. Predicting by cohort is what matters: when a whole
day is one cohort, ignoring its rate nearly doubles the crowd; person by person it gives nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

PRIOR = 0.80
"""Share of booked people who come, before anything is known (assumed; clinics report 0.77 to 0.92)."""
STRENGTH = 30.0
"""How many people the prior counts for, until there are enough cells to estimate it."""
LEADS = (1, 3, 7, 14)
"""Days between booking and slot at which the next bin begins: people forget what they booked long ago."""
_CELLS, _PEOPLE = 5, 20
"""So many cells with so many people before their spread is believed."""

Cell = tuple[str, int]
"""Cohort and lead bin."""


def lead_bin(days: int) -> int:
    """The bin of a booking made `days` before its slot: 0 for the same day, up to len(LEADS)."""
    return bisect_right(LEADS, days)


def shrunk(came: int, booked: int, prior: float, strength: float = STRENGTH) -> float:
    """The show rate of `booked` people of whom `came` came, with `prior` counting for `strength` people."""
    return (strength * prior + came) / (strength + booked)


def strength(seen: Mapping[Cell, tuple[int, int]], prior: float) -> float:
    """How many people the prior should count for: from the spread of the cells beyond chance (moments).

    `seen` maps a cell to (came, booked). Between 5 (cells differ a lot) and 500 (they don't).
    """
    cells = [(came, booked) for came, booked in seen.values() if booked >= _PEOPLE]
    if len(cells) < _CELLS:
        return STRENGTH
    chance = prior * (1 - prior)
    total = sum(booked for _, booked in cells)
    spread = sum(booked * (came / booked - prior) ** 2 for came, booked in cells)
    between = (spread - len(cells) * chance) / total
    return min(500.0, max(5.0, chance / between - 1)) if between > 0 else 500.0


@dataclass(frozen=True, slots=True)
class ShowRates:
    """Show rates by cell; `overall` stands in for a cell that nobody was booked in."""

    overall: float = PRIOR
    strength: float = STRENGTH
    cells: Mapping[Cell, float] = field(default_factory=dict)

    def rate(self, cohort: str, lead_days: int) -> float:
        """The share expected to come of `cohort` who booked `lead_days` ahead."""
        return self.cells.get((cohort, lead_bin(lead_days)), self.overall)


def learn(seen: Mapping[Cell, tuple[int, int]], prior: float = PRIOR) -> ShowRates:
    """Show rates from what was seen: cell -> (came, booked), bookings that are over and not cancelled. The
    overall rate in whole per cent: it is known no better, and forecasts of days far off stay as they are
    until there is news."""
    came = sum(one for one, _ in seen.values())
    booked = sum(one for _, one in seen.values())
    overall = round(shrunk(came, booked, prior), 2)
    weight = strength(seen, overall)
    rates = {cell: shrunk(some, all_, overall, weight) for cell, (some, all_) in seen.items()}
    return ShowRates(overall, weight, rates)
