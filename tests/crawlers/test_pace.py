"""Stories about pace, on a clock of our own."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from crawlers.pace import LONGEST_DELAY, Pace


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_turns_come_a_delay_apart() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.set_by_source("a.example", 2)
    assert [pace.reserve("a.example") for _ in range(3)] == [0, 2, 4]
    assert pace.reserve("b.example") == 0
    clock.now += 10
    assert pace.reserve("a.example") == 0


def test_the_longer_delay_counts_and_none_is_for_ever() -> None:
    pace = Pace(Clock())
    assert pace.delay("a.example") == 1
    pace.set_by_source("a.example", 0)
    assert pace.delay("a.example") == 0
    pace.set_by_site("a.example", 7)
    assert pace.delay("a.example") == 7
    pace.set_by_source("a.example", 9)
    assert pace.delay("a.example") == 9
    pace.set_by_site("a.example", 86_400)
    assert pace.delay("a.example") == LONGEST_DELAY
    pace.set_by_site("a.example", -5)
    assert pace.delay("a.example") == 9


def test_a_host_is_left_alone_as_long_as_it_asked() -> None:
    pace, now, minute = Pace(Clock()), datetime(2026, 3, 2, 8, tzinfo=UTC), timedelta(seconds=60)
    assert pace.left_alone_until("a.example", now) is None
    pace.leave_alone("a.example", now + minute)
    pace.leave_alone("a.example", now + timedelta(seconds=5))
    assert pace.left_alone_until("a.example", now + timedelta(seconds=59)) == now + minute
    assert pace.left_alone_until("b.example", now) is None
    assert pace.left_alone_until("a.example", now + minute) is None


async def test_whoever_takes_a_turn_waits_for_it() -> None:
    pace = Pace()
    pace.set_by_source("a.example", 0.05)
    began = time.monotonic()
    await asyncio.gather(*(pace.turn("a.example") for _ in range(4)))
    assert time.monotonic() - began >= 0.14
