"""What people read: dates, times and quantities in Chinese, and one sentence for every refusal.

A sentence says what is wrong and what to do. It carries no name and no number of a person: ids are turned
into names by the page that shows it. `sentence` speaks to staff, `holder_sentence` to the person whose card
it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from queueing.crowd.waits import LONG, Wait
from queueing.domain import refusals as r
from queueing.domain.refusals import Refusal
from queueing.domain.walkin_offer import OTHER_DAY, TODAY, WalkInOffer
from queueing.log.store import LogUnavailable

UNAVAILABLE = "系统暂时连不上，请稍后再试；刚才的操作没有生效，重做一次不会重复。"

_WEEKDAYS = "一二三四五六日"
_HOW = {"self": "本人领取", "proxy": "家人代领", "home": "上门送达", "employer": "单位发放"}
_PLACES = {
    "bank": "在银行",
    "window": "在窗口",
    "employer": "在单位",
    "returned": "单位已退回",
    "recalled": "已从单位收回",
    "handed": "已发放",
    "defective": "有质量问题",
}
_CHANNELS = {
    "sms": "短信",
    "web": "网页",
    "phone": "电话",
    "counter": "柜台",
    "paper": "来信来条",
    "employer": "单位",
    "system": "系统",
}
_WHY = {
    "busy": "现在等的人多",
    "amber": "大厅半小时内要坐满",
    "red": "大厅半小时内坐不下",
    "rumour": "今天没预约就来的人比平常多得多",
    "quota": "今天的现场号发完了",
    "full": "今天的号满了",
    "near": "这会儿的号满了",
}
_HALL = {"green": "从容", "amber": "快坐满了", "red": "要坐不下了", "stop": "太满，只出不进"}
_FIELDS = {
    "hall": "大厅状态",
    "window": "窗口号",
    "windows": "窗口数",
    "capacity": "名额",
    "when": "约定时间",
    "how": "领取方式",
    "happened": "发生时间",
    "outcome": "通话结果",
    "wave": "批次",
    "what": "提醒内容",
    "next_step": "下一步",
    "next_on": "下一步的日期",
    "why": "对不上的原因",
    "channel": "领取渠道",
    "sweep_day": "扫尾日期",
    "last_day": "最后一天",
    "theta": "填满的比例",
    "most": "每批人数",
    "quota": "当天取号数",
    "day": "日期",
}


def why(code: str) -> str:
    """Why somebody who came unasked is not served now, for staff to tell them."""
    return _WHY.get(code, code)


def hall_state(code: str) -> str:
    """How full the hall will be."""
    return _HALL.get(code, code)


def walk_in_offer(found: WalkInOffer) -> str:
    """What somebody gets who comes unasked now."""
    if found.offer == OTHER_DAY:
        return f"{why(found.why)}，给他留其他日子的时间。"
    return f"{why(found.why)}，约到今天清静的时间再来。" if found.offer == TODAY else "取号，马上排队。"


def day(value: date) -> str:
    """6月5日 星期二."""
    return f"{value.month}月{value.day}日 {weekday(value)}"


def short_day(value: date) -> str:
    """6月5日."""
    return f"{value.month}月{value.day}日"


def weekday(value: date) -> str:
    """星期二."""
    return f"星期{_WEEKDAYS[value.weekday()]}"


def clock(value: time | datetime) -> str:
    """上午9:00, 中午12:15, 下午1:30."""
    hour = value.hour
    part = "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
    return f"{part}{hour if hour <= 12 else hour - 12}:{value.minute:02d}"


def moment(value: datetime) -> str:
    """6月5日 星期二 上午9:00."""
    return f"{day(value.date())} {clock(value)}"


def relative_day(value: date, today: date) -> str:
    """今天, 明天 or 后天; for other days nothing."""
    return {0: "今天", 1: "明天", 2: "后天"}.get((value - today).days, "")


def minutes(value: float) -> str:
    """A wait, as it is said: 不用等, 约5分钟, 约1小时20分钟."""
    whole = 5 * round(value / 5)
    if whole < 5:
        return "基本不用等"
    hours, rest = divmod(int(whole), 60)
    if not hours:
        return f"约{rest}分钟"
    return f"约{hours}小时" + (f"{rest}分钟" if rest else "")


def wait_range(told: Wait | None) -> str:
    """A wait as a range: 等5分钟以内, 等5到15分钟, 要等30分钟以上."""
    if told is None:
        return "暂时没有窗口办理"
    low, high = told.stated
    if told.long:
        return f"要等{LONG}分钟以上"
    return f"等{low}到{high}分钟" if low else f"等{high}分钟以内"


def how(value: str) -> str:
    """How a card was handed over."""
    return _HOW.get(value, value)


def place(value: str) -> str:
    """Where a card is."""
    return _PLACES.get(value, value)


def channel(value: str) -> str:
    """Through what somebody did something."""
    return _CHANNELS.get(value, value)


def sentence(problem: Refusal | LogUnavailable, employers: Mapping[str, str] | None = None) -> str:
    """For staff: what is wrong and what to do. `employers` gives the names of employers by id."""
    if isinstance(problem, LogUnavailable):
        return UNAVAILABLE
    return _FOR_STAFF[type(problem)](problem, employers or {})


def holder_sentence(problem: Refusal | LogUnavailable, employers: Mapping[str, str] | None = None) -> str:
    """The same for the person whose card it is."""
    if isinstance(problem, LogUnavailable):
        return UNAVAILABLE
    say = _FOR_HOLDER.get(type(problem), _FOR_STAFF[type(problem)])
    return say(problem, employers or {})


Say = Callable[[Any, Mapping[str, str]], str]
S = TypeVar("S", bound=Say)
_FOR_STAFF: dict[type[Refusal], Say] = {}
_FOR_HOLDER: dict[type[Refusal], Say] = {}


def _plain(text: str) -> Say:
    return lambda problem, names: text


def _employer(problem: Any, names: Mapping[str, str]) -> str:
    return names.get(problem.employer, "所在单位")


def _at_employer(problem: r.AtEmployer, names: Mapping[str, str]) -> str:
    if problem.held:
        return (
            f"这张卡已交给{_employer(problem, names)}，请领卡人带身份证到单位领取；单位退回后才能在这里办。"
        )
    return f"这张卡由{_employer(problem, names)}统一代领，请等单位通知；单位没有领的，扫尾时可以在这里办。"


def _at_own_employer(problem: r.AtEmployer, names: Mapping[str, str]) -> str:
    if problem.held:
        return f"您的卡已在{_employer(problem, names)}，请带身份证到单位领取。"
    return f"您的卡由{_employer(problem, names)}统一代领，单位领到后会打电话通知您，不用自己来排队。"


def _not_here(problem: r.CardNotHere, names: Mapping[str, str]) -> str:
    if problem.place == "defective":
        return "这张卡有质量问题，正在更换；新卡到了再通知领卡人来取。"
    return f"这张卡现在“{place(problem.place)}”，不能这样办，请先核对卡的去向。"


def _ids_not_seen(problem: r.IdsNotSeen, names: Mapping[str, str]) -> str:
    if problem.how == "proxy":
        return "代领要看两个人的身份证原件，请核对后把两项都勾上。"
    return "请核对本人身份证原件，勾上“已看原件”再交卡。"


def _differs(problem: r.RosterDiffers, names: Mapping[str, str]) -> str:
    parts = [
        (problem.missing, "人没有写明是已发还是退回"),
        (problem.unexpected, "人不在交给单位的名单里"),
        (problem.twice, "人既写了已发又写了退回"),
    ]
    said = "，".join(f"{len(cards)}{text}" for cards, text in parts if cards)
    return f"回执和交出去的卡对不上：{said}。请按下面列出的姓名改好，再交一次。"


def _nothing_to_undo(problem: r.NothingToUndo, names: Mapping[str, str]) -> str:
    if problem.other:
        return (
            f"第{problem.change}次调整管到的，现在由第{problem.other}次调整（{problem.reason}）决定；"
            f"要恢复，请先撤销第{problem.other}次。"
        )
    return f"第{problem.change}次调整的日子和时间段都已经过去，没有可以撤销的。"


_FOR_STAFF.update(
    {
        r.SeasonNotOpen: _plain("发放还没有开始，或者已经结束；请先开启本季发放。"),
        r.SeasonAlreadyOpen: lambda p, n: f"已有一季发放（{p.season}）在进行，请先结束它。",
        r.SeasonOver: lambda p, n: (
            f"集中发放已在{day(p.last_day)}结束，没领的卡请按收尾名单到柜台日常业务办理。"
        ),
        r.UnknownCard: _plain("没有找到这张卡，请核对姓名、身份证或预约号。"),
        r.UnknownSlot: _plain("没有这个时间段，请从列出的时间里选。"),
        r.UnknownChange: _plain("没有这次调整，请从列出的调整里选。"),
        r.NothingToUndo: _nothing_to_undo,
        r.UnknownEmployer: _plain("没有找到这家单位，请从单位名单里选。"),
        r.TooEarly: lambda p, n: f"还没轮到这个批次，从{day(p.opens)}起可以预约。",
        r.SlotPast: _plain("这个时间段已经开始或过去了，请选后面的时间。"),
        r.SlotNotOpen: _plain("这个时间段暂停办理，请选别的时间。"),
        r.SlotFull: _plain("这个时间段刚刚约满了，请选相近的时间。"),
        r.NothingFree: _plain("符合要求的时间都约满了，请换一天，或登记到电话名单，有空位时联系。"),
        r.AlreadyBooked: lambda p, n: f"已经约好了{moment(p.told)}，要换时间请用“改约”。",
        r.AlreadyCollected: lambda p, n: f"这张卡已在{moment(p.at)}领走（{how(p.how)}），不能再办。",
        r.NoBooking: _plain("现在没有有效的预约，可能已经取消、改约或办完，请先查看最新情况。"),
        r.NotToday: lambda p, n: f"约的是{moment(p.told)}，不是今天；今天要办请取号，或者改约。",
        r.AtEmployer: _at_employer,
        r.CardNotHere: _not_here,
        r.HolderIsErased: _plain("这位领卡人的个人资料已按要求删除，不能再办。"),
        r.NotWaiting: _plain("这位领卡人不在等候名单里，请先登记到店或取号。"),
        r.NobodyWaiting: _plain("现在没有人在等候，请稍后再叫号。"),
        r.CalledElsewhere: lambda p, n: f"这位领卡人正由{p.window}号窗口办理，请勿重复办理。",
        r.WindowBusy: lambda p, n: f"{p.window}号窗口还在办理上一位，请先办完或退回等候。",
        r.IdsNotSeen: _ids_not_seen,
        r.SealNotSeen: _plain("请核对经办人身份证，并选明见到的是公章还是财务章，再交卡。"),
        r.NotThisEmployers: lambda p, n: (
            f"有{len(p.cards)}张卡不在{_employer(p, n)}可领的名单里，请按名单重新清点。"
        ),
        r.RosterDiffers: _differs,
        r.NothingHanded: lambda p, n: f"{_employer(p, n)}现在没有可以交接或回执的卡，请核对单位和名单。",
        r.NotCollected: _plain("这张卡没有可以撤销的领取记录，请核对。"),
        r.NoNoShow: _plain("没有可以撤销的未到记录，请核对。"),
        r.UndoTooLate: lambda p, n: f"交卡满{p.minutes}分钟或卡已启用，不能撤销，请联系主管处理。",
        r.NotYetNoShow: _plain("还没到可以记未到的时候，或者人已经在大厅，请再等一等。"),
        r.ReasonMissing: _plain("更正要写明原因，请填写后再提交。"),
        r.InvitationsArePaused: lambda p, n: f"通知已暂停（{p.reason}），要发请先在“通知节奏”恢复。",
        r.BadValue: lambda p, n: f"“{_FIELDS.get(p.field, p.field)}”填得不对，请改正后再提交。",
    }
)
_FOR_HOLDER.update(
    {
        r.SeasonNotOpen: _plain("集中发放还没有开始，开始后我们会通知您，不用着急。"),
        r.SeasonOver: lambda p, n: (
            f"集中发放已在{day(p.last_day)}结束，卡还给您留着，请打网点电话询问怎么领。"
        ),
        r.UnknownCard: _plain("没有查到您的卡，请打网点电话，或到网点请工作人员帮您查。"),
        r.TooEarly: lambda p, n: f"还没轮到您这一批，从{day(p.opens)}起可以预约，卡给您留着，不用着急。",
        r.NothingFree: _plain("这些天都约满了，请过一两天再看，或请工作人员给您打电话。"),
        r.AlreadyBooked: lambda p, n: f"您已经约好了{moment(p.told)}，要换时间请用“改时间”。",
        r.AlreadyCollected: lambda p, n: f"您的卡已在{moment(p.at)}领走（{how(p.how)}），不用再预约。",
        r.NoBooking: _plain("您现在没有有效的预约，可以重新选一个时间。"),
        r.AtEmployer: _at_own_employer,
        r.CardNotHere: _plain("您的卡正在处理，暂时不能领；可以领的时候我们会通知您。"),
    }
)
