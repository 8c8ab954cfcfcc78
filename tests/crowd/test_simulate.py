"""The simulator: an independent one agrees, the same seed gives the same days, rules hold on every day."""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from queueing.crowd.control import ALL_ON
from queueing.crowd.dayplan import Behaviour, DayPlan, Person, Start
from queueing.crowd.draws import BOOKED, WALK_IN, People, draw, service_table
from queueing.crowd.floor import Floor
from queueing.crowd.simulate import quantile_range, simulate
from queueing.crowd.tally import Tally, Waits
from queueing.domain.counter_order import head_start
from tests.crowd.plans import base

ONE_SESSION: dict[str, Any] = {"told": {}, "walk_ins": (), "sessions": ((480, 1200),)}
Key = Callable[[People, int], float]


def morning(seed: int, booked: float, priority: float) -> People:
    """300 arrivals, everybody due on arrival."""
    random = Random(seed)
    times = sorted(random.uniform(480, 780) for _ in range(300))
    return People(
        arrivals=[(at, n) for n, at in enumerate(times)],
        told=list(times),
        kind=[BOOKED if random.random() < booked else WALK_IN for _ in times],
        priority=[random.random() < priority for _ in times],
        service=[4 * x for x in random.choices(service_table(0.5), k=300)],
        chance=random,
    )


def by_simpy(people: People, windows: int, key: Key) -> list[float]:
    """The waits by SimPy, in the order of the services' starts."""
    environment = simpy.Environment()
    counter = simpy.PriorityResource(environment, capacity=windows)
    waits: list[float] = []

    def visit(at: float, index: int) -> Iterator[Any]:
        yield environment.timeout(at)
        with counter.request(priority=key(people, index)) as mine:
            yield mine
            waits.append(environment.now - at)
            yield environment.timeout(people.service[index])

    for at, index in people.arrivals:
        environment.process(visit(at, index))
    environment.run()
    return waits


def ours(people: People, windows: int, first_come: bool) -> list[float]:
    plan = DayPlan(windows=windows, first_come=first_come, **ONE_SESSION)
    tally = Tally(plan)
    assert Floor(plan, people, None, tally).run().served == 300
    return tally.in_hall


@pytest.mark.parametrize("seed", range(5))
def test_simpy_agrees_on_every_wait_first_come_first_served(seed: int) -> None:
    expected = by_simpy(morning(seed, 0.7, 0.1), 4, lambda people, index: people.told[index])
    assert ours(morning(seed, 0.7, 0.1), 4, first_come=True) == approx(expected)
    assert max(expected) > 1


@pytest.mark.parametrize("seed", range(5))
def test_simpy_agrees_on_every_wait_in_the_counters_order(seed: int) -> None:
    def key(people: People, index: int) -> float:
        booked = people.kind[index] == BOOKED
        return people.told[index] - head_start(booked=booked, priority=people.priority[index])

    expected = by_simpy(morning(seed, 0.7, 0.1), 4, key)
    assert ours(morning(seed, 0.7, 0.1), 4, first_come=False) == approx(expected)
    assert expected != approx(ours(morning(seed, 0.7, 0.1), 4, first_come=True))


def test_the_same_seed_gives_the_same_days_and_another_seed_others() -> None:
    assert simulate(base(), ALL_ON, days=20) == simulate(base(), ALL_ON, days=20)
    assert simulate(base(), ALL_ON, days=20).fan != simulate(base(), ALL_ON, days=20, seed=2).fan


def test_compared_plans_meet_the_same_walk_ins() -> None:
    few, many = draw(base(0.5), 1, 7), draw(base(0.8), 1, 7)
    assert walk_ins(few) == walk_ins(many)


def walk_ins(people: People) -> list[float]:
    return [at for at, index in people.arrivals if people.kind[index] == WALK_IN]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 1.1), st.floats(0.5, 4), st.booleans())
def test_everybody_is_served_sent_on_or_counted_as_left_over(
    day: int, load: float, times: float, control: bool
) -> None:
    plan = base(load, times_usual=times, windows_change={600: 3})
    people = draw(plan, 1, day)
    came = len(people.arrivals)
    end = Floor(plan, people, ALL_ON if control else None, Tally(plan)).run()
    assert end.served + end.other_day + end.rebooked + end.away + end.too_late == came
    assert 0 <= end.peak <= came
    assert max(end.trace) <= end.peak


def test_early_people_are_called_only_when_a_window_would_idle() -> None:
    """Told 9:00, there at 8:31; a walk-in of 8:35 goes first, and then the early one at once."""
    people = People(
        [(511, 0), (511.5, 1), (515, 2)], [511, 540, 515], [1, 0, 1], [False] * 3, [10.0] * 3, Random()
    )
    plan = DayPlan(told={}, walk_ins=(), windows=1)
    tally = Tally(plan)
    Floor(plan, people, None, tally).run()
    assert tally.in_hall == [0, 6, 19.5]


def test_nobody_is_called_at_lunch_before_the_afternoon() -> None:
    people = People([(725, 0)], [725], [1], [False], [4.0], Random())
    tally = Tally(base())
    Floor(base(), people, None, tally).run()
    assert tally.in_hall == [85]


def test_an_employers_batch_takes_its_windows() -> None:
    quiet, batch = base(0.6), base(0.6, batches=((600, 3, 20.0),))
    assert simulate(batch, None, days=40).mean_peak > simulate(quiet, None, days=40).mean_peak + 1


def test_the_rest_of_a_day_starts_from_who_waits_now() -> None:
    waiting = [Person(590 + n / 10) for n in range(20)]
    start = Start(600, waiting, busy=4, walk_ins_seen=20)
    told = {at: n for at, n in base().told.items() if at >= 600}
    plan = base(start=start)
    rest = DayPlan(told, plan.walk_ins, start=start)
    outcome = simulate(rest, None, days=50)
    assert outcome.mean_peak >= 19
    assert min(outcome.fan) == 605
    calm = simulate(DayPlan(told, plan.walk_ins, start=Start(600)), None, days=50)
    assert calm.mean_peak < outcome.mean_peak


def test_those_late_already_are_less_likely_to_come() -> None:
    told = {570: 200, 600: 200}
    plan = DayPlan(told, (), start=Start(600))
    people = draw(plan, 1, 1)
    late = sum(told == 570 for told in people.told)
    assert late < 10
    assert 60 < len(people.arrivals) - late < 140


def test_services_have_the_stated_mean_and_variation() -> None:
    for variation in (0.3, 0.5, 1.0):
        table = service_table(variation)
        mean = sum(table) / len(table)
        assert mean == approx(1)
        assert sum((x - 1) ** 2 for x in table) / len(table) == approx(variation**2, rel=0.03)
    assert service_table(0.0) == (1.0,)


def test_waits_are_counted_in_quarters_rounded_up() -> None:
    waits = Waits([0.0, 0.3, 1.0, 10.0])
    assert (waits.number, waits.mean, waits.longest) == (4, approx(2.825), 10.25)
    assert waits.quantile(0.5) == 0.5
    assert (Waits([1.0]) + Waits([3.0])).mean == 2


@given(st.lists(st.integers(0, 200), min_size=30, max_size=300))
def test_the_range_of_a_quantile_holds_it(peaks: list[int]) -> None:
    ordered = sorted(peaks)
    low, high = quantile_range(ordered, 0.95)
    assert low <= ordered[int(0.95 * len(ordered))] <= high


def test_more_windows_never_lengthen_the_peak_on_average() -> None:
    three, four = (simulate(base(windows_change={510: n}), None, days=60) for n in (3, 4))
    assert four.mean_peak < three.mean_peak
    assert four.utilisation < three.utilisation


def test_unpunctual_people_make_a_crowd() -> None:
    sharp = simulate(base(behaviour=Behaviour(offset_mean=0, offset_sd=1)), None, days=60)
    vague = simulate(base(behaviour=Behaviour(offset_mean=-20, offset_sd=25)), None, days=60)
    assert sharp.mean_peak < vague.mean_peak


def test_couples_come_at_the_same_moment_and_as_many_come_as_alone() -> None:
    plan = base(behaviour=Behaviour(couples=0.4, level_shape=0))
    days = [draw(plan, 1, day) for day in range(60)]
    alone = [draw(base(behaviour=Behaviour(level_shape=0)), 1, day) for day in range(60)]
    assert sum(len(one.told) for one in days) == approx(sum(len(one.told) for one in alone), rel=0.03)
    for kind in (BOOKED, WALK_IN):
        moments = [
            Counter(at for at, index in one.arrivals if one.kind[index] == kind).values() for one in days
        ]
        paired = sum(n for counts in moments for n in counts if n == 2)
        assert paired / sum(map(sum, moments)) == approx(0.4, abs=0.05)


def test_couples_make_larger_crowds() -> None:
    alone, by_twos = (simulate(base(behaviour=Behaviour(couples=share)), None, days=80) for share in (0, 0.6))
    assert by_twos.mean_peak > alone.mean_peak + 0.5


def test_rain_keeps_many_at_home_on_some_days_and_the_mean_stays() -> None:
    plan = base(behaviour=Behaviour(wet_days=0.25, wet_show=0.4, level_shape=0))
    came = [sum(kind == BOOKED for kind in draw(plan, 1, day).kind) for day in range(200)]
    booked = sum(plan.told.values())
    assert sum(came) / len(came) == approx(0.8 * booked, rel=0.06)
    assert sum(people < 0.6 * booked for people in came) / len(came) == approx(0.25, abs=0.1)
