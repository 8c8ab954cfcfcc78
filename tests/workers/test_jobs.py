"""The jobs on real workers and a real Redis: the ticker asks for what is due, and losing all of Redis loses
nothing."""

import json
import zlib
from collections import Counter
from collections.abc import Callable

import pytest
from redis import Redis
from rq import Queue
from rq.cron import CronScheduler
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from queueing.domain import events as e
from queueing.domain.booking import BookSlot
from queueing.policies import closing
from queueing.policies.rules import POLICIES
from queueing.sms.gateways.port import Result, Verdict
from queueing.sms.outbox import send_all
from queueing.webhooks import subscriptions
from tests.sms.carriers import Fickle
from tests.support import LIU, SUN, WANG, ZHANG, Branch
from tests.webhooks.receiver import receiving
from workers import jobs, schedule
from workers.schedule import ticks
from workers.worker import QUEUES

Work = Callable[[], None]


def scheduler(connection: Redis) -> CronScheduler:
    """A ticker as `python -m workers.schedule` makes it."""
    made = CronScheduler(connection=connection, logging_level="WARNING")
    made.get_jobs().extend(ticks())
    return made


def failed(connection: Redis) -> list[str]:
    queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in QUEUES]
    return [job for queue in queues for job in FailedJobRegistry(queue=queue).get_job_ids()]


def queued(connection: Redis) -> Counter[str]:
    return Counter({name: len(Queue(name, connection=connection)) for name in QUEUES})


def test_a_round_of_the_ticker_asks_for_everything_once(connection: Redis) -> None:
    ticker = scheduler(connection)
    assert len(ticker.enqueue_jobs()) == len(POLICIES) + 8
    assert queued(connection) == {"sms": 1, "webhooks": 1, "policies": len(POLICIES) + 6}
    assert ticker.enqueue_jobs() == []
    names = {job.name for job in ticker.get_jobs()}
    assert {f"policy:{name}" for name in POLICIES} < names
    assert {
        "send",
        "webhooks",
        "follow_up_refused",
        "foresee",
        "forget_erased",
        "write_closing_list",
        "snapshot",
        "mornings",
    } < names


def test_the_jobs_of_a_round_run_the_season(branch: Branch, connection: Redis, work: Work) -> None:
    scheduler(connection).enqueue_jobs()
    work()
    assert failed(connection) == []
    assert [event.wave for event in branch.facts(e.WaveOpened)] == ["may"]
    assert {event.card for event in branch.facts(e.HolderInvited)} == {
        one.card for one in (WANG, ZHANG, LIU, SUN)
    }
    branch.projector.catch_up()
    scheduler(connection).enqueue_jobs()
    work()
    assert branch.sent(WANG) == ["invitation"]
    assert branch.rows("SELECT DISTINCT claimed_by <> '' FROM messages WHERE state = 'accepted'") == [(True,)]


def test_a_job_is_json_and_names_nothing_but_functions_and_policies(connection: Redis) -> None:
    scheduler(connection).enqueue_jobs()
    found = []
    for name in QUEUES:
        queue = Queue(name, connection=connection, serializer=JSONSerializer)
        for job_id in queue.get_job_ids():
            data = connection.hget(Job.key_for(job_id), "data")
            function, _, arguments, named = json.loads(zlib.decompress(data))
            found.append((function, arguments, named))
    assert {function for function, _, _ in found} == {
        "workers.jobs.send",
        "workers.jobs.policy",
        "workers.jobs.follow_up_refused",
        "workers.jobs.foresee",
        "workers.jobs.mornings",
        "workers.jobs.forget_erased",
        "workers.jobs.write_closing_list",
        "workers.jobs.snapshot",
        "workers.jobs.webhooks",
    }
    assert {one for _, arguments, _ in found for one in arguments} == set(POLICIES)
    assert all(named == {} for _, _, named in found)


def test_a_tick_nobody_takes_expires_and_a_failure_is_forgotten_within_a_day(connection: Redis) -> None:
    for tick in ticks():
        job = tick.enqueue(connection)
        assert job.ttl is not None
        assert job.ttl <= max(30, tick.interval or 0)
        assert job.failure_ttl == 24 * 3600
        assert job.retries_left is None, "a send that is tried again by the queue would be sent again"


def test_two_tickers_do_no_harm(branch: Branch, connection: Redis, work: Work) -> None:
    for _ in range(2):
        for ticker in (scheduler(connection), scheduler(connection)):
            ticker.enqueue_jobs()
        work()
        branch.projector.catch_up()
    work()
    assert failed(connection) == []
    assert Counter(event.card for event in branch.facts(e.HolderInvited))[WANG.card] == 1
    assert len(branch.facts(e.WaveOpened)) == 1
    assert len(branch.inbox(WANG.card)) == 1


def test_losing_all_of_redis_loses_nothing(branch: Branch, connection: Redis, work: Work) -> None:
    branch.ask(BookSlot(WANG.card, "20180608-1000"))
    branch.projector.catch_up()
    ticker = scheduler(connection)
    ticker.enqueue_jobs()
    connection.flushall()
    work()
    assert branch.inbox(WANG.card) == [], "the jobs are gone"
    for job in ticker.get_jobs():
        job.next_enqueue_time = job.latest_enqueue_time  # its time has come again
    ticker.enqueue_jobs()
    work()
    assert branch.sent(WANG)[0] == "booked"
    assert branch.facts(e.WaveOpened)


def test_a_ticker_started_anew_catches_up_at_once(branch: Branch, connection: Redis, work: Work) -> None:
    """It keeps no clock that could be lost: after days of downtime the first round does what is due."""
    branch.clock.at("06-24 09:00")
    for _ in range(2):
        scheduler(connection).enqueue_jobs()
        work()
        branch.projector.catch_up()
    assert {event.wave for event in branch.facts(e.WaveOpened)} == {"may", "june", "july"}
    assert len(branch.facts(e.SweepStarted)) == 1
    assert branch.card(WANG).sweep_round == 1


def test_a_job_that_fails_does_not_stop_the_others_and_works_next_time(
    branch: Branch, connection: Redis, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    branch.ask(BookSlot(WANG.card, "20180608-1000"))
    branch.projector.catch_up()
    branch.run_sql("ALTER TABLE messages RENAME TO away")
    scheduler(connection).enqueue_jobs()
    work()
    assert len(failed(connection)) == 2, "those that need the outbox"
    assert branch.facts(e.WaveOpened), "the policies went on"
    branch.run_sql("ALTER TABLE away RENAME TO messages")
    scheduler(connection).enqueue_jobs()
    work()
    assert branch.sent(WANG)[:1] == ["booked"]


def test_sending_goes_on_while_there_is_something_to_send(branch: Branch, work: Work) -> None:
    work()
    for number in range(450):
        branch.run_sql(
            "INSERT INTO messages (ref, position, template, kind, params, card, created, due_at, expires_at)"
            " VALUES (gen_random_uuid(), 0, 'no_such', 'reply', '{}', %s, %s, %s, %s)",
            f"c-nobody{number}",
            branch.now,
            branch.now,
            branch.now,
        )
    assert jobs.send() == 450
    assert jobs.send() == 0


def test_refused_numbers_are_followed_up(branch: Branch, work: Work) -> None:
    work()
    branch.ask(BookSlot(WANG.card, "20180608-1000"))
    branch.projector.catch_up()
    send_all(branch.system, Fickle(lambda one: Result(one.ref, Verdict.REFUSED)), branch.now)
    assert jobs.follow_up_refused() == 2
    assert jobs.follow_up_refused() == 0
    assert branch.card(WANG).unreachable


def test_the_closing_list_is_written_once(branch: Branch, work: Work) -> None:
    work()
    branch.clock.at("06-30 08:00")
    assert not jobs.write_closing_list()
    jobs.policy("close_the_season_after_its_last_day")
    assert jobs.write_closing_list()
    assert not jobs.write_closing_list()
    assert closing.path_of(branch.system).exists()


def test_a_snapshot_is_kept_when_enough_has_happened(
    branch: Branch, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work()
    assert not jobs.snapshot()
    monkeypatch.setattr(jobs, "SNAPSHOT_EVERY", 1)
    assert jobs.snapshot()
    assert branch.rows("SELECT position FROM desk_snapshots") == [(branch.system.log.head(),)]


def test_every_policy_has_its_pace() -> None:
    assert set(schedule.EVERY_SECONDS) <= set(POLICIES)


def test_webhooks_are_sent_by_their_own_worker(branch: Branch, connection: Redis, work: Work) -> None:
    with receiving() as receiver:
        office = jobs.office()
        with branch.system.pool.connection() as conn:
            head = branch.system.log.head()
            subscriptions.add(conn, office.notes, receiver.url, ["slot-booked"], head, branch.now)
        branch.book(WANG, "20180606-0900")
        scheduler(connection).enqueue_jobs()
        work()
        assert failed(connection) == [] and len(receiver.ids) == 1
