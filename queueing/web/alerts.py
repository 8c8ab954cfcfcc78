"""What somebody should look at now, and what helps, beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from queueing import words
from queueing.projections.queries import Fairness, SlotLoad
from queueing.web.hall import Hall

QUEUE_LONG_MINUTES = 30.0
AHEAD = timedelta(hours=2)
"""A slot so near that fills while others have room is said."""
SMS_FAILED_AT_LEAST = 5
SMS_FAILED_SHARE = 0.05
PAUSE = ("暂停通知", "/pacing")
"""Fewer are told it is their turn while this lasts."""
SENT = ("refused", "accepted", "delivered")


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that needs the manager: how much (`level`: "act" or "watch"), what, and the pages that help,
    as (what to do, address)."""

    level: str
    text: str
    actions: tuple[tuple[str, str], ...]


def alerts(
    slots: Sequence[SlotLoad],
    found: Hall,
    fair: Sequence[Fairness],
    overdue: int,
    messages: Mapping[str, int],
    now: datetime,
) -> list[Alert]:
    """Everything there is to say now, what presses most first. `messages` are those settled in a day."""
    said = [*_queue(found, now), *_crowded(slots, now), *_filling(slots, now), *_failing(messages)]
    said += [_starving(one) for one in fair if one.starving]
    if overdue:
        said.append(
            Alert("watch", f"{overdue}家单位的回执超期。", (("打电话催", "/employers?show=overdue"),))
        )
    return sorted(said, key=lambda alert: alert.level != "act")


def _queue(found: Hall, now: datetime) -> list[Alert]:
    """The hall is filling up."""
    if found.waiting and not found.windows:
        text = f"大厅有{len(found.waiting)}人在等，没有开放的窗口。"
        return [Alert("act", text, (("开窗口", "#windows"),))]
    if found.expected_wait <= QUEUE_LONG_MINUTES:
        return []
    text = f"大厅{len(found.waiting)}人在等，新来的{words.wait_range(found.told)}。"
    actions = (("加开窗口", "#windows"), ("今天少放号", _change(now, "limit")), PAUSE)
    return [Alert("act", text, actions)]


def _crowded(slots: Sequence[SlotLoad], now: datetime) -> list[Alert]:
    """More people are expected than the windows can serve."""
    crowded = [slot for slot in slots if slot.ends > now and slot.level == "crowded"]
    if not crowded:
        return []
    text = f"{_times(crowded)}预计很挤（共{len(crowded)}段）。"
    ids = [slot.slot for slot in crowded if slot.start > now]
    actions = (("加开窗口", "#windows"), ("改这几段的名额", _change(now, "limit", ids)), PAUSE)
    return [Alert("act", text, actions)]


def _filling(slots: Sequence[SlotLoad], now: datetime) -> list[Alert]:
    """Soon, and no place is left."""
    full = [slot for slot in slots if now < slot.start <= now + AHEAD and slot.open and not slot.free]
    if not full:
        return []
    ids = [slot.slot for slot in full]
    text = f"{_times(full)}已经约满（两小时内共{len(full)}段）。"
    return [Alert("watch", text, (("改这几段的名额", _change(now, "limit", ids)),))]


def _failing(messages: Mapping[str, int]) -> list[Alert]:
    failed, sent = messages.get("refused", 0), sum(messages.get(state, 0) for state in SENT)
    if failed < SMS_FAILED_AT_LEAST or failed <= SMS_FAILED_SHARE * sent:
        return []
    actions = (("看是什么原因", "/sms"), ("打电话告诉他们", "/lists/phone"), PAUSE)
    return [Alert("act", f"一天里{failed}条短信没有发成（一共{sent}条）。", actions)]


def _starving(one: Fairness) -> Alert:
    share, promised = (round(100 * part) for part in (one.share, one.promised))
    if one.way == "paper":
        text = f"{one.way_text}只有{share}%约到或领到，收得到的人是{promised}%。"
        return Alert("act", text, (("打电话替他们约", "/lists/phone"),))
    text = f"{one.way_text}一周只约到{share}%，给它留的是{promised}%。"
    return Alert("act", text, (("打电话替他们约", "/lists/phone"), ("看各时段余号", "/changes")))


def unsettled(undelivered: int, recalls: int, disputes: int) -> list[Alert]:
    """What waits for a decision of staff: cards that employers keep, and paper that the books contradict."""
    said: list[Alert] = []
    if disputes:
        text = f"停机补录有{disputes}件和系统对不上，等人查清。"
        said.append(Alert("watch", text, (("去查清", "/counter/outage"),)))
    if recalls:
        text = f"{recalls}家单位留着卡过了期限，建议收回。"
        said.append(Alert("watch", text, (("决定收不收", "/employers?show=recall"),)))
    if undelivered:
        text = f"{undelivered}家单位没按期把卡发到本人手里，回执还没到期。"
        said.append(Alert("watch", text, (("打电话催", "/employers?show=deliver_late"),)))
    return said


def stopped_webhooks(count: int) -> list[Alert]:
    """Other systems are not told any more what happens."""
    if not count:
        return []
    text = f"{count}个事件推送已停，对方系统连着几天收不到。"
    return [Alert("watch", text, (("看原因，接着发", "/webhooks"),))]


def _times(slots: Sequence[SlotLoad]) -> str:
    return "、".join(words.clock(slot.start) for slot in slots[:3]) + ("等" if len(slots) > 3 else "")


def _change(now: datetime, what: str, slots: Sequence[str] = ()) -> str:
    query = [("day", now.date().isoformat()), ("what", what), *(("slot", slot) for slot in slots)]
    return f"/changes?{urlencode(query)}"
