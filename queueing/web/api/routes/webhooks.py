"""Webhooks: a key's own subscriptions."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from queueing.errors import UserError
from queueing.web.api import models as m
from queueing.web.api.operation import operation, router
from queueing.web.api.problems import BAD_ADDRESS, INVALID, NO_SUCH_WEBHOOK, Problem
from queueing.web.api.route import Caller, Connection, TheCaller
from queueing.webhooks import delivery, subscriptions
from queueing.webhooks.address import BadAddress, check
from queueing.webhooks.office import office_of
from queueing.webhooks.subscriptions import Subscription

webhooks = router("webhooks")
Hook = Annotated[
    str, Path(pattern=r"^wh_[0-9a-f]{16}$", examples=["wh_0123456789abcdef"], description="推送的编号。")
]
MOST = 20


def _out(one: Subscription, head: int) -> m.Webhook:
    return m.Webhook(
        id=one.id, url=one.url, kinds=one.kinds, active=one.active, position=one.position,
        behind=max(0, head - one.position), failing_since=one.failing_since, last_error=one.last_error,
        next_try=one.next_try, old_until=one.old_until,
    )  # fmt: skip


def _own(caller: Caller, hook: str) -> Subscription:
    with caller.site.db() as conn:
        found = subscriptions.find(conn, hook)
    if found is None or found.owner != caller.key.id:
        raise Problem(NO_SUCH_WEBHOOK)
    return found


def _list(caller: Caller) -> m.Webhooks:
    head = caller.site.system.log.head()
    with caller.site.db() as conn:
        found = subscriptions.all_of(conn, caller.key.id)
    return m.Webhooks(webhooks=[_out(one, head) for one in found])


@operation(webhooks, "GET", "/webhooks", "webhooks", "这把密钥的推送", "不含签名用的密钥。")
async def list_webhooks(caller: TheCaller) -> m.Webhooks:
    """All of this key."""
    return await run_in_threadpool(_list, caller)


def _add(caller: Caller, body: m.Subscribe) -> Response:
    system = caller.site.system
    try:
        check(body.url, system.settings.webhook_hosts)
    except BadAddress as problem:
        raise Problem(BAD_ADDRESS, str(problem)) from None
    head = system.log.head()
    position = head if body.after is None else min(body.after, head)

    def add(conn: Connection) -> m.NewWebhook:
        # Those of a key one after another, so that two at once don't both find room.
        conn.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"webhooks of {caller.key.id}",))
        if len(subscriptions.all_of(conn, caller.key.id)) >= MOST:
            raise UserError(f"一把密钥最多{MOST}个推送，请先删掉不用的。")
        hook, secret = subscriptions.add(
            conn, system.notes, body.url, body.kinds, position, caller.site.now(), caller.key.id
        )
        return _with_secret(conn, hook, head, secret)

    return caller.change(201, add)


def _with_secret(conn: Connection, hook: str, head: int, secret: str) -> m.NewWebhook:
    found = subscriptions.find(conn, hook)
    assert found is not None  # noqa: S101  it was just written
    return m.NewWebhook(**_out(found, head).model_dump(), secret=secret)


@operation(
    webhooks, "POST", "/webhooks", "webhooks", "订推送",
    "这几种事件（不写是全部）从现在起、或从某个位置之后起推送，用回答里的密钥签名；密钥只显示这一次。",
    status=201,
    may=[BAD_ADDRESS],
    gives=m.NewWebhook,
)  # fmt: skip
async def subscribe(caller: TheCaller, body: m.Subscribe) -> Response:
    """To a public https address, or to a host an administrator allowed."""
    return await run_in_threadpool(_add, caller, body)


def _get(caller: Caller, hook: str) -> m.Webhook:
    return _out(_own(caller, hook), caller.site.system.log.head())


@operation(
    webhooks, "GET", "/webhooks/{hook}", "webhooks", "一个推送", "内容和列表相同。", may=[NO_SUCH_WEBHOOK]
)
async def get_webhook(caller: TheCaller, hook: Hook) -> m.Webhook:
    """By its id."""
    return await run_in_threadpool(_get, caller, hook)


def _remove(caller: Caller, hook: str) -> Response:
    _own(caller, hook)
    return caller.change(204, lambda conn: subscriptions.remove(conn, hook))


@operation(
    webhooks, "DELETE", "/webhooks/{hook}", "webhooks", "退订", "以后不再推送。",
    status=204,
    may=[NO_SUCH_WEBHOOK],
)  # fmt: skip
async def unsubscribe(caller: TheCaller, hook: Hook) -> Response:
    """Gone."""
    return await run_in_threadpool(_remove, caller, hook)


def _attempts(caller: Caller, hook: str) -> m.Deliveries:
    _own(caller, hook)
    with caller.site.db() as conn:
        found = subscriptions.attempts(conn, hook)
    return m.Deliveries(attempts=[m.Delivery.model_validate(one) for one in found])


@operation(
    webhooks, "GET", "/webhooks/{hook}/attempts", "webhooks", "最近发过的", "新的在前。",
    may=[NO_SUCH_WEBHOOK],
)  # fmt: skip
async def attempts(caller: TheCaller, hook: Hook) -> m.Deliveries:
    """What the receiver answered."""
    return await run_in_threadpool(_attempts, caller, hook)


def _test(caller: Caller, hook: str) -> m.Deliveries:
    own, turn = _own(caller, hook), caller.turn
    name = turn.run if turn else ""
    sent = (
        turn is not None and turn.before and any(name in one.id for one in _attempts(caller, hook).attempts)
    )
    if not sent:
        delivery.send_test(office_of(caller.site.system), own, name)
    return _attempts(caller, hook)


@operation(
    webhooks, "POST", "/webhooks/{hook}/test", "webhooks", "发一条试试",
    "马上发一条 `webhook.test`；结果是 attempts 里的第一条。",
    may=[NO_SUCH_WEBHOOK],
)  # fmt: skip
async def test(caller: TheCaller, hook: Hook) -> m.Deliveries:
    """Whether the receiver listens."""
    return await run_in_threadpool(_test, caller, hook)


def _redeliver(caller: Caller, hook: str, after: int) -> Response:
    _own(caller, hook)
    head = caller.site.system.log.head()
    if after > head:
        where = {"pointer": "#/after", "detail": f"还没有这么多，最多{head}"}
        raise Problem(INVALID, more={"errors": [where]})

    def start(conn: Connection) -> m.Webhook:
        subscriptions.start_again(conn, hook, after)
        found = subscriptions.find(conn, hook)
        if found is None:
            raise Problem(NO_SUCH_WEBHOOK)
        return _out(found, head)

    return caller.change(200, start)


@operation(
    webhooks, "POST", "/webhooks/{hook}/redeliver", "webhooks", "重发",
    "某个位置之后、它要的事件全部再发一遍，编号不变。停了的也恢复。",
    may=[NO_SUCH_WEBHOOK],
    gives=m.Webhook,
)  # fmt: skip
async def redeliver(caller: TheCaller, hook: Hook, body: m.From) -> Response:
    """Set back."""
    return await run_in_threadpool(_redeliver, caller, hook, body.after)


def _rotate(caller: Caller, hook: str, hours: int) -> Response:
    _own(caller, hook)
    head, notes = caller.site.system.log.head(), caller.site.system.notes

    def rotate(conn: Connection) -> m.NewWebhook:
        secret = subscriptions.rotate(conn, notes, hook, caller.site.now(), timedelta(hours=hours))
        if secret is None:
            raise Problem(NO_SUCH_WEBHOOK)
        return _with_secret(conn, hook, head, secret)

    return caller.change(200, rotate)


@operation(
    webhooks, "POST", "/webhooks/{hook}/rotate", "webhooks", "换签名的密钥",
    "新密钥只在回答里显示这一次。到 `old_until` 为止，每条推送带两个签名：新密钥的和旧密钥的。",
    may=[NO_SUCH_WEBHOOK],
    gives=m.NewWebhook,
)  # fmt: skip
async def rotate(caller: TheCaller, hook: Hook, body: m.Overlap) -> Response:
    """With an overlap."""
    return await run_in_threadpool(_rotate, caller, hook, body.hours)
