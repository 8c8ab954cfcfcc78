"""What gateways tell us, checked and brought into our own words: who may speak, and what they said."""

from __future__ import annotations

from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from queueing.sms.gateways.account import Account
from queueing.sms.gateways.twilio_codes import DOUBTFUL, blames_number, state_of_status
from queueing.sms.inbound import Inbound
from queueing.sms.reports import Report, apply_reports
from queueing.sms.strangers import may_answer
from queueing.web.site import Site

CARRIER_WORDS = {"STOP": "全部退订", "START": "全部恢复"}
"""What Twilio itself has understood (English key words) and done for the whole number, as our own words say
it."""


def signed_by_twilio(account: Account, path: str, query: str, form: FormData, signature: str | None) -> bool:
    """Whether Twilio signed this request for the address it knows, which is the public one and not the one
    the proxy asked."""
    if not signature:
        return False
    url = f"{account.public_url}{path}" + (f"?{query}" if query else "")
    return bool(RequestValidator(account.token).validate(url, form, signature))


def message_of(form: FormData) -> Inbound | None:
    """The message Twilio brings; None if nobody wrote it."""
    phone, sid = _text(form, "From"), _text(form, "MessageSid")
    text = CARRIER_WORDS.get(_text(form, "OptOutType"), _text(form, "Body"))
    return Inbound(phone, text, sid) if phone and sid else None


async def hear(site: Site, message: Inbound) -> str | None:
    """Handle a message that came in, together with those that come at the same time; the answer for a number
    we don't know, if it gets one. Delivered twice it is handled once."""
    answer = await site.hearing.ask(message)
    if answer is None:
        return None
    may = await run_in_threadpool(may_answer, site.system, message.phone, message.sid, site.now())
    return answer if may else None


def report(form: FormData, ref: str) -> Report | None:
    """News of a message; None for what is no news."""
    state = state_of_status(_text(form, "MessageStatus"))
    ours, sid = as_uuid(ref), _text(form, "MessageSid")
    if state is None or (ours is None and not sid):
        return None
    code = _text(form, "ErrorCode")
    return Report(
        state=state,
        ref=ours,
        gateway_id=sid,
        reason=code if state == "refused" else "",
        number_at_fault=code.isdigit() and blames_number(int(code)),
        doubtful=code.isdigit() and int(code) in DOUBTFUL,
    )


def settle(site: Site, reports: list[Report]) -> None:
    """Write news down."""
    with site.db() as connection:
        apply_reports(connection, reports, site.now())


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def as_uuid(text: str) -> UUID | None:
    """Our own reference, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None
