"""What Twilio's codes and statuses mean for a message. Codes: https://www.twilio.com/docs/api/errors"""

from __future__ import annotations

from uuid import UUID

from queueing.sms.gateways.port import Result, Verdict

OPTED_OUT = 21610
NUMBER = frozenset(
    {
        21211,  # not a valid number
        21214,  # can't be reached
        21217,  # doesn't appear to be valid
        21612,  # no route to it from our number
        OPTED_OUT,
        21614,  # not a mobile
        21635,  # a landline
        30004,  # blocked
        30005,  # unknown handset
        30006,  # a landline, or an unreachable carrier
    }
)
"""The number gets no messages: staff should phone."""
MESSAGE = frozenset(
    {
        21602,  # no body
        21605,  # too long
        21617,  # too long
        21619,  # neither text nor media
        30007,  # filtered by the carrier
    }
)
"""This very message will never be taken, whoever it is for."""

DOUBTFUL = frozenset({30003})
"""A phone that is switched off, or can't be reached for good."""
DELIVERED = frozenset({"delivered", "read", "partially_delivered"})
FAILED = frozenset({"failed", "undelivered", "canceled"})
ON_ITS_WAY = frozenset({"accepted", "scheduled", "queued", "sending", "sent"})


def verdict_of_error(ref: UUID, status: int, code: int) -> Result:
    """The verdict for an error answer. An account that is out of money, a number of ours that may not send, a
    limit: somebody will mend it, nobody's number is to blame, and the message is tried until it expires. A
    server that failed may have taken the message first; only 503 and 429 say that it did not."""
    reason = str(code or status)
    if code in NUMBER:
        return Result(ref, Verdict.REFUSED, reason=reason)
    if code in MESSAGE:
        return Result(ref, Verdict.REFUSED, reason=reason, number_at_fault=False)
    if status >= 500 and status != 503:
        return Result(ref, Verdict.UNKNOWN, reason=reason)
    return Result(ref, Verdict.LATER, reason=reason)


def blames_number(code: int) -> bool:
    """Whether staff should phone whoever this code came for."""
    return code in NUMBER


def state_of_status(status: str) -> str | None:
    """The outbox's state for a status of a callback; None for one that says nothing about a message of
    ours."""
    if status in DELIVERED:
        return "delivered"
    if status in FAILED:
        return "refused"
    return "accepted" if status in ON_ITS_WAY else None
