"""Each statistic, by its definition."""

from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest

from queueing.crowd.hall import Hall
from queueing.domain import Event
from queueing.domain import events as e
from queueing.projections import queries
from queueing.projections.queries import Setting
from queueing.projections.runner import Projector
from tests.domain.harness import NEXT9, S9, S10, S915, SEASON, card, employer, happened, slot, t
from tests.projections.chance import Chance
from tests.projections.conftest import Append

TUESDAY, WEDNESDAY = date(2018, 6, 5), date(2018, 6, 6)
DAWN = t("06-05 07:00")
Given = Callable[..., psycopg.Connection]


@pytest.fixture
def given(projector: Projector, append: Append, conn: psycopg.Connection) -> Given:
    """The read models after these events."""

    def follow(*events: Event) -> psycopg.Connection:
        append(events)
        projector.catch_up()
        return conn

    return follow


def booked(name: str, slot_id: str, number: int, via: str = "sms", at: str = "06-01 10:00") -> Event:
    told = t(f"{slot_id[4:6]}-{slot_id[6:8]} {slot_id[9:11]}:{slot_id[11:]}")
    return happened(e.SlotBooked, at, "holder", via, card=name, slot=slot_id, booking=number, told=told)


def moved(name: str, number: int, old: str, new: str, via: str = "system") -> Event:
    told = t("06-06 09:00") if new == NEXT9 else t("06-05 10:00")
    return happened(
        e.BookingMoved,
        via=via,
        card=name,
        booking=number,
        version=2,
        old_slot=old,
        new_slot=new,
        told=told,
        reason="closed",
    )


def arrived(name: str, slot_id: str, number: int, at: str) -> Event:
    return happened(
        e.HolderArrived, at, "staff:li", "counter", card=name, slot=slot_id, booking=number, told=t(at)
    )


def ticketed(name: str, slot_id: str, number: int, at: str) -> Event:
    return happened(
        e.WalkInTicketed, at, "staff:li", "counter", card=name, slot=slot_id, ticket=number, told=t(at)
    )


def collected(name: str, at: str, how: str = "self", **fields: object) -> Event:
    return happened(e.CardCollected, at, "staff:li", "counter", card=name, how=how, **fields)


PEOPLE = [card(f"c{number}", band="70") for number in range(8)]


# --- slots --------------------------------------------------------------------------------------------------


def test_a_moved_booking_keeps_the_channel_it_was_made_through(given: Given) -> None:
    conn = given(
        SEASON, slot(S9), slot(NEXT9), *PEOPLE, booked("c1", S9, 1, "phone"), moved("c1", 1, S9, NEXT9)
    )
    (old,) = queries.slot_loads(conn, TUESDAY, DAWN)
    (new,) = queries.slot_loads(conn, WEDNESDAY, DAWN)
    assert (old.booked, old.by_phone, old.moved_away, old.booked_total) == (0, 0, 1, 1)
    assert (new.booked, new.by_phone, new.by_other, new.booked_total) == (1, 1, 0, 1)
    found = queries.card(conn, "c1")
    assert found is not None
    assert (found.via, found.version, found.slot) == ("phone", 2, NEXT9)


def test_the_counts_of_a_slot(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9, capacity=6, walk_in_room=2),
        *PEOPLE,
        *(
            booked(f"c{number}", S9, number, via)
            for number, via in enumerate(("sms", "web", "sms", "counter"), 1)
        ),
        happened(e.BookingCancelled, card="c2", slot=S9, booking=2, reason="asked"),
        arrived("c1", S9, 1, "06-05 09:00"),
        collected("c1", "06-05 09:10", slot=S9, booking=1),
        happened(e.NoShowRecorded, "06-05 09:31", card="c3", slot=S9, booking=3, count=1),
        ticketed("c5", S9, 1, "06-05 09:05"),
    )
    (load,) = queries.slot_loads(conn, TUESDAY, t("06-05 09:40"))
    assert (load.booked, load.booked_total, load.by_counter, load.by_sms, load.by_web) == (1, 4, 1, 0, 0)
    assert (load.cancelled, load.arrived, load.collected, load.no_shows, load.walk_ins) == (1, 1, 1, 1, 1)
    assert (load.free, load.due) == (5, 1)


def test_a_hand_over_with_a_ticket_ends_the_booking_of_another_day_and_counts_today(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9),
        slot(NEXT9),
        *PEOPLE,
        booked("c1", NEXT9, 1),
        ticketed("c1", S9, 1, "06-05 09:00"),
        collected("c1", "06-05 09:10", slot=S9, booking=1, ticket=1, freed=NEXT9),
    )
    (today,), (later,) = queries.slot_loads(conn, TUESDAY, DAWN), queries.slot_loads(conn, WEDNESDAY, DAWN)
    assert (today.collected, later.booked, later.due, later.collected) == (1, 0, 0, 0)


def test_an_undone_hand_over_without_a_visit_no_longer_counts_for_its_slot_and_day(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9),
        *PEOPLE,
        booked("c1", S9, 1),
        collected("c1", "06-05 09:10", slot=S9, booking=1),
        happened(e.CollectionUndone, "06-05 09:12", card="c1", reason="按错了"),
    )
    (load,) = queries.slot_loads(conn, TUESDAY, DAWN)
    (day,) = queries.day_loads(conn, TUESDAY, TUESDAY)
    assert (load.collected, day.collected, queries.season_totals(conn).collected) == (0, 0, 0)


def test_expected_are_those_due_times_the_show_rate_and_the_usual_walk_ins(given: Given) -> None:
    conn = given(
        SEASON, slot(S9, capacity=10), *PEOPLE, *(booked(f"c{number}", S9, number) for number in range(1, 6))
    )
    (load,) = queries.slot_loads(conn, TUESDAY, DAWN, 0.8, 2.0)
    assert (load.expected, load.level, load.level_text) == (6.0, "calm", "不挤")
    (load,) = queries.slot_loads(conn, TUESDAY, DAWN, 0.8, {S9: 1.0})
    assert (load.expected, load.level) == (5.0, "calm")


def test_once_people_come_they_count_instead_and_afterwards_only_they(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9, capacity=10),
        *PEOPLE,
        *(booked(f"c{number}", S9, number) for number in range(1, 4)),
        arrived("c1", S9, 1, "06-05 09:00"),
        ticketed("c5", S9, 1, "06-05 09:01"),
        ticketed("c6", S9, 2, "06-05 09:02"),
    )
    (during,) = queries.slot_loads(conn, TUESDAY, t("06-05 09:05"), 0.5, 1.0)
    assert during.expected == 1 + 2 * 0.5 + 2
    (after,) = queries.slot_loads(conn, TUESDAY, t("06-05 09:15"), 0.5, 1.0)
    assert after.expected == 3


def test_the_level_is_the_waiting_people_of_most_days_against_the_hall(given: Given) -> None:
    """Booked to what the windows can serve it fills; half of that is calm; so is a large hall."""
    names = [f"20180605-{hour:02}{minute:02}" for hour in range(9, 12) for minute in (0, 15, 30, 45)]
    cards = [card(f"d{number:03}") for number in range(15 * len(names))]
    full = [
        booked(f"d{15 * place + number:03}", name, 15 * place + number + 1)
        for place, name in enumerate(names)
        for number in range(15)
    ]
    conn = given(SEASON, *(slot(name, capacity=15) for name in names), *cards, *full[::2])
    half = queries.slot_loads(conn, TUESDAY, DAWN, 0.8, 0.0)
    assert {load.level for load in half[1:]} == {"calm"}, "but for those at the door"
    conn = given(*full[1::2])
    crowded = queries.slot_loads(conn, TUESDAY, DAWN, 1.0, 1.4)
    assert crowded[-1].level == "crowded" and crowded[-1].chance > 0.5
    assert crowded[-1].p95 > crowded[-1].waiting > half[-1].waiting
    assert [load.level for load in queries.day_loads(conn, TUESDAY, TUESDAY, DAWN, 1.0, 1.4)] == ["crowded"]
    large = Setting(hall=Hall(200, 150, 0.5))
    assert queries.slot_loads(conn, TUESDAY, DAWN, 1.0, 1.4, large)[0].level == "calm"


def test_a_closed_slot_has_nothing_free_until_it_is_reopened(given: Given) -> None:
    conn = given(SEASON, slot(S9), happened(e.SlotClosed, slot=S9, reason="停电"))
    (load,) = queries.slot_loads(conn, TUESDAY, DAWN)
    assert (load.open, load.free, load.level) == (False, 0, "closed")
    conn = given(happened(e.SlotReopened, slot=S9, reason="来电"))
    (load,) = queries.slot_loads(conn, TUESDAY, DAWN, walk_ins_per_slot=0)
    assert (load.open, load.free, load.level) == (True, 2, "calm")


def test_tickets_beyond_the_walk_ins_own_room_take_places(given: Given) -> None:
    tickets = [ticketed(f"c{number}", S9, number, "06-05 08:50") for number in (1, 2, 3)]
    conn = given(SEASON, slot(S9, capacity=2, walk_in_room=2), *PEOPLE, *tickets)
    (load,) = queries.slot_loads(conn, TUESDAY, DAWN)
    assert load.free == 1


# --- days ---------------------------------------------------------------------------------------------------


def test_the_counts_of_a_day(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9),
        slot(S915),
        slot(NEXT9),
        *PEOPLE,
        happened(e.HolderInvited, "06-05 08:00", card="c1", wave="may", reason="wave"),
        *(booked(f"c{number}", S9, number) for number in (1, 2, 3)),
        moved("c1", 1, S9, NEXT9),
        happened(e.BookingCancelled, card="c2", slot=S9, booking=2, reason="asked"),
        arrived("c3", S9, 3, "06-05 09:00"),
        collected("c3", "06-05 09:10", slot=S9, booking=3),
        ticketed("c4", S915, 1, "06-05 09:16"),
    )
    today, tomorrow = queries.day_loads(conn, TUESDAY, WEDNESDAY, DAWN, 0.8, 0.0)
    assert (today.bookings, today.moved, today.cancelled, today.no_shows) == (3, 1, 1, 0)
    assert (today.arrivals, today.collected, today.walk_ins, today.invited) == (1, 1, 1, 1)
    assert (today.slots, today.plain, today.capacity, today.booked, today.free) == (2, 4, 4, 0, 3)
    assert (tomorrow.bookings, tomorrow.booked, tomorrow.free, tomorrow.expected) == (0, 1, 1, 0.8)


def test_a_hand_over_entered_later_counts_for_the_day_it_happened(given: Given) -> None:
    conn = given(SEASON, *PEOPLE, collected("c1", "06-06 08:40", happened=t("06-05 15:00")))
    days = {day.day: day.collected for day in queries.day_loads(conn, TUESDAY, WEDNESDAY)}
    assert days == {TUESDAY: 1}


def test_the_sums_of_days_and_cards_are_the_season_s(
    projector: Projector, append: Append, conn: psycopg.Connection
) -> None:
    chance = Chance(6)
    append(chance.events(2500))
    projector.catch_up()
    totals = queries.season_totals(conn)
    days = queries.day_loads(conn, date(2018, 5, 1), date(2018, 8, 1))
    waves = queries.wave_progress(conn)
    custody = chance.state.custody
    assert totals.cards == len(chance.state.cards) == sum(wave.cards for wave in waves)
    assert totals.collected == custody["handed"] == sum(wave.collected for wave in waves)
    assert totals.collected == totals.by_self + totals.by_proxy + totals.at_home + totals.by_employer
    assert totals.uncollected == len(queries.closing_list(conn)) == totals.cards - totals.collected
    assert sum(day.collected + day.employer_issued for day in days) == totals.collected
    assert sum(day.booked for day in days) == totals.booked == sum(wave.booked for wave in waves)
    assert sum(day.no_shows for day in days) == totals.no_shows
    assert totals.phone_list == len(queries.phone_list(conn))
    assert totals.home_visits == len(queries.home_visits(conn))
    shares = [share for share in queries.channel_shares(conn) if share.kind == "channel"]
    assert sum(share.served for share in shares) == totals.collected
    assert sum(share.booked for share in shares) == totals.booked_ever
    assert sum(row.issued for row in queries.employers(conn, chance.now)) == totals.by_employer
    assert sum(row.held for row in queries.employers(conn, chance.now)) == totals.at_employers


# --- cards and lists ----------------------------------------------------------------------------------------


def test_unknown_cards_are_left_out(given: Given) -> None:
    conn = given(SEASON, *PEOPLE)
    assert queries.card(conn, "nobody") is None
    assert set(queries.cards_by_ids(conn, ["c1", "nobody", "c2"])) == {"c1", "c2"}
    assert queries.cards_by_ids(conn, []) == {}


def test_the_list_of_a_day_shows_everybody_it_is_about(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9, capacity=9),
        slot(S10),
        slot(NEXT9),
        *PEOPLE,
        *(booked(f"c{number}", S9, number) for number in (1, 2, 3)),
        booked("c4", S10, 4),
        booked("c5", NEXT9, 5),
        arrived("c1", S9, 1, "06-05 08:55"),
        collected("c1", "06-05 09:05", slot=S9, booking=1, arrived=t("06-05 08:55")),
        arrived("c2", S9, 2, "06-05 08:56"),
        happened(e.HolderCalled, "06-05 09:06", card="c2", window="2"),
        ticketed("c6", S10, 1, "06-05 09:08"),
        happened(e.NoShowRecorded, "06-05 09:31", card="c3", slot=S9, booking=3, count=1),
    )
    listed = {one.card: one for one in queries.today_list(conn, TUESDAY)}
    assert {name: one.state for name, one in listed.items()} == {
        "c1": "collected",
        "c2": "window",
        "c3": "no_show",
        "c4": "due",
        "c6": "waiting",
    }
    assert (listed["c2"].window_no, listed["c2"].state_text) == ("2", "办理中")
    assert (listed["c3"].slot, listed["c3"].time, listed["c3"].booking) == (S9, t("06-05 09:00"), 3)
    assert (listed["c4"].time, listed["c4"].via) == (t("06-05 10:00"), "sms")
    assert [one.card for one in queries.today_list(conn, WEDNESDAY)] == ["c5"]


def test_those_in_the_hall_first_come_first(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9),
        slot(S10),
        *PEOPLE,
        booked("c1", S9, 1),
        ticketed("c2", S10, 1, "06-05 08:50"),
        arrived("c1", S9, 1, "06-05 08:55"),
        ticketed("c3", S10, 2, "06-05 08:58"),
        happened(e.HolderCalled, "06-05 09:00", card="c1", window="1"),
        happened(e.HolderLeft, "06-05 09:01", card="c3", slot=S10, ticket=2),
    )
    here = queries.waiting(conn, TUESDAY)
    assert [(one.card, one.window_no, one.ticket) for one in here] == [("c2", "", 1), ("c1", "1", 0)]
    assert queries.waiting(conn, WEDNESDAY) == []


def test_staff_phone_those_listed_until_the_call_is_done(given: Given) -> None:
    conn = given(
        SEASON,
        *PEOPLE,
        happened(e.PhoneListed, "06-02 09:00", card="c1", reason="asked"),
        happened(e.PhoneListed, "06-01 09:00", card="c2", reason="no_phone"),
        happened(e.PhoneListed, "06-01 10:00", card="c3", reason="asked"),
        happened(e.PhoneCallDone, card="c2", outcome="no_answer"),
        happened(e.PhoneCallDone, card="c3", outcome="told"),
    )
    assert [(one.card, one.phone_list) for one in queries.phone_list(conn)] == [
        ("c2", "no_phone"),
        ("c1", "asked"),
    ]


def test_a_home_visit_is_listed_until_the_card_is_handed_over(given: Given) -> None:
    conn = given(SEASON, *PEOPLE, *(happened(e.HomeVisitRequested, card=name) for name in ("c1", "c2")))
    conn = given(collected("c1", "06-05 15:00", "home"))
    assert [one.card for one in queries.home_visits(conn)] == ["c2"]


# --- waves and shares ---------------------------------------------------------------------------------------


def test_a_card_belongs_to_the_wave_once_it_was_opened(given: Given) -> None:
    conn = given(SEASON, card("c1"), card("c2", "jumin"))
    given(happened(e.WaveOpened, wave="may", cohorts=("danwei", "getihu")), card("c3"))
    found = queries.cards_by_ids(conn, ["c1", "c2", "c3"])
    assert {name: one.wave for name, one in found.items()} == {"c1": "may", "c2": "", "c3": "may"}


def test_a_wave_opened_in_the_batch_of_its_cards_is_known_to_all(given: Given) -> None:
    conn = given(SEASON, card("c1"))
    given(card("c2"), happened(e.WaveOpened, wave="may", cohorts=("danwei", "getihu")), card("c3"))
    assert {one.wave for one in queries.closing_list(conn)} == {"may"}


def test_the_progress_of_waves_by_cohort(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9, capacity=9),
        *PEOPLE,
        card("j1", "jumin"),
        card("x1", "unheard"),
        happened(e.WaveOpened, "05-16 08:00", wave="may", cohorts=("danwei", "getihu")),
        happened(e.HolderInvited, card="c1", wave="may", reason="wave"),
        booked("c1", S9, 1, "web"),
        booked("c2", S9, 2, "phone"),
        happened(e.BookingCancelled, card="c2", slot=S9, booking=2, reason="asked"),
        collected("c3", "06-05 09:00", "proxy"),
    )
    may, june, none = queries.wave_progress(conn)
    assert (may.wave, may.cohort, may.opens, may.opened_at) == (
        "may",
        "getihu",
        date(2018, 5, 16),
        t("05-16 08:00"),
    )
    assert (may.cards, may.invited, may.booked_ever, may.booked, may.collected) == (8, 1, 2, 1, 1)
    assert (may.by_proxy, may.sms, may.web, may.phone) == (1, 0, 1, 1)
    assert (june.wave, june.cohort, june.opened_at, june.cards) == ("june", "jumin", None, 1)
    assert (none.wave, none.cohort, none.opens) == ("", "unheard", None)


def test_the_shares_by_channel_and_age(given: Given) -> None:
    conn = given(
        SEASON,
        slot(S9, capacity=9),
        *(card(f"c{number}", band="60") for number in range(2)),
        *(card(f"o{number}", band="90") for number in range(2)),
        booked("c0", S9, 1, "web"),
        booked("c1", S9, 2, "web"),
        booked("o0", S9, 3, "phone"),
        collected("c0", "06-05 09:00", booking=1, slot=S9),
        collected("o0", "06-05 09:00", booking=3, slot=S9),
        collected("o1", "06-05 09:00"),
    )
    shares = {(share.kind, share.value): share for share in queries.channel_shares(conn)}
    web, phone, walk_in = (shares["channel", way] for way in ("web", "phone", "walk_in"))
    assert (web.booked, web.served, web.booked_share) == (2, 1, pytest.approx(2 / 3))
    assert (phone.booked, phone.served, phone.served_share) == (1, 1, pytest.approx(1 / 3))
    assert (walk_in.booked, walk_in.served) == (0, 1)
    old = shares["band", "90"]
    assert (old.cards, old.booked, old.served, old.booked_share, old.served_share) == (2, 1, 2, 0.5, 1.0)


# --- employers ----------------------------------------------------------------------------------------------


def test_an_employer_goes_from_state_to_state(given: Given) -> None:
    theirs = [card(f"d{number}", "danwei", "employer", employer="e1") for number in range(3)]

    def state(*events: Event) -> tuple[str, int, int]:
        (row,) = queries.employers(given(*events), t("06-01 09:00"))
        return row.state_text, row.at_bank, row.held

    assert state(SEASON, employer(), *theirs) == ("待联系", 3, 0)
    assert state(happened(e.EmployerCalled, employer="e1", outcome="no_answer")) == ("待联系", 3, 0)
    assert state(happened(e.EmployerCalled, employer="e1", outcome="answered")) == ("已联系", 3, 0)
    assert state(happened(e.EmployerAppointed, employer="e1", when=t("05-18 09:00"))) == ("已约时间", 3, 0)
    handed = happened(
        e.CardsHandedToEmployer, "05-18 09:00", employer="e1", cards=("d0", "d1", "d2"), seal="company"
    )
    assert state(handed) == ("已领走", 0, 3)
    roster = happened(e.EmployerRosterReturned, employer="e1", issued=("d0", "d1"), returned=("d2",))
    closed = happened(e.EmployerReconciled, employer="e1", handed=3, issued=2, returned=1)
    assert state(roster, closed) == ("已核对", 0, 0)
    assert state(happened(e.CardActivated, card="d0")) == ("已核对", 0, 0)
    assert state(happened(e.CardActivated, card="d1")) == ("已启用", 0, 0)
    assert state(card("d9", "danwei", "employer", employer="e1")) == ("已联系", 1, 0)


def test_a_roster_is_overdue_only_after_its_days_and_while_cards_are_out(given: Given) -> None:
    conn = given(
        SEASON,
        employer(),
        card("d1", "danwei", "employer", employer="e1"),
        happened(e.CardsHandedToEmployer, "05-18 09:00", employer="e1", cards=("d1",), seal="company"),
    )
    due = t("05-18 09:00") + timedelta(days=15)
    assert [queries.employers(conn, now, 15)[0].overdue for now in (due, due + timedelta(minutes=1))] == [
        False,
        True,
    ]
    given(happened(e.EmployerRosterReturned, employer="e1", issued=("d1",), returned=()))
    assert not queries.employers(conn, due + timedelta(days=9), 15)[0].overdue


def test_the_cards_of_an_employer_stay_on_its_list_after_they_came_back(given: Given) -> None:
    conn = given(
        SEASON,
        employer(),
        *(card(name, "danwei", "employer", employer="e1") for name in ("d1", "d2")),
        *PEOPLE,
        happened(e.CardReleased, card="d2", employer="e1", reason="sweep"),
    )
    found = queries.employer_cards(conn, "e1")
    assert [(one.card, one.channel, one.released) for one in found] == [
        ("d1", "employer", False),
        ("d2", "self", True),
    ]
