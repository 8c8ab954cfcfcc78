"""What arrives at the same time is done together, and nobody suffers from another one's failure."""

import asyncio
import threading
from collections.abc import Sequence

import psycopg
import pytest

from queueing.web.gathering import MOST, Gathering
from tests.patience import PATIENCE


class Handler:
    """Doubles numbers; 13 can't be doubled, and 0 finds the store away. Waits for the gate."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.gate.wait(PATIENCE)
        if 13 in numbers:
            raise ValueError("thirteen")
        if 0 in numbers:
            raise psycopg.OperationalError("away")
        return [2 * number for number in numbers]


def ask_all(handler: Handler, numbers: Sequence[int]) -> list[int | BaseException]:
    """The first goes alone; the others come while it is being handled."""

    async def main() -> list[int | BaseException]:
        gathering = Gathering(handler)
        handler.gate.clear()
        asked = [asyncio.ensure_future(gathering.ask(numbers[0]))]
        while not handler.batches:
            await asyncio.sleep(0.001)
        asked += [asyncio.ensure_future(gathering.ask(number)) for number in numbers[1:]]
        await asyncio.sleep(0)
        handler.gate.set()
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(main())


def test_who_comes_meanwhile_is_handled_together_and_gets_the_own_answer() -> None:
    handler = Handler()
    assert ask_all(handler, [1, 2, 3, 4]) == [2, 4, 6, 8]
    assert handler.batches == [[1], [2, 3, 4]]


def test_a_crowd_is_handled_in_parts() -> None:
    handler = Handler()
    numbers = list(range(100, 100 + 1 + MOST + 7))
    assert ask_all(handler, numbers) == [2 * number for number in numbers]
    assert [len(batch) for batch in handler.batches] == [1, MOST, 7]


def test_one_that_fails_leaves_the_others_alone() -> None:
    answers = ask_all(Handler(), [1, 2, 13, 4])
    assert [answers[0], answers[1], answers[3]] == [2, 4, 8]
    assert isinstance(answers[2], ValueError)


def test_while_the_store_is_away_all_are_told_at_once() -> None:
    handler = Handler()
    answers = ask_all(handler, [1, 2, 0, 4])
    assert [type(answer) for answer in answers[1:]] == [psycopg.OperationalError] * 3
    assert len(handler.batches) == 2


def test_it_goes_on_after_a_pause() -> None:
    handler = Handler()

    async def main() -> list[int]:
        gathering = Gathering(handler)
        first = await gathering.ask(1)
        await asyncio.sleep(0.01)
        return [first, await gathering.ask(2)]

    assert asyncio.run(main()) == [2, 4]


def test_alone_a_failure_is_told(caplog: pytest.LogCaptureFixture) -> None:
    (answer,) = ask_all(Handler(), [13])
    assert isinstance(answer, ValueError)
