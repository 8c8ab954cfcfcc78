"""docs/domain.md, written from the classes' own docstrings: `python -m tests.domain.catalog`."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from queueing import domain as d
from queueing.domain import Command, Event, Refusal, custody, kernel, places, refusals
from queueing.domain.events import all_events

PAGE = Path(__file__).parents[2] / "docs" / "domain.md"
COMMANDS: tuple[ModuleType, ...] = (
    d.season,
    d.plans,
    d.plan_undo,
    d.holders,
    d.waves,
    d.reassure,
    d.offers,
    d.booking,
    d.counter,
    d.handover,
    d.disputes,
    d.employers,
    d.pacing,
    d.walkins,
    d.limits,
)
_MODULES = {module.__name__: module for module in (*COMMANDS, custody, kernel, places)}
_INTRO = """\
# The domain

The rules of the branch are pure functions: `decide(command, state, context)` gives the events that follow, or
raises one refusal; `evolve(state, event)` folds an event into the state and never refuses. Every event also
carries when it happened (`at`), who did it (`by`), through which channel (`via`), and the tag `branch:…`.

This page is written by `python -m tests.domain.catalog` from the docstrings in `queueing/domain`; a test
keeps it current.
"""


def page() -> str:
    """The whole page."""
    parts = [_INTRO, "## Events\n", *_events(), "## Commands\n", *_commands(), "## Refusals\n", _refusals()]
    return "\n".join(parts)


def _events() -> Iterator[str]:
    rows: dict[str, list[tuple[str, ...]]] = {}
    for event in all_events():
        if event.__module__ == d.events.__name__:
            row = (f"`{event.__name__}`", f"`{event.TOPIC}`", _tags(event), _meaning(event))
            rows.setdefault(_group(event), []).append(row)
    for group, table in rows.items():
        yield f"### {group}\n"
        yield _table(("Event", "Stored name", "Tags", "Meaning"), table)


def _group(event: type[Event]) -> str:
    """The banner of events.py under which the event stands."""
    _, number = inspect.getsourcelines(event)
    above = inspect.getsource(d.events).split("\n")[:number]
    banner = next(line for line in reversed(above) if line.startswith("# --- "))
    return banner.strip("#- ").capitalize()


def _tags(event: type[Event]) -> str:
    tags = []
    for about in event.ABOUT:
        prefix, _, field = about.partition(":")
        tags.append(f"`{prefix}:` {field}" if field else f"`{prefix}:`")
    return ", ".join(tags)


def _commands() -> Iterator[str]:
    for module in COMMANDS:
        yield f"### {module.__name__.rpartition('.')[2].capitalize()}\n"
        rows = [
            (f"`{command.__name__}`", _meaning(command), ", ".join(f"`{name}`" for name in _refused(command)))
            for command in vars(module).values()
            if inspect.isclass(command)
            and issubclass(command, Command)
            and command.__module__ == module.__name__
        ]
        yield _table(("Command", "Meaning", "May be refused by"), rows)


def _refused(command: type[Command]) -> list[str]:
    """The refusals that the command's decider, or a function it calls, raises."""
    decider = kernel._deciders[command]
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [(decider.__module__, decider.__name__)]
    while todo:
        module, name = todo.pop()
        function = getattr(_MODULES.get(module), name, None)
        if (module, name) in seen or not inspect.isfunction(function):
            continue
        seen.add((module, name))
        source = inspect.getsource(function)
        found.update(re.findall(r"raise r\.(\w+)", source))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Name):
                called = getattr(_MODULES[function.__module__], node.id, None)
                if inspect.isfunction(called):
                    todo.append((called.__module__, called.__name__))
    return sorted(found)


def _refusals() -> str:
    rows = [
        (f"`{refusal.__name__}`", ", ".join(f"`{field}`" for field in _fields(refusal)), _meaning(refusal))
        for refusal in vars(refusals).values()
        if inspect.isclass(refusal) and issubclass(refusal, Refusal) and refusal is not Refusal
    ]
    return _table(("Refusal", "Carries", "Meaning"), rows)


def _fields(refusal: type[Refusal]) -> list[str]:
    return list(getattr(refusal, "__dataclass_fields__", {}))


def _meaning(thing: type) -> str:
    return re.sub(r"\s+", " ", (thing.__doc__ or "").strip()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
