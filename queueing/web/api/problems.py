"""What a caller reads when something is wrong: problem details (RFC 9457). One type for each refusal of the
domain and each thing that can be wrong with a request; the words are those of the counter's screen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from queueing import words
from queueing.domain import refusals as r
from queueing.domain.refusals import Refusal
from queueing.webhooks.payload import plain

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem, and what helps."""

    name: str
    status: int
    title: str
    what_to_do: str


class Problem(Exception):  # noqa: N818
    """An answer that is a problem. `more` are machine fields, `headers` go with the answer."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.name)
        self.kind = kind
        self.detail = detail or kind.what_to_do
        self.more = dict(more or {})
        self.headers = dict(headers or {})

    def body(self, base: str) -> dict[str, Any]:
        """As JSON; `base` is the public address types start with."""
        return {
            "type": f"{base}/api/problems/{self.kind.name}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **self.more,
        }


UNAUTHENTICATED = Kind("unauthenticated", 401, "没有有效的密钥", "请在 Authorization 头里带上有效的密钥。")
FORBIDDEN = Kind("forbidden", 403, "密钥没有这项权限", "请换有这项权限的密钥，或请管理员另开一把。")
NOT_FOUND = Kind("not-found", 404, "没有这个地址", "请对照接口文档核对地址。")
NO_SUCH_WEBHOOK = Kind("unknown-webhook", 404, "没有这个推送", "请用列表里的编号。")
NOBODY_FOUND = Kind("nobody-found", 404, "没有查到", "没有查到相符的卡，请核对电话、姓名或编号。")
NOT_ALLOWED = Kind("method-not-allowed", 405, "这个地址不能这样用", "请对照接口文档核对方法。")
STILL_RUNNING = Kind(
    "request-in-progress", 409, "同一个请求还在办", "请过一会儿带同一个 Idempotency-Key 再问，结果不会重复。"
)
TOO_LARGE = Kind("too-large", 413, "内容太大", "请分成几次发送。")
INVALID = Kind("invalid-request", 422, "请求的内容不对", "请按 errors 里列出的位置改正后再发。")
KEY_REUSED = Kind(
    "idempotency-key-reused",
    422,
    "Idempotency-Key 用在了别的请求上",
    "每个新请求请用一个新的 Idempotency-Key。",
)
BAD_ADDRESS = Kind(
    "bad-webhook-address", 422, "推送地址不能用", "请换一个公网的 https 地址，或请管理员放行。"
)
TOO_MANY = Kind("too-many-requests", 429, "请求太多", "请按 Retry-After 的秒数等一等再发。")
BROKEN = Kind(
    "internal-error", 500, "系统出了点问题", "请稍后带同一个 Idempotency-Key 再试；仍不行请联系管理员。"
)
AWAY = Kind("unavailable", 503, "系统暂时连不上", words.UNAVAILABLE)

GENERAL = (
    UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, NO_SUCH_WEBHOOK, NOBODY_FOUND, NOT_ALLOWED, STILL_RUNNING,
    TOO_LARGE, INVALID, KEY_REUSED, BAD_ADDRESS, TOO_MANY, BROKEN, AWAY,
)  # fmt: skip


def still_running() -> Problem:
    """Somebody is at it; or was faster than us."""
    return Problem(STILL_RUNNING, headers={"Retry-After": "1"})


def is_worth_keeping(kind: Kind) -> bool:
    """Whether a problem is an answer to the request, and not about its form or our state."""
    return kind.status < 500 and (kind not in GENERAL or kind in (NO_SUCH_WEBHOOK, NOBODY_FOUND))


_REFUSED: dict[type[Refusal], tuple[int, str, str]] = {
    r.SeasonNotOpen: (409, "发放没有开始", "等网点开始发放以后再办。"),
    r.SeasonAlreadyOpen: (409, "发放已经开始", "不用再办。"),
    r.SeasonOver: (409, "发放已经结束", "发放期已过，请联系网点。"),
    r.UnknownCard: (404, "没有这张卡", "请核对卡的编号，或用 /cards/lookup 查。"),
    r.UnknownSlot: (404, "没有这个时段", "请用 /slots 列出的时段。"),
    r.UnknownEmployer: (404, "没有这家单位", "请用 /employers 列出的编号。"),
    r.TooEarly: (409, "还没轮到", "从 opens 那天起可以预约。"),
    r.SlotPast: (409, "时段已过", "时段已经开始或过去，请选以后的。"),
    r.SlotNotOpen: (409, "时段停办", "网点停办了这个时段，请选别的。"),
    r.SlotFull: (409, "时段已约满", "请选相近的时段，或用 /offers 留号。"),
    r.NothingFree: (409, "没有空位", "放宽日期或时间再试。"),
    r.AlreadyBooked: (409, "已有预约", "已有预约，要改时间请用改约。"),
    r.AlreadyCollected: (409, "已经领走", "卡已经交出去了。"),
    r.NoBooking: (404, "没有这个预约", "请核对预约码，可能已取消或办完。"),
    r.NotToday: (409, "约的不是今天", "约的是别的日子，可改约，或按现场取号办。"),
    r.AtEmployer: (409, "由单位代领", "由单位发放，请联系单位。"),
    r.CardNotHere: (409, "卡不在这里", "卡不在该在的地方（place），请网点查找。"),
    r.HolderIsErased: (409, "资料已删除", "个人资料已按要求删除，不能再办。"),
    r.NotWaiting: (409, "不在等候", "这个人不在大厅，先报到或取号。"),
    r.NobodyWaiting: (409, "没有人等候", "没有人在等，稍后再叫。"),
    r.CalledElsewhere: (409, "别的窗口在办", "别的窗口正在给这个人办。"),
    r.WindowBusy: (409, "窗口还在办", "窗口上一位还没办完，先办完或退回等候。"),
    r.IdsNotSeen: (422, "没有看证件", "看过身份证原件（代领看两个人的）以后再交卡。"),
    r.SealNotSeen: (422, "没有看证件或印章", "看过经办人身份证和印章以后再交。"),
    r.NotThisEmployers: (409, "不是这家单位的卡", "这几张卡不归这家单位领，请核对 cards。"),
    r.RosterDiffers: (409, "回执对不上", "按 missing、unexpected、twice 列出的卡改好再交。"),
    r.NothingHanded: (409, "没有可交接的卡", "这家单位手里没有卡。"),
    r.NotCollected: (409, "没有领取记录", "没有可撤销的交卡。"),
    r.NoNoShow: (409, "没有未到记录", "没有可撤销的未到记录。"),
    r.UndoTooLate: (409, "不能再撤销", "过了可撤销的时间，请联系主管。"),
    r.NotYetNoShow: (409, "还不能记未到", "还没到可以记的时候，或者人在大厅。"),
    r.ReasonMissing: (422, "没有写原因", "请写明原因。"),
    r.BadValue: (422, "某一项填得不对", "field 那一项填得不对。"),
    r.UnknownChange: (404, "没有这次调整", "请核对调整的编号。"),
    r.NothingToUndo: (409, "没有可以撤销的", "这次调整已经撤销，或者后来又改过了。"),
    r.InvitationsArePaused: (409, "通知已暂停", "主管暂停了通知，恢复以后再办。"),
}
_ANY_OTHER = (409, "现在不能这样办", "请按 detail 里说的办。")


def refused_kind(refusal: type[Refusal]) -> Kind:
    """The type of problem of a class of refusal; its name is the class's, as in `slot-full`."""
    status, title, what_to_do = _REFUSED.get(refusal, _ANY_OTHER)
    return Kind(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", refusal.__name__).lower(), status, title, what_to_do)


def refused(refusal: Refusal, employers: Mapping[str, str] | None = None) -> Problem:
    """A refusal of the domain: staff's sentence, and its ids and dates as fields."""
    more = {field.name: plain(getattr(refusal, field.name)) for field in fields(refusal)}  # type: ignore[arg-type]
    return Problem(refused_kind(type(refusal)), words.sentence(refusal, employers), more)


def kinds() -> tuple[Kind, ...]:
    """Every type there is."""
    return (*GENERAL, *map(refused_kind, Refusal.__subclasses__()))
