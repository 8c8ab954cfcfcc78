"""A short season in which every command is asked and every event happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from queueing.domain import Command, Context, Event, State, decide, evolve
from queueing.domain import booking as b
from queueing.domain import counter as c
from queueing.domain import disputes as ds
from queueing.domain import employers as em
from queueing.domain import events as e
from queueing.domain import handover as ho
from queueing.domain import holders as h
from queueing.domain import limits as li
from queueing.domain import offers as o
from queueing.domain import pacing as pc
from queueing.domain import plan_undo as pu
from queueing.domain import plans as p
from queueing.domain import reassure as re
from queueing.domain import season as s
from queueing.domain import walkins as wi
from queueing.domain import waves as w
from queueing.domain.walkin_offer import Seen
from tests.domain.harness import BRANCH, NEXT9, S9, S10, S915, t

_SLOTS = tuple(
    s.NewSlot(name, start, end, 3, 3, 1, {"channel:sms": 1}, t("06-04 12:00"))
    for name, start, end in (
        (S9, t("06-05 09:00"), t("06-05 09:15")),
        (S915, t("06-05 09:15"), t("06-05 09:30")),
        (S10, t("06-05 10:00"), t("06-05 10:15")),
        (NEXT9, t("06-06 09:00"), t("06-06 09:15")),
        ("20180702-0900", t("07-02 09:00"), t("07-02 09:15")),
    )
)
_OPEN = s.OpenSeason(
    season="2018",
    first_day=date(2018, 5, 16),
    last_day=date(2018, 7, 31),
    sweep_day=date(2018, 7, 1),
    waves=(
        e.WavePlan(wave="may", opens=date(2018, 5, 16), cohorts=("getihu",)),
        e.WavePlan(wave="june", opens=date(2018, 6, 1), cohorts=("jumin",)),
    ),
    rules=e.Rules(recall_after_days=5),
    windows=2,
    slots=_SLOTS,
    last_call=date(2018, 7, 25),
)
_CARDS = (
    *(h.NewCard(f"c{n}", "getihu", "self") for n in range(6)),
    h.NewCard("u1", "jumin", "self", reach=False),
    *(h.NewCard(f"d{n}", "danwei", "employer", "e1") for n in range(5)),
)

TOUR: tuple[tuple[str, Command], ...] = (
    ("05-02 08:00", _OPEN),
    ("05-02 08:01", em.RegisterEmployers((("e1", "文登纺织厂"),))),
    ("05-02 08:02", h.RegisterCards(_CARDS)),
    ("05-02 08:03", h.RegisterCards((h.NewCard("c5", "jumin", "self"),))),
    ("05-16 08:00", w.OpenWave("may")),
    ("05-16 08:00", pc.PauseInvitations("等补卡")),
    ("05-16 08:00", pc.ResumeInvitations("卡到了")),
    ("05-16 08:00", pc.ChangePace(0.7, 100, "先慢一点")),
    ("05-16 08:01", pc.PlanBatch(1, "wave", 3, 3, 40, 0.0, 0.55, 0.7, "all")),
    ("05-16 08:01", w.InviteHolders("may", ("c0", "c1", "c2"), batch=1)),
    ("05-16 08:02", w.CloseWave("may")),
    ("05-16 08:03", re.ReassureHolders(("c0", "c5"))),
    ("05-17 09:00", em.CallEmployer("e1", "answered")),
    ("05-17 09:01", em.AppointEmployer("e1", t("05-18 09:00"))),
    ("05-17 09:02", em.RemindEmployer("e1", "collect")),
    ("05-18 09:00", em.HandToEmployer("e1", True, "company", ("d0", "d1"))),
    ("05-25 09:00", em.ReturnRoster("e1", ("d0",), ("d1",))),
    ("05-26 09:00", em.HandToEmployer("e1", True, "finance", ("d2",))),
    ("05-27 09:00", em.CallEmployer("e1", "answered", "roster", t("06-02 00:00").date())),
    ("06-01 07:59", em.ProposeRecall("e1")),
    ("06-01 08:00", em.RecallCards("e1")),
    ("06-01 09:00", h.OptOut("c3")),
    ("06-01 09:01", h.OptIn("c3")),
    ("06-01 09:02", h.MarkUnreachable("c3", "空号")),
    ("06-01 09:03", h.ChangeContact("c3", True)),
    ("06-01 09:04", h.ListForPhone("c3", "asked")),
    ("06-01 09:05", h.FinishPhoneCall("c3", "told")),
    ("06-01 09:06", h.RequestHomeVisit("c3")),
    ("06-04 08:00", o.OfferSlots("c0")),
    ("06-04 08:01", b.BookSlot("c0", S9)),
    ("06-04 08:02", b.BookSlot("c1", S9)),
    ("06-04 08:03", b.MoveBooking("c1", S10)),
    ("06-04 08:04", b.BookSlot("c2", S10)),
    ("06-04 08:05", b.CancelBooking("c2")),
    ("06-04 08:06", s.CloseSlots((S10,), "停电")),
    ("06-04 08:07", s.ReopenSlots((S10,), "来电")),
    ("06-04 08:08", s.ChangeCapacity({S10: (2, 0)}, "少一个窗口")),
    ("06-04 08:09", li.PinLimits((S915,), "照顾高龄")),
    ("06-04 08:10", li.ReleaseLimits((S915,), "恢复")),
    ("06-04 08:11", li.SwitchOverbooking(False, "大厅太满")),
    ("06-04 08:12", p.ChangePlan("少一个窗口", closing=(S915,), windows={date(2018, 6, 6): 1})),
    ("06-04 08:13", pu.UndoPlan("1", "人手够了")),
    ("06-05 07:00", re.SuggestAnotherTime("c0")),
    ("06-05 08:00", s.ChangeWindows(1)),
    ("06-05 08:01", wi.SetWalkInQuota(20, "传言")),
    ("06-05 08:02", wi.RaiseRumourAlarm(30, 8.0)),
    ("06-05 08:03", wi.SwitchWalkInControl(False, "人不多")),
    ("06-05 08:04", wi.SwitchWalkInControl(True, "传言")),
    ("06-05 08:05", wi.NoteHall("amber", 14.2, 2)),
    ("06-05 08:30", h.TellWait("c0", 0, 5)),
    ("06-05 09:00", c.ArriveHolder("c0")),
    ("06-05 09:00", c.UndoArrival("c0", "点错了人")),
    ("06-05 09:00", c.ArriveHolder("c0")),
    ("06-05 09:01", c.CallHolder("c0", "1")),
    ("06-05 09:02", c.WithdrawCall("c0")),
    ("06-05 09:03", c.CallNext("1")),
    ("06-05 09:04", ho.HandOver("c0", "self", True, window="1")),
    ("06-05 09:05", ho.UndoCollection("c0", "按错")),
    ("06-05 09:06", ho.HandOver("c0", "proxy", True, True)),
    ("06-05 09:07", ho.ActivateCards(("c0", "d0"))),
    ("06-05 09:08", ds.DisputeHandOver("c0", "self", t("06-04 15:00"), "collected")),
    ("06-05 09:09", ds.SettleDispute("c0", "纸上写错了行")),
    ("06-05 09:10", c.TicketWalkIn("c2", seen=Seen("amber"))),
    ("06-05 09:11", c.TicketWalkIn("c2", override="腿脚不便")),
    ("06-05 09:20", c.EndVisit("c2")),
    ("06-05 09:21", c.TicketWalkIn("d1")),
    ("06-05 09:22", c.CallHolder("d1", "2")),
    ("06-05 09:23", ho.SetAside("d1")),
    ("06-05 09:24", ho.ReplaceCard("d1")),
    ("06-06 09:31", b.RecordNoShow("c1", 2)),
    ("06-06 09:32", b.UndoNoShow("c1", "人在大厅")),
    ("06-20 09:00", h.EraseHolder("c2")),
    ("07-01 08:00", w.StartSweep()),
    ("07-01 08:01", w.SweepHolders(1, ("c0", "c1", "u1", "d3"))),
    ("07-01 08:02", w.ReleaseCards(("d4",), "单位已注销")),
    ("08-01 08:00", s.CloseSeason()),
)


def travel(state: State) -> Iterator[tuple[Command, Event]]:
    """Take the tour: each command asked, with each event that followed, after it was folded in."""
    for at, command in TOUR:
        for event in decide(command, state, Context(BRANCH, t(at), "staff:li", "counter")):
            evolve(state, event)
            yield command, event


def tour_events() -> list[Event]:
    """Every event of the tour."""
    return [event for _, event in travel(State())]
