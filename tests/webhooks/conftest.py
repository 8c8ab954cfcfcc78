"""The branch of tests/support.py, and a receiver that listens on loopback."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from queueing.webhooks.delivery import Office
from queueing.webhooks.office import office_of
from tests.support import Branch, branch, branch_url, prepared
from tests.webhooks.receiver import Receiver, receiving

__all__ = ["branch", "branch_url", "prepared"]


@pytest.fixture
def office(branch: Branch) -> Office:
    """A sender that may go to loopback."""
    return replace(office_of(branch.system), hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
