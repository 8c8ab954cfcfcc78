"""For everybody: what to bring, whose turn it is, how busy it is, and answers. Nothing here needs a
sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from queueing.season.faq import hours_in_words, usual_sessions, year_and_day
from queueing.season.model import Season
from queueing.web import calm, cookies, questions
from queueing.web.rendering import SIZES, page
from queueing.web.site import TheSite

router = APIRouter()


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
    ahead = calm.ahead(site)
    right_now = calm.right_now(site, ahead)
    context = {
        "ahead": ahead,
        "turns": turns(season, site.today()),
        "hours": hours_in_words(usual_sessions(season)),
        "now_words": right_now.words,
        "both_cards_until": year_and_day(season.facts.both_cards_until, site.today().year),
        "now_level": right_now.level,
        "certify": "资格认证" in season.faq and site.today() <= season.facts.certify_by,
    }
    return page(request, "home.html", context)


@router.get("/faq")
def faq(request: Request, site: TheSite) -> Response:
    """What people ask."""
    return page(request, "faq.html", {"groups": questions.groups(site.system.season)})


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
