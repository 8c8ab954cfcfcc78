"""The benches of the web run, with small numbers, and give the rows that are promised."""

import json

import pytest

from bench import live, web
from bench.suite import as_json


@pytest.fixture(autouse=True)
def few_bookings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.busy.BOOKED", 0.005)


def test_pages_are_weighed_and_timed(pg_url: str) -> None:
    rows = json.loads(as_json(web.bench_web(pg_url, holders=600, times=2), "web"))
    by_page = {row["page"]: row for row in rows}
    assert {"/", "/faq", "/my/when", "/my", "/my/book", "/board", "/counter"} <= set(by_page)
    for row in rows:
        assert 0 < row["p50_ms"] <= row["p95_ms"] and row["times"] == 2
    for address in ("/", "/my"):
        assert by_page[address]["first_visit_kb"] > by_page[address]["kb"] > 1


def test_every_screen_hears_of_an_event_and_one_that_was_away_misses_nothing(
    pg_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WHILE_AWAY", 5)
    monkeypatch.setattr("bench.busy.BOOKED", 0.3)  # enough who are still to come today
    row = json.loads(as_json(live.bench_live(pg_url, holders=600, screens=4, events=2), "live"))
    assert (row["screens"], row["events"], row["facts_while_away"]) == (4, 2, 5)
    assert 0 < row["p50_ms"] <= row["p95_ms"] <= row["max_ms"]
    assert row["caught_up"]
