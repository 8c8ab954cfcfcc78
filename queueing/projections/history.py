"""What happened to one card (or employer, or slot): its facts from the log, as sentences for staff.

There is no table for it: the log finds the events of a tag by an index. A sentence says what happened; when,
by whom and through what channel stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from queueing import words
from queueing.domain import events as e
from queueing.domain.events import Event
from queueing.log.store import EventLog

_UNREACHED = {"no_phone": "没有可用手机号", "opted_out": "不愿收短信", "unreachable": "手机号联系不上"}
_LISTED = {
    **_UNREACHED,
    "no_shows": "多次约了没来",
    "asked": "本人希望来电",
    "not_understood": "短信没能看懂",
    "says_collected": "本人说已经领过，要核对",
    "wrong_number": "号码不对",
    "displaced": "约的时间被调整，短信通知不到",
    "no_place": "来了没有空位",
}
_INVITED = {
    "wave": "轮到本批",
    "again": "再次通知",
    "sweep": "扫尾通知",
    "sweep_employer": "扫尾通知，请到单位领取",
}
_OFFERED = {
    "asked": "",
    "more": "（换一批）",
    "other_day": "（想来的日子没有空位）",
    "today_full": "（当天没有余号）",
    "gone": "（选中的时间刚被约走）",
    "closed": "（原时间段停办）",
}
_MOVED = {
    "back": "调整撤销，改回原来的时间",
    "asked": "改约",
    "closed": "因时间段停办改约",
    "capacity": "因名额减少改约",
}
_CANCELLED = {
    "asked": "取消预约",
    "closed": "因时间段停办且没有空位，预约取消",
    "left": "人已离开，预约结束",
    "employer": "卡改由单位发放，预约取消",
    "erased": "个人资料删除，预约取消",
    "defective": "卡有质量问题，预约取消",
}
CALLED = {
    "booked": "已约好时间",
    "told": "已告知",
    "no_answer": "没有接通",
    "wrong_number": "号码不对",
    "answered": "已接通",
}
_WHO = {
    "holder": "本人或家属",
    "staff": "工作人员",
    "employer": "单位经办人",
    "api": "业务系统",
    "system": "系统",
}
_RELEASED = {"sweep": "扫尾"}
_SEALS = {"company": "公章", "finance": "财务章"}
_REMINDED = {"collect": "来领卡", "deliver": "尽快把卡发到本人手里", "roster": "交回发放名单"}
NEXT = {"call": "再打电话", "come": "等他们来领", "roster": "等他们交回执", "fetch": "上门收回"}
DISPUTED = {
    "collected": "系统里已经领走",
    "employer": "卡在单位",
    "elsewhere": "另一个窗口正在办",
    "not_here": "卡不在银行",
    "erased": "个人资料已删除",
}


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One fact: its log position, when (`at`), who and through what channel, and what happened."""

    position: int
    at: datetime
    who: str
    channel: str
    text: str

    def __str__(self) -> str:
        via = "" if self.channel == self.who else f"（{self.channel}）"
        return f"{words.moment(self.at)} {self.who}{via}：{self.text}"


def history(log: EventLog, card: str) -> list[HistoryLine]:
    """Everything that happened to a card, in order."""
    return _lines(log, f"card:{card}", card)


def employer_history(log: EventLog, employer: str) -> list[HistoryLine]:
    """Everything that happened with an employer, in order; the registration of single cards left out."""
    skip = (e.CardRegistered, e.CardReassigned)
    return _lines(log, f"employer:{employer}", "", skip)


def slot_history(log: EventLog, slot: str) -> list[HistoryLine]:
    """Everything that happened to a slot and in it, in order."""
    return _lines(log, f"slot:{slot}", "")


def _lines(log: EventLog, tag: str, card: str, skip: tuple[type[Event], ...] = ()) -> list[HistoryLine]:
    return [
        HistoryLine(
            position=position,
            at=event.at,
            who=who(event.by),
            channel=words.channel(event.via),
            text=sentence(event, card),
        )
        for position, event in log.history(tag)
        if not isinstance(event, skip)
    ]


def who(by: str) -> str:
    """Who did it, in words."""
    kind, _, name = by.partition(":")
    said = _WHO.get(kind, by)
    return f"{said} {name}" if name else said


def slot_time(slot: str) -> str:
    """The start of a slot, in words."""
    return words.moment(datetime.strptime(slot, "%Y%m%d-%H%M"))


def sentence(event: Event, card: str = "") -> str:
    """What happened. `card` tells whose history an event about many cards is read in."""
    return _SENTENCES[type(event)](event, card)


def told_events() -> frozenset[type[Event]]:
    """Every event there is a sentence for."""
    return frozenset(_SENTENCES)


def _offered_because(event: e.SlotsOffered) -> str:
    """Why places were offered that nobody asked for."""
    if event.reason == "today_full" and event.why:
        return f"（{words.why(event.why)}，请他改天）"
    return _OFFERED.get(event.reason, "")


def _ticketed_how(event: e.WalkInTicketed) -> str:
    """Late, for later, or for now all the same."""
    if event.override:
        return f"，现在就办（{event.override}）"
    if event.why:
        return f"，{words.why(event.why)}，请他{words.clock(event.told)}再来"
    return "（约过但来晚了）" if event.late else ""


def _collected(event: e.CardCollected, card: str) -> str:
    said = f"卡已领走（{words.how(event.how)}）"
    if event.window:
        said += f"，{event.window}号窗口"
    if event.happened:
        said += f"；补录，实际时间{words.moment(event.happened)}"
    return said


def _called(event: e.EmployerCalled, card: str) -> str:
    said = f"给单位打电话：{CALLED.get(event.outcome, event.outcome)}"
    if event.next_step:
        by = f"（{words.day(event.next_on)}前）" if event.next_on else ""
        said += f"；下一步：{NEXT.get(event.next_step, event.next_step)}{by}"
    return said


def _handed(event: e.CardsHandedToEmployer, card: str) -> str:
    count = "" if card else f"{len(event.cards)}张"
    return f"{count}卡交给单位经办人，已核对身份证和{_SEALS.get(event.seal, event.seal)}"


def _roster(event: e.EmployerRosterReturned, card: str) -> str:
    if card in event.issued:
        return "单位交回名单：卡已由单位发给本人"
    if card in event.returned:
        return "单位交回名单：卡没有发出，退回银行，本人可以来领"
    return f"单位交回名单：已发{len(event.issued)}张，退回{len(event.returned)}张"


def _recalled(event: e.CardsRecalled, card: str) -> str:
    count = "" if card else f"{len(event.cards)}张"
    return f"{count}卡从单位收回，本人可以来领"


_SENTENCES: dict[type[Event], Callable[[Any, str], str]] = {
    e.SeasonOpened: lambda v, c: f"发放开始：{words.day(v.first_day)}至{words.day(v.last_day)}",
    e.SeasonClosed: lambda v, c: f"发放结束，还有{v.uncollected}张卡没有领取",
    e.SlotOpened: lambda v, c: f"开放时间段{words.moment(v.start)}，可约{v.capacity}人",
    e.SlotCapacityChanged: lambda v, c: (
        f"时间段{slot_time(v.slot)}的名额由{v.was_capacity}改为{v.capacity}（{v.reason}）"
    ),
    e.SlotClosed: lambda v, c: f"时间段{slot_time(v.slot)}停办（{v.reason}）",
    e.SlotReopened: lambda v, c: f"时间段{slot_time(v.slot)}恢复办理（{v.reason}）",
    e.LimitsPinned: lambda v, c: f"固定{len(v.slots)}个时间段的名额，不再自动调整（{v.reason}）",
    e.LimitsReleased: lambda v, c: f"{len(v.slots)}个时间段的名额恢复自动调整（{v.reason}）",
    e.OverbookingSwitched: lambda v, c: f"名额{'计入' if v.on else '不再计入'}约了没来的人（{v.reason}）",
    e.WalkInQuotaSet: lambda v, c: f"{words.day(v.day)}现场取号改为最多{v.quota}人（{v.reason}）",
    e.RumourAlarmRaised: lambda v, c: (
        f"没预约就来的人明显多于平常：到此时{v.seen}人，平常约{v.expected:.0f}人"
    ),
    e.WalkInControlSwitched: lambda v, c: f"现场取号的自动安排{'打开' if v.on else '关掉'}（{v.reason}）",
    e.HallWatched: lambda v, c: f"大厅半小时内{words.hall_state(v.hall)}：预计最多{v.ahead:.0f}人等候",
    e.BatchPlanned: lambda v, c: f"第{v.batch}批通知：计划{v.planned}人",
    e.InvitationsPaused: lambda v, c: f"暂停通知（{v.reason}）",
    e.InvitationsResumed: lambda v, c: f"恢复通知（{v.reason}）",
    e.PaceChanged: lambda v, c: (
        (f"通知节奏改为填满{v.theta:.0%}" if v.theta else "通知节奏改回原定")
        + (f"，每批最多{v.most}人" if v.most else "")
        + f"（{v.reason}）"
    ),
    e.WindowsChanged: lambda v, c: f"{words.day(v.day)}开放窗口改为{v.windows}个",
    e.PlanChanged: lambda v, c: (
        f"调整第{v.change}次：{len(v.before)}个时间段，{len(v.moved)}人受影响（{v.reason}）"
    ),
    e.PlanUndone: lambda v, c: f"撤销第{v.change}次调整（{v.reason}）",
    e.CardRegistered: lambda v, c: "卡已登记，" + ("由单位代领" if v.channel == "employer" else "由本人领取"),
    e.CardReassigned: lambda v, c: (
        "更正登记，" + ("改由单位代领" if v.channel == "employer" else "改由本人领取")
    ),
    e.ContactChanged: lambda v, c: "更新联系方式" + ("" if v.reach else "，没有可收短信的手机号"),
    e.HolderOptedOut: lambda v, c: "退订短信，改由工作人员电话联系",
    e.HolderOptedIn: lambda v, c: "恢复接收短信",
    e.HolderUnreachable: lambda v, c: "手机号联系不上",
    e.PhoneListed: lambda v, c: f"列入电话名单（{_LISTED.get(v.reason, v.reason)}）",
    e.PhoneCallDone: lambda v, c: f"已打电话：{CALLED.get(v.outcome, v.outcome)}",
    e.HomeVisitRequested: lambda v, c: "申请上门送卡",
    e.HolderErased: lambda v, c: "个人资料已删除",
    e.WaveOpened: lambda v, c: f"批次 {v.wave} 开始办理",
    e.WaveClosed: lambda v, c: f"批次 {v.wave} 通知完毕，共{v.invited}人",
    e.HolderInvited: lambda v, c: f"通知领卡（{_INVITED.get(v.reason, v.reason)}）",
    e.HolderReassured: lambda v, c: "发了安心短信：不用急，不用排队",
    e.AnotherTimeSuggested: lambda v, c: (
        f"当天人多，问愿不愿意改到别的时间（约的{words.moment(v.told)}不变）"
        + (f"：{'、'.join(map(words.moment, v.places))}，保留到{words.clock(v.until)}" if v.until else "")
    ),
    e.SweepStarted: lambda v, c: f"第{v.round}轮扫尾开始，还有{v.uncollected}张卡没有领取",
    e.CardReleased: lambda v, c: f"单位没有代领，改由本人领取（{_RELEASED.get(v.reason, v.reason)}）",
    e.WaitTold: lambda v, c: f"问要等多久，告诉的是{v.low}到{v.high}分钟",
    e.SlotsOffered: lambda v, c: (
        f"提供可选时间{_offered_because(v)}：{'、'.join(map(words.moment, v.told))}，"
        f"保留到{words.clock(v.until)}"
    ),
    e.SlotBooked: lambda v, c: f"预约{words.moment(v.told)}（预约号{v.booking}）",
    e.BookingMoved: lambda v, c: (
        f"{_MOVED.get(v.reason, '改约')}：由{slot_time(v.old_slot)}改到{words.moment(v.told)}"
    ),
    e.BookingCancelled: lambda v, c: (
        f"{_CANCELLED.get(v.reason, '取消预约')}（原在{slot_time(v.slot)}这一段）"
    ),
    e.NoShowRecorded: lambda v, c: f"约在{slot_time(v.slot)}没有来（第{v.count}次）",
    e.NoShowUndone: lambda v, c: f"撤销{slot_time(v.slot)}的未到记录（{v.reason}）",
    e.HolderArrived: lambda v, c: (
        f"到店，约的是{words.moment(v.told)}" + ("，已过保留时间" if v.late else "")
    ),
    e.ArrivalUndone: lambda v, c: f"撤销到店记录，预约还在（{v.reason}）",
    e.WalkInTicketed: lambda v, c: f"取号{v.ticket}号" + _ticketed_how(v),
    e.TicketBroughtForward: lambda v, c: (
        f"{v.ticket}号改为现在就办，不等到{slot_time(v.old_slot)}（{v.reason}）"
    ),
    e.HolderCalled: lambda v, c: f"叫到{v.window}号窗口",
    e.CallWithdrawn: lambda v, c: f"没有到{v.window}号窗口，退回等候",
    e.CollectionUndone: lambda v, c: f"撤销领取记录，卡回到银行（{v.reason}）",
    e.HolderLeft: lambda v, c: "没有办理，已离开",
    e.HandOverDisputed: lambda v, c: (
        f"纸面记录{words.moment(v.happened)}已交卡（{words.how(v.how)}），"
        f"和系统对不上：{DISPUTED.get(v.why, v.why)}"
    ),
    e.DisputeSettled: lambda v, c: f"对不上的补录已查清（{v.reason}）",
    e.CardActivated: lambda v, c: "新卡已启用，旧卡医保余额转入新卡",
    e.CardFoundDefective: lambda v, c: "卡有质量问题，停止发放",
    e.CardReplaced: lambda v, c: "换来新卡，可以领取",
    e.EmployerRegistered: lambda v, c: f"登记单位：{v.name}",
    e.EmployerAppointed: lambda v, c: f"单位约定{words.moment(v.when)}来领卡",
    e.EmployerReconciled: lambda v, c: (
        f"单位核对完毕：领走{v.handed}张，已发{v.issued}张，退回{v.returned}张"
    ),
    e.RecallProposed: lambda v, c: f"单位留着{v.held}张卡已经过了期限，建议收回",
    e.EmployerReminded: lambda v, c: f"提醒单位{_REMINDED.get(v.what, v.what)}",
    e.CardCollected: _collected,
    e.EmployerCalled: _called,
    e.CardsHandedToEmployer: _handed,
    e.EmployerRosterReturned: _roster,
    e.CardsRecalled: _recalled,
}
