"""The command line: one group of commands a module, each with `register(app)`."""

import signal
import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from queueing.cli.problems import explain

# To add a group of commands, write queueing/cli/<name>.py with `register(app)` and add its name here.
GROUPS: tuple[str, ...] = (
    "run",
    "season",
    "season_open",
    "importing",
    "rehearse",
    "pacing",
    "whatif",
    "rebuild",
    "staff",
    "api",
    "sms_preview",
    "sms_behave",
    "sms_status",
    "crowd",
    "bench",
)


def build() -> typer.Typer:
    app = typer.Typer(
        help="社保卡领取预约系统",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_group)  # without it, a lone command would take the place of the group
    for name in GROUPS:
        import_module(f"queueing.cli.{name}").register(app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. Whatever goes wrong, a person reads one sentence and no stack trace."""
    signal.signal(signal.SIGTERM, _end)
    try:
        app = build()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        result = app(args=arguments, prog_name="queueing", standalone_mode=False)
    except Exception as error:
        problem = explain(error)
        typer.echo(problem.sentence, err=True)
        sys.exit(problem.exit_code)
    sys.exit(result if isinstance(result, int) else 0)


def _group() -> None: ...


def _end(signum: int, frame: object) -> None:
    """Leave through the `with` blocks, so that a command's embedded servers stop with it."""
    sys.exit(128 + signum)
