"""The outbox: what is due leaves once, whatever dies, and what must not leave does not."""

import threading
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from queueing.domain import events as e
from queueing.domain.booking import CancelBooking, MoveBooking
from queueing.domain.employers import RegisterEmployers, RemindEmployer
from queueing.domain.handover import HandOver, UndoCollection
from queueing.domain.holders import EraseHolder, OptOut
from queueing.domain.season import CloseSlots
from queueing.people.person import EmployerContact
from queueing.projections import messages
from queueing.projections.message_rules import Intent, reference
from queueing.projections.messages import WAITS_FOR_OTHERS, Messages, insert
from queueing.projections.rebuild import rebuild
from queueing.sms.claims import CLAIM_LASTS, MAX_ATTEMPTS, claim, record
from queueing.sms.gateways.local import LocalGateway
from queueing.sms.gateways.port import Outgoing, Result, Verdict
from queueing.sms.outbox import enqueue_reply, send_all, send_due
from queueing.sms.rows import EXEMPT, Done
from tests.patience import PATIENCE
from tests.sms.carriers import Fickle, always
from tests.support import LIU, QIAN, SUN, WANG, ZHANG, Branch, Somebody, moment, opened

AT_MOST_ONCE = {"invitation": "invitation", "reply": "help"}
AT_LEAST_ONCE = {
    "confirmation": "cancelled",
    "change": "slot_moved",
    "sweep": "sweep_first",
    "notice": "activated",
}
WHEN = {"when": "2018-06-07T10:00"}


def put(
    branch: Branch,
    template: str,
    kind: str,
    who: Somebody = WANG,
    *,
    number: int = 0,
    params: dict[str, object] | None = None,
    expires: datetime | None = None,
    due: datetime | None = None,
) -> UUID:
    """Write a message into the outbox."""
    ref = reference(0, f"test/{template}/{who.card}", number)
    intent = Intent(
        ref=ref,
        position=0,
        template=template,
        kind=kind,
        params=params or WHEN,
        card=who.card,
        created=branch.now,
        due_at=due or branch.now,
        expires_at=expires or branch.now + timedelta(days=30),
    )
    with branch.system.pool.connection() as connection:
        insert(connection.cursor(), [intent])
    return ref


def state_of(branch: Branch, ref: UUID) -> tuple[str, str]:
    return branch.rows("SELECT state, reason FROM messages WHERE ref = %s", ref)[0]  # type: ignore[return-value]


def book_and_tell(branch: Branch, who: Somebody = WANG, slot: str = "20180608-1000") -> None:
    branch.book(who, slot)
    branch.pump()


# --- once ---------------------------------------------------------------------------------------------------


def test_a_claim_is_durable_before_anything_is_sent(branch: Branch) -> None:
    ref = put(branch, "help", "reply")

    def look(message: Outgoing) -> Result:
        assert state_of(branch, message.ref)[0] == "sending", "as another connection sees it"
        return Result(message.ref, Verdict.ACCEPTED)

    send_due(branch.system, Fickle(look), branch.now)
    assert state_of(branch, ref) == ("accepted", "")


def test_two_senders_never_take_the_same_message(branch: Branch) -> None:
    for number in range(60):
        put(branch, "help", "reply", number=number)
    taken: list[UUID] = []
    barrier = threading.Barrier(4)

    def take() -> None:
        barrier.wait()
        while True:
            with branch.system.pool.connection() as connection:
                rows = claim(connection, branch.now, "w", 7)
            if not rows:
                return
            taken.extend(row.ref for row in rows)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(taken) == len(set(taken)) == 60


def test_two_senders_at_once_send_each_message_once(branch: Branch) -> None:
    people = (WANG, ZHANG, SUN)
    refs = {
        put(branch, template, kind, who)
        for who in people
        for template, kind in (("help", "reply"), ("booked", "confirmation"), ("slot_moved", "change"))
    }
    carrier = always(Verdict.ACCEPTED)
    barrier = threading.Barrier(3)
    failed: list[BaseException] = []

    def send() -> None:
        barrier.wait()
        try:
            while send_due(branch.system, carrier, branch.now, limit=2):
                pass
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failed == []
    assert Counter(message.ref for message in carrier.given) == Counter(refs)


def test_a_sender_that_dies_each_time_does_not_repeat_itself_for_ever(branch: Branch) -> None:
    ref = put(branch, "cancelled", "confirmation")
    given = 0

    def dies(message: Outgoing) -> Result:
        nonlocal given
        given += 1
        raise RuntimeError("out of memory")

    for _ in range(MAX_ATTEMPTS + 5):
        with suppress(RuntimeError):
            send_due(branch.system, Fickle(dies), branch.now)
        branch.clock.now += CLAIM_LASTS + timedelta(seconds=1)
    assert given == MAX_ATTEMPTS
    assert state_of(branch, ref)[0] == "unknown"


@pytest.mark.parametrize("kind", ["reply", "change"])
def test_what_was_claimed_and_never_handed_to_the_gateway_is_sent_once(branch: Branch, kind: str) -> None:
    ref = put(branch, {**AT_MOST_ONCE, **AT_LEAST_ONCE}[kind], kind)
    with branch.system.pool.connection() as connection:
        claim(connection, branch.now, "dies at once", 10)
    branch.clock.now += CLAIM_LASTS - timedelta(seconds=1)
    assert not send_all(branch.system, branch.gateway, branch.now)
    branch.clock.forward(seconds=2)
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 1}
    assert state_of(branch, ref)[0] == "accepted"


def test_a_sender_that_cannot_look_up_what_it_needs_gives_everything_back(branch: Branch) -> None:
    ref = put(branch, "help", "reply")
    branch.run_sql("ALTER TABLE vault_people RENAME TO away")
    with pytest.raises(psycopg.errors.UndefinedTable):
        send_due(branch.system, branch.gateway, branch.now)
    branch.run_sql("ALTER TABLE away RENAME TO vault_people")
    assert state_of(branch, ref)[0] == "due"
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 1}
    assert branch.rows("SELECT attempts FROM messages") == [(1,)]


def test_an_outcome_that_comes_after_the_claim_expired_still_counts(branch: Branch) -> None:
    ref = put(branch, "help", "reply")

    def slow(message: Outgoing) -> Result:
        branch.clock.now += CLAIM_LASTS + timedelta(seconds=1)
        send_all(branch.system, branch.gateway, branch.now)
        assert state_of(branch, ref)[0] == "unknown"
        return Result(message.ref, Verdict.ACCEPTED)

    send_due(branch.system, Fickle(slow), branch.now)
    assert state_of(branch, ref)[0] == "accepted"


def test_a_status_that_came_earlier_is_not_overwritten(branch: Branch) -> None:
    ref = put(branch, "help", "reply")
    with branch.system.pool.connection() as connection:
        claim(connection, branch.now, "w", 10)
        connection.execute("UPDATE messages SET state = 'delivered'")
        record(connection, [Done(ref=ref, state="accepted")], branch.now)
    assert state_of(branch, ref)[0] == "delivered"


# --- verdicts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["reply", "invitation"])
def test_an_unknown_outcome_of_an_at_most_once_kind_is_the_end_of_it(branch: Branch, kind: str) -> None:
    ref = put(branch, AT_MOST_ONCE[kind], kind)
    carrier = always(Verdict.UNKNOWN, "no answer")
    for _ in range(5):
        send_all(branch.system, carrier, branch.now)
        branch.clock.forward(hours=1)
    assert len(carrier.given) == 1
    assert state_of(branch, ref) == ("unknown", "no answer")


@pytest.mark.parametrize("kind", ["confirmation", "change", "notice"])
def test_an_unknown_outcome_of_an_at_least_once_kind_is_sent_again_but_not_for_ever(
    branch: Branch, kind: str
) -> None:
    ref = put(branch, AT_LEAST_ONCE[kind], kind)
    carrier = always(Verdict.UNKNOWN, "no answer")
    for _ in range(20):
        send_all(branch.system, carrier, branch.now)
        branch.clock.forward(minutes=30)
    assert len(carrier.given) == MAX_ATTEMPTS
    assert state_of(branch, ref)[0] == "unknown"


def test_what_is_to_be_tried_later_waits_longer_and_longer(branch: Branch) -> None:
    ref = put(branch, "booked", "confirmation", expires=branch.now + timedelta(hours=20))
    carrier = always(Verdict.LATER, "busy")
    waits = []
    for _ in range(12):
        send_all(branch.system, carrier, branch.now)
        ((due,),) = branch.rows("SELECT due_at FROM messages WHERE ref = %s", ref)
        waits.append(due - branch.now)
        branch.clock.now = due
    assert waits[0] <= timedelta(seconds=30)
    assert all(later >= earlier / 2 for earlier, later in pairwise(waits))
    assert waits[4] > waits[0] * 4
    assert max(waits) <= timedelta(hours=1)
    assert state_of(branch, ref) == ("due", "busy")


def test_a_carrier_that_is_down_for_hours_loses_nothing_and_accuses_nobody(branch: Branch) -> None:
    ref = put(branch, "booked", "confirmation", expires=branch.now + timedelta(days=2))
    for _ in range(30):
        send_all(branch.system, always(Verdict.LATER), branch.now)
        branch.clock.forward(minutes=20)
    assert state_of(branch, ref)[0] == "due"
    branch.clock.forward(hours=1)
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 1}
    assert not branch.facts(e.HolderUnreachable)


def test_what_is_never_taken_ends_when_it_expires(branch: Branch) -> None:
    ref = put(branch, "booked", "confirmation", expires=branch.now + timedelta(hours=1))
    for _ in range(10):
        send_all(branch.system, always(Verdict.LATER), branch.now)
        branch.clock.forward(minutes=30)
    assert state_of(branch, ref) == ("dropped", "expired")


def test_a_refusal_is_final_and_its_reason_holds_no_number(branch: Branch) -> None:
    ref = put(branch, "booked", "confirmation")
    carrier = always(Verdict.REFUSED, "21211: the number +86 154-0000-0001 is not valid")
    for _ in range(3):
        send_all(branch.system, carrier, branch.now)
        branch.clock.forward(hours=1)
    assert len(carrier.given) == 1
    assert state_of(branch, ref) == ("refused", "21211: the number +… is not valid")


def test_the_carrier_gets_number_template_and_text(branch: Branch) -> None:
    carrier = always(Verdict.ACCEPTED)
    book_and_tell(branch)
    branch.run_sql("UPDATE messages SET state = 'due' WHERE template = 'booked'")
    send_all(branch.system, carrier, branch.now)
    (message,) = carrier.given
    assert (message.to, message.card, message.template) == (WANG.phone, WANG.card, "booked")
    assert message.params == {"when": "2018-06-08T10:00:00"}
    assert message.text.startswith("【工行昆仑所】已为您约好6月8日星期五上午10:00")
    assert WANG.phone not in f"{message!r} {message}"


def test_an_answer_goes_to_the_phone_that_wrote(branch: Branch) -> None:
    carrier = always(Verdict.ACCEPTED)
    for phone in (SUN.contact_phone, SUN.phone):
        branch.hears(phone, "查询")
        branch.clock.forward(seconds=5)
        send_all(branch.system, carrier, branch.now)
    assert [message.to for message in carrier.given] == [SUN.contact_phone, SUN.phone]


def test_a_code_goes_to_the_holders_own_phone_whoever_wrote(branch: Branch) -> None:
    carrier = always(Verdict.ACCEPTED)
    branch.hears(SUN.contact_phone, "帮助")
    with branch.system.pool.connection() as connection:
        enqueue_reply(
            connection, branch.system, card=SUN.card, template="code", params={"code": "123456"}, sid="code/1"
        )
    send_all(branch.system, carrier, branch.now)
    assert {message.template: message.to for message in carrier.given} == {
        "help": SUN.contact_phone,
        "code": SUN.phone,
    }


def test_what_nobody_answered_goes_to_the_holder_not_to_the_child(branch: Branch) -> None:
    carrier = always(Verdict.ACCEPTED)
    branch.hears(SUN.contact_phone, "谢谢")
    put(branch, "invitation", "invitation", SUN)
    send_all(branch.system, carrier, branch.now)
    assert [message.to for message in carrier.given] == [SUN.phone]


def test_answers_leave_before_a_round_of_notices(branch: Branch) -> None:
    for number in range(5):
        put(branch, "sweep_first", "sweep", number=number, due=branch.now - timedelta(hours=1))
    ref = put(branch, "help", "reply")
    carrier = always(Verdict.ACCEPTED)
    send_due(branch.system, carrier, branch.now, limit=1)
    assert [message.ref for message in carrier.given] == [ref]


def test_the_table_and_the_sender_agree_on_what_leaves_first(branch: Branch) -> None:
    for kind in (*AT_MOST_ONCE, *AT_LEAST_ONCE, "reminder", "employer"):
        statement = f"SELECT {WAITS_FOR_OTHERS} FROM (SELECT %s AS kind) AS one"  # noqa: S608  (ours)
        ((waits,),) = branch.rows(statement, kind)
        assert waits == (kind not in EXEMPT)


# --- when it may leave --------------------------------------------------------------------------------------


def test_nothing_unasked_leaves_in_the_quiet_hours(branch: Branch) -> None:
    branch.clock.at("06-05 20:00")
    ref = put(branch, "invitation", "invitation")
    send_all(branch.system, branch.gateway, branch.now)
    assert state_of(branch, ref)[0] == "due"
    branch.clock.at("06-06 07:59")
    send_all(branch.system, branch.gateway, branch.now)
    assert branch.inbox(WANG.card) == []
    branch.clock.at("06-06 08:00")
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 1}
    assert branch.rows("SELECT attempts FROM messages") == [(1,)], "waiting is no attempt"


@pytest.mark.parametrize("kind", ["confirmation", "change", "reply"])
def test_answers_and_changes_leave_at_night_too(branch: Branch, kind: str) -> None:
    branch.clock.at("06-05 23:00")
    put(branch, {**AT_MOST_ONCE, **AT_LEAST_ONCE}[kind], kind)
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 1}


def test_nobody_gets_more_than_four_notices_a_day(branch: Branch) -> None:
    for number, template in enumerate(
        ("invitation", "sweep_first", "sweep_repeat", "sweep_last", "activated", "no_show")
    ):
        put(branch, template, "invitation", number=number)
    for hour in range(9, 20):
        branch.clock.at(f"06-05 {hour:02}:00")
        send_all(branch.system, branch.gateway, branch.now)
    assert len(branch.inbox(WANG.card)) == 4
    assert branch.sms(WANG.phone, "帮助"), "answers are not counted"
    branch.clock.at("06-06 08:00")
    send_all(branch.system, branch.gateway, branch.now)
    assert len(branch.inbox(WANG.card)) == 7, "the others leave the next day"


def test_the_same_text_leaves_at_most_twice_in_24_hours(branch: Branch) -> None:
    refs = []
    for number in range(4):
        refs.append(put(branch, "help", "reply", number=number))
        send_all(branch.system, branch.gateway, branch.now)
        branch.clock.forward(hours=1)
    assert [state_of(branch, ref) for ref in refs[2:]] == [("dropped", "same text")] * 2
    branch.clock.forward(hours=23)
    put(branch, "help", "reply", number=9)
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 1}


def test_the_same_text_in_one_batch_leaves_twice(branch: Branch) -> None:
    for number in range(4):
        put(branch, "help", "reply", number=number)
    assert send_all(branch.system, branch.gateway, branch.now) == {"accepted": 2, "dropped": 2}


def test_every_employer_gets_its_message_though_all_say_the_same(branch: Branch) -> None:
    names = [f"e{number:03d}" for number in range(1, 9)]
    branch.ask(RegisterEmployers(tuple((name, f"单位{name}") for name in names)))
    branch.system.vault.put_employer_contacts(
        EmployerContact(employer=name, name="孙经办", phone=f"154111100{name[-2:]}") for name in names
    )
    for name in names:
        branch.ask(RemindEmployer(name, "collect"))
    branch.pump()
    assert [branch.sent(name) for name in names] == [["employer_collect"]] * 8


def test_what_has_expired_is_dropped_and_counted(branch: Branch) -> None:
    book_and_tell(branch)
    branch.clock.at("06-08 09:51")
    branch.pump()
    dropped = branch.rows("SELECT template, reason FROM messages WHERE state = 'dropped' ORDER BY template")
    assert dropped == [("reminder_day", "expired"), ("reminder_soon", "expired")]


def test_both_reminders_of_a_booking_leave_at_their_times(branch: Branch) -> None:
    book_and_tell(branch)
    branch.clock.at("06-07 09:59")
    branch.pump()
    assert branch.sent(WANG) == ["booked"]
    branch.clock.at("06-07 10:00")
    branch.pump()
    assert branch.inbox(WANG.card)[-1].startswith("明天请来领卡：6月8日星期五上午10:00")
    branch.clock.at("06-08 08:30")
    branch.pump()
    assert branch.inbox(WANG.card)[-1].startswith("您约的是6月8日星期五上午10:00")
    branch.clock.at("06-08 09:45")
    branch.pump()
    assert Counter(branch.sent(WANG)) == {"booked": 1, "reminder_day": 1, "reminder_soon": 1}


def test_tomorrow_is_not_said_on_the_day_itself(branch: Branch) -> None:
    book_and_tell(branch)
    branch.clock.at("06-08 08:10")
    branch.pump()
    assert "reminder_day" not in branch.sent(WANG)


def test_a_booking_made_shortly_before_needs_no_reminder(branch: Branch) -> None:
    branch.book(WANG, "20180605-1000")
    branch.pump()
    assert branch.outbox(WANG) == [("booked", "accepted", "")]


# --- what must not leave any more ---------------------------------------------------------------------------


def reminders(branch: Branch, who: Somebody = WANG) -> Counter[tuple[str, str]]:
    return Counter((t, state) for t, state, _ in branch.outbox(who) if t.startswith("reminder"))


def test_a_cancelled_booking_is_not_reminded_of(branch: Branch) -> None:
    book_and_tell(branch)
    branch.ask(CancelBooking(WANG.card))
    branch.pump()
    for when in ("06-07 10:00", "06-08 08:30"):
        branch.clock.at(when)
        branch.pump()
    assert reminders(branch) == {("reminder_day", "void"): 1, ("reminder_soon", "void"): 1}


def test_a_moved_booking_is_reminded_of_by_its_new_time_only(branch: Branch) -> None:
    book_and_tell(branch)
    branch.ask(MoveBooking(WANG.card, "20180611-1400"))
    for when in ("06-07 10:00", "06-08 08:30", "06-10 10:00", "06-11 12:30"):
        branch.clock.at(when)
        branch.pump()
    said = [text for text in branch.inbox(WANG.card) if text.startswith(("明天", "您约的是"))]
    assert len(said) == 2
    assert all("6月11日星期一下午2:00" in text for text in said)


def test_a_reminder_is_held_back_though_the_read_models_have_not_caught_up(branch: Branch) -> None:
    book_and_tell(branch)
    branch.ask(CancelBooking(WANG.card))
    branch.clock.at("06-07 10:00")
    send_all(branch.system, branch.gateway, branch.now)
    assert branch.sent(WANG) == ["booked"]
    assert ("reminder_day", "void", "superseded") in branch.outbox(WANG)


def test_a_slot_that_closes_is_told_at_once_and_its_reminders_end(branch: Branch) -> None:
    book_and_tell(branch)
    branch.clock.at("06-07 14:00")
    branch.ask(CloseSlots(("20180608-1000",), "停电"))
    branch.pump()
    moved = branch.facts(e.BookingMoved)[0]
    assert branch.inbox(WANG.card)[-1].startswith("很抱歉，您约的时间不能办理，已为您改到")
    branch.clock.now = moved.told - timedelta(minutes=90)
    branch.pump()
    assert "上午10:00" not in branch.inbox(WANG.card)[-1]


def test_a_closure_wakes_nobody_who_hears_of_it_early_enough_in_the_morning(branch: Branch) -> None:
    book_and_tell(branch, slot="20180608-1400")
    branch.clock.at("06-07 21:00")
    branch.ask(CloseSlots(("20180608-1400",), "停电"))
    branch.pump()
    assert branch.sent(WANG) == ["booked"]
    branch.clock.at("06-08 08:00")
    branch.pump()
    assert branch.sent(WANG) == ["booked", "slot_moved"]


def test_whoever_would_set_out_before_the_morning_is_told_at_night(branch: Branch) -> None:
    book_and_tell(branch, slot="20180608-0830")
    branch.clock.at("06-07 23:00")
    branch.ask(CloseSlots(("20180608-0830",), "停电"))
    branch.pump()
    assert branch.sent(WANG) == ["booked", "slot_moved"]


def test_who_opted_out_and_in_again_is_reminded(branch: Branch) -> None:
    book_and_tell(branch)
    branch.sms(WANG.phone, "退订")
    branch.sms(WANG.phone, "恢复")
    branch.clock.at("06-07 10:00")
    branch.pump()
    assert "reminder_day" in branch.sent(WANG)


def test_a_change_by_the_branch_wakes_nobody_who_can_still_read_it_in_the_morning(branch: Branch) -> None:
    book_and_tell(branch)
    branch.clock.at("06-07 21:00")
    branch.ask(CloseSlots(("20180608-1000",), "停电"))
    branch.pump()
    assert not branch.inbox(WANG.card)[-1].startswith("很抱歉")
    branch.clock.at("06-08 08:00")
    branch.pump()
    assert branch.inbox(WANG.card)[-1].startswith("很抱歉，您约的时间不能办理，已为您改到")


def test_a_claim_whose_worker_died_before_sending_goes_back_to_wait(branch: Branch) -> None:
    ref = put(branch, "help", "reply")
    with branch.system.pool.connection() as connection:
        claim(connection, branch.now, "dies", 10)
    branch.clock.now += CLAIM_LASTS + timedelta(seconds=1)
    send_all(branch.system, branch.gateway, branch.now)
    assert state_of(branch, ref)[0] == "accepted"


def test_after_collection_nothing_but_the_after_care_is_sent(branch: Branch) -> None:
    book_and_tell(branch)
    put(branch, "sweep_first", "sweep", due=moment("06-07 09:00"))
    branch.ask(HandOver(WANG.card, "self", holder_id_seen=True))
    for when in ("06-05 09:05", "06-07 10:00", "06-08 08:30", "06-09 09:00"):
        branch.clock.at(when)
        branch.run()
        branch.pump()
    assert branch.sent(WANG) == ["booked", "activated"]


def test_a_hand_over_to_a_proxy_that_was_a_slip_alarms_nobody(branch: Branch) -> None:
    branch.clock.at("06-05 20:05")
    branch.ask(HandOver(WANG.card, "proxy", holder_id_seen=True, proxy_id_seen=True))
    branch.pump()
    branch.clock.forward(minutes=2)
    branch.ask(UndoCollection(WANG.card, "点错了人"))
    branch.clock.at("06-06 08:30")
    branch.pump()
    assert branch.inbox(WANG.card) == []


def test_the_holder_hears_of_a_proxy(branch: Branch) -> None:
    branch.ask(HandOver(WANG.card, "proxy", holder_id_seen=True, proxy_id_seen=True))
    branch.pump()
    assert "由代领人领走" in branch.inbox(WANG.card)[0]


@pytest.mark.parametrize("pumped", [True, False], ids=["voided", "held back"])
def test_whoever_opted_out_gets_nothing_unasked(branch: Branch, pumped: bool) -> None:
    put(branch, "invitation", "invitation", due=moment("06-05 10:00"))
    book_and_tell(branch)
    branch.ask(OptOut(WANG.card))
    if pumped:
        branch.projector.catch_up()
    for when in ("06-05 10:00", "06-07 10:00", "06-08 08:30"):
        branch.clock.at(when)
        send_all(branch.system, branch.gateway, branch.now)
    assert branch.sent(WANG) == ["booked"]


def test_whoever_is_erased_gets_nothing_at_all(branch: Branch) -> None:
    book_and_tell(branch)
    put(branch, "help", "reply")
    branch.ask(EraseHolder(WANG.card))
    branch.system.vault.erase(WANG.card, branch.now)
    for when in ("06-05 10:00", "06-07 10:00", "06-08 08:30"):
        branch.clock.at(when)
        branch.pump()
    assert len(branch.inbox(WANG.card)) == 1


def test_whoever_has_no_number_gets_no_message(branch: Branch) -> None:
    ref = put(branch, "invitation", "invitation", QIAN)
    send_all(branch.system, branch.gateway, branch.now)
    assert state_of(branch, ref) == ("dropped", "no number")


# --- one bad message ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "params"),
    [
        ("booked", {"when": "gestern"}),
        ("no_such", {}),
        ("too_early", {}),
        ("whose", {"names": []}),
        ("faq", {"key": "无"}),
    ],
)
def test_a_message_that_cannot_be_rendered_does_not_keep_the_others_from_leaving(
    branch: Branch, template: str, params: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    bad = put(branch, template, "reply", params=params or {"x": 1})
    good = put(branch, "help", "reply", ZHANG)
    send_all(branch.system, branch.gateway, branch.now)
    assert state_of(branch, bad) == ("dropped", "not rendered")
    assert state_of(branch, good)[0] == "accepted"
    assert "can't be rendered" in caplog.text


def test_a_damaged_record_does_not_keep_the_others_from_leaving(branch: Branch) -> None:
    bad, good = put(branch, "help", "reply", WANG), put(branch, "help", "reply", ZHANG)
    branch.run_sql(
        "UPDATE vault_people SET sealed_record = sealed_record || '\\x00'::bytea WHERE card = 'c-wang'"
    )
    send_all(branch.system, branch.gateway, branch.now)
    assert state_of(branch, bad) == ("dropped", "no number")
    assert state_of(branch, good)[0] == "accepted"


# --- rebuilding ---------------------------------------------------------------------------------------------


def everything(branch: Branch) -> list[tuple[object, ...]]:
    return branch.rows(
        "SELECT ref, template, kind, params, card, employer, booking, version, created, due_at, expires_at,"
        " state, reason, units, text_hash, gateway_id, outcome_at FROM messages ORDER BY ref"
    )


@pytest.mark.parametrize("copied", [False, True], ids=["few at a time", "many at once"])
def test_a_rebuild_keeps_outcomes_and_answers_and_sends_nothing_twice(
    branch: Branch, monkeypatch: pytest.MonkeyPatch, copied: bool
) -> None:
    branch.sms(WANG.phone, "预约")
    branch.sms(WANG.phone, "1")
    branch.sms(WANG.phone, "帮助")
    branch.sms(ZHANG.phone, "预约")
    book_and_tell(branch, LIU)
    branch.ask(MoveBooking(LIU.card, "20180607-1400"))
    branch.pump()
    book_and_tell(branch, SUN)
    branch.ask(CancelBooking(SUN.card))
    branch.projector.catch_up()
    branch.hears(SUN.phone, "帮助")
    before, sent = everything(branch), len(branch.inbox(WANG.card, LIU.card, ZHANG.card, SUN.card))

    with monkeypatch.context() as patch:
        patch.setattr(messages, "COPY_FROM", 1 if copied else messages.COPY_FROM)
        rebuild(branch.system.url, Messages(branch.system.season), branch.system.log)

    assert everything(branch) == before
    assert branch.pump() == {"accepted": 2}, "the answer and the confirmation that were due"
    assert len(branch.inbox(WANG.card, LIU.card, ZHANG.card, SUN.card)) == sent + 2
    for when in ("06-06 10:00", "06-07 10:00", "06-07 12:30", "06-08 09:00"):
        branch.clock.at(when)
        branch.pump()
    assert not branch.rows("SELECT ref FROM local_messages GROUP BY ref HAVING count(*) > 1")
    assert Counter(branch.sent(LIU)) == {
        "whose": 1,
        "booked": 1,
        "moved": 1,
        "reminder_day": 1,
        "reminder_soon": 1,
    }


def test_a_rebuild_under_a_claim_lets_the_sender_record_its_outcome(branch: Branch) -> None:
    branch.book(WANG, "20180608-1000")
    branch.projector.catch_up()

    def rebuild_meanwhile(message: Outgoing) -> Result:
        rebuild(branch.system.url, Messages(branch.system.season), branch.system.log)
        return Result(message.ref, Verdict.ACCEPTED)

    send_all(branch.system, Fickle(rebuild_meanwhile), branch.now)
    assert branch.sent(WANG) == ["booked"]
    assert not branch.pump()


def test_the_local_carrier_keeps_a_message_once(branch: Branch) -> None:
    gateway = LocalGateway(branch.system.pool, branch.clock)
    message = Outgoing(reference(1, "help"), WANG.phone, WANG.card, "", "help", {}, "你好")
    for _ in range(2):
        (result,) = gateway.send([message])
        assert (result.ref, result.verdict) == (message.ref, Verdict.ACCEPTED)
    assert branch.inbox(WANG.card) == ["你好"]
    assert gateway.send([]) == []


def test_a_second_sender_of_another_system_sees_the_same_outbox(
    branch: Branch, branch_url: str, tmp_path: Path
) -> None:
    put(branch, "help", "reply")
    with opened(branch_url, tmp_path, branch.clock) as other:
        assert send_all(other.system, other.gateway, other.now) == {"accepted": 1}
    assert not send_all(branch.system, branch.gateway, branch.now)
