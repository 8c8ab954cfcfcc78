"""The counter: arrivals, tickets, calls, hand-overs, no-shows. The rules are those of the screen: a card
leaves
only against the original ID, and nobody is served by two windows."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool

from queueing.domain import Command, State
from queueing.domain import counter as c
from queueing.domain import handover as ho
from queueing.domain import refusals as r
from queueing.domain.booking import RecordNoShow, UndoNoShow
from queueing.web.api import answers
from queueing.web.api import models as m
from queueing.web.api.operation import operation, router
from queueing.web.api.route import TheCaller
from queueing.web.hall import Waiting, hall
from queueing.web.site import Site

counter = router("counter")
TheCard = Annotated[m.CardId, Path()]
HERE = (r.UnknownCard, r.AlreadyCollected, r.AtEmployer, r.CardNotHere, r.HolderIsErased)


def _queue(site: Site) -> m.Queue:
    with site.system.desk.view() as state:
        found = hall(state, site.now())
    return m.Queue(
        waiting=[_waiting(one) for one in found.waiting],
        served=[_waiting(one) for one in found.served],
        windows=found.windows,
        expected_wait=found.expected_wait,
    )


def _waiting(one: Waiting) -> m.Waiting:
    return m.Waiting(
        card=one.card, number=one.number, priority=one.priority, minutes=one.minutes, window=one.visit.window
    )


@operation(
    counter, "GET", "/queue", "read", "The hall now", "Who waits, next first, and who is served where."
)
async def queue(caller: TheCaller) -> m.Queue:
    """By numbers, without names."""
    return await run_in_threadpool(_queue, caller.site)


@operation(
    counter, "POST", "/arrivals", "counter", "Check in",
    "A booked holder (or their proxy) is in the hall. Arriving twice is arriving once.",
    may=[*HERE, r.NoBooking, r.NotToday],
)  # fmt: skip
async def arrive(caller: TheCaller, body: m.OfCard) -> m.Done:
    """A booking for today."""
    return answers.done(await caller.act(c.ArriveHolder(body.card)))


def _card(site: Site, card: str) -> m.Card:
    with site.system.desk.view() as state:
        return answers.card_in(state, card)


@operation(
    counter, "POST", "/tickets", "counter", "Walk-in ticket",
    "A ticket if today has room, else the earliest places are kept. Whoever is booked for today arrives.",
    may=[*HERE, r.NothingFree, r.NotWaiting],
)  # fmt: skip
async def ticket(caller: TheCaller, body: m.OfCard) -> m.Ticket:
    """Nobody is turned away unheard."""
    outcome = await caller.act(c.TicketWalkIn(body.card))
    return answers.ticket(outcome, await run_in_threadpool(_card, caller.site, body.card))


@operation(
    counter, "POST", "/calls", "counter", "Call to a window",
    "Somebody in particular, or whoever is next. `facts` says who was called.",
    may=[r.UnknownCard, r.NotWaiting, r.NobodyWaiting, r.CalledElsewhere, r.WindowBusy, r.BadValue],
)  # fmt: skip
async def call(caller: TheCaller, body: m.Call) -> m.Done:
    """One window, one holder."""
    command: Command = c.CallHolder(body.card, body.window) if body.card else c.CallNext(body.window)
    return answers.done(await caller.act(command))


@operation(
    counter, "POST", "/calls/{card}/withdraw", "counter", "Take a call back", "They did not come; they "
    "wait on.",
    may=[r.UnknownCard, r.NotWaiting],
)  # fmt: skip
async def withdraw(caller: TheCaller, card: TheCard) -> m.Done:
    """Back among those waiting."""
    return answers.done(await caller.act(c.WithdrawCall(card)))


@operation(
    counter, "POST", "/visits/{card}/end", "counter", "End a visit", "The person left without a card.",
    may=[r.UnknownCard, r.NotWaiting],
)  # fmt: skip
async def end(caller: TheCaller, card: TheCard) -> m.Done:
    """A live booking of today ends with it."""
    return answers.done(await caller.act(c.EndVisit(card)))


@operation(
    counter, "POST", "/collections", "counter", "Hand a card over",
    "To its holder or a proxy, once. `ids_seen` names the original IDs that were seen: the holder's, and "
    "with a "
    "proxy the proxy's too.",
    status=201,
    may=[*HERE, r.IdsNotSeen, r.CalledElsewhere, r.BadValue],
)  # fmt: skip
async def collect(caller: TheCaller, body: m.HandOver) -> m.Done:
    """Against the original ID."""
    command = ho.HandOver(
        body.card,
        body.how,
        holder_id_seen="holder" in body.ids_seen,
        proxy_id_seen="proxy" in body.ids_seen,
        window=body.window,
        happened=body.happened,
    )
    return answers.done(await caller.act(command))


@operation(
    counter, "POST", "/collections/{card}/undo", "counter", "Undo a hand-over",
    "A slip, with its reason; for a while only.",
    may=[r.UnknownCard, r.NotCollected, r.UndoTooLate, r.ReasonMissing, r.BadValue],
)  # fmt: skip
async def undo_collection(caller: TheCaller, card: TheCard, body: m.WithReason) -> m.Done:
    """A compensating fact."""
    return answers.done(await caller.act(ho.UndoCollection(card, body.reason.strip())))


@operation(
    counter, "POST", "/activations", "counter", "Switch cards on", "Cards that are on already are passed "
    "over.",
    may=[r.UnknownCard, r.CardNotHere],
)  # fmt: skip
async def activate(caller: TheCaller, body: m.Activate) -> m.Done:
    """Cards that were handed out."""
    return answers.done(await caller.act(ho.ActivateCards(tuple(body.cards))))


@operation(
    counter, "POST", "/no-shows", "counter", "Record a no-show", "Some grace after the told time.",
    status=201,
    may=[r.NoBooking, r.NotYetNoShow, r.UnknownCard],
)  # fmt: skip
async def no_show(caller: TheCaller, body: m.NoShow) -> m.Done:
    """The holder of a booking did not come."""

    def command(state: State) -> RecordNoShow:
        return RecordNoShow(answers.card_of_booking(state, body.booking), body.booking)

    return answers.done(await caller.act(command))


@operation(
    counter, "POST", "/no-shows/{card}/undo", "counter", "Undo a no-show", "A slip, with its reason.",
    may=[r.UnknownCard, r.NoNoShow, r.ReasonMissing, r.BadValue],
)  # fmt: skip
async def undo_no_show(caller: TheCaller, card: TheCard, body: m.WithReason) -> m.Done:
    """They are served as one who came late."""
    return answers.done(await caller.act(UndoNoShow(card, body.reason.strip())))
