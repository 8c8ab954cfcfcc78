"""A channel starves by one definition: less than half of what it was promised, by more people than chance."""

from collections.abc import Callable

import psycopg
import pytest

from queueing.domain import Event
from queueing.domain import events as e
from queueing.projections.queries import Fairness, fairness
from queueing.projections.queries.fairness import FEWEST
from queueing.projections.runner import Projector
from tests.domain.harness import S9, SEASON, card, happened, slot, t
from tests.projections.conftest import Append

NOW = t("06-05 12:00")
PROMISED = {"channel:sms": 0.30, "channel:phone": 0.15, "cohort:getihu": 0.1}
Ways = Callable[..., dict[str, Fairness]]


@pytest.fixture
def ways(projector: Projector, append: Append, conn: psycopg.Connection) -> Ways:
    """How each way fares after these events."""

    def follow(*events: Event, promised: dict[str, float] = PROMISED) -> dict[str, Fairness]:
        append([SEASON, slot(S9, capacity=500), *events])
        projector.catch_up()
        return {one.way: one for one in fairness(conn, NOW, promised)}

    return follow


def bookings(at: str = "06-04 10:00", **by: int) -> list[Event]:
    """So many cards booked by each channel."""
    channels = [via for via, count in by.items() for _ in range(count)]
    found: list[Event] = []
    for number, via in enumerate(channels, 1):
        name = f"{via}{number}"
        booked = happened(
            e.SlotBooked, at, "holder", via, card=name, slot=S9, booking=number, told=t("06-05 09:00")
        )
        found += [card(name), booked]
    return found


def told(name: str, count: int, through: int, at: str = "05-20 08:00", **fields: object) -> list[Event]:
    """So many holders were told; so many of them collected."""
    found: list[Event] = []
    for number in range(count):
        one = f"{name}{number}"
        found.append(card(one, **fields))
        found.append(happened(e.HolderInvited, at, card=one, wave="may", reason="wave"))
        if number < through:
            found.append(
                happened(e.CardCollected, "06-01 09:00", "staff:li", "counter", card=one, how="self")
            )
    return found


def test_a_channel_with_less_than_half_of_its_share_starves(ways: Ways) -> None:
    found = ways(*bookings(web=88, sms=15, phone=4, counter=3))
    assert (found["sms"].through, found["sms"].of) == (15, 110)
    assert found["sms"].starving and found["phone"].starving, (
        "15 of 110 by SMS, 7 by phone and at the counter"
    )


def test_half_of_the_share_is_enough(ways: Ways) -> None:
    found = ways(*bookings(web=77, sms=15, phone=4, counter=4))
    assert found["sms"].share == 0.15 and not found["sms"].starving
    assert found["phone"].share == 0.08 and not found["phone"].starving


def test_a_few_bookings_say_nothing(ways: Ways) -> None:
    assert not ways(*bookings(web=FEWEST - 1))["sms"].starving


def test_enough_bookings_do(ways: Ways) -> None:
    assert ways(*bookings(web=FEWEST))["sms"].starving


def test_only_the_last_week_counts(ways: Ways) -> None:
    found = ways(*bookings("05-28 10:00", web=90))
    assert found["sms"].of == 0 and not found["sms"].starving


def test_a_channel_that_is_promised_nothing_is_not_measured(ways: Ways) -> None:
    assert set(ways(*bookings(web=50), promised={})) == {"paper"}


def test_people_no_message_reaches_are_compared_with_those_it_does(ways: Ways) -> None:
    reached, paper = told("r", 40, 30), told("p", 40, 14, reach=False)
    found = ways(*reached, *paper)["paper"]
    assert (found.through, found.of, found.promised) == (14, 40, 0.75) and found.starving


def test_those_told_this_week_still_have_time(ways: Ways) -> None:
    found = ways(*told("r", 40, 30), *told("p", 40, 0, "06-02 08:00", reach=False))["paper"]
    assert found.of == 0 and not found.starving


def test_opting_out_makes_one_of_the_people_no_message_reaches(ways: Ways) -> None:
    out = [happened(e.HolderOptedOut, card=f"r{number}") for number in range(35, 40)]
    assert ways(*told("r", 40, 30), *out)["paper"].of == 5
