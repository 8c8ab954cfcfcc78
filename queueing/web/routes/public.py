"""For everybody: what to bring, whose turn it is, how busy it is, and answers. Nothing here needs a
sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from queueing.season.calendar import next_open_day, sessions
from queueing.season.faq import answer, hours_in_words, usual_sessions
from queueing.season.model import Season
from queueing.web import calm, cookies
from queueing.web.rendering import SIZES, page
from queueing.web.site import TheSite

router = APIRouter()

_QUESTIONS = {
    "旧卡": "旧卡还能用吗？",
    "余额": "医保里的钱怎么办？",
    "过渡期": "不换卡，旧卡会作废吗？",
    "密码": "新卡的密码怎么改？",
    "激活": "新卡的银行账户怎么激活？",
    "代领": "自己来不了，家人能代领吗？",
    "单位": "单位统一领的怎么办？",
    "地址": "在哪里领？",
    "时间": "什么时候上班？",
    "批次": "什么时候轮到我？",
    "不急": "听说要赶快去领，是真的吗？",
    "换卡原因": "为什么要换卡？",
    "资格认证": "养老金资格认证怎么办？",
    "家属认证": "人在外地，怎么认证？",
    "上门": "走不动，能上门吗？",
    "去世": "老人去世了怎么办？",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A wave, as people read it."""

    name: str
    opens: date
    who: str
    current: bool


@router.get("/")
def home(request: Request, site: TheSite) -> Response:
    """The page on posters and in letters."""
    season = site.system.season
    right_now = calm.right_now(site)
    context = {
        "ahead": calm.ahead(site),
        "turns": turns(season, site.today()),
        "hours": hours_in_words(usual_sessions(season)),
        "now_words": right_now.words,
        "now_level": right_now.level,
    }
    return page(request, "home.html", context)


@router.get("/faq")
def faq(request: Request, site: TheSite) -> Response:
    """What people ask."""
    season = site.system.season
    answers = [
        {"title": _QUESTIONS.get(key, key), "text": answer(season, key).web}
        for key in sorted(
            season.faq, key=lambda key: list(_QUESTIONS).index(key) if key in _QUESTIONS else 99
        )
    ]
    return page(request, "faq.html", {"answers": answers})


@router.get("/look")
def look(request: Request, site: TheSite, size: str = "", contrast: str = "", back: str = "/") -> Response:
    """How this visitor likes pages to look. `back` is one of our own addresses or nothing."""
    safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    response = RedirectResponse(safe, 303)
    if size in SIZES:
        cookies.put(response, "size", size, secure=site.secure, lasts=cookies.LONG)
    if contrast in ("normal", "high"):
        cookies.put(response, "contrast", contrast, secure=site.secure, lasts=cookies.LONG)
    return response


def turns(season: Season, today: date) -> list[Turn]:
    """The waves in order; the latest that began is the current one."""
    waves = sorted(season.waves, key=lambda wave: wave.opens)
    begun = [wave.id for wave in waves if wave.opens <= today]
    return [
        Turn(
            wave.name,
            wave.opens,
            "还没有领卡的所有人"
            if wave.everyone
            else "、".join(season.cohort(cohort).name for cohort in wave.cohorts),
            bool(begun) and wave.id == begun[-1],
        )
        for wave in waves
    ]


def next_session_day(season: Season, today: date) -> date | None:
    """The next day the branch is open, today included."""
    return today if sessions(today, season) else next_open_day(today, season)
