"""When a holder can't have what they asked for: what to read, and what to do next. Never just "no"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from fastapi import Request
from fastapi.responses import HTMLResponse

from queueing import words
from queueing.domain import refusals as r
from queueing.domain.refusals import Refusal
from queueing.log.store import LogUnavailable
from queueing.web.questions import answered
from queueing.web.rendering import page
from queueing.web.site import Site


@dataclass(frozen=True, slots=True)
class Help:
    """A page that helps: `steps` are sentences, `ways` are (label, address) of large buttons, `call_back`
    offers to be phoned, `home` offers a visit at home, `call` shows the branch's number large, and `faq` are
    questions answered on the page."""

    title: str
    steps: tuple[str, ...] = ()
    ways: tuple[tuple[str, str], ...] = ()
    call_back: bool = False
    home: bool = False
    text: str = ""
    faq: tuple[str, ...] = ()
    call: bool = False


_CHOOSE = ("重新选时间", "/my/when")
_DAYS = ("看看每一天", "/my/days")
_MINE = ("看我的预约", "/my")

_HELPS: dict[type[Refusal], Help] = {
    r.TooEarly: Help(
        "还没轮到您，不用着急",
        ("到了日子我们会发短信请您来。", "在那之前旧卡照常能用，看病买药都不耽误。"),
        (("看各批次的安排", "/#turns"),),
        home=True,
    ),
    r.AlreadyCollected: Help(
        "您的卡已经领走了",
        ("您没有来领过？请马上打电话告诉我们。",),
        (("别的问题", "/faq#after"),),
        faq=("密码", "激活", "余额", "旧卡"),
    ),
    r.AtEmployer: Help(
        "您的卡由单位发", ("请等单位的电话，带上身份证去取。", "单位没发出去的卡会退回银行，到时再请您来约。")
    ),
    r.SeasonNotOpen: Help("还没有开始发放", ("开始以后会发短信通知您，不用提前来排队。",)),
    r.SeasonOver: Help("集中发放已经结束", ("您的卡没有丢，问清楚再来，不用白跑。",), call=True),
    r.UnknownCard: Help("没有查到您的卡", ("可能是登记的号码变了。",), (("重新填一次", "/book"),), call=True),
    r.HolderIsErased: Help("您的资料已经删除", ("要领卡请带身份证直接到柜台，工作人员帮您办。",)),
    r.CardNotHere: Help("您的卡正在处理", ("可以领的时候，我们会通知您。",), call_back=True),
    r.NothingFree: Help(
        "这些天都约满了", ("每天都会有人改时间，空出来的就能约。",), (_DAYS,), call_back=True, home=True
    ),
    r.SlotFull: Help("这个时间刚刚约满了", ("您没有占到名额，也没有耽误，请再选一个。",), (_CHOOSE, _DAYS)),
    r.SlotPast: Help("这个时间已经过了", (), (_CHOOSE, _DAYS)),
    r.SlotNotOpen: Help("这个时间不办理了", (), (_CHOOSE, _DAYS)),
    r.UnknownSlot: Help("没有这个时间", (), (_CHOOSE, _DAYS)),
    r.AlreadyBooked: Help("您已经约好了", ("不用再约一次。",), (_MINE, ("改时间", "/my/when"))),
    r.NoBooking: Help("现在没有预约", ("可能已经取消，或者已经办完。",), (_CHOOSE,)),
}
_OTHERWISE = Help("没有办成", ("请回到“我的预约”看看最新情况。",), (_MINE,), call_back=True)


def helping(site: Site, problem: Refusal | LogUnavailable) -> Help:
    """The page for a refusal."""
    found = _HELPS.get(type(problem), _OTHERWISE) if isinstance(problem, Refusal) else _OTHERWISE
    names: dict[str, str] = {}
    if isinstance(problem, r.AtEmployer):
        with site.system.desk.view() as state:
            if problem.employer in state.employers:
                names = {problem.employer: state.employers[problem.employer].name}
        if problem.held:
            found = replace(found, title="您的卡在单位", steps=found.steps[1:])
    return replace(found, text=words.holder_sentence(problem, names))


Maker = Callable[[], HTMLResponse]


def refused(request: Request, site: Site, problem: Refusal, **more: object) -> HTMLResponse:
    """The page, with 409: it was understood, and can't be."""
    found = helping(site, problem)
    answers = answered(site.system.season, found.faq)
    context = {"help": found, "answers": answers, "offered": (), "moving": False, "several": False, **more}
    return page(request, "holder/refused.html", context, status=409)
