"""A reading in one line, as the golden file writes it: `MOVE 6-07 not:6-06 am 9:00 neg ?`."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from queueing.sms.grammar import LAST, Reading


def shorthand(reading: Reading) -> str:
    words = [reading.intent.name]
    if reading.choice is not None:
        words.append("=last" if reading.choice == LAST else f"={reading.choice}")
    words += [reading.faq] if reading.faq else []
    words += _days(reading.dates)
    words += [f"not:{','.join(_days(reading.excluded))}"] if reading.excluded else []
    words += [{"morning": "am", "afternoon": "pm"}[reading.part]] if reading.part else []
    words += [_hour(reading.clock)] if reading.clock else []
    words += [f"-{_hour(reading.clock_to)}"] if reading.clock_to else []
    words += [reading.relative.value] if reading.relative else []
    words += [flag for flag in ("past", "unclear") if getattr(reading, flag)]
    words += ["neg"] if reading.negated else []
    words += ["?"] if reading.question else []
    words += ["secret"] if reading.sensitive else []
    return " ".join(words)


def _hour(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _day(day: date) -> str:
    return f"{day.month}-{day.day:02}"


def _days(days: Sequence[date]) -> list[str]:
    in_a_row = len(days) > 2 and days[-1] - days[0] == timedelta(days=len(days) - 1)
    return [f"{_day(days[0])}..{_day(days[-1])}"] if in_a_row else [_day(day) for day in days]
