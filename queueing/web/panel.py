"""The counter's panel of one person: who, where the card is, and the actions that make sense now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from queueing import words
from queueing.domain import Refusal, State
from queueing.domain.booking import bookable, collectable, in_hall_for_booking
from queueing.domain.state import Card
from queueing.domain.waits import away
from queueing.people.person import Person
from queueing.projections.history import HistoryLine, history
from queueing.web.choosing import Choice, live_offer
from queueing.web.hall import called_number
from queueing.web.personal_code import personal_code
from queueing.web.site import Site
from queueing.web.unsealed import Unsealed

CHANNELS = {"counter": "人在柜台", "phone": "在电话里", "paper": "来信来条"}
"""How staff are talking to the person for whom they do something."""

LISTED = {
    "no_phone": "没有手机号",
    "opted_out": "不收短信",
    "unreachable": "号码联系不上",
    "no_shows": "约了两次没来",
    "asked": "本人请求回电",
    "not_understood": "短信没看懂",
    "says_collected": "说已经领过，请核对",
    "wrong_number": "号码不对，请另找联系办法",
    "displaced": "约的时间被调整，要电话告知",
    "no_place": "来了没有空位，要电话约时间",
}


@dataclass(frozen=True)
class Panel:
    """Everything on the panel. `can` names the actions; `why_not` is why the card can't be handed out."""

    card: str
    status: Card
    person: Person | None
    code: str
    cohort: str
    employer: str
    number: str
    can: frozenset[str]
    why_not: str = ""
    not_yet: str = ""
    offered: list[Choice] = field(default_factory=list)
    story: list[HistoryLine] = field(default_factory=list)
    listed: str = ""


def panel(site: Site, people: Unsealed, card_id: str, window: str) -> Panel | None:
    """The panel of a card as seen from a window; None when there is no such card."""
    now = site.now()
    with site.system.desk.view() as state:
        card = state.cards.get(card_id)
        if card is None:
            return None
        names = (
            {card.employer: state.employers[card.employer].name} if card.employer in state.employers else {}
        )
        why_not = _refused(lambda: collectable(state, card_id), names)
        not_yet = _refused(lambda: bookable(state, card_id, now), names) if not why_not else ""
        can = actions(state, card_id, card, now, window)
        offered = live_offer(state, card_id, now)
    season = site.system.season
    cohorts = {one.id: one.name for one in season.cohorts}
    return Panel(
        card=card_id,
        status=card,
        person=people.get(card_id),
        code=personal_code(site.system.vault, card_id),
        cohort=cohorts.get(card.cohort, card.cohort),
        employer=names.get(card.employer, ""),
        number=called_number(card.visit) if card.visit else "",
        can=can,
        why_not=why_not,
        not_yet=not_yet,
        offered=offered,
        story=history(site.system.log, card_id)[::-1],
        listed=LISTED.get(card.phone_list, card.phone_list),
    )


def actions(state: State, card_id: str, card: Card, now: datetime, window: str) -> frozenset[str]:
    """What may be done for a card now. The desk decides; this only spares people buttons that would
    refuse."""
    can: set[str] = set()
    if not _refused(lambda: collectable(state, card_id), {}):
        can |= _here(state, card_id, card, now, window)
    if card.no_show and not card.done:
        can.add("undo_no_show")
    if card.done and card.collected:
        can |= _handed(state, card, now)
    if card.place == "defective":
        can.add("replace")
    if card.phone_list:
        can.add("called")
    if not card.erased:
        can |= {"contact", "opt_in" if card.opted_out else "opt_out"}
        if not card.done:
            can |= {"call_back", "home"} - ({"call_back"} if card.phone_list else set())
    if card.home_visit:
        can.discard("home")
    return frozenset(can)


def _here(state: State, card_id: str, card: Card, now: datetime, window: str) -> set[str]:
    """The card lies here."""
    if card.visit:
        slip = now <= card.visit.arrived + timedelta(minutes=state.facts.rules.undo_minutes)
        can = {"leave"} | ({"undo_arrival"} if slip and in_hall_for_booking(card) else set())
        if not card.visit.window:
            sent = bool(card.visit.why) and away(card.visit, now)
            return can | {"call"} | ({"serve_now"} if sent else set())
        mine = card.visit.window == window or not window
        return can | {"withdraw"} | ({"hand_over"} if mine else set())
    can = {"hand_over_now", "defective"}
    booking = card.booking
    today = booking is not None and booking.told.date() == now.date()
    can.add("arrive" if today else "ticket")
    if not today and card.offer and card.offer.why and card.offer.until > now:
        can.add("serve_now")
    if booking and now >= booking.told + timedelta(minutes=state.facts.rules.no_show_after):
        can.add("no_show")
    if booking:
        can.add("cancel")
    if not _refused(lambda: bookable(state, card_id, now), {}):
        can.add("book")
    return can


def _handed(state: State, card: Card, now: datetime) -> set[str]:
    assert card.collected is not None  # noqa: S101
    can = set() if card.activated else {"activate"}
    until = card.collected.at + timedelta(minutes=state.facts.rules.undo_minutes)
    if card.collected.how != "employer" and not card.activated and now <= until:
        can.add("undo")
    return can


def _refused(look: Callable[[], object], names: dict[str, str]) -> str:
    """Why not, in a sentence; empty when it may be."""
    try:
        look()
    except Refusal as refusal:
        return words.sentence(refusal, names)
    return ""
