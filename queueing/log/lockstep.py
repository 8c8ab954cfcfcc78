"""Many small dialogues with the desk at once: each is a generator that yields commands and is sent the
Outcome or the Refusal of each. All commands of a round are asked together and in order, so that a burst
shares the desk's commits, and a given order always gives the same decisions."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from queueing.domain import Command, Refusal
from queueing.log.answers import Outcome
from queueing.log.desk import Desk

R = TypeVar("R")
Answered = Outcome | Refusal


@dataclass(frozen=True, slots=True)
class Ask:
    """A command, who asks, through which channel, and when."""

    command: Command
    by: str
    via: str
    now: datetime


Dialogue = Generator[Ask, Answered, R]


def lockstep(desk: Desk, dialogues: Iterable[Dialogue[R]]) -> list[R]:
    """Drive the dialogues to their ends; their results in order. LogUnavailable ends all of them."""
    running = list(dialogues)
    results: dict[int, R] = {}
    answers: dict[int, Answered | None] = dict.fromkeys(range(len(running)))
    while answers:
        asked = []
        for number, answer in answers.items():
            try:
                ask = next(running[number]) if answer is None else running[number].send(answer)
            except StopIteration as end:
                results[number] = end.value
            else:
                asked.append((number, desk.submit(ask.command, by=ask.by, via=ask.via, now=ask.now)))
        answers = {}
        for number, future in asked:
            try:
                answers[number] = future.result()
            except Refusal as refusal:
                answers[number] = refusal
    return [results[number] for number in range(len(running))]
