"""A web process that kills itself "before" a decision or "after" it, with its answer still to be written; or
"before-change" or "after-change", around the end of the transaction that changes a table."""

import asyncio
import os
import signal
import sys
from typing import Any

from queueing.log.desk import Desk
from queueing.web.api import ledger, route
from queueing.web.api.ledger import Ledger
from tests.web.api import serve


async def _die(*_: Any, **__: Any) -> None:
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGKILL)


def _killed(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(when: str) -> None:
    """Serve until the first request with a key."""
    if when == "before-change":
        ledger.keep = _killed
    elif when == "after-change":
        route._json = _killed  # type: ignore[assignment]
    elif when == "before":
        Desk.ask = _die  # type: ignore[assignment,method-assign]
    else:
        Ledger.finish = _die  # type: ignore[method-assign]
    serve.main()


if __name__ == "__main__":
    main(sys.argv[1])
