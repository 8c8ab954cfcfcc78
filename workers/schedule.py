"""`python -m workers.schedule`: a ticker. RQ's cron enqueues sweeps that look at what is due; it keeps no
clock of its own that could be lost, two of them do no harm, and after a day of downtime the first tick
catches up. A tick that nobody takes in time expires."""

from __future__ import annotations

import logging
from typing import Any

from redis import Redis
from rq import Queue
from rq.cron import CronJob, CronScheduler
from rq.job import Job
from rq.serializers import JSONSerializer

from queueing.policies.rules import POLICIES
from queueing.settings import Settings
from workers import jobs

EVERY_SECONDS = {
    "record_no_shows_after_the_grace": 60,
    "raise_the_alarm_when_many_come_unasked": 60,
    "watch_how_full_the_hall_will_be": 60,
    "start_the_sweep_on_its_day": 60,
    "open_waves_when_their_day_comes": 60,
    "end_visits_when_the_day_is_over": 300,
    "sweep_everybody_uncollected": 3600,
    "invite_while_places_are_free": 3600,
}
"""How often each policy is looked at; the others every ten minutes."""
OTHERS_SECONDS = 600
FORESEE_SECONDS = 30
"""Often, since one look takes a few days at a time; today is simulated once a minute."""
SEND_SECONDS = 2
FAILURE_TTL = 24 * 3600


class JsonCronJob(CronJob):
    """A cron job whose jobs are JSON, not pickles."""

    def enqueue(self, connection: Redis) -> Job:
        """Put one job into the queue."""
        queue = Queue(self.queue_name, connection=connection, serializer=JSONSerializer)
        if self.func is None:
            raise ValueError("a tick needs a job")
        return queue.enqueue(self.func, args=self.args, kwargs=self.kwargs, **self.job_options)


def ticks() -> list[JsonCronJob]:
    """What is looked at, and how often."""
    found = [_tick(jobs.send, "sms", SEND_SECONDS), _tick(jobs.webhooks, "webhooks", SEND_SECONDS)]
    found += [_tick(jobs.policy, "policies", EVERY_SECONDS.get(n, OTHERS_SECONDS), n) for n in POLICIES]
    found += [
        _tick(jobs.follow_up_refused, "policies", 300),
        _tick(jobs.foresee, "policies", FORESEE_SECONDS),
        _tick(jobs.forget_erased, "policies", 600),
        _tick(jobs.write_closing_list, "policies", 600),
        _tick(jobs.snapshot, "policies", 600),
        _tick(jobs.mornings, "policies", 600),
    ]
    return found


def _tick(job: Any, queue: str, seconds: int, *args: str) -> JsonCronJob:
    return JsonCronJob(
        queue_name=queue,
        func=job,
        args=args,
        interval=seconds,
        job_timeout=300,
        ttl=max(30, seconds),
        result_ttl=0,
        failure_ttl=FAILURE_TTL,
        name=":".join((job.__name__, *args)),
    )


def main() -> None:
    """Tick until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = Settings.from_env()
    connection = Redis.from_url(settings.redis_url or "redis://localhost")
    scheduler = CronScheduler(connection=connection, logging_level="WARNING")
    scheduler.get_jobs().extend(ticks())
    scheduler.start()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
