"""What Aliyun's codes mean for a message, those of its answers and those of its delivery reports."""

from __future__ import annotations

from uuid import UUID

from queueing.sms.gateways.port import Result, Verdict

NUMBER = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.PHONE_NUMBER_ILLEGAL"})
"""The number gets no messages: staff should phone."""
MESSAGE = frozenset(
    {
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.INVALID_JSON_PARAM",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL",
        "isv.SMS_CONTENT_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL",
    }
)
"""This very message will never be taken, whoever it is for."""
UNCLEAR = frozenset({"isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "isp.UNKNOWN"})
"""Something broke over there, perhaps after the message was taken."""
UNREACHED = frozenset(
    {
        "INVALID_NUMBER",
        "MOBILE_ACCOUNT_ABNORMAL",
        "MOBILE_IN_BLACK",
        "USER_REJECT",
    }
)
"""Codes of delivery reports that say so of the number; others (a limit, a word in the text) don't."""
DOUBTFUL = frozenset({"MOBILE_NOT_ON_SERVICE"})
"""Nobody's number, or a phone that is switched off."""


def verdict_of_code(ref: UUID, status: int, code: str) -> Result:
    """The verdict for an answer that is not OK. A limit, an account without money, a template or signature
    that is not registered yet: somebody will mend it, and the message is tried until it expires."""
    reason = code or str(status)
    if code in NUMBER:
        return Result(ref, Verdict.REFUSED, reason=reason)
    if code in MESSAGE:
        return Result(ref, Verdict.REFUSED, reason=reason, number_at_fault=False)
    if code in UNCLEAR or (status >= 500 and status != 503):
        return Result(ref, Verdict.UNKNOWN, reason=reason)
    return Result(ref, Verdict.LATER, reason=reason)
