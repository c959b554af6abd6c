"""In which order every search engine gives what it finds, and how one page follows the other; a part of the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from articles.errors import Wrong
from index.cursor import ByScore, write
from index.engine import Engine
from language.query_plan import AllOf, AnyOf, Except, Is
from tests.index.asking import EVERYTHING, by_tie, ids, paged, put, says
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


def test_articles_that_score_alike_come_in_one_order_on_every_engine_page_by_page(engine: Engine) -> None:
    texts = {"viel": "Gipfel Gipfel Gipfel", "mehr": "Gipfel Gipfel Lage", "kaum": "Gipfel Lage Lage"}
    articles = [annotated(f"{name}-{n}", text=text) for n in range(15) for name, text in texts.items()]
    for first in range(0, len(articles), 9):  # put in parts, as their places in an index follow from that
        put(engine, *articles[first : first + 9], seq=first + 1)
    wanted = [id for name in texts for id in by_tie(f"{name}-{n}" for n in range(15))]
    for limit in (1, 4, 15, 44, 45, 100):
        assert paged(engine, says("gipfel"), limit) == wanted


def test_where_nearly_all_articles_score_alike_their_order_is_the_same(engine: Engine) -> None:
    put(engine, *(annotated(f"{n}", text="Lage") for n in range(300)), annotated("treffer", text="Gipfel"))
    plan = AnyOf((says("gipfel"), Is("source", "zeitung")))
    wanted = ["treffer", *by_tie(f"{n}" for n in range(300))]
    assert [hit.id for hit in engine.search(plan, limit=5).hits] == wanted[:5]
    assert paged(engine, plan, 70) == wanted


def test_equal_articles_have_one_score_however_an_engine_adds_it_up(engine: Engine) -> None:
    """In parts of the index with other words tantivy adds up in another order, which a float of 32 bits shows."""
    words = ("Drohne", "Haushalt", "Panzer", "Gipfel", "Lage", "Werft", "Motor")
    plan = AllOf(tuple(says(word.lower()) for word in words))
    text = " ".join(word for count, word in enumerate(words, 1) for _ in range(count))
    for part in range(4):
        frequent = [annotated(f"{part}-{n}", text=" ".join(words[part : part + 2])) for n in range(12 * (part + 1))]
        equal = [annotated(f"gleich-{part}-{n}", text=text) for n in range(3)]
        put(engine, *frequent, *equal, seq=1 + 100 * part)
    hits = engine.search(plan, limit=100).hits
    assert [hit.id for hit in hits] == by_tie(hit.id for hit in hits)
    assert len(hits) == 12
    assert len({hit.score for hit in hits}) == 1
    assert paged(engine, plan, 5) == [hit.id for hit in hits]


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
