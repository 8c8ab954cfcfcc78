"""Webhooks: gateways bring what people wrote, and what became of messages. No cookies and no form tokens;
each gateway proves itself in its own way, and whatever it delivers again changes nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from twilio.twiml.messaging_response import MessagingResponse

from queueing.sms.gateways.account import LOCAL, account
from queueing.web import hooks
from queueing.web.site import TheSite

router = APIRouter(prefix="/hooks")
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
