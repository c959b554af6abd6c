"""The law of every engine: it finds exactly the articles that the judge of the language says a query holds for.

Every example is one plan or query, judged on all of 200 articles from a tiny vocabulary of compounds, names and hyphens.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.article import Annotated
from index.document import Document
from index.engine import Engine
from language.analysis_article import analyse_article
from language.query_judge import Occurrences, find, holds
from language.query_lower import lower
from language.query_plan import AllOf, AnyOf, Between, Except, Is, Pattern, Plan, Terms
from language.query_tree import Query
from language.tokens import Analysed
from tests.index.conftest import ANALYSER, BERLIN, EACH_ENGINE, ENGINES, annotated
from tests.language import query_strategies as desk

WORDS = (
    *("Drohne", "Drohnen", "Kampfdrohnen", "Kampfdrohne", "Kampf", "Panzer", "Kampfpanzer", "Rheinmetall", "Helsing"),
    *("Helsings", "Natogipfel", "NATO-Gipfel", "Gipfel", "F-35", "F35", "IRIS-T", "SLM", "autonome", "autonomen"),
    *("Systeme", "Systemen", "und", "der", "Rüstung", "Entrüstung", "drones", "drone", "system", "systems"),
)
DAY = datetime(2025, 6, 1, tzinfo=UTC)
DOCUMENTS = 200
FEW = 100
MANY = 2_000 if os.environ.get("LAGEBILD_SHORT") else 20_000
JUDGED = 10_000
"""Plans whose judgement is kept: each engine is asked the same ones, one engine after another."""
LIMIT = 1_000


def article(chance: random.Random, number: int) -> Annotated:
    """One article of a few words in any of its parts, some parts, times and languages missing."""

    def some(most: int) -> str | None:
        return " ".join(chance.choices(WORDS, k=chance.randint(0, most))) or None

    return annotated(
        f"{number}",
        title=some(4),
        kicker=some(2),
        lead=some(4),
        text=some(12),
        authors=tuple(chance.choices(WORDS, k=chance.randint(0, 1))),
        language=chance.choice(("de", "de", "en", "fr", None)),
        source=chance.choice(("hartpunkt", "zeitung", None)),
        published=chance.choice(((DAY + timedelta(hours=chance.randint(0, 96))).isoformat(), None)),
        seen=chance.choice((DAY + timedelta(hours=chance.randint(0, 96)), None)),
        entities=tuple(chance.sample(("helsing", "rheinmetall"), k=chance.randint(0, 2))),
        topics=tuple(chance.sample(("drones", "budget"), k=chance.randint(0, 2))),
    )


class Judge:
    """Articles, analysed, and which of them the judge of the language says a plan holds for; every world has the same."""

    def __init__(self, articles: Sequence[Annotated], analysed: Sequence[Analysed]) -> None:
        self.articles, self.analysed = articles, analysed
        self._occurrences = [Occurrences(one) for one in analysed]
        self.judged = lru_cache(JUDGED)(self._judged)

    def _judged(self, plan: Plan) -> frozenset[str]:
        """The ids of the articles that the plan holds for."""
        pairs = zip(self.analysed, self._occurrences, strict=True)
        return frozenset(one.id for one, where in pairs if find(plan, one, where).holds)


class World:
    """A judge, and an engine that holds the same articles."""

    def __init__(self, engine: Engine, judge: Judge) -> None:
        self.engine, self.judge = engine, judge
        engine.migrate()
        engine.put(Document.of(*pair, 1) for pair in zip(judge.articles, judge.analysed, strict=True))
        engine.refresh()

    def found(self, plan: Plan) -> set[str]:
        """The ids an engine finds, and the promises that hold for every answer."""
        hits = self.engine.search(plan, limit=LIMIT)
        ids = {hit.id for hit in hits.hits}
        assert len(ids) == len(hits.hits) == hits.total == self.engine.count(plan)
        newest = self.engine.search(plan, limit=LIMIT, sort="newest")
        assert {hit.id for hit in newest.hits} == ids
        assert newest.total == hits.total == len(newest.hits)
        return ids


@pytest.fixture(scope="module")
def judge_of_small_words() -> Judge:
    """Articles of this file's own words."""
    chance = random.Random(1)
    articles = [article(chance, number) for number in range(DOCUMENTS)]
    return Judge(articles, [analyse_article(one, ANALYSER, None, BERLIN) for one in articles])


@pytest.fixture(scope="module")
def judge_of_tiny_desk() -> Judge:
    """Articles of the query language's own laws."""
    articles = desk.pool(DOCUMENTS)
    return Judge(articles, [desk.analysed(one) for one in articles])


@pytest.fixture(scope="module", params=EACH_ENGINE)
def small_words(
    request: pytest.FixtureRequest, judge_of_small_words: Judge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The world of this file's own words on each engine."""
    engine = ENGINES[request.param](tmp_path_factory.mktemp("plans") / "index", "law")
    yield World(engine, judge_of_small_words)
    engine.close()


@pytest.fixture(scope="module", params=EACH_ENGINE)
def tiny_desk(
    request: pytest.FixtureRequest, judge_of_tiny_desk: Judge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The world of the query language's own laws on each engine."""
    engine = ENGINES[request.param](tmp_path_factory.mktemp("queries") / "index", "law")
    yield World(engine, judge_of_tiny_desk)
    engine.close()


UNITS = tuple(sorted({unit for word in WORDS for unit in ANALYSER.units(word)}))
STEMS = tuple(sorted({f"{tag}|{ANALYSER.stem(unit, tag)}" for unit in UNITS for tag in ("de", "en")}))
PARTS = (*STEMS, "=natogipfel", "=f35", "=irist", "=nichts")
fields = st.sampled_from(("title", "kicker", "lead", "text", "author"))
hours = st.integers(-2, 100).map(lambda n: int((DAY + timedelta(hours=n)).timestamp() * 1000))


def phrases(stream: str, words: tuple[str, ...]) -> st.SearchStrategy[Plan]:
    """Terms or phrases of one to four words, with a slop that stays within the language's limits."""
    few = st.lists(st.sampled_from(words[:8]), min_size=1, max_size=4).map(tuple)
    return st.builds(
        lambda field, terms, slop: Terms(field, stream, terms, min(slop, {1: 0, 2: 20, 3: 8, 4: 3}[len(terms)])),  # type: ignore[arg-type]  # drawn from the literals
        fields,
        few | st.sampled_from(words).map(lambda word: (word,)),
        st.integers(0, 9),
    )


patterns = st.sampled_from(UNITS).flatmap(
    lambda unit: st.builds(
        lambda field, kept, end: Pattern(field, "x", unit[:kept] + end),
        fields,
        st.integers(1, 8),
        st.sampled_from(("*", "?", "??*", "*e*", "*n?", ".", "")),
    )
)
leaves: st.SearchStrategy[Plan] = (
    phrases("x", UNITS)
    | phrases("s", STEMS)
    | st.builds(lambda field, term: Terms(field, "p", (term,)), fields, st.sampled_from(PARTS))
    | patterns
    | st.builds(lambda field: Pattern(field, "p", "=nato*"), fields)
    | st.builds(
        Is,
        st.sampled_from(("source", "entity", "topic", "lang", "kind", "story")),
        st.sampled_from((None, "hartpunkt", "helsing", "drones", "de", "article", "nobody")),
    )
    | st.builds(Between, st.sampled_from(("published", "seen", "time")), st.none() | hours, st.none() | hours)
)
plans = st.recursive(
    leaves,
    lambda children: (
        st.builds(AllOf, st.lists(children, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(children, max_size=3).map(tuple))
        | st.builds(Except, children)
    ),
    max_leaves=6,
)


def agree_on_plan(world: World, plan: Plan) -> None:
    assert world.found(plan) == world.judge.judged(plan)


def agree_on_query(world: World, query: Query, few: int) -> None:
    """The plan's judge on every article, and the slower reference, which reads the tree itself, on the first few."""
    context = desk.context()
    plan = lower(query, context)
    found = world.found(plan)
    assert found == world.judge.judged(plan)
    first = world.judge.analysed[:few]
    assert found & {one.id for one in first} == {one.id for one in first if holds(query, one, context)}


@settings(max_examples=FEW)
@given(plan=plans)
def test_an_engine_finds_what_a_plan_says(small_words: World, plan: Plan) -> None:
    agree_on_plan(small_words, plan)


@settings(max_examples=FEW)
@given(query=desk.queries())
def test_an_engine_finds_what_a_query_means(tiny_desk: World, query: Query) -> None:
    agree_on_query(tiny_desk, query, few=40)


@pytest.mark.deep
@pytest.mark.timeout(3600)
@settings(max_examples=MANY)
@given(plan=plans)
def test_an_engine_finds_what_a_plan_says_at_length(small_words: World, plan: Plan) -> None:
    agree_on_plan(small_words, plan)


@pytest.mark.deep
@pytest.mark.timeout(3600)
@settings(max_examples=MANY)
@given(query=desk.queries(16))
def test_an_engine_finds_what_a_query_means_at_length(tiny_desk: World, query: Query) -> None:
    agree_on_query(tiny_desk, query, few=12)
