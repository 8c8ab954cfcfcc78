"""`python -m workers.worker QUEUE`: one process, one queue. It does not fork: its desk and connections live
as long as it does."""

from __future__ import annotations

import logging
import sys

from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from queueing.errors import UserError
from queueing.season.errors import SeasonError
from queueing.season.load import load_season
from queueing.settings import Settings
from queueing.sms.filling import season_renderer
from queueing.sms.gateways.choice import check

QUEUES = ("sms", "policies", "webhooks")
WORKER_TTL = 60
MAINTENANCE_SECONDS = 30


def main(name: str) -> None:
    """Work on a queue until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = Settings.from_env()
    try:
        season_renderer(load_season(settings.season_dir))
        check(settings)
    except (UserError, SeasonError) as error:
        sys.exit(str(error))
    connection = Redis.from_url(settings.redis_url or "redis://localhost")
    queue = Queue(name, connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
    )
    worker.work(logging_level="WARNING")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in QUEUES:
        sys.exit(f"用法：python -m workers.worker {'|'.join(QUEUES)}")
    main(sys.argv[1])
