"""The numbers of messages: one definition each."""

from uuid import UUID

import pytest

from queueing.projections.messages import STATES
from queueing.sms import reasons
from queueing.sms.status import SHOWN, counts, status, together
from tests.sms.test_outbox import put
from tests.support import WANG, ZHANG, Branch, moment


def settle(branch: Branch, ref: UUID, state: str, at: str, reason: str = "", units: int = 0) -> None:
    branch.run_sql(
        "UPDATE messages SET state = %s, outcome_at = %s, reason = %s, units = %s WHERE ref = %s",
        state,
        moment(at) if at else None,
        reason,
        units,
        ref,
    )


@pytest.fixture
def branch_with_messages(branch: Branch) -> Branch:
    """At 9:00: sent, delivered, failed, unknown, dropped, one overdue and one for tomorrow."""
    made = iter(range(20))

    def one(
        kind: str, state: str, at: str, reason: str = "", units: int = 0, due: str = "06-05 09:00"
    ) -> None:
        ref = put(branch, "help", kind, WANG, number=next(made), due=moment(due))
        settle(branch, ref, state, at, reason, units)

    one("reply", "delivered", "06-05 08:10", units=60)
    one("reply", "accepted", "06-05 08:20", units=70)
    one("reply", "refused", "06-05 08:59", "21610", units=71)
    one("invitation", "unknown", "06-04 21:00", "no answer in time", units=140)
    one("invitation", "dropped", "06-05 08:30", "expired")
    one("invitation", "claimed", "")
    one("invitation", "due", "", due="06-05 08:54")
    one("invitation", "due", "", due="06-05 08:56")
    one("invitation", "due", "", "daily cap", due="06-06 08:00")
    return branch


def test_states_by_kind_and_what_is_waiting(branch_with_messages: Branch) -> None:
    branch = branch_with_messages
    with branch.system.pool.connection() as connection:
        found = status(connection, branch.now)
        over_all = counts(connection)
    assert found.by_kind == {
        "invitation": {"claimed": 1, "dropped": 1, "due": 3, "unknown": 1},
        "reply": {"accepted": 1, "delivered": 1, "refused": 1},
    }
    assert found.total == over_all
    assert (found.waiting, found.late, found.planned, found.sending) == (2, 1, 1, 1)


def test_what_is_paid_for_is_counted_in_segments(branch_with_messages: Branch) -> None:
    with branch_with_messages.system.pool.connection() as connection:
        found = status(connection, branch_with_messages.now)
    assert found.segments == {"reply": 1 + 1 + 2, "invitation": 3}, "70 units fit into one, more into 67 each"


def test_the_last_24_hours_by_hour(branch_with_messages: Branch) -> None:
    with branch_with_messages.system.pool.connection() as connection:
        hours = {one.hour: one.states for one in status(connection, branch_with_messages.now).hours}
    assert len(hours) == 24
    assert max(hours) == moment("06-05 09:00")
    assert hours[moment("06-05 08:00")] == {
        "delivered": 1,
        "accepted": 1,
        "refused": 1,
        "dropped": 1,
        "due": 2,
    }
    assert hours[moment("06-04 21:00")] == {"unknown": 1}
    assert hours[moment("06-05 09:00")] == {"claimed": 1}


def test_reasons_and_the_last_failures(branch_with_messages: Branch) -> None:
    with branch_with_messages.system.pool.connection() as connection:
        found = status(connection, branch_with_messages.now)
    assert found.reasons == {
        "dropped": {"expired": 1},
        "due": {"daily cap": 1},
        "refused": {"21610": 1},
        "unknown": {"no answer in time": 1},
    }
    assert [(one.card, one.state, one.reason) for one in found.failures] == [
        (WANG.card, "refused", "21610"),
        (WANG.card, "unknown", "no answer in time"),
    ]


def test_what_is_older_than_the_period_is_not_counted(branch: Branch) -> None:
    settle(branch, put(branch, "help", "reply", ZHANG), "refused", "06-05 09:00")
    branch.clock.forward(days=8)
    with branch.system.pool.connection() as connection:
        assert status(connection, branch.now).by_kind == {}
        assert status(connection, branch.now, days=9).by_kind == {"reply": {"refused": 1}}


def test_every_state_has_its_word_and_its_place() -> None:
    assert set(reasons.STATES) == set(STATES)
    assert sum(together(dict.fromkeys(STATES, 1)).values()) == len(STATES)
    assert set(SHOWN) < set(STATES)
    assert reasons.reason("21610") == "在运营商处退订"
    assert reasons.reason("99999") == "99999"
