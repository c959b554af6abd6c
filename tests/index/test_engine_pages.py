"""In which order every search engine gives what it finds, and how one page follows the other; a part of the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from articles.errors import Wrong
from index.cursor import ByScore, write
from index.engine import Engine
from language.query_plan import AllOf, AnyOf, Except, Is
from tests.index.asking import EVERYTHING, ids, put, says
from tests.index.conftest import OpenEngine, annotated


def test_the_headline_says_more_than_the_text(engine: Engine) -> None:
    put(engine, annotated("text", "Anderes", "Der Gipfel endet."), annotated("title", "Gipfel endet", "Anderes."))
    everywhere = AnyOf((says("gipfel", "title"), says("gipfel", "text")))
    assert ids(engine, everywhere) == ["title", "text"]


def test_excluded_words_and_filters_do_not_score(engine: Engine) -> None:
    put(engine, annotated("a", text="eins"), annotated("b", text="eins zwei zwei"))
    one = engine.search(says("eins")).hits[0].score
    filtered = AllOf((says("eins"), Is("source", "zeitung"), Except(says("drei"))))
    assert engine.search(filtered).hits[0].score == one


def test_the_newest_first_page_by_page_misses_and_doubles_nothing(engine: Engine) -> None:
    day = datetime(2025, 6, 1, tzinfo=UTC)
    times = [day + timedelta(days=number // 4) for number in range(20)]
    articles = [annotated(f"{n:02}", "Lage", published=t.isoformat()) for n, t in enumerate(times)]
    put(engine, *articles, *(annotated(f"ohne-{n}", "Lage", published=None, seen=None) for n in range(5)))
    whole = ids(engine, says("lage", "title"), sort="newest")
    assert [id for id in whole if id.startswith("ohne")] == whole[-5:]
    dated = [int(id) // 4 for id in whole[:-5]]
    assert dated == sorted(dated, reverse=True)
    for limit in (1, 3, 7, 25):
        paged: list[str] = []
        page = engine.search(says("lage", "title"), limit=limit, sort="newest")
        paged += [hit.id for hit in page.hits]
        while page.next:
            assert page.total == 25
            page = engine.search(says("lage", "title"), limit=limit, sort="newest", after=page.next)
            paged += [hit.id for hit in page.hits]
        assert paged == whole


def test_pages_by_relevance_come_from_one_snapshot(engine: Engine) -> None:
    put(engine, *(annotated(f"{n}", text="Gipfel " * (n + 1)) for n in range(9)))
    whole = ids(engine, says("gipfel"))
    page = engine.search(says("gipfel"), limit=4)
    put(engine, annotated("neu", "Gipfel", "Gipfel " * 50), seq=100)
    paged = [hit.id for hit in page.hits]
    while page.next:
        page = engine.search(says("gipfel"), limit=4, after=page.next)
        paged += [hit.id for hit in page.hits]
    assert paged == whole
    assert "neu" in ids(engine, says("gipfel"))


def test_what_nothing_scores_comes_newest_first(engine: Engine) -> None:
    put(engine, annotated("alt", "x", published="2025-01-01"), annotated("neu", "x", published="2025-06-01"))
    assert ids(engine, Is("source", "zeitung")) == ["neu", "alt"]


@pytest.mark.parametrize("cursor", ["?", "e30", "WyJzY29yZSIsIHt9XQ", "ä", "x" * 10_000])
def test_a_cursor_that_is_none_is_told(engine: Engine, cursor: str) -> None:
    with pytest.raises(Wrong, match="cursor"):
        engine.search(EVERYTHING, after=cursor)


def test_a_cursor_belongs_to_one_order(engine: Engine) -> None:
    put(engine, *(annotated(f"{n}", text="Gipfel") for n in range(3)))
    cursor = engine.search(says("gipfel"), limit=1).next
    assert cursor
    with pytest.raises(Wrong, match="relevance"):
        engine.search(says("gipfel"), sort="newest", after=cursor)


def test_a_cursor_outlives_its_engine(open_engine: OpenEngine) -> None:
    first = open_engine()
    first.migrate()
    put(first, *(annotated(f"{n}", text="Gipfel", published=f"2025-06-0{n + 1}") for n in range(3)))
    cursor = first.search(says("gipfel"), limit=1, sort="newest").next
    first.close()
    assert ids(open_engine(), says("gipfel"), sort="newest", after=cursor) == ["1", "0"]


def test_pages_by_relevance_end_where_they_would_cost_too_much(engine: Engine) -> None:
    put(engine, annotated("a", text="Gipfel"))
    deep = write(ByScore("any", 9_995))
    assert engine.search(says("gipfel"), limit=5, after=deep).hits == ()
    with pytest.raises(Wrong, match="newest"):
        engine.search(says("gipfel"), limit=6, after=deep)


@pytest.mark.parametrize("limit", [0, -1, 10_001])
def test_a_limit_out_of_bounds_is_told(engine: Engine, limit: int) -> None:
    with pytest.raises(Wrong, match="limit"):
        engine.search(EVERYTHING, limit=limit)
