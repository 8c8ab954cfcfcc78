"""A small system to start, stop and kill: run as a program by the tests beside it.

Its web answers and nothing else; its worker leaves a process in a session of its own, the way a forking
job worker does, so that stopping only what the supervisor knows would not be enough.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queueing.runtime.programs import Program
    from queueing.settings import Settings


def choose(settings: Settings) -> tuple[Program, ...]:
    from queueing.runtime.programs import Program

    def this(part: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "tests.runtime.system", "100% ready", part)

    return (Program("web", this("web")), Program("worker", this("worker"), count=2))


def web() -> None:
    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

    HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Healthy).serve_forever()


def worker() -> None:
    subprocess.run(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True, check=False
    )
    time.sleep(600)


def system() -> None:
    """The parts above need nothing of the product, and are spared the seconds it takes to load."""
    import typer

    from queueing.cli.problems import explain
    from queueing.runtime.run import run
    from queueing.settings import Settings

    try:
        run(Settings.from_env(), typer.echo, choose)
    except Exception as error:
        problem = explain(error)
        typer.echo(problem.sentence)
        sys.exit(problem.exit_code)


if __name__ == "__main__":
    {"web": web, "worker": worker}.get(sys.argv[-1], system)()
