"""Each bench runs, with small numbers, and gives the rows that are promised."""

import json
from pathlib import Path

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from bench import hot, raw_sql
from bench.api import bench_api
from bench.booking import bench_booking
from bench.counter import bench_counter
from bench.crowd import bench_crowd
from bench.importing import bench_import
from bench.past import bench_past
from bench.readmodels import bench_rebuild
from bench.sending import bench_sms
from bench.stage import CAPACITY, slot_names
from bench.starting import bench_start
from bench.suite import BENCHES, as_json, as_table
from bench.webhook import bench_webhook
from queueing.cli import bench as command


def test_bookings_are_measured_beside_hand_written_sql(pg_url: str) -> None:
    rows = json.loads(as_json(bench_booking(pg_url, {1: 5, 12: 30}, rounds=1, raw_bookings=20)))
    assert [row["clients"] for row in rows] == [1, 12]
    assert [row["raw_connections"] for row in rows] == [1, 8]
    for row in rows:
        assert row["bookings_per_s"] > 0 < row["raw_sql_per_s"]
        assert row["ratio"] == pytest.approx(row["bookings_per_s"] / row["raw_sql_per_s"], abs=0.01)
        assert row["raw_two_statements_per_s"] > 0 < row["raw_one_slot_per_s"]


def test_what_the_desk_is_measured_by_stores_what_the_desk_stores(pg_url: str) -> None:
    with psycopg.connect(pg_url, autocommit=True) as connection:
        for book in (raw_sql.one_statement, raw_sql.two_statements):
            raw_sql.measure(pg_url, book, [("c1", "s1"), ("c2", "s1"), ("c3", "s2")], connections=2)
            assert connection.execute("SELECT card, slot FROM raw_bookings ORDER BY 1").fetchall() == [
                ("c1", "s1"),
                ("c2", "s1"),
                ("c3", "s2"),
            ]
            assert connection.execute("SELECT booked FROM raw_slots ORDER BY id").fetchall() == [(2,), (1,)]
            connection.execute("UPDATE raw_slots SET capacity = 2")
            assert not book(connection, "c4", "s1")
            with pytest.raises(psycopg.errors.UniqueViolation):
                book(connection, "c1", "s2")


def test_a_crowd_gets_as_many_places_as_there_are(pg_url: str) -> None:
    rows = json.loads(as_json(hot.bench_hot(pg_url, clients=30, processes=(1, 2), rounds=2)))
    assert [(row["processes"], row["booked"], row["refused"]) for row in rows] == [(1, 20, 10), (2, 20, 10)]
    assert all(0 < row["p50_ms"] <= row["p99_ms"] <= row["max_ms"] for row in rows)


def test_a_slot_that_sold_too_few_places_is_an_error(pg_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot, "CAPACITY", CAPACITY + 1)
    with pytest.raises(RuntimeError, match=f"a slot of {CAPACITY + 1} sold {CAPACITY} places"):
        hot.bench_hot(pg_url, clients=30, processes=(1,), rounds=1)


def test_a_rebuild_reads_the_whole_log(pg_url: str) -> None:
    (row,) = json.loads(as_json(bench_rebuild(pg_url, events=100, rounds=1)))
    assert row["events"] > 1000  # the slots alone
    assert row["events_per_s"] > 0 < row["read_models"]


def test_a_desk_opens_with_and_without_a_snapshot(pg_url: str) -> None:
    rows = json.loads(as_json(bench_start(pg_url, cards=50, rounds=1)))
    assert [(row["cards"], row["snapshot"]) for row in rows] == [(50, False), (50, True)]
    assert all(row["events"] > 75 and row["seconds"] > 0 for row in rows)


def test_an_import_registers_everybody(
    pg_url: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    (row,) = json.loads(as_json(bench_import(pg_url, holders=40)))
    assert row["holders"] == 40
    assert row["holders_per_s"] > 0


def test_messages_are_sent_by_two_processes_and_by_rq(
    pg_url: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    row = json.loads(as_json(bench_sms(pg_url, messages=60, jobs=6), "sms"))
    assert (row["messages"], row["processes"], row["rq_jobs"]) == (60, 2, 6)
    assert row["messages_per_s"] > 0 < row["rq_job_per_message_per_s"]
    assert row["ratio"] == pytest.approx(row["messages_per_s"] / row["rq_job_per_message_per_s"], rel=0.02)


def test_every_webhook_of_the_measurement_has_its_reply(
    pg_url: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setattr("bench.webhook.WARM_UP", 4)
    row = json.loads(as_json(bench_webhook(pg_url, rate=20, seconds=1), "webhook"))
    assert row["messages"] == 20
    assert 0 < row["stored_p50_ms"] <= row["stored_p99_ms"] <= row["stored_max_ms"]


def test_a_day_of_the_past_is_opened_and_looked_through(pg_url: str) -> None:
    (row,) = json.loads(as_json(bench_past(pg_url, holders=300)))
    assert row["events"] > 600 and row["mornings"] > 3
    assert min(row[name] for name in ("keep_s", "last_morning_s", "open_without_s")) >= 0 < row["first_ms"]
    assert 0 < row["step_p50_ms"] <= row["step_p95_ms"] and 0 < row["jump_p50_ms"] <= row["jump_p95_ms"]


def test_days_of_the_hall_are_simulated_beside_simpy(pg_url: str) -> None:
    rows = json.loads(as_json(bench_crowd(pg_url, days=3, rounds=1)))
    assert len(rows) == 3
    assert all(row["days_per_s"] > 0 < row["simpy_days_per_s"] and row["people"] > 250 for row in rows)


def test_bookings_over_http_are_measured_beside_a_hand_written_service(
    pg_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    rows = json.loads(as_json(bench_api(pg_url, bookings=24, rounds=1, crowd=30), "api"))
    assert [row["service"] for row in rows] == ["api", "api_once", "plain"]
    for row in rows:
        assert row["sold"] == CAPACITY and row["bookings_per_s"] > 0 < row["p50_ms"] <= row["p99_ms"]


def test_every_bench_is_a_command_and_a_table() -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    command.register(app)
    shown = CliRunner().invoke(app, ["bench", "--help"]).output
    for name, bench in BENCHES.items():
        assert f" {name} " in shown
        assert as_table(name, []).columns[0].header in bench.headings.values()


def test_slots_of_the_stage_have_the_ids_of_slots() -> None:
    assert slot_names(2) == ["20180517-0000", "20180517-0005"]


def test_every_action_of_the_counter_is_timed(pg_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.counter.WARM_UP", 1)
    rows = json.loads(as_json(bench_counter(pg_url, holders=2500, times=2), "counter"))
    assert [row["action"] for row in rows] == [
        "find by name",
        "find by phone or ID tail",
        "find by code (scan)",
        "walk-in ticket",
        "call",
        "hand over",
        "undo",
        "live queue drawn anew",
    ]
    assert all(0 < row["p50_ms"] <= row["p95_ms"] for row in rows)
