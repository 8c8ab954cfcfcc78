"""How long tests wait for what should happen, in one place. Generous: it costs nothing where it happens, and
machines may be slow or busy. What must *not* happen is not waited for, but what comes after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 90.0
"""Seconds."""
MILLISECONDS = 1000 * PATIENCE
"""The same for the browser."""


def eventually(
    look: Callable[[], T], *meanwhile: type[Exception], rest: Callable[[], object] = lambda: time.sleep(0.02)
) -> T:
    """What is seen as soon as it is true. Looking may fail with one of `meanwhile` until then; `rest` passes
    the time between two looks."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(*meanwhile):
            if seen := look():
                return seen
        rest()
    if seen := look():
        return seen
    raise AssertionError(f"it did not happen: {seen!r} after {PATIENCE:.0f} seconds")
