"""The inbound path: a message from a phone becomes commands, replies and an open question. The same message
delivered twice is handled once.

Many messages are handled in lockstep: each conversation yields a command, all commands are asked of the
desk together and in order, and each conversation goes on with its answer. So a burst shares the desk's
commits, and a given order of messages always gives the same decisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
import psycopg

from queueing.crowd.told import for_holder
from queueing.crowd.waits import Wait
from queueing.domain import Refusal
from queueing.domain.booking import opens_for
from queueing.domain.state import Card
from queueing.log import Outcome
from queueing.log.lockstep import Ask, Dialogue, lockstep
from queueing.projections.message_rules import Intent as Message
from queueing.projections.messages import insert
from queueing.sms.conversation import converse
from queueing.sms.filling import fill, renderer
from queueing.sms.gateways.account import ON_THIS_MACHINE
from queueing.sms.gateways.local import keep_inbound
from queueing.sms.grammar import Intent, Reading, read
from queueing.sms.grammar.traditional import TO_SIMPLIFIED
from queueing.sms.outbox import reply_intent
from queueing.sms.turns import Asking, Reply, Situation, Thread, Turn
from queueing.system import System


class Inbound(NamedTuple):
    """A message that came in. `sid` is the gateway's id of it."""

    phone: str
    text: str
    sid: str

    def __repr__(self) -> str:
        return f"Inbound({self.sid})"


_thread_encoder = msgspec.json.Encoder()
_thread_decoder = msgspec.json.Decoder(Thread)


def migrate(url: str) -> None:
    """Create the tables of messages received and of open questions."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS inbound (sid text PRIMARY KEY, thread text NOT NULL, card text NOT"
            " NULL,"
            " at timestamp NOT NULL, intent text NOT NULL, sealed_key bytea NOT NULL, sealed_text bytea"
            " NOT NULL)"
        )
        connection.execute("CREATE INDEX IF NOT EXISTS inbound_thread ON inbound (thread, at)")
        connection.execute("CREATE INDEX IF NOT EXISTS inbound_at ON inbound (at)")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS threads (thread text PRIMARY KEY, state jsonb NOT NULL, at"
            " timestamp NOT NULL)"
        )


def receive(system: System, phone: str, text: str, sid: str, now: datetime) -> str | None:
    """Handle one message. Answers leave through the outbox; for an unknown number the answer's text is
    returned."""
    return receive_many(system, [Inbound(phone, text, sid)], now)[0]


def receive_many(system: System, messages: Sequence[Inbound], now: datetime) -> list[str | None]:
    """Handle messages in order; those of one phone one after another. One transaction stores what was
    heard, what is asked and what is answered; if it fails, the gateway delivers again, and asking the desk
    again does nothing twice."""
    answers: list[str | None] = [None] * len(messages)
    waiting = list(enumerate(message._replace(text=_storable(message.text)) for message in messages))
    while waiting:
        seen: set[str] = set()
        now_turn: list[tuple[int, Inbound]] = []
        later: list[tuple[int, Inbound]] = []
        for number, message in waiting:
            thread = system.vault.phone_index(message.phone)
            (later if thread in seen else now_turn).append((number, message))
            seen.add(thread)
        for number, answer in _receive_once(system, now_turn, now):
            answers[number] = answer
        waiting = later
    return answers


def _storable(text: str) -> str:
    """What PostgreSQL can keep of a text: no NUL, no half characters. A message that fails would be delivered
    again for ever."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class _Open:
    """A conversation going on."""

    message: Inbound
    thread: str
    cards: tuple[str, ...]
    reading: Reading


def _receive_once(
    system: System, messages: Sequence[tuple[int, Inbound]], now: datetime
) -> list[tuple[int, str | None]]:
    found = _identify(system, messages, now)
    known = list(found.values())
    with system.pool.connection() as connection, connection.transaction():
        fresh = _keep(system, connection, known, now)
        threads = _lock_threads(connection, [one.thread for one in fresh], now)
        look = _look(system)
        turns = lockstep(
            system.desk,
            (_dialogue(converse(*_asked(system, one, look, now, threads[one.thread])), now) for one in fresh),
        )
        _store(connection, list(zip(fresh, turns, strict=True)), now)
    return [(number, None if number in found else _not_known(system)) for number, _ in messages]


def _asked(
    system: System, one: _Open, look: _look, now: datetime, thread: Thread
) -> tuple[Reading, Situation]:
    """A message and what it meets. Asked whose card is meant, people answer with a name as well: here is
    where names are known."""
    reading = one.reading
    if thread.open(now) == "whose" and reading.intent is Intent.UNKNOWN and reading.choice is None:
        people = system.vault.get_many(thread.options)
        names = [people[card].name if card in people else "" for card in thread.options]
        called = [n for n, name in enumerate(names, 1) if _names(one.message.text, name)]
        if len(called) == 1:
            reading = Reading(Intent.CHOOSE, choice=called[0])
    return reading, _situation(one, look, now, thread)


def _names(text: str, name: str) -> bool:
    """The full name, or the given name of two characters."""
    said = text.translate(TO_SIMPLIFIED)
    return len(name) > 1 and (name in said or (len(name) > 2 and name[-2:] in said))


def _situation(one: _Open, look: _look, now: datetime, thread: Thread) -> Situation:
    token = hashlib.sha256(one.message.sid.encode()).hexdigest()[:16]

    def wait(card: str) -> Wait | None:
        return look.wait(card, now)

    return Situation(one.cards, look, now, thread, token, look.opens, wait, look.crowd(now))


def _not_known(system: System) -> str:
    """What an unknown number is told: how to get in."""
    return renderer(system).render("not_known", fill(system, "not_known", {}, ""))


def _identify(system: System, messages: Sequence[tuple[int, Inbound]], now: datetime) -> dict[int, _Open]:
    """The conversations of the messages whose numbers speak for somebody."""
    threads = {number: system.vault.phone_index(message.phone) for number, message in messages}
    cards = system.vault.find_by_phone_indexes(set(threads.values()))
    look = _look(system)
    found = {}
    for number, message in messages:
        known = tuple(card for card in cards[threads[number]] if look(card) is not None)
        if known:
            found[number] = _Open(message, threads[number], known, read(message.text, now.date()))
    return found


class _look:  # noqa: N801  (a function with a system)
    """Looks up a card's state at the desk."""

    def __init__(self, system: System) -> None:
        self._desk = system.desk
        self.crowd = system.crowd.at

    def __call__(self, card: str) -> Card | None:
        with self._desk.view() as state:
            return state.cards.get(card)

    def opens(self, card: str) -> date | None:
        """From which day the holder may book, if that is known."""
        with self._desk.view() as state:
            found = state.cards.get(card)
            return opens_for(state, found) if found else None

    def wait(self, card: str, now: datetime) -> Wait | None:
        """How long the holder would wait who came now; None while no window serves anybody."""
        with self._desk.view() as state:
            slots = [state.slots[name] for name in state.days.get(now.date(), ())]
            if not any(slot.open and slot.start <= now < slot.end for slot in slots):
                return None
            return for_holder(state, now, card)


def _keep(
    system: System, connection: psycopg.Connection[Any], known: Sequence[_Open], now: datetime
) -> list[_Open]:
    """Store what was heard, sealed; those that were heard before are left out."""
    sealed = [system.notes.seal(one.message.sid, one.message.text) for one in known]
    rows = connection.execute(
        "INSERT INTO inbound SELECT sid, thread, card, %s, intent, sealed_key, sealed_text"
        " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[])"
        " AS heard(sid, thread, card, intent, sealed_key, sealed_text) ON CONFLICT (sid) DO NOTHING"
        " RETURNING sid",
        (
            now,
            [one.message.sid for one in known],
            [one.thread for one in known],
            [one.cards[0] for one in known],
            [str(one.reading.intent) for one in known],
            [key for key, _ in sealed],
            [text for _, text in sealed],
        ),
    ).fetchall()
    new = {row[0] for row in rows}
    fresh = [one for one in known if one.message.sid in new]
    if system.gateway_name in ON_THIS_MACHINE:
        keep_inbound(connection, [(one.message.sid, one.cards[0], one.message.text) for one in fresh], now)
    return fresh


def _lock_threads(
    connection: psycopg.Connection[Any], threads: Sequence[str], now: datetime
) -> dict[str, Thread]:
    names = sorted(set(threads))
    empty = _thread_encoder.encode(Thread()).decode()
    connection.execute(
        "INSERT INTO threads SELECT name, %s::jsonb, %s FROM unnest(%s::text[]) AS name ON CONFLICT DO"
        " NOTHING",
        (empty, now, names),
    )
    rows = connection.execute(
        "SELECT thread, state::text FROM threads WHERE thread = ANY(%s) ORDER BY thread FOR UPDATE", (names,)
    ).fetchall()
    return {name: _thread_decoder.decode(state) for name, state in rows}


def _dialogue(asking: Asking, now: datetime) -> Dialogue[Turn]:
    """A conversation, asking the desk as the holder by SMS."""
    answer: Outcome | Refusal | None = None
    while True:
        try:
            command = next(asking) if answer is None else asking.send(answer)
        except StopIteration as end:
            turn: Turn = end.value
            return turn
        answer = yield Ask(command, "holder", "sms", now)


def _store(connection: psycopg.Connection[Any], ended: Sequence[tuple[_Open, Turn]], now: datetime) -> None:
    intents: list[Message] = []
    connection.execute(
        "UPDATE threads AS t SET state = n.state::jsonb, at = %s"
        " FROM unnest(%s::text[], %s::text[]) AS n(thread, state) WHERE t.thread = n.thread",
        (
            now,
            [one.thread for one, _ in ended],
            [_thread_encoder.encode(turn.thread).decode() for _, turn in ended],
        ),
    )
    for one, turn in ended:
        intents.extend(_intent(one, number, reply, now) for number, reply in enumerate(turn.replies))
    if intents:
        with connection.cursor() as cursor:
            insert(cursor, intents)


def _intent(one: _Open, number: int, reply: Reply, now: datetime) -> Message:
    card = reply.card or one.cards[0]
    return reply_intent(one.message.sid, number, card, reply.template, reply.params, now)


__all__ = ["Inbound", "migrate", "receive", "receive_many"]
