"""A search page's calendar: as fine as fits a screen, and every article in it once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.embedded import EmbeddedEngine
from language.query_plan import AllOf, Terms
from pipeline.find import over_time
from tests.index.conftest import BERLIN, annotated, document

FIRST = datetime(2025, 1, 31, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "unit", "starts"),
    [
        (0, "day", ["2025-01-31"]),
        (2, "day", ["2025-01-31", "2025-02-01", "2025-02-02"]),
        (60, "week", ["2025-01-27", "2025-02-03", "2025-02-10"]),
        (500, "month", ["2025-01-01", "2025-02-01", "2025-03-01"]),
    ],
)
def test_the_span_chooses_days_weeks_or_months(tmp_path: Path, days: int, unit: str, starts: list[str]) -> None:
    engine = EmbeddedEngine(tmp_path / "index", "a1")
    engine.migrate()
    times = [FIRST + timedelta(days=day) for day in range(days + 1)]
    engine.put(document(annotated(f"{n}", text="Gipfel", published=at.isoformat())) for n, at in enumerate(times))
    told, buckets = over_time(engine, AllOf(()), BERLIN)
    assert told == unit
    assert [f"{bucket.start:%Y-%m-%d}" for bucket in buckets][:3] == starts
    assert sum(bucket.count for bucket in buckets) == days + 1
    assert len(buckets) <= 62
    assert over_time(engine, Terms("text", "x", ("nichts",)), BERLIN) == ("month", ())
    engine.close()
