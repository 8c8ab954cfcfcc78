"""What a message's template needs beyond the row of the outbox: the season's facts, and masked names from
the vault, filled in when it is rendered, so that no row holds them."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from queueing.people.masking import mask_name
from queueing.season.faq import answer
from queueing.season.model import Season
from queueing.settings import project_root
from queueing.sms.render import Renderer
from queueing.sms.wrong_days import wrong_day
from queueing.system import System

Codes = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def renderer(system: System) -> Renderer:
    """The renderer of a system's templates."""
    return season_renderer(system.season)


def season_renderer(season: Season) -> Renderer:
    """The renderer of a season's signature and codes; TemplateError says what is wrong with the templates."""
    providers = msgspec.structs.asdict(season.sms).items()
    return _renderer(
        season.branch.sms_signature, tuple((name, tuple(codes.items())) for name, codes in providers)
    )


@cache
def _renderer(signature: str, codes: Codes) -> Renderer:
    """Made once: every template is checked then."""
    by_provider = {provider: dict(known) for provider, known in codes}
    return Renderer(project_root() / "templates" / "sms", signature, by_provider)


def fill(system: System, template: str, params: dict[str, Any], card: str) -> dict[str, Any]:
    """All parameters of a template."""
    wanted = renderer(system).parameters(template)
    full = dict(params)
    if "names" in params:
        full["names"] = _names(system, params["names"])
    if "key" in params and "text" in wanted:
        full["text"] = answer(system.season, params["key"]).sms
    if "why" in wanted:
        full["why"] = wrong_day(full.get("note", ""), full.get("noted", ""), system.season)
    if "employer" in wanted:
        full["employer"] = _employer(system, str(params.get("employer", "")), card)
    for name, value in _common(system).items():
        full.setdefault(name, value)
    return {name: value for name, value in full.items() if name in wanted}


def _names(system: System, cards: list[str]) -> list[str]:
    people = system.vault.get_many(cards)
    return [mask_name(people[card].name) if card in people else "—" for card in cards]


def _employer(system: System, employer: str, card: str) -> str:
    with system.desk.view() as state:
        if not employer and card in state.cards:
            employer = state.cards[card].employer
        return state.employers[employer].name if employer in state.employers else ""


def _common(system: System) -> dict[str, Any]:
    season = system.season
    return {
        "branch": season.branch.sms_signature,
        "address": season.branch.sms_address,
        "phone": season.branch.phone,
        "until": season.last_day.isoformat(),
        "who": "",
        "about": "",
    }
