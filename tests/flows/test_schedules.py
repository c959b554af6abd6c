"""Which flow runs when, decided without a server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import Wrong
from config.desk import Desk
from config.models import Settings, Source
from config.shapes import duration
from flows.schedules import APART, HEALTH_EVERY, plan, spoken
from flows.tick import is_late


def source(id: str, url: str, every: str = "15m", **more: object) -> Source:
    return Source.model_validate(
        {"id": id, "name": id, "addresses": [{"kind": "feed", "url": url}], "every": every, **more}
    )


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    def of(*sources: Source) -> Desk:
        return Desk(tmp_path, Settings(), {source.id: source for source in sources}, {}, {}, {}, {}, {})

    return of


def test_sources_of_one_host_share_a_monitor_as_frequent_as_the_most_frequent(desk: Callable[..., Desk]) -> None:
    monitors = [
        planned
        for planned in plan(
            desk(
                source("bote", "https://bote.example/a", "1h"),
                source("welle", "https://welle.example/feed", "30m"),
                source("bote-en", "https://bote.example/b", "10m"),
            )
        )
        if planned.flow == "monitor"
    ]
    assert [(planned.title, planned.sources, planned.every) for planned in monitors] == [
        ("monitor bote", ("bote", "bote-en"), timedelta(minutes=10)),
        ("monitor welle", ("welle",), timedelta(minutes=30)),
    ]
    assert monitors[0].parameters["every"] == 600.0


def test_starts_are_spread_and_never_beyond_one_interval(desk: Callable[..., Desk]) -> None:
    many = plan(desk(*(source(f"s{n}", f"https://s{n}.example/") for n in range(50))))
    starts = [planned.after for planned in many if planned.flow == "monitor"]
    assert starts == [n * APART for n in range(50)]
    crowd = plan(desk(*(source(f"s{n}", f"https://s{n}.example/", "10s") for n in range(50))))
    last = [planned.after for planned in crowd if planned.flow == "monitor"][-1]
    assert last is not None
    assert last < timedelta(seconds=10)


def test_health_is_told_hourly_and_reprocess_only_on_demand(desk: Callable[..., Desk]) -> None:
    health, reprocess = plan(desk(source("bote", "https://bote.example/")))[1:]
    assert (health.title, health.every) == ("health", HEALTH_EVERY)
    assert (reprocess.title, reprocess.every, reprocess.after) == ("reprocess", None, None)


def test_a_disabled_source_is_not_scheduled_and_a_desk_without_sources_is_wrong(desk: Callable[..., Desk]) -> None:
    off = source("aus", "https://aus.example/", enabled=False)
    on = source("bote", "https://bote.example/")
    assert {id for planned in plan(desk(off, on)) for id in planned.sources} == {"bote"}
    with pytest.raises(Wrong, match="no source is enabled"):
        plan(desk(off))


@given(st.integers(1, 10**7))
def test_an_interval_is_told_as_the_config_writes_it(seconds: int) -> None:
    assert duration(spoken(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=2)), st.timedeltas(timedelta(days=-1), timedelta(days=9)))
def test_a_tick_is_late_once_a_later_one_stands_in_for_it(every: timedelta, behind: timedelta) -> None:
    scheduled = datetime(2026, 3, 1, tzinfo=UTC)
    assert is_late(scheduled, scheduled + behind, every) == (behind > every)
