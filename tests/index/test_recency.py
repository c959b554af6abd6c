"""The age of a hit may count: a fresh article before an equal old one, and a telling old one before a fresh mention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from articles.errors import Wrong
from index.embedded import EmbeddedEngine
from index.engine import Hit
from index.recency import fresh, search_recent
from language.query_plan import Terms
from tests.index.conftest import BERLIN, annotated, document

NOW = datetime(2025, 7, 1, 12, tzinfo=BERLIN)
PLAN = Terms("text", "x", ("gipfel",))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(tmp_path / "index", "a1")
    made.migrate()
    texts = {"alt": ("Gipfel", 900), "neu": ("Gipfel", 0), "treffend": ("Gipfel Gipfel Gipfel Gipfel", 900)}
    made.put(
        document(
            annotated(id, text=f"{text} und noch viele andere Worte", published=(NOW - timedelta(days=age)).isoformat())
        )
        for id, (text, age) in texts.items()
    )
    made.put([document(annotated("zeitlos", text="Gipfel und noch viele andere Worte", published=None, seen=None))])
    yield made
    made.close()


def test_of_equal_articles_the_fresh_one_comes_first(engine: EmbeddedEngine) -> None:
    found = search_recent(engine, PLAN, limit=10, half_life=30, now=NOW)
    assert [hit.id for hit in found.hits][:1] == ["neu"]
    assert {hit.id for hit in found.hits} == {"alt", "neu", "treffend", "zeitlos"}
    plain = engine.search(PLAN, limit=10)
    assert (plain.hits[0].id, found.total) == ("treffend", plain.total)


def test_pages_follow_one_another(engine: EmbeddedEngine) -> None:
    whole = search_recent(engine, PLAN, limit=10, half_life=30, now=NOW)
    first = search_recent(engine, PLAN, limit=3, half_life=30, now=NOW)
    second = search_recent(engine, PLAN, limit=3, half_life=30, now=NOW, after=first.next)
    assert first.hits + second.hits == whole.hits
    assert second.next is None


@pytest.mark.parametrize(
    ("published", "factor"),
    [
        (NOW.isoformat(), 2.0),
        ("2025-07-09", 2.0),
        ((NOW - timedelta(days=7)).isoformat(), 1.5),
        ("1990-01-01", 1.0),
        (None, 1.0),
    ],
)
def test_the_bonus_halves_with_each_half_life(published: str | None, factor: float) -> None:
    hit = fresh(Hit("a", 4.0, "https://a.example", None, None, published, 1), 7, NOW)
    assert hit.score == pytest.approx(4.0 * factor)


@pytest.mark.parametrize("half_life", [0, -1, float("nan")])
def test_a_half_life_that_cannot_be_is_told(engine: EmbeddedEngine, half_life: float) -> None:
    with pytest.raises(Wrong, match="greater than 0"):
        search_recent(engine, PLAN, limit=10, half_life=half_life, now=NOW)


def test_a_cursor_by_time_is_told_apart(engine: EmbeddedEngine) -> None:
    by_time = engine.search(PLAN, limit=1, sort="newest").next
    with pytest.raises(Wrong, match="by time"):
        search_recent(engine, PLAN, limit=1, half_life=30, now=NOW, after=by_time)
