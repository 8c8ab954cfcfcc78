"""Whatever moment a sender is killed at: no message that may not come twice comes twice, none that must
arrive is lost."""

import pytest

from queueing.sms import claims, outbox
from queueing.sms.rows import AT_LEAST_ONCE
from tests.sms.kills import KINDS, MOMENTS, PAGE, broken, matrix, outcome, written
from tests.support import prepared

__all__ = ["prepared"]


def test_the_promises_are_kept_at_every_moment_and_the_table_says_so(
    pg_server_url: str, prepared: str
) -> None:
    table = matrix(pg_server_url, prepared)
    for line in table.splitlines()[2:]:
        _, moment, kind, promise, taken, _, _ = (cell.strip() for cell in line.split("|"))
        assert int(taken) <= 1 if promise == "at most once" else int(taken) >= 1, f"{kind}, killed {moment}"
    assert len(table.splitlines()) == 2 + len(MOMENTS) * len(KINDS)
    assert written(PAGE.read_text(encoding="utf-8")) == table, "run: python -m tests.sms.kills"


@pytest.mark.parametrize(
    ("moment", "sent_again", "suffers"),
    [
        ("after it was taken", frozenset(KINDS), frozenset(KINDS) - AT_LEAST_ONCE),
        ("before handing over", frozenset(), AT_LEAST_ONCE),
    ],
    ids=["all are sent again blindly: some come twice", "none is sent again: some are lost"],
)
def test_without_the_rule_the_matrix_sees_it(
    pg_server_url: str,
    prepared: str,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    sent_again: frozenset[str],
    suffers: frozenset[str],
) -> None:
    """The negative control."""
    for module in (claims, outbox):
        monkeypatch.setattr(module, "AT_LEAST_ONCE", sent_again)
    assert set(broken(outcome(pg_server_url, prepared, moment))) == suffers
