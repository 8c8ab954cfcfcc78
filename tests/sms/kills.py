"""The kill matrix: a real sender is killed by SIGKILL at each moment, and afterwards others go on. How often
has each kind of message been taken by the (local) Twilio?

`python -m tests.sms.kills` makes it and writes it into docs/sms.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from queueing.projections.message_rules import Intent, reference
from queueing.projections.messages import insert
from queueing.runtime import embedded
from queueing.settings import project_root
from queueing.sms.claims import CLAIM_LASTS
from queueing.sms.gateways.account import LOCAL_FROM, LOCAL_SID, Account
from queueing.sms.gateways.twilio import TwilioGateway
from queueing.sms.localtwilio.behaviours import Behaviour, Rule
from queueing.sms.localtwilio.server import LocalTwilio, serving
from queueing.sms.outbox import send_all
from queueing.sms.rows import AT_LEAST_ONCE
from tests.patience import PATIENCE
from tests.support import EMPLOYERS, PEOPLE, Branch, database, opened, prepare

PAGE = project_root() / "docs" / "sms.md"
HEAD = "| Killed | Kind | Promise | Taken | Ends as |\n|---|---|---|---|---|\n"
WHEN = {"when": "2018-06-07T10:00"}
KINDS = {
    "invitation": ("invitation", {}),
    "reminder": ("reminder_day", WHEN),
    "reply": ("help", {}),
    "confirmation": ("booked", WHEN),
    "change": ("slot_moved", WHEN),
    "sweep": ("sweep_first", {}),
    "notice": ("activated", {}),
    "employer": ("employer_collect", {}),
}
"""A template of each kind, to a person each."""
MOMENTS = (
    "before the claim",
    "after the claim",
    "before handing over",
    "after it was taken",
    "before the outcome is recorded",
)


@contextmanager
def twilio() -> Iterator[tuple[LocalTwilio, Account]]:
    """A local Twilio whose reports reach nobody: the hardest case."""
    plain = Account(LOCAL_SID, "token-of-the-kill-matrix", LOCAL_FROM, None, "http://127.0.0.1:9")
    server = LocalTwilio(plain)
    with serving(server) as address:
        yield server, Account(plain.sid, plain.token, plain.sender, address, plain.public_url)


def put_all(branch: Branch) -> dict[str, UUID]:
    """One message of each kind."""
    people = iter([one for one in PEOPLE if one.phone])
    intents = {}
    for kind, (template, params) in KINDS.items():
        employer = next(iter(EMPLOYERS)) if kind == "employer" else ""
        intents[kind] = Intent(
            ref=reference(0, f"kill/{template}", 0),
            position=0,
            template=template,
            kind=kind,
            params=params,
            card="" if employer else next(people).card,
            employer=employer,
            created=branch.now,
            due_at=branch.now,
            expires_at=branch.now + timedelta(days=30),
        )
    with branch.system.pool.connection() as connection:
        insert(connection.cursor(), list(intents.values()))
    return {kind: intent.ref for kind, intent in intents.items()}


def kill(branch: Branch, url: str, var_dir: Path, moment: str, server: LocalTwilio, address: str) -> None:
    """Start a sender and kill it at the moment."""
    hangs = Rule("", Behaviour.ACCEPT_THEN_HANG)
    if moment == "after it was taken":
        server.script.add(hangs)
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.sms.sender",
            url,
            str(var_dir),
            branch.now.isoformat(),
            address,
            moment,
        ],
        cwd=project_root(),
        env={**os.environ, "TWILIO_AUTH_TOKEN": server.account.token},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            if moment == "after it was taken":
                _wait_until_taken(server, process)
            else:
                assert process.stdout is not None
                assert process.stdout.readline().strip() == moment
        finally:
            process.kill()
    server.script.clear()


def _wait_until_taken(server: LocalTwilio, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(server.taken) < len(KINDS):
        assert process.poll() is None and time.monotonic() < deadline, "the messages were not taken"
        time.sleep(0.02)


def outcome(server_url: str, prepared: str, moment: str) -> dict[str, tuple[int, str]]:
    """By kind: how often a message was taken, and how its row ends, when a sender is killed at a moment."""
    with (
        tempfile.TemporaryDirectory() as var_dir,
        database(server_url, prepared) as url,
        twilio() as (server, account),
        opened(url, Path(var_dir)) as branch,
    ):
        branch.projector.catch_up()
        refs = put_all(branch)
        kill(branch, url, Path(var_dir), moment, server, account.url or "")
        gateway = TwilioGateway(account, per_second=1000)
        for pause in (CLAIM_LASTS - timedelta(seconds=1), timedelta(seconds=2), timedelta(hours=3)):
            branch.clock.now += pause
            send_all(branch.system, gateway, branch.now)
        gateway.close()
        taken = Counter(urlsplit(one.callback).query.removeprefix("ref=") for one in server.taken)
        ends = dict(branch.rows("SELECT ref, state FROM messages"))
        return {kind: (taken[str(ref)], str(ends[ref])) for kind, ref in refs.items()}


def broken(found: dict[str, tuple[int, str]]) -> list[str]:
    """The kinds whose promise was not kept."""
    return [
        kind
        for kind, (taken, _) in found.items()
        if (kind in AT_LEAST_ONCE and taken < 1) or (kind not in AT_LEAST_ONCE and taken > 1)
    ]


def matrix(server_url: str, prepared: str) -> str:
    """The table."""
    lines = []
    for moment in MOMENTS:
        for kind, (taken, state) in outcome(server_url, prepared, moment).items():
            promise = "at least once" if kind in AT_LEAST_ONCE else "at most once"
            lines.append(f"| {moment} | {kind} | {promise} | {taken} | `{state}` |\n")
    return HEAD + "".join(lines)


def written(page: str) -> str:
    """The table as it stands in the document."""
    start = page.index(HEAD)
    return page[start : page.index("\n\n", start) + 1]


def main() -> None:
    """Make the matrix and write it down."""
    with tempfile.TemporaryDirectory(prefix="queueing-kills-") as directory:
        path = Path(directory)
        path.chmod(0o755)
        with embedded.postgres(path) as server, database(server.url) as url:
            prepare(url, path / "var")
            table = matrix(server.url, urlsplit(url).path.removeprefix("/"))
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.replace(written(page), table), encoding="utf-8")
    sys.stdout.write(table)


if __name__ == "__main__":
    main()
