"""The counter: arrivals, tickets, calls, hand-overs, no-shows. The rules are those of the screen: a card
leaves only against the original ID, and nobody is served by two windows."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool

from queueing.domain import Command, State
from queueing.domain import counter as c
from queueing.domain import handover as ho
from queueing.domain import refusals as r
from queueing.domain.booking import RecordNoShow, UndoNoShow
from queueing.domain.walkin_offer import Seen
from queueing.policies.hallwatch import seen
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


@operation(counter, "GET", "/queue", "read", "大厅此刻", "谁在等（先叫的在前），谁在哪个窗口办。")
async def queue(caller: TheCaller) -> m.Queue:
    """By numbers, without names."""
    return await run_in_threadpool(_queue, caller.site)


@operation(
    counter, "POST", "/arrivals", "counter", "到店",
    "约了今天的人（或代领的家人）到了大厅。报到两次算一次。",
    may=[*HERE, r.NoBooking, r.NotToday],
)  # fmt: skip
async def arrive(caller: TheCaller, body: m.OfCard) -> m.Done:
    """A booking for today."""
    return answers.done(await caller.act(c.ArriveHolder(body.card)))


@operation(
    counter, "POST", "/arrivals/{card}/undo", "counter", "撤销到店",
    "点错了人，要写原因；只在一段时间内可以。预约还在。",
    may=[r.UnknownCard, r.NotWaiting, r.NoBooking, r.UndoTooLate, r.ReasonMissing, r.BadValue],
)  # fmt: skip
async def undo_arrival(caller: TheCaller, card: TheCard, body: m.WithReason) -> m.Done:
    """A compensating fact."""
    return answers.done(await caller.act(c.UndoArrival(card, body.reason.strip())))


def _seen(site: Site) -> Seen:
    with site.system.desk.view() as state:
        return seen(state, site.system.season, site.now())


def _card(site: Site, card: str) -> m.Card:
    with site.system.desk.view() as state:
        return answers.card_in(state, card)


@operation(
    counter, "POST", "/tickets", "counter", "现场取号",
    "给现在的号，或者今天晚些时候清静时间的号，或者替他留其他日子的号：看等的人数、大厅半小时内会有多满、传言警报和取号数"
    "（`why`）。约了今天的，算到店。",
    may=[*HERE, r.NothingFree, r.NotWaiting, r.BadValue],
)  # fmt: skip
async def ticket(caller: TheCaller, body: m.WalkIn) -> m.Ticket:
    """Nobody is turned away unheard."""
    found = await run_in_threadpool(_seen, caller.site)
    outcome = await caller.act(c.TicketWalkIn(body.card, seen=found, override=body.override.strip()))
    return answers.ticket(outcome, await run_in_threadpool(_card, caller.site, body.card))


@operation(
    counter, "POST", "/calls", "counter", "叫号",
    "叫某一位，或叫下一位。叫到谁，看回答里的 `facts`。",
    may=[r.UnknownCard, r.NotWaiting, r.NobodyWaiting, r.CalledElsewhere, r.WindowBusy, r.BadValue],
)  # fmt: skip
async def call(caller: TheCaller, body: m.Call) -> m.Done:
    """One window, one holder."""
    command: Command = c.CallHolder(body.card, body.window) if body.card else c.CallNext(body.window)
    return answers.done(await caller.act(command))


@operation(
    counter, "POST", "/calls/{card}/withdraw", "counter", "退回等候", "叫了没过来，接着等。",
    may=[r.UnknownCard, r.NotWaiting],
)  # fmt: skip
async def withdraw(caller: TheCaller, card: TheCard) -> m.Done:
    """Back among those waiting."""
    return answers.done(await caller.act(c.WithdrawCall(card)))


@operation(
    counter, "POST", "/visits/{card}/end", "counter", "结束这次来访", "没领卡就走了。",
    may=[r.UnknownCard, r.NotWaiting],
)  # fmt: skip
async def end(caller: TheCaller, card: TheCard) -> m.Done:
    """A live booking of today ends with it."""
    return answers.done(await caller.act(c.EndVisit(card)))


@operation(
    counter, "POST", "/collections", "counter", "交卡",
    "交给本人或代领的家人，只交一次。`ids_seen` 写看过谁的身份证原件：本人的；代领时还有代领人的。",
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
    counter, "POST", "/collections/{card}/undo", "counter", "撤销交卡",
    "按错了，要写原因；只在一段时间内可以。",
    may=[r.UnknownCard, r.NotCollected, r.UndoTooLate, r.ReasonMissing, r.BadValue],
)  # fmt: skip
async def undo_collection(caller: TheCaller, card: TheCard, body: m.WithReason) -> m.Done:
    """A compensating fact."""
    return answers.done(await caller.act(ho.UndoCollection(card, body.reason.strip())))


@operation(
    counter, "POST", "/activations", "counter", "启用卡", "已经启用的跳过。",
    may=[r.UnknownCard, r.CardNotHere],
)  # fmt: skip
async def activate(caller: TheCaller, body: m.Activate) -> m.Done:
    """Cards that were handed out."""
    return answers.done(await caller.act(ho.ActivateCards(tuple(body.cards))))


@operation(
    counter, "POST", "/no-shows", "counter", "记未到", "约定时间过后再等一段时间才能记。",
    status=201,
    may=[r.NoBooking, r.NotYetNoShow, r.UnknownCard],
)  # fmt: skip
async def no_show(caller: TheCaller, body: m.NoShow) -> m.Done:
    """The holder of a booking did not come."""

    def command(state: State) -> RecordNoShow:
        return RecordNoShow(answers.card_of_booking(state, body.booking), body.booking)

    return answers.done(await caller.act(command))


@operation(
    counter, "POST", "/no-shows/{card}/undo", "counter", "撤销未到", "按错了，要写原因。",
    may=[r.UnknownCard, r.NoNoShow, r.ReasonMissing, r.BadValue],
)  # fmt: skip
async def undo_no_show(caller: TheCaller, card: TheCard, body: m.WithReason) -> m.Done:
    """They are served as one who came late."""
    return answers.done(await caller.act(UndoNoShow(card, body.reason.strip())))
