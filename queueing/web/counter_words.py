"""What the counter's screen says after an action: one sentence about what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from queueing import words
from queueing.domain import Event
from queueing.domain import events as e
from queueing.domain.waits import LATER

NOTHING = "没有变化：这一步之前已经办过了。"


def _told(low: int | None, high: int | None) -> str:
    """What to tell about the wait."""
    if high is None:
        return "。"
    return f"，预计等{low}到{high}分钟。" if low else f"，预计等{high}分钟以内。"


def _when(event: e.WalkInTicketed) -> str:
    """Wait here, or come back when it is calmer, and why."""
    if event.told - event.at >= LATER:
        because = f"{words.why(event.why)}，" if event.why else ""
        return f"{because}请他{words.clock(event.told)}再来，到时先叫。"
    return "请稍坐等候叫号" + _told(event.wait_low, event.wait_high)


_SAYS: dict[type[Event], Callable[[Any], str]] = {
    e.HolderArrived: lambda v: (
        "已登记到店"
        + ("，过了保留时间，按现场顺序等候" if v.late else "，请稍坐等候叫号")
        + _told(v.wait_low, v.wait_high)
    ),
    e.WalkInTicketed: lambda v: f"已取号 B{v.ticket}，{_when(v)}",
    e.SlotsOffered: lambda v: (
        f"{words.why(v.why or 'full')}，给他留了下面几个时间，请他挑一个。"
        if v.reason == "today_full"
        else f"已留下面几个时间，保留到{words.clock(v.until)}。"
    ),
    e.TicketBroughtForward: lambda v: (
        f"B{v.ticket}改为现在就办，请坐着等叫号" + _told(v.wait_low, v.wait_high)
    ),
    e.HolderCalled: lambda v: f"已叫到{v.window}号窗口。",
    e.CallWithdrawn: lambda v: "已退回等候。",
    e.CardCollected: lambda v: "卡已交付。请提醒：改医保密码、激活银行账户。",
    e.CollectionUndone: lambda v: "已撤销，卡回到银行。",
    e.CardActivated: lambda v: "卡已启用。",
    e.CardFoundDefective: lambda v: "已登记为有质量问题，等待换卡。",
    e.CardReplaced: lambda v: "新卡已到，可以领取。",
    e.NoShowRecorded: lambda v: f"已记未到（第{v.count}次）。",
    e.NoShowUndone: lambda v: "未到记录已撤销。",
    e.SlotBooked: lambda v: f"已约好{words.moment(v.told)}，预约号{v.booking}。",
    e.BookingMoved: lambda v: f"已改到{words.moment(v.told)}。",
    e.BookingCancelled: lambda v: "预约已取消。",
    e.HolderLeft: lambda v: "已结束等候。",
    e.ArrivalUndone: lambda v: "已撤销到店，预约还在。",
    e.HomeVisitRequested: lambda v: "已登记上门。",
    e.PhoneListed: lambda v: (
        "没有空位了，已列入电话名单，请告诉他会有人打电话约时间。"
        if v.reason == "no_place"
        else "已列入电话名单。"
    ),
    e.PhoneCallDone: lambda v: "已记下这次通话。",
    e.HolderOptedOut: lambda v: "不再给他发短信，改为电话联系。",
    e.HolderOptedIn: lambda v: "已恢复给他发短信。",
}


def done_words(events: Sequence[Event]) -> str:
    """The sentence; the first event tells what was done."""
    if not events:
        return NOTHING
    say = _SAYS.get(type(events[0]))
    return say(events[0]) if say else "已办好。"
