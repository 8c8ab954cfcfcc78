"""What holds for all commands and events: each is known, deciding changes nothing, folding can be undone."""

import ast
import copy
from pathlib import Path

import pytest

from queueing import domain as d
from queueing.domain import Command, Context, Event, Refusal, State, decide, evolve
from queueing.domain.kernel import UnknownEvent, known_commands, known_events
from tests.domain.harness import BRANCH, frozen, given, happened, t
from tests.domain.tour import TOUR, tour_events, travel

SOURCES = sorted(Path(d.__file__).parent.glob("*.py"))


MODULES = (
    d.booking,
    d.counter,
    d.handover,
    d.disputes,
    d.employers,
    d.holders,
    d.offers,
    d.plans,
    d.plan_undo,
    d.season,
    d.waves,
    d.pacing,
    d.reassure,
    d.walkins,
    d.limits,
)


def defined(base: type) -> set[type]:
    """The domain's classes below a class."""
    found = {one for module in (*MODULES, d.events) for one in vars(module).values() if isinstance(one, type)}
    return {one for one in found if issubclass(one, base) and one is not base}


def test_every_command_can_be_decided() -> None:
    assert known_commands() == defined(Command)


def test_every_event_can_be_folded() -> None:
    assert known_events() == defined(Event)


def test_the_tour_asks_every_command_and_meets_every_event() -> None:
    asked = {type(command) for _, command in TOUR}
    assert asked == known_commands()
    assert {type(event) for event in tour_events()} == known_events()


def test_every_command_of_the_tour_is_carried_out() -> None:
    state = State()
    led_to_something = {id(command) for command, _ in travel(state)}
    assert [command for _, command in TOUR if id(command) not in led_to_something] == []


def test_an_unknown_event_is_an_error() -> None:
    class SlotPainted(Event, kw_only=True, frozen=True):
        TOPIC = "slot-painted"

    try:
        with pytest.raises(UnknownEvent):
            evolve(State(), happened(SlotPainted))
    finally:
        del SlotPainted


def test_deciding_changes_nothing_and_gives_the_same_again() -> None:
    """Every command, against the state of every point of the tour."""
    state = State()
    points = [State()]
    for number, _ in enumerate(travel(state)):
        if number % 8 == 0:
            points.append(State(copy.deepcopy(state.tables)))
    for point in points:
        before = frozen(point)
        for at, command in TOUR:
            context = Context(BRANCH, t(at), "staff:li", "counter")
            assert _answer(command, point, context) == _answer(command, point, context)
        assert frozen(point) == before


def _answer(command: Command, state: State, context: Context) -> list[Event] | str:
    """What is decided. A command about things that don't exist must be refused, not fail."""
    try:
        return decide(command, state, context)
    except Refusal as refusal:
        return repr(refusal)


def test_asking_everything_again_is_done_once() -> None:
    """Right after each step the same command is refused or says nothing, but for the kinds that may be
    repeated: each call, each new number and each estimate is a fact, and another offer replaces the last."""
    repeatable = {"CallEmployer", "ChangeContact", "FinishPhoneCall", "OfferSlots", "TellWait"}
    state = State()
    for at, command in TOUR:
        context = Context(BRANCH, t(at), "staff:li", "counter")
        for event in decide(command, state, context):
            evolve(state, event)
        again = _answer(command, state, context)
        if type(command).__name__ not in repeatable:
            assert isinstance(again, str) or again == [], (command, again)


def test_a_batch_that_was_not_stored_is_taken_back_without_a_trace() -> None:
    events = tour_events()
    for number in range(len(events)):
        state = State()
        for event in events[:number]:
            evolve(state, event)
        state.commit()
        before = frozen(state)
        for event in events[number : number + 10]:
            evolve(state, event)
        state.rollback()
        assert frozen(state) == before


def test_one_decision_of_a_batch_is_taken_back_to_its_mark() -> None:
    events = tour_events()
    state = given(*events[:20]).state
    mark, before = state.mark(), frozen(state)
    for event in events[20:30]:
        evolve(state, event)
    assert frozen(state) != before
    state.rollback(mark)
    assert frozen(state) == before


ALLOWED = {
    "__future__",
    "bisect",
    "collections",
    "collections.abc",
    "dataclasses",
    "datetime",
    "msgspec",
    "typing",
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_domain_imports_nothing_but_pure_things_and_itself(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [node.module or ""]
        strange = [n for n in names if n not in ALLOWED and n.partition(".")[2].partition(".")[0] != "domain"]
        assert strange == []


CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "time_ns", "monotonic", "perf_counter"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_domain_reads_no_clock_and_no_chance_and_opens_nothing(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = node.func.value
            assert not (
                node.func.attr in CLOCKS and isinstance(on, ast.Name) and on.id in ("datetime", "date")
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input", "__import__", "eval", "exec"}


def test_facts_of_another_systems_request_carry_its_id_as_a_tag() -> None:
    fields = {"branch": BRANCH, "now": t("06-05 09:00"), "by": "api:crm", "via": "phone"}
    named = Context(**fields, request="r1").fact(d.events.HolderOptedOut, card="c1")
    assert named.request == "r1" and "request:r1" in named.tags()
    plain = Context(**fields).fact(d.events.HolderOptedOut, card="c1")
    assert plain.request == "" and plain.tags() == named.tags()[:-1]
