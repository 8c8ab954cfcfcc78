"""Webhooks: gateways bring what people wrote, and what became of messages. No cookies and no form tokens;
each gateway proves itself in its own way, and whatever it delivers again changes nothing."""

from __future__ import annotations

import hmac
from typing import Annotated, TypeVar

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from twilio.twiml.messaging_response import MessagingResponse

from queueing.sms import unread
from queueing.sms.gateways.account import LOCAL, account
from queueing.web import aliyun_hooks, hooks
from queueing.web.site import Site, TheSite

T = TypeVar("T")
router = APIRouter(prefix="/hooks")
LARGEST = 1_000_000
TAKEN = {"code": 0, "msg": "接收成功"}
MOST_FIELDS = 200


async def from_twilio(request: Request, site: TheSite) -> FormData:
    """What Twilio sent, or 403. With another gateway there is no such address."""
    if site.system.gateway_name not in ("twilio", LOCAL):
        raise HTTPException(404)
    form = await request.form(max_fields=MOST_FIELDS)
    signature = request.headers.get("X-Twilio-Signature")
    known = account(site.system.settings)
    if not hooks.signed_by_twilio(known, request.url.path, request.url.query, form, signature):
        raise HTTPException(403)
    return form


Signed = Annotated[FormData, Depends(from_twilio)]


@router.post("/twilio/inbound")
async def inbound(site: TheSite, form: Signed) -> Response:
    """Somebody wrote. Answers leave through the outbox; only a number we don't know is answered here."""
    message = hooks.message_of(form)
    answer = await hooks.hear(site, message) if message else None
    twiml = MessagingResponse()
    if answer is not None:
        twiml.message(answer)
    return Response(str(twiml), media_type="text/xml")


@router.post("/twilio/status")
async def status(site: TheSite, form: Signed, ref: str = "") -> Response:
    """What became of a message of ours."""
    news = hooks.report(form, ref)
    if news is not None:
        await run_in_threadpool(hooks.settle, site, [news])
    return Response(status_code=204)


async def from_aliyun(request: Request, site: TheSite, key: str = "") -> bytes:
    """What Aliyun pushed, or 403. It signs nothing, so a secret stands in the address it was given: as a
    query, which no log of ours repeats."""
    if site.system.gateway_name != "aliyun":
        raise HTTPException(404)
    secret = site.system.settings.aliyun_hook_secret
    if not secret or not hmac.compare_digest(key.encode(), secret.encode()):
        raise HTTPException(403)
    body = await request.body()
    if len(body) > LARGEST:
        raise HTTPException(413)
    return body


Pushed = Annotated[bytes, Depends(from_aliyun)]


@router.post("/aliyun/inbound")
async def aliyun_inbound(site: TheSite, body: Pushed) -> dict[str, object]:
    """People wrote."""
    heard = await run_in_threadpool(_readable, site, "inbound", body, aliyun_hooks.Up)
    await run_in_threadpool(aliyun_hooks.hear, site, heard)
    return TAKEN


@router.post("/aliyun/report")
async def aliyun_report(site: TheSite, body: Pushed) -> dict[str, object]:
    """What became of messages of ours."""
    found = await run_in_threadpool(_readable, site, "report", body, aliyun_hooks.Delivery)
    await run_in_threadpool(hooks.settle, site, aliyun_hooks.reports(found))
    return TAKEN


def _readable(site: Site, address: str, body: bytes, kind: type[T]) -> list[T]:
    """The elements that can be read; the others are noted. 400 for what is no array, or has none to read."""
    try:
        good, bad = unread.readable(body, kind)
    except msgspec.DecodeError:
        raise HTTPException(400) from None
    if bad:
        unread.note(site.system, address, bad, site.now())
    if bad and not good:
        raise HTTPException(400)
    return good
