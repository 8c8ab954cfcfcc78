"""Everything that happened is told at least once, in order, signed, and without a person in it."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from queueing.domain.booking import BookSlot, CancelBooking
from queueing.domain.handover import HandOver, UndoCollection
from queueing.webhooks import subscriptions
from queueing.webhooks.delivery import LEASE, Office, back_off, deliver, deliver_due, send_test
from queueing.webhooks.subscriptions import Subscription
from tests.patience import PATIENCE
from tests.support import MASTER_KEY, SUN, WANG, ZHANG, Branch
from tests.webhooks.receiver import Receiver

SLOT, LATER = "20180606-0900", "20180607-0900"


def subscribe(office: Office, url: str, *kinds: str, after: int | None = None) -> tuple[str, str]:
    with office.pool.connection() as conn:
        position = office.log.head() if after is None else after
        return subscriptions.add(conn, office.notes, url, kinds, position, office.clock())


def known(office: Office, hook: str) -> Subscription:
    with office.pool.connection() as conn:
        found = subscriptions.find(conn, hook)
    assert found is not None
    return found


def kinds_of(messages: list[Any]) -> list[str]:
    return [one["type"] for one in messages]


def test_what_happened_is_told_in_order_and_signed(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    hook, secret = subscribe(office, receiver.url, "slot-booked", "booking-cancelled")
    branch.book(WANG, SLOT)
    branch.book(SUN, SLOT)
    branch.ask(CancelBooking(WANG.card))
    assert deliver_due(office) == 3
    messages = receiver.opened(secret)
    assert kinds_of(messages) == ["slot-booked", "slot-booked", "booking-cancelled"]
    assert messages[0]["timestamp"] == "2018-06-05T09:00:00+08:00"
    assert messages[0]["data"]["card"] == WANG.card and messages[0]["data"]["slot"] == SLOT
    assert messages[0]["data"]["by"] == "holder" and messages[2]["data"]["by"] == "staff"
    assert receiver.headers[0]["host"].startswith("127.0.0.1:")
    assert deliver_due(office) == 0
    assert known(office, hook).position == office.log.head()


def test_a_message_holds_no_person_and_nothing_staff_typed(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    subscribe(office, receiver.url)
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    branch.ask(UndoCollection(WANG.card, "王小兰的卡拿错了"))
    deliver_due(office)
    text = b"".join(receiver.bodies).decode()
    assert "card-collected" in text and "collection-undone" in text
    for personal in (WANG.name, WANG.phone, "拿错", "staff:"):
        assert personal not in text


def test_without_kinds_everything_is_told_from_where_one_began(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    _, secret = subscribe(office, receiver.url, after=0)
    branch.book(WANG, SLOT)
    assert deliver_due(office) == len(list(office.log.read_all()))
    assert kinds_of(receiver.opened(secret))[0] == "season-opened"


def test_a_wrong_secret_does_not_verify(branch: Branch, office: Office, receiver: Receiver) -> None:
    """The control of the signature."""
    subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    deliver_due(office)
    _, other = subscribe(office, receiver.url)
    with pytest.raises(Exception, match="No matching signature"):
        receiver.opened(other)


def test_what_is_not_taken_is_tried_again_later_and_holds_up_those_behind(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    hook, secret = subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    branch.book(SUN, SLOT)
    receiver.statuses = [500]
    assert deliver_due(office) == 0
    failed = known(office, hook)
    assert (failed.tries, failed.last_error, failed.failing_since) == (1, "对方回答 500", branch.now)
    assert deliver_due(office) == 0 and len(receiver.bodies) == 1, "not before its time"
    branch.clock.forward(seconds=10)
    assert deliver_due(office) == 2
    assert [one["data"]["card"] for one in receiver.opened(secret)] == [WANG.card, WANG.card, SUN.card]
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]
    assert known(office, hook).failing_since is None


def test_a_receiver_may_ask_for_time(branch: Branch, office: Office, receiver: Receiver) -> None:
    hook, _ = subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    receiver.statuses, receiver.more = [503], {"Retry-After": "600"}
    deliver_due(office)
    waits = known(office, hook).next_try
    assert waits is not None and waits >= branch.now + timedelta(seconds=600)


def test_waits_double_and_are_never_quite_the_same() -> None:
    waits = [[back_off(tries) for _ in range(50)] for tries in (0, 1, 2, 30)]
    assert all(2.5 <= wait <= 5 for wait in waits[0]) and len(set(waits[0])) > 40
    assert all(10 <= wait <= 20 for wait in waits[2])
    assert max(waits[3]) <= 3600


def test_a_redirect_is_not_followed(branch: Branch, office: Office, receiver: Receiver) -> None:
    hook, _ = subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    receiver.statuses, receiver.more = [302], {"Location": receiver.url}
    deliver_due(office)
    assert len(receiver.bodies) == 1 and known(office, hook).last_error == "对方回答 302"


def test_after_days_of_failure_it_is_stopped_and_can_be_started_again(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    hook, secret = subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    receiver.statuses = [500, 500]
    deliver_due(office)
    branch.clock.forward(days=office.days)
    deliver_due(office)
    assert not known(office, hook).active
    with office.pool.connection() as conn:
        assert subscriptions.stopped(conn) == 1
        branch.clock.forward(days=1)
        assert deliver_due(office) == 0 and len(receiver.bodies) == 2
        subscriptions.start_again(conn, hook)
        assert subscriptions.stopped(conn) == 0
    assert deliver_due(office) == 1
    assert len(set(receiver.ids)) == 1 and kinds_of(receiver.opened(secret)) == ["slot-booked"] * 3


def test_who_is_gone_is_not_asked_again(branch: Branch, office: Office, receiver: Receiver) -> None:
    hook, _ = subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    receiver.statuses = [410]
    deliver_due(office)
    assert not known(office, hook).active


def test_one_that_fails_holds_up_nobody_else(branch: Branch, office: Office, receiver: Receiver) -> None:
    nobody, _ = subscribe(office, "http://127.0.0.1:1/", "slot-booked")
    subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    assert deliver_due(office) == 1
    assert known(office, nobody).last_error == "连不上（ConnectError）"


def test_an_address_that_is_not_allowed_any_more_is_not_asked(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    from dataclasses import replace

    hook, _ = subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    assert deliver_due(replace(office, hosts=frozenset())) == 0
    assert receiver.bodies == [] and "https" in known(office, hook).last_error


def test_two_senders_don_t_send_the_same(branch: Branch, office: Office, receiver: Receiver) -> None:
    subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    others: list[int] = []
    receiver.meanwhile = lambda: others.append(deliver_due(office))
    assert deliver_due(office) == 1
    assert others == [0] and len(receiver.bodies) == 1


def test_a_sender_with_an_old_list_does_not_ask_again_what_another_found_failing(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    hook, _ = subscribe(office, receiver.url)
    branch.book(WANG, SLOT)
    listed = known(office, hook)
    receiver.statuses = [500]
    deliver_due(office)
    asked = len(receiver.bodies)
    assert deliver(office, listed, monotonic() + PATIENCE) == 0 and len(receiver.bodies) == asked


def test_a_sender_that_lost_its_claim_writes_nothing(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    """Set back while a message is on its way: what was set stays."""
    hook, _ = subscribe(office, receiver.url, "slot-booked")
    before = office.log.head()
    branch.book(WANG, SLOT)
    branch.book(SUN, SLOT)

    def set_back() -> None:
        receiver.meanwhile = lambda: None
        with office.pool.connection() as conn:
            subscriptions.start_again(conn, hook, before)

    receiver.meanwhile = set_back
    deliver_due(office)
    assert known(office, hook).position == before
    deliver_due(office)
    assert len(receiver.ids) == 3 and len(set(receiver.ids)) == 2


def test_a_sender_at_work_stops_when_the_key_is_revoked(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    hook, _ = subscribe(office, receiver.url)
    for person in (WANG, SUN, ZHANG):
        branch.book(person, SLOT)

    def revoke() -> None:
        with office.pool.connection() as conn:
            subscriptions.stop_all_of(conn, known(office, hook).owner)

    receiver.meanwhile = revoke
    deliver_due(office)
    assert len(receiver.bodies) == 1 and not known(office, hook).active


def test_a_sender_killed_between_sending_and_writing_it_down_loses_nothing(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    """A real process, killed by SIGKILL while the receiver has its message and the answer is on its way."""
    _, secret = subscribe(office, receiver.url, "slot-booked")
    branch.book(WANG, SLOT)
    branch.book(ZHANG, LATER)
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.webhooks.sender", branch.now.isoformat()],
        env={
            **os.environ,
            "DATABASE_URL": branch.system.url,
            "VAR_DIR": str(branch.system.var_dir),
            "MASTER_KEY": MASTER_KEY,
            "WEBHOOK_HOSTS": "127.0.0.1",
        },
    )
    receiver.meanwhile = lambda: os.kill(running.pid, signal.SIGKILL)
    assert running.wait(PATIENCE) == -signal.SIGKILL
    receiver.meanwhile = lambda: None
    assert [one["data"]["card"] for one in receiver.opened(secret)] == [WANG.card]
    assert deliver_due(office) == 0, "its claim still holds"
    branch.clock.now += LEASE
    assert deliver_due(office) == 2
    assert [one["data"]["card"] for one in receiver.opened(secret)] == [WANG.card, WANG.card, ZHANG.card]
    assert receiver.ids[0] == receiver.ids[1], "the receiver knows it again"


def test_attempts_are_kept_and_a_test_message_is_one(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    hook, secret = subscribe(office, receiver.url, "slot-booked")
    branch.ask(BookSlot(WANG.card, SLOT))
    receiver.statuses = [500]
    deliver_due(office)
    assert send_test(office, known(office, hook)).taken
    with office.pool.connection() as conn:
        test, first = subscriptions.attempts(conn, hook)
    assert (test.kind, test.status, first.kind, first.status) == ("webhook.test", 204, "slot-booked", 500)
    assert json.loads(receiver.bodies[1])["type"] == "webhook.test"
    assert known(office, hook).position < office.log.head(), "a test is not a delivery"
    assert len(receiver.opened(secret)) == 2


def test_secrets_are_sealed(branch: Branch, office: Office, receiver: Receiver) -> None:
    hook, secret = subscribe(office, receiver.url)
    rows = branch.rows("SELECT s::text FROM webhook_subscriptions s WHERE id = %s", hook)
    assert secret not in rows[0][0] and secret.encode().hex() not in rows[0][0]
    assert known(office, hook).secret(office.notes) == secret


def test_while_secrets_overlap_a_message_verifies_by_either(
    branch: Branch, office: Office, receiver: Receiver
) -> None:
    hook, old = subscribe(office, receiver.url, "slot-booked")
    with office.pool.connection() as conn:
        new = subscriptions.rotate(conn, office.notes, hook, office.clock())
        assert subscriptions.rotate(conn, office.notes, "wh_0", office.clock()) is None
    assert new and new != old
    branch.book(WANG, SLOT)
    deliver_due(office)
    assert receiver.headers[0]["webhook-signature"].count("v1,") == 2
    assert kinds_of(receiver.opened(old)) == kinds_of(receiver.opened(new)) == ["slot-booked"]
    branch.clock.now += subscriptions.OVERLAP
    branch.book(SUN, LATER)
    deliver_due(office)
    receiver.bodies, receiver.headers = receiver.bodies[1:], receiver.headers[1:]
    assert receiver.headers[0]["webhook-signature"].count("v1,") == 1
    assert kinds_of(receiver.opened(new)) == ["slot-booked"]
    with pytest.raises(Exception, match="No matching signature"):
        receiver.opened(old)
