"""What became of messages, for the manager: live, and complete without scripts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Query, Request
from fastapi.responses import Response, StreamingResponse

from queueing.people.masking import mask_phone
from queueing.people.person import Person, sms_number
from queueing.sms.reasons import GATEWAYS, KINDS, STATES, reason
from queueing.sms.status import SHOWN, Failure, counts, status, together
from queueing.web.guard import Manager, pages, still
from queueing.web.live import Piece
from queueing.web.rendering import fragment, page
from queueing.web.site import Site, TheSite

router = pages()
PERIODS = {1: "今天和昨天", 7: "七天", 30: "三十天", 400: "全季"}
Days = Annotated[int, Query(ge=1, le=400)]


@router.get("/sms")
def show(request: Request, site: TheSite, staff: Manager, days: Days = 7) -> Response:
    """The numbers of a period."""
    return page(request, "sms/page.html", {"live": _render(site, days), "days": days, "periods": PERIODS})


@router.get("/sms/live")
async def live(
    request: Request,
    site: TheSite,
    staff: Manager,
    days: Days = 7,
    last_event_id: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """The numbers as they change."""
    piece = Piece(lambda: _stamp(site), lambda: _render(site, days))
    stream = site.live.watch(f"sms-{days}", piece, last_event_id, still(request, site, staff))
    return StreamingResponse(stream, media_type="text/event-stream")


def _stamp(site: Site) -> Any:
    with site.db() as connection:
        return tuple(sorted(counts(connection).items()))


def _render(site: Site, days: int) -> str:
    now = site.now()
    with site.db() as connection:
        found = status(connection, now, days)
    people = site.system.vault.get_many({one.card for one in found.failures if one.card})
    with site.system.desk.view() as state:
        employers = {
            one.employer: state.employers[one.employer].name
            for one in found.failures
            if one.employer in state.employers
        }
    context = {
        "now": now,
        "status": found,
        "total": together(found.total),
        "kinds": {kind: together(states) for kind, states in found.by_kind.items()},
        "hours": [(one.hour, together(one.states)) for one in found.hours],
        "most": max((sum(one.states.values()) for one in found.hours), default=0),
        "failures": [(one, _who(one, people, employers)) for one in found.failures],
        "segments": sum(found.segments.values()),
        "reasons": [
            (STATES[state], reason(why), count)
            for state, reasons in found.reasons.items()
            for why, count in reasons.items()
        ],
        "gateway": GATEWAYS.get(site.system.gateway_name, site.system.gateway_name),
        "shown": SHOWN,
        "kind_names": KINDS,
        "state_names": STATES,
        "reason": reason,
    }
    return fragment(site, "sms/live.html", context)


def _who(one: Failure, people: dict[str, Person], employers: dict[str, str]) -> str:
    """The masked number, or the employer."""
    if one.employer:
        return employers.get(one.employer, one.employer)
    person = people.get(one.card)
    return mask_phone(sms_number(person.phone, person.contact_phone) or "") if person else ""
