"""docs/domain.md says what the code says."""

import re

from queueing.domain import refusals
from queueing.domain.kernel import known_commands, known_events
from tests.domain import catalog


def test_the_page_is_current() -> None:
    assert catalog.PAGE.read_text() == catalog.page(), "run: python -m tests.domain.catalog"


def test_the_page_names_every_event_command_and_refusal() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", catalog.page(), re.MULTILINE))
    refused = {name for name, one in vars(refusals).items() if isinstance(one, type) and name[0].isupper()}
    assert {one.__name__ for one in (*known_events(), *known_commands())} | refused - {"Refusal"} == named


def test_every_refusal_is_some_command_s_answer() -> None:
    raised = {name for command in known_commands() for name in catalog._refused(command)}
    unused = {
        name
        for name, one in vars(refusals).items()
        if isinstance(one, type) and issubclass(one, refusals.Refusal) and name not in raised
    }
    assert unused == {"Refusal"}
