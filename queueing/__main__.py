"""The `queueing` command, and `python -m queueing`. Ctrl-C in the second it takes to load ends it at once and
without a word: nothing was begun that would have to be ended."""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

from queueing.cli import main  # noqa: E402

__all__ = ["main"]

if __name__ == "__main__":
    main()
