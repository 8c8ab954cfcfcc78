"""From an inbound webhook to the stored reply: a real web server with signatures checked, a projector beside
it, and messages of different people at a fixed rate, whether answered or not."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from bench.served import PROJECTOR, WEB, process, settings_with_port, wait_for_web
from bench.socketed import ask, connections
from bench.town import daytime, reachable, town
from queueing.people.vault import Vault
from queueing.policies import runner
from queueing.projections.registry import all_projections
from queueing.projections.runner import Projector
from queueing.settings import Settings
from queueing.sms.gateways.account import Account, account
from queueing.system import System
from queueing.web import tables

RATE = 200
SECONDS = 15
WARM_UP = 200
TEXTS = ("查询", "预约", "帮助", "地址")
"""What is sent, in turns: a look at the state, a wish for places (decided, offered and answered through log
and projector), and two answers ready at once."""
PATIENCE = 30.0
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Row:
    """`stored`: from the first byte sent until the reply is in the outbox; `answered`: until the webhook's
    answer is there."""

    messages: int
    per_s: float
    stored_p50_ms: float
    stored_p99_ms: float
    stored_max_ms: float
    answered_p99_ms: float


def bench_webhook(
    url: str, rate: int = RATE, seconds: int = SECONDS, tell: Callable[[str], None] = lambda line: None
) -> list[Row]:
    """In the (empty) database of `url`."""
    count = rate * seconds + WARM_UP
    with tempfile.TemporaryDirectory(prefix="queueing-bench-") as directory, ExitStack() as stack:
        var_dir = Path(directory)
        tell(f"编造 {2 * count} 名持卡人")
        system = stack.enter_context(town(url, var_dir, 2 * count))
        tables.migrate(url)
        settings = settings_with_port(url, var_dir, sms="twilio-local")
        requests = _requests(system, account(settings), settings, count)
        _open_waves(system)
        _stamp_messages(system)
        for program in (WEB, PROJECTOR):
            stack.enter_context(process(program, settings, daytime()))
        wait_for_web(settings)
        tell(f"每秒 {rate} 条，{seconds} 秒")
        asyncio.run(_send(settings, requests[:WARM_UP], rate))
        sent = asyncio.run(_send(settings, requests[WARM_UP:], rate))
        return [_row(system, sent)]


@dataclass(frozen=True, slots=True)
class Request:
    """A message ready to be sent."""

    card: str
    head_and_body: bytes


def _requests(system: System, known: Account, settings: Settings, count: int) -> list[Request]:
    """One message each of so many people with a phone of their own."""
    cards = reachable(system)
    people = Vault.get_many(system.vault, cards)
    found, phones = [], set()
    for card in cards:
        person = people[card]
        if person.sms_number and person.sms_number not in phones:
            phones.add(person.sms_number)
            found.append((card, person.sms_number))
    return [
        Request(card, _post(known, settings, number, phone))
        for number, (card, phone) in enumerate(found[:count])
    ]


def _post(known: Account, settings: Settings, number: int, phone: str) -> bytes:
    fields = {
        "MessageSid": f"SM{number:032x}",
        "AccountSid": known.sid,
        "From": f"+86{phone}",
        "To": known.sender,
        "Body": TEXTS[number % len(TEXTS)],
        "NumMedia": "0",
    }
    body = urlencode(fields).encode()
    signature = RequestValidator(known.token).compute_signature(known.inbound_url, fields)
    head = (
        f"POST {urlsplit(known.inbound_url).path} HTTP/1.1\r\nHost: 127.0.0.1:{settings.port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _open_waves(system: System) -> None:
    """Everybody's turn has come, and the read models are up to date."""
    runner.run(system, "open_waves_when_their_day_comes", daytime())
    with closing(Projector(system.url, all_projections(system.season), system.log)) as projector:
        projector.catch_up()


def _stamp_messages(system: System) -> None:
    """When a message came into the outbox, by the clock of this machine."""
    with system.pool.connection() as connection:
        connection.execute("ALTER TABLE messages ADD stored_at timestamptz DEFAULT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: wall-clock seconds when, and how long its answer took."""

    card: str
    at: float
    answered: float


async def _send(settings: Settings, requests: Sequence[Request], rate: int) -> list[Sent]:
    """Send at the rate, whatever is still open; a message's time runs from when it was due to be sent."""
    async with connections(settings.port, CONNECTIONS) as free:
        begun, wall = time.perf_counter(), time.time()

        async def one(number: int, request: Request) -> Sent:
            due = number / rate
            await asyncio.sleep(max(0.0, begun + due - time.perf_counter()))
            await ask(free, request.head_and_body)
            return Sent(request.card, wall + due, time.perf_counter() - begun - due)

        return await asyncio.gather(*(one(number, request) for number, request in enumerate(requests)))


def _row(system: System, sent: Sequence[Sent]) -> Row:
    stored = _stored(system, [one.card for one in sent])
    if missing := [one.card for one in sent if one.card not in stored]:
        raise RuntimeError(f"{len(missing)} of {len(sent)} messages got no reply")
    took = sorted(1000 * (stored[one.card] - one.at) for one in sent)
    answered = sorted(1000 * one.answered for one in sent)
    span = max(one.at for one in sent) - min(one.at for one in sent)
    return Row(
        messages=len(sent),
        per_s=round((len(sent) - 1) / span, 1),
        stored_p50_ms=_share(took, 0.5),
        stored_p99_ms=_share(took, 0.99),
        stored_max_ms=_share(took, 1),
        answered_p99_ms=_share(answered, 0.99),
    )


def _share(sorted_ms: Sequence[float], share: float) -> float:
    """What this share of them does not exceed (nearest rank)."""
    return round(sorted_ms[ceil(share * len(sorted_ms)) - 1], 1)


def _stored(system: System, cards: list[str]) -> dict[str, float]:
    """When each got a reply; those through the projector come a moment later."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with system.pool.connection() as connection:
            rows = connection.execute(
                "SELECT card, min(extract(epoch FROM stored_at))::float8 FROM messages WHERE card = ANY(%s)"
                " GROUP BY card",
                (cards,),
            ).fetchall()
        if len(rows) == len(cards) or time.monotonic() > deadline:
            return {str(card): float(at) for card, at in rows}  # type: ignore[arg-type]
        time.sleep(0.2)
