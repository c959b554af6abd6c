"""When the body is cut wrongly by now: the text found on a source's pages no longer agrees with the one they state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crawlers.health_text import DROP, LOW, PAGES, drift
from ledger.source_history import Agreement
from pipeline.health import examine
from tests.pipeline.desks import TEXT, Unread, opened, write_desk

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HIGH = st.floats(0.85, 1.0)


def pages(newest_first: Sequence[float]) -> list[Agreement]:
    return [Agreement(NOW - n * timedelta(hours=1), alike) for n, alike in enumerate(newest_first)]


@given(st.lists(HIGH, max_size=60), st.data())
def test_a_few_pages_that_agree_with_nothing_are_no_drift(alike: list[float], data: st.DataObject) -> None:
    odd = data.draw(st.lists(st.floats(0, 1), max_size=LOW - 1))
    assert drift(pages(data.draw(st.permutations([*odd, *alike[:PAGES]])) + alike[PAGES:])) is None


@given(st.lists(st.floats(0, 0.84 - DROP), min_size=PAGES, max_size=40), st.lists(HIGH, min_size=PAGES, max_size=PAGES))
def test_a_fall_is_told_with_its_beginning_and_stays_told(low: list[float], high: list[float]) -> None:
    while (len(low) - PAGES) % PAGES:
        low.pop()
    found = drift(pages([*low, *high]))
    assert found is not None
    assert found.now < found.before - DROP
    assert found.since == NOW - (len(low) - 1) * timedelta(hours=1)


def test_nobody_can_say_of_too_few_pages() -> None:
    assert drift(pages([0.1] * PAGES + [0.9] * (PAGES - 1))) is None
    assert drift(()) is None


async def test_a_source_whose_layout_changed_under_the_reader_is_called_drifting(tmp_path: Path) -> None:
    async with opened(write_desk(tmp_path)) as office:
        office.services.__dict__["enricher"] = Unread(office.services)
        for number in range(2 * PAGES):
            office.settle(f"/{number}.html", f"{TEXT} {number}", agreement=0.97)
            office.settle(f"/ohne-{number}.html", f"{TEXT} {number}")
        (before,) = await examine(office.services)
        assert before.state == "ok"
        changed = office.now
        for number in range(PAGES):
            office.settle(f"/neu-{number}.html", f"{TEXT} {number}", agreement=0.4)
        (after,) = await examine(office.services)
        assert (after.state, after.since) == ("drift", changed)
        assert after.why == "the text found on its pages agrees 40% with the one they state, 97% before"
        assert "text_selector into config/sources/zeitung.yaml" in (after.repair or "")
