"""After a small rehearsal nothing personal is anywhere but in the vault: not in an event, a read model, the
outbox, Redis, a log or an error text."""

import logging
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from redis import Redis
from rq import Queue, SimpleWorker
from rq.cron import CronScheduler
from rq.serializers import JSONSerializer

from queueing.domain import Refusal
from queueing.domain.booking import BookSlot, CancelBooking
from queueing.domain.holders import EraseHolder
from queueing.errors import UserError
from queueing.importing import import_holders
from queueing.people.csvread import read_holders
from queueing.people.person import PersonRecord
from queueing.people.synthetic import employer_rows, people
from queueing.people.vault import new_card_id
from queueing.policies import closing as closing_list
from queueing.policies import runner
from queueing.rehearsal.rehearse import COHORTS, Plan, prepare_play
from queueing.rehearsal.report import report
from queueing.rehearsal.stage import RehearsalClock
from queueing.season.employers import read_employers
from queueing.sms.gateways.port import Outgoing, Result, Verdict
from queueing.sms.inbound import Inbound, receive
from queueing.sms.outbox import send_all
from queueing.system import System, open_system
from queueing.tables import migrate
from queueing.words import holder_sentence, sentence
from tests.privacy import hunt
from tests.privacy.hunt import Find, Secrets
from tests.rehearsal.seasons import MONTH
from tests.rehearsal.test_rehearsal import LIVELY
from tests.sms.carriers import Fickle
from tests.support import CONFIG, database, settings
from workers import jobs
from workers.schedule import ticks
from workers.worker import QUEUES

HOLDERS, SEED = 150, 21
TWO_WEEKS = timedelta(days=14)


@dataclass
class Played:
    """Two weeks played, one holder erased, and the jobs run once."""

    system: System
    redis: Redis
    secrets: Secrets
    erased: str
    logged: str
    var_dir: Path
    server_dir: Path


class Everything(logging.Handler):
    """Keeps all that is logged, whatever its level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += f"{record.name} {record.getMessage()} {record.args!r}\n"
        if record.exc_info:
            self.text += "".join(traceback.format_exception(*record.exc_info))


def who_is_who() -> Secrets:
    """The names, numbers and addresses of the list the rehearsal makes, and of the employers' clerks."""
    employers = {row.id: row.name for row in read_employers(CONFIG / "employers.csv")}
    rows = list(people(HOLDERS, SEED, COHORTS, sorted(employers), on=MONTH.first_day))
    clerks = list(employer_rows(employers, SEED))
    phones = {row.phone for row in rows} | {row.contact_phone for row in rows} | {row.phone for row in clerks}
    return Secrets(
        {
            "name": frozenset({row.name for row in rows} | {row.contact for row in clerks} - {""}),
            "phone": frozenset(phones - {""}),
            "bare phone": frozenset(phone.replace("-", "") for phone in phones - {""}),
            "ID number": frozenset(row.id_number for row in rows),
            "birthday": frozenset(row.id_number[:14] for row in rows),
            "address": frozenset(row.address for row in rows if row.address),
        }
    )


@pytest.fixture(scope="module")
def played(
    pg_server_url: str,
    redis_server_url: str,
    server_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Played]:
    var_dir = tmp_path_factory.mktemp("var")
    root, kept = logging.getLogger(), Everything()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    try:
        with database(pg_server_url) as url, Redis.from_url(redis_server_url) as redis:
            redis.flushall()
            migrate(url)
            clock = RehearsalClock(datetime.combine(MONTH.first_day, time()) - timedelta(hours=12))
            system = open_system(settings(url, var_dir), clock=clock, season=MONTH, alone=True)
            try:
                yield _play(system, clock, redis, kept, var_dir, server_dir)
            finally:
                system.close()
    finally:
        root.removeHandler(kept)
        root.setLevel(level)


def _play(
    system: System, clock: RehearsalClock, redis: Redis, kept: Everything, var_dir: Path, server_dir: Path
) -> Played:
    with closing(prepare_play(system, clock, Plan(HOLDERS, SEED, MONTH, CONFIG, LIVELY))) as play:
        play.until(datetime.combine(MONTH.first_day, time(12)) + TWO_WEEKS)
        erased = _erase_one(system, clock.now)
        play.until(clock.now + timedelta(hours=12))
        _run_the_jobs(system, redis)
        play.sending.catch_up()
        play.showing.catch_up()
    system.desk.save_snapshot()
    report(system, SEED, 0.0)
    return Played(system, redis, who_is_who(), erased, kept.text, var_dir, server_dir)


def _erase_one(system: System, now: datetime) -> str:
    """Somebody who wrote to us and has a booking behind them."""
    with system.pool.connection() as connection:
        row = connection.execute("SELECT card FROM inbound ORDER BY at, card LIMIT 1").fetchone()
    assert row is not None
    card = str(row[0])
    system.desk.handle(EraseHolder(card), by="staff:chief", via="counter", now=now)
    assert system.vault.erase(card, now)
    return card


def _run_the_jobs(system: System, redis: Redis) -> None:
    """Rounds of the ticker on real workers: one that works, one whose jobs fail, one nobody takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "system", lambda: system)
        ticker = CronScheduler(connection=redis, logging_level="WARNING")
        ticker.get_jobs().extend(ticks())
        ticker.enqueue_jobs()
        ticker.save()
        _work(redis)
        with system.pool.connection() as connection:
            connection.execute("ALTER TABLE messages RENAME TO away")
        for tick in ticks():
            tick.enqueue(redis)
        _work(redis)
        with system.pool.connection() as connection:
            connection.execute("ALTER TABLE away RENAME TO messages")
        for tick in ticks():
            tick.enqueue(redis)


def _work(redis: Redis) -> None:
    for name in QUEUES:
        queue = Queue(name, connection=redis, serializer=JSONSerializer)
        worker = SimpleWorker([queue], connection=redis, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="DEBUG")


def test_there_is_enough_to_look_for_and_to_look_at(played: Played) -> None:
    assert len(played.secrets) > 500
    with psycopg.connect(played.system.url) as connection:
        names = hunt.tables(connection)
        sizes = {name: len(hunt.contents(connection, name)) for name in names}
    assert {"queueing_tt_main", "messages", "inbound", "threads", "card_status", "desk_snapshots"} <= set(
        names
    )
    empty = {name for name, size in sizes.items() if size < 100}
    assert not {"queueing_tt_main", "messages", "inbound", "card_status", "desk_snapshots"} & empty
    assert played.system.log.head() > 1000
    assert len(played.logged) > 1000


def test_the_database_holds_nobody_outside_the_vault(played: Played) -> None:
    assert hunt.in_database(played.system.url, played.secrets) == []


def test_no_event_holds_anybody(played: Played) -> None:
    for position, event in played.system.log.read_all():
        assert played.secrets.seen_in(f"event {position}", repr(event)) == []


def test_redis_holds_nobody(played: Played) -> None:
    keys = b" ".join(played.redis.scan_iter())
    assert b"rq:job:" in keys
    assert b"rq:failed:" in keys
    assert b"rq:cron_scheduler:" in keys
    assert hunt.in_redis(played.redis, played.secrets) == []


def test_no_log_holds_anybody(played: Played) -> None:
    assert played.secrets.seen_in("what was logged", played.logged) == []
    assert hunt.in_files(played.var_dir, played.secrets) == []
    assert (played.server_dir / "log" / "postgres.log").exists()
    assert hunt.in_files(played.server_dir / "log", played.secrets) == []


def test_the_server_keeps_nobody_in_its_statistics(played: Played) -> None:
    """The statements PostgreSQL shows to whoever may watch it."""
    with psycopg.connect(played.system.url) as connection:
        shown = repr(connection.execute("SELECT query FROM pg_stat_activity").fetchall())
    assert played.secrets.seen_in("pg_stat_activity", shown) == []


# --- the hunt finds what is there ---------------------------------------------------------------------------


def test_what_is_planted_in_any_column_of_any_table_is_found(played: Played) -> None:
    secret = "欧阳秀兰"
    planted_one = Secrets({"name": frozenset({secret})})
    values = {"text": secret, "bytea": secret.encode(), "jsonb": f'{{"who": "{secret}"}}'}
    with psycopg.connect(played.system.url) as connection:
        for table in hunt.tables(connection):
            columns = connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = %s AND data_type = ANY(%s)",
                (table, list(values)),
            ).fetchall()
            for column, kept_as in columns:
                planted = connection.execute(
                    SQL("UPDATE {t} SET {c} = %s WHERE ctid = (SELECT min(ctid) FROM {t})").format(
                        t=Identifier(table), c=Identifier(column)
                    ),
                    (values[kept_as],),
                ).rowcount
                if planted:
                    found = planted_one.seen_in(table, hunt.contents(connection, table))
                    assert found == [Find(table, "name")], f"{table}.{column}"
                connection.rollback()


def test_what_is_planted_in_a_snapshot_is_found_though_it_is_packed(played: Played) -> None:
    packed = zlib.compress("欧阳秀兰".encode(), 1)
    assert Secrets({"name": frozenset({"欧阳秀兰"})}).seen_in("snapshot", b"\x00\x01" + packed) != []


def test_what_is_planted_in_redis_in_a_log_or_in_a_file_is_found(played: Played, tmp_path: Path) -> None:
    secret = sorted(played.secrets.by_kind["phone"])[3]
    queue = Queue("sms", connection=played.redis, serializer=JSONSerializer)
    job = queue.enqueue("workers.jobs.policy", secret)
    try:
        assert "phone" in {find.kind for find in hunt.in_redis(played.redis, played.secrets)}
    finally:
        job.delete()
    assert hunt.in_redis(played.redis, played.secrets) == []
    assert played.secrets.seen_in("log", f"sending to {secret} failed") != []
    (tmp_path / "errors.log").write_text(secret)
    assert hunt.in_files(tmp_path, played.secrets) != []


# --- errors and what is printed -----------------------------------------------------------------------------


def test_no_error_text_holds_anybody(played: Played, caplog: pytest.LogCaptureFixture) -> None:
    """What is told when things go wrong, to people and to engineers, with the local variables' own words."""
    caplog.set_level(logging.DEBUG)
    system = played.system
    card, person = next(
        (card, one)
        for card, one in system.vault.get_many(_cards(system)).items()
        if one.phone.startswith("154")
    )
    secrets = Secrets({"person": frozenset({person.name, person.phone, person.id_number})})

    def refused() -> None:
        system.desk.handle(BookSlot(card, "20180101-0900"), by="holder", via="sms")

    def nothing_booked() -> None:
        system.desk.handle(CancelBooking(played.erased), by="holder", via="sms")

    def bad_record() -> None:
        system.vault.put_many([PersonRecord(id_number=person.id_number[:17], name=person.name)])

    def log_away() -> None:
        with system.pool.connection() as connection:
            connection.execute("ALTER TABLE threads RENAME TO away")
        try:
            receive(system, person.phone, f"我是{person.name}，{person.id_number}", "s-err", system.clock())
        finally:
            with system.pool.connection() as connection:
                connection.execute("ALTER TABLE away RENAME TO threads")

    def jammed() -> None:
        raise ValueError([Inbound(person.phone, person.name, "s1"), _outgoing(system, card), person])

    attempts: list[Callable[[], None]] = [refused, nothing_booked, bad_record, log_away, jammed]
    for attempt in attempts:
        with pytest.raises((Refusal, UserError, psycopg.Error, ValueError)) as caught:
            attempt()
        error = caught.value
        said = "".join(traceback.format_exception(error)) + repr(error) + str(error)
        if isinstance(error, Refusal):
            said += sentence(error) + holder_sentence(error)
        assert secrets.seen_in(attempt.__name__, said) == []
    assert secrets.seen_in("log", caplog.text) == []


def _cards(system: System) -> list[str]:
    with system.desk.view() as state:
        return [card for card, one in state.cards.items() if not one.erased]


def _outgoing(system: System, card: str) -> Outgoing:
    person = system.vault.get(card)
    assert person is not None
    return Outgoing(uuid4(), person.phone, card, "", "x", {"names": [person.name]}, person.name)


def test_a_gateway_that_repeats_the_number_puts_it_nowhere(played: Played) -> None:
    system = played.system
    card = next(
        card
        for card, one in system.vault.get_many(_cards(system)).items()
        if one.sms_number and one.sms_number.startswith("154")
    )
    now = system.clock()
    with system.pool.connection() as connection:
        connection.execute(
            "INSERT INTO messages (ref, position, template, kind, params, card, created, due_at, expires_at)"
            " VALUES (gen_random_uuid(), 0, 'help', 'reply', '{}', %s, %s, %s, %s)",
            (card, now, now, now + timedelta(hours=1)),
        )
    repeats = Fickle(
        lambda one: Result(
            one.ref, Verdict.REFUSED, reason=f"{one.to} is not valid ({one.to[:3]} {one.to[3:]})"
        )
    )
    send_all(system, repeats, now)
    runner.mark_unreachable_when_a_number_is_refused(system, now)
    assert hunt.in_database(system.url, played.secrets) == []


def test_a_list_that_cannot_be_read_is_reported_without_its_people(played: Played, tmp_path: Path) -> None:
    rows = list(people(20, SEED, COHORTS, ["e001"], on=MONTH.first_day))
    lines = ["姓名,身份证号,手机号,人群"]
    lines += [f"{row.phone},{row.name},{row.id_number},{row.name}" for row in rows]
    (tmp_path / "list.csv").write_text("\n".join(lines), encoding="utf-8")
    read = read_holders(tmp_path / "list.csv", {}, {}, MONTH.first_day)
    done = import_holders(played.system, read, by="staff:import", new_id=new_card_id)
    assert len(done.bad) == 20
    assert played.secrets.seen_in("bad rows", repr(done.bad)) == []


# --- who may hold people ------------------------------------------------------------------------------------


def test_the_closing_list_is_the_one_file_with_names_and_only_its_owner_reads_it(
    played: Played, tmp_path: Path
) -> None:
    path = tmp_path / "closing.csv"
    closing_list.write(played.system, path)
    assert hunt.in_files(tmp_path, played.secrets) != []
    assert path.stat().st_mode & 0o077 == 0


def test_whoever_was_erased_is_not_even_in_the_vault(played: Played) -> None:
    with psycopg.connect(played.system.url) as connection:
        row = connection.execute(
            "SELECT sealed_key, sealed_record, id_index, phone_index, name_index FROM vault_people"
            " WHERE card = %s",
            (played.erased,),
        ).fetchone()
    assert row == (None,) * 5
    assert played.system.vault.get(played.erased) is None
