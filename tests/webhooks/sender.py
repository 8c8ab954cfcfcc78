"""A sender in a process of its own, at the moment it is told."""

import sys
from dataclasses import replace
from datetime import datetime

from queueing.settings import Settings
from queueing.webhooks.delivery import deliver_due
from queueing.webhooks.office import open_office


def main(now: str) -> None:
    """Send what is due."""
    moment = datetime.fromisoformat(now)
    deliver_due(replace(open_office(Settings.from_env()), clock=lambda: moment))


if __name__ == "__main__":
    main(sys.argv[1])
