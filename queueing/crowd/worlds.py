"""Ours when the world is not as planned, each with nothing done about it and under live control."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from queueing.crowd.cases import HESITANT, LOAD_REMINDED, Case, ours
from queueing.crowd.control import ALL_ON
from queueing.crowd.dayplan import REMINDED, Behaviour, DayPlan

COUPLES = (0.0, 0.1, 0.2, 0.3)
LOST = "a window lost at 10:00"


def robustness() -> list[Case]:
    """Each world twice, and some with people who accept less or with a spare window."""
    worlds = {**_people_differ(), **_day_differs()}
    cases = [
        Case("robustness", f"{name}; {what}", plan, controls)
        for name, plan in worlds.items()
        for what, controls in (("no control", None), ("control", ALL_ON))
    ]
    cases += [
        Case("robustness", f"{name}; control, half as many accept", worlds[name], HESITANT)
        for name in ("walk-ins x 3", LOST)
    ]
    spare = replace(ALL_ON, spare_windows=1)
    return [*cases, Case("robustness", f"{LOST}; control, a spare window", worlds[LOST], spare)]


def _people_differ() -> dict[str, DayPlan]:
    base, reminded = ours(), ours(LOAD_REMINDED, REMINDED)
    return {
        "as planned": base,
        "show rate .90, planned .80": behaving(base, show=0.9),
        "reminded: show rate .95, planned .90": behaving(reminded, show=0.95),
        "show rate differs by day (sd .05)": behaving(base, show_shock=0.05),
        "rain on every fifth day: .60 come, else .85": behaving(base, wet_days=0.2, wet_show=0.6),
        "unpunctual (sd 20 min)": behaving(base, offset_sd=20.0),
        "walk-ins x 2": replace(base, times_usual=2.0),
        "walk-ins x 3": replace(base, times_usual=3.0),
        "walk-ins x 5": replace(base, times_usual=5.0),
        "an employer's batch at 10:00 (2 windows, 45 min)": replace(base, batches=((600.0, 2, 45.0),)),
        "15 colleagues come together at 10:00": replace(base, batches=((600.0, 15, base.service),)),
    }


def _day_differs() -> dict[str, DayPlan]:
    base = ours()
    return {
        "service CV .7, planned .5": behaving(base, variation=0.7),
        "speed differs by day (sd 8 %)": behaving(base, speed_shock=0.08),
        "services 10 % longer": replace(base, service=4.4),
        LOST: replace(base, windows_change={600: base.windows - 1}),
        "a window lost all day": replace(base, windows_change={0: base.windows - 1}),
    }


def couples() -> list[Case]:
    """Ours with more and more people who come two by two."""
    return [
        Case(
            "couples",
            f"{share:.0%} come as couples; {what}",
            ours(behaviour=Behaviour(couples=share)),
            controls,
        )
        for share in COUPLES
        for what, controls in (("no control", None), ("control", ALL_ON))
    ]


def behaving(plan: DayPlan, **changes: Any) -> DayPlan:
    """The plan with people who behave otherwise than it assumed."""
    return replace(plan, behaviour=replace(plan.behaviour, **changes))
