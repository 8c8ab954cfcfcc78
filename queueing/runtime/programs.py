"""The processes of a running system, as data. To add one, add a line."""

import sys
from dataclasses import dataclass

from queueing.settings import Settings
from queueing.sms.gateways.account import LOCAL


@dataclass(frozen=True)
class Program:
    name: str
    command: tuple[str, ...]
    count: int = 1


def programs(settings: Settings) -> tuple[Program, ...]:
    """One queue per worker process: a worker on two queues can lose a job when it dies."""
    own = (Program("twilio", _python("-m", "queueing.sms.localtwilio")),) if settings.sms == LOCAL else ()
    return (
        *own,
        Program("web", _web(settings)),
        Program("projector", _python("-m", "queueing.cli", "projector")),
        Program("sms", _python("-m", "workers.worker", "sms"), count=settings.workers),
        Program("policies", _python("-m", "workers.worker", "policies")),
        Program("webhooks", _python("-m", "workers.worker", "webhooks")),
        Program("schedule", _python("-m", "workers.schedule")),
    )


def _web(settings: Settings) -> tuple[str, ...]:
    where = ("--host", settings.host, "--port", str(settings.port))
    # Live pages hold their connection open for ever: don't wait for them at the end.
    how = ("--factory", "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "3")
    return _python("-m", "uvicorn", "queueing.web.app:create_app", *where, *how)


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
