"""What the local Twilio answers, in the shapes of Twilio's OpenAPI (`api.v2010.account.message`)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from queueing.sms.wording import units

_UTC = ZoneInfo("UTC")
MESSAGES = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21211: "Invalid 'To' Phone Number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21610: "Attempt to send to unsubscribed recipient",
    21655: "The ContentSid is Invalid",
    21656: "The ContentVariables Parameter is invalid",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


@dataclass
class Taken:
    """A message the local Twilio has taken."""

    account: str
    to: str
    sender: str
    body: str
    callback: str = ""
    direction: str = "outbound-api"
    status: str = "queued"
    error_code: int | None = None
    sid: str = field(default_factory=lambda: f"SM{secrets.token_hex(16)}")
    made: datetime = field(default_factory=lambda: datetime.now(_UTC))

    def resource(self) -> dict[str, Any]:
        """The Message resource."""
        path = f"/2010-04-01/Accounts/{self.account}/Messages/{self.sid}"
        by_service = self.sender.startswith("MG")
        return {
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime(self.made),
            "date_sent": None if self.status == "queued" else format_datetime(self.made),
            "date_updated": format_datetime(self.made),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None if self.error_code is None else f"error {self.error_code}",
            "from": None if by_service else self.sender,
            "messaging_service_sid": self.sender if by_service else None,
            "num_media": "0",
            "num_segments": "0" if by_service else str(segments(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": self.to,
            "uri": f"{path}.json",
        }


def listed(taken: Sequence[Taken], asked: str) -> dict[str, Any]:
    """A page of the list of messages, the newest first; `asked` is the path and query of the request."""
    path, query = urlsplit(asked).path, dict(parse_qsl(urlsplit(asked).query))
    size, page = min(1000, int(query.get("PageSize", 50))), int(query.get("Page", 0))
    some = list(reversed(taken))[page * size : (page + 1) * size]
    more = (page + 1) * size < len(taken)

    def at(number: int) -> str:
        return f"{path}?PageSize={size}&Page={number}"

    return {
        "end": page * size + max(0, len(some) - 1),
        "first_page_uri": at(0),
        "messages": [one.resource() for one in some],
        "next_page_uri": at(page + 1) if more else None,
        "page": page,
        "page_size": size,
        "previous_page_uri": at(page - 1) if page else None,
        "start": page * size,
        "uri": at(page),
    }


def readable(variables: str) -> bool:
    """Content variables are a JSON object of texts."""
    try:
        found = json.loads(variables)
    except ValueError:
        return False
    return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())


def written(content: str, fields: dict[str, str]) -> str:
    """A content template with its variables filled in."""
    for name, value in json.loads(fields.get("ContentVariables", "{}")).items():
        content = content.replace(f"{{{{{name}}}}}", value)
    return content


def segments(text: str) -> int:
    """How many parts a text that is not plain GSM is sent and charged in."""
    length = units(text)
    return 1 if length <= 70 else -(-length // 67)


def error(status: int, code: int) -> dict[str, Any]:
    """The body of an error answer."""
    return {
        "code": code,
        "message": MESSAGES.get(code, "Error"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def problem(status: int, code: int) -> dict[str, Any]:
    """The same in the newer form of RFC 9457, which the client raises as another class."""
    return {
        "type": f"https://www.twilio.com/docs/api/errors/{code}",
        "title": MESSAGES.get(code, "Error"),
        "status": status,
        "code": code,
        "detail": "",
    }
