"""What Aliyun pushes to us: arrays of messages that came in (上行) and of delivery reports."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID, uuid5

import msgspec

from queueing.sms.filling import fill
from queueing.sms.gateways.aliyun_codes import DOUBTFUL, UNREACHED
from queueing.sms.gateways.choice import gateway
from queueing.sms.gateways.port import Outgoing
from queueing.sms.inbound import Inbound, receive_many
from queueing.sms.reports import Report
from queueing.sms.strangers import may_answer
from queueing.web.hooks import as_uuid
from queueing.web.site import Site

_STRANGERS = UUID("0d7f0a52-3b2e-4d53-9c6e-5a1c0f3f7a11")
"""The space of our references for answers to numbers we don't know."""
UNKNOWN_NUMBER = "not_known"


class Up(msgspec.Struct):
    """A message that came in."""

    phone_number: str
    content: str = ""
    sequence_id: int | str = ""
    send_time: str = ""
    dest_code: str = ""

    @property
    def sid(self) -> str:
        """What names it; without a sequence number, a hash of all that is known of it: the number and the
        words themselves are kept sealed only."""
        if self.sequence_id:
            return f"aliyun-{self.sequence_id}"
        known = "\0".join((self.phone_number, self.send_time, self.content))
        return f"aliyun-{hashlib.sha256(known.encode(errors='replace')).hexdigest()}"


class Delivery(msgspec.Struct):
    """A delivery report; `out_id` is our own reference."""

    success: bool
    out_id: str = ""
    biz_id: str = ""
    err_code: str = ""


def hear(site: Site, heard: Sequence[Up]) -> None:
    """Handle messages in their order. A number we don't know is answered at once, by the gateway itself."""
    now = site.now()
    answers = receive_many(
        site.system, [Inbound(one.phone_number, one.content, one.sid) for one in heard], now
    )
    for one, answer in zip(heard, answers, strict=True):
        if answer is not None and may_answer(site.system, one.phone_number, one.sid, now, again=False):
            params = fill(site.system, UNKNOWN_NUMBER, {}, "")
            message = Outgoing(
                uuid5(_STRANGERS, one.sid), one.phone_number, "", "", UNKNOWN_NUMBER, params, answer
            )
            gateway(site.system).send([message])


def reports(found: Sequence[Delivery]) -> list[Report]:
    """The news in delivery reports."""
    return [
        Report(
            state="delivered" if one.success else "refused",
            ref=as_uuid(one.out_id),
            gateway_id=one.biz_id,
            reason="" if one.success else one.err_code,
            number_at_fault=one.err_code in UNREACHED,
            doubtful=one.err_code in DOUBTFUL,
        )
        for one in found
        if as_uuid(one.out_id) or one.biz_id
    ]
