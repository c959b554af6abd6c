"""What every search engine must do, told as stories; the engines are listed in conftest.py."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from articles.errors import NotSo, Transient
from index.engine import Bucket, Count, Engine, Removal, Verdict
from language.query_plan import AllOf, AnyOf, Between, Except, Is, Pattern, Plan, Terms
from tests.index.asking import EVERYTHING, NOTHING, ids, put, says
from tests.index.conftest import BERLIN, OpenEngine, annotated, document

# -- beginning ---------------------------------------------------------------------------------------------------------


def test_nothing_is_made_before_somebody_says_so(open_engine: OpenEngine) -> None:
    engine = open_engine()
    assert engine.status().state == "absent"
    for attempt in (
        lambda: engine.put([document(annotated("a", "Titel"))]),
        lambda: engine.search(EVERYTHING),
        lambda: engine.count(EVERYTHING),
        lambda: engine.refresh(),
    ):
        with pytest.raises(NotSo, match="lagebild index migrate"):
            attempt()
    assert engine.status().state == "absent"


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    put(engine, annotated("a", "Titel"))
    status = engine.migrate()
    assert (status.state, status.documents, status.version) == ("ready", 1, status.wanted)


# -- putting and taking out ----------------------------------------------------------------------------------------------


def test_an_article_put_is_found_by_its_words(engine: Engine) -> None:
    put(engine, annotated("a", "Gipfel endet", "Ohne Zusage."), annotated("b", "Haushalt", "Mit Zusage."))
    assert ids(engine, says("zusage")) == ["a", "b"] or ids(engine, says("zusage")) == ["b", "a"]
    assert ids(engine, says("gipfel", "title")) == ["a"]
    assert ids(engine, says("gipfel")) == []


def test_a_hit_shows_what_was_filed(engine: Engine) -> None:
    put(engine, annotated("a", "Gipfel", "Ohne Zusage.", published="2025-06-25"), seq=41)
    (hit,) = engine.search(says("zusage")).hits
    assert (hit.id, hit.url, hit.title) == ("a", "https://zeitung.example/a.html", "Gipfel")
    assert (hit.source, hit.published, hit.seq) == ("zeitung", "2025-06-25", 41)
    assert hit.score > 0


def test_putting_again_changes_nothing(engine: Engine) -> None:
    for _ in range(2):
        assert engine.put([document(annotated("a", "Gipfel"), 5)]).verdicts == (Verdict("a", 5, "put"),)
    engine.refresh()
    assert engine.count(EVERYTHING) == 1


def test_a_newer_revision_replaces_and_an_older_one_never_does(engine: Engine) -> None:
    old, new = document(annotated("a", "Entwurf"), 3), document(annotated("a", "Fassung"), 8)
    engine.put([old])
    engine.put([new])
    assert engine.put([old]).counts() == {"older": 1}
    engine.refresh()
    assert ids(engine, says("fassung", "title")) == ["a"]
    assert ids(engine, says("entwurf", "title")) == []


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_newest_of_one_batch_wins_whatever_the_order(engine: Engine, newest_first: bool) -> None:
    batch = [document(annotated("a", "Fassung"), 8), document(annotated("a", "Entwurf"), 3)]
    report = engine.put(batch if newest_first else batch[::-1])
    assert report.counts() == {"put": 1, "older": 1}
    engine.refresh()
    assert ids(engine, EVERYTHING) == ["a"]
    assert ids(engine, says("fassung", "title")) == ["a"]


def test_a_removed_article_is_gone_and_a_late_put_does_not_bring_it_back(engine: Engine) -> None:
    put(engine, annotated("a", "Gipfel"), annotated("b", "Gipfel"))
    assert engine.delete([Removal("a", 7)]).verdicts == (Verdict("a", 7, "deleted"),)
    engine.put([document(annotated("a", "Gipfel"), 6)])
    engine.refresh()
    assert ids(engine, EVERYTHING) == ["b"]
    assert engine.count(Except(says("gipfel", "title"))) == 0
    assert engine.status().documents == 1
    assert engine.facets(EVERYTHING, ["source"]) == {"source": (Count("zeitung", 1),)}


def test_what_was_never_there_can_be_removed(engine: Engine) -> None:
    assert engine.delete([Removal("nobody", 7)]).counts() == {"deleted": 1}
    engine.put([document(annotated("nobody", "Doch"), 9)])
    engine.refresh()
    assert ids(engine, EVERYTHING) == ["nobody"]


def test_any_string_is_an_id(engine: Engine) -> None:
    strange = ["", " ", "a b", "ä/ö?#", "x" * 2000, "\ud800", "a\x00b", "ID", "id"]
    put(engine, *(annotated(id, "Titel") for id in strange))
    assert sorted(ids(engine, EVERYTHING)) == sorted(strange)
    engine.delete([Removal(id, 99) for id in strange])
    engine.refresh()
    assert ids(engine, EVERYTHING) == []


def test_an_article_without_words_or_times_is_an_article(engine: Engine) -> None:
    put(engine, annotated("a", None, None, published=None, seen=None, source=None, language=None))
    assert ids(engine, EVERYTHING) == ["a"]
    assert ids(engine, Except(Is("source", None))) == ["a"]


# -- what a plan means ---------------------------------------------------------------------------------------------------


def test_logic_is_the_textbook_kind(engine: Engine) -> None:
    put(engine, annotated("a", text="eins zwei"), annotated("b", text="zwei drei"), annotated("c", text="vier"))
    one, two, four = says("eins"), says("zwei"), says("vier")
    found: dict[str, Plan] = {
        "and": AllOf((one, two)),
        "or": AnyOf((one, four)),
        "not": Except(two),
        "and not": AllOf((two, Except(one))),
        "only not": AllOf((Except(one), Except(four))),
        "or not": AnyOf((one, Except(two))),
        "not not": Except(Except(one)),
        "all": EVERYTHING,
        "none": NOTHING,
        "not none": Except(NOTHING),
    }
    assert {name: sorted(ids(engine, plan)) for name, plan in found.items()} == {
        "and": ["a"],
        "or": ["a", "c"],
        "not": ["c"],
        "and not": ["b"],
        "only not": ["b"],
        "or not": ["a", "c"],
        "not not": ["a"],
        "all": ["a", "b", "c"],
        "none": [],
        "not none": ["a", "b", "c"],
    }


@pytest.mark.parametrize(
    ("text", "words", "slop", "holds"),
    [
        ("alpha beta", "alpha beta", 0, True),
        ("beta alpha", "alpha beta", 0, False),
        ("beta alpha", "alpha beta", 1, False),
        ("beta alpha", "alpha beta", 2, True),
        ("alpha x beta", "alpha beta", 1, True),
        ("alpha x y beta", "alpha beta", 1, False),
        ("alpha", "alpha alpha", 5, False),
        ("alpha x alpha", "alpha alpha", 1, True),
        ("alpha x beta y gamma", "alpha beta gamma", 2, True),
        ("alpha x beta y gamma", "alpha beta gamma", 1, False),
        ("gamma alpha beta", "alpha beta gamma", 3, True),
        ("gamma alpha beta", "alpha beta gamma", 2, False),
        ("alpha beta alpha", "alpha alpha beta", 2, True),
        ("alpha", "alpha", 0, True),
        ("alpha", "alpha", 3, True),
    ],
)
def test_words_in_order_or_near(engine: Engine, text: str, words: str, slop: int, holds: bool) -> None:
    put(engine, annotated("a", text=text))
    assert engine.count(Terms("text", "x", tuple(words.split()), slop)) == int(holds)


def test_wildcards_are_no_regular_expressions(engine: Engine) -> None:
    put(
        engine,
        annotated("a", text="Drohnen und Panzer"),
        annotated("b", text="Drohung"),
        annotated("c", text="NATO-Gipfel"),
    )
    asked = {"dro*": ["a", "b"], "droh?n": [], "droh???": ["a", "b"], "pan?er": ["a"], "pan.er": [], "(dro*": [], "*": []}
    for pattern, wanted in asked.items():
        found = ids(engine, AllOf((Pattern("text", "x", pattern), Pattern("text", "x", "?*"))))
        assert sorted(found) == (wanted if pattern != "*" else ["a", "b", "c"])
    assert ids(engine, Pattern("text", "p", "=natog*")) == ["c"]


def test_keywords_are_exact(engine: Engine) -> None:
    put(
        engine,
        annotated("a", "x", source="hartpunkt", entities=("helsing", "nato")),
        annotated("b", "x", source="hart", language="en"),
        annotated("c", "x", source=None),
    )
    assert ids(engine, Is("source", "hartpunkt")) == ["a"]
    assert ids(engine, Is("source", "HART")) == []
    assert ids(engine, Is("entity", "nato")) == ["a"]
    assert sorted(ids(engine, Is("source", None))) == ["a", "b"]
    assert ids(engine, Except(Is("source", None))) == ["c"]
    assert ids(engine, Is("lang", "en")) == ["b"]
    assert ids(engine, Is("source", "\ud800")) == []


def test_time_ranges_are_half_open(engine: Engine) -> None:
    noon = datetime(2025, 6, 25, 12, 0, tzinfo=UTC)
    put(engine, annotated("a", "x", published=noon.isoformat()), annotated("b", "x", published=None, seen=None))
    at = int(noon.timestamp() * 1000)
    assert ids(engine, Between("published", at, at + 1)) == ["a"]
    assert ids(engine, Between("time", at - 1, at)) == []
    assert ids(engine, Between("time", at + 1, None)) == []
    assert ids(engine, Between("time", None, at + 1)) == ["a"]
    assert ids(engine, Between("seen", None, None)) == ["a"]
    assert ids(engine, Between("time", -(10**30), 10**30)) == ["a"]
    assert ids(engine, Between("time", 10**30, None)) == []


# -- counts --------------------------------------------------------------------------------------------------------------


def test_facets_count_exactly_and_break_ties_by_name(engine: Engine) -> None:
    put(
        engine,
        annotated("1", "x", source="b", topics=("drones", "budget")),
        annotated("2", "x", source="a", topics=("drones",)),
        annotated("3", "x", source="c", topics=("drones",)),
        annotated("4", "y", source="c"),
    )
    facets = engine.facets(says("x", "title"), ["source", "topic", "entity", "lang"], size=2)
    assert facets == {
        "source": (Count("a", 1), Count("b", 1)),
        "topic": (Count("drones", 3), Count("budget", 1)),
        "entity": (),
        "lang": (Count("de", 3),),
    }


def test_a_histogram_follows_the_desks_calendar(engine: Engine) -> None:
    put(
        engine,
        annotated("1", "x", published="2025-03-29T23:30:00+01:00"),
        annotated("2", "x", published="2025-03-30T00:30:00+01:00"),
        annotated("3", "x", published="2025-03-30T23:59:59+02:00"),
        annotated("4", "x", published="2025-04-01T00:00:00+02:00"),
        annotated("5", "x", published=None, seen=None),
    )

    def day(month: int, day: int) -> datetime:
        return datetime(2025, month, day, tzinfo=BERLIN)

    assert engine.histogram(EVERYTHING, "day", BERLIN) == (
        Bucket(day(3, 29), 1),
        Bucket(day(3, 30), 2),
        Bucket(day(3, 31), 0),
        Bucket(day(4, 1), 1),
    )
    assert engine.histogram(EVERYTHING, "week", BERLIN) == (Bucket(day(3, 24), 3), Bucket(day(3, 31), 1))
    assert engine.histogram(EVERYTHING, "month", BERLIN) == (Bucket(day(3, 1), 3), Bucket(day(4, 1), 1))
    assert engine.histogram(NOTHING, "month", BERLIN) == ()


def test_frequencies_and_vocabulary_know_the_words(engine: Engine) -> None:
    put(engine, annotated("1", text="Drohne Drohne Panzer"), annotated("2", text="Drohne"))
    assert engine.frequencies([Terms("text", "x", ("drohne",)), Terms("text", "x", ("nichts",))]) == (2, 0)
    assert engine.vocabulary("dro", 10) == (Count("drohne", 2),)


# -- versions ------------------------------------------------------------------------------------------------------------


def test_a_stale_index_answers_takes_nothing_and_is_replaced_at_once(open_engine: OpenEngine) -> None:
    before = open_engine(analysis="a1")
    before.migrate()
    put(before, annotated("a", text="alt"))
    before.close()

    now = open_engine(analysis="a2")
    assert now.migrate().state == "stale"
    assert ids(now, says("alt")) == ["a"]
    with pytest.raises(Transient, match="lagebild index rebuild"):
        now.put([document(annotated("b", text="neu"), 2)])

    def answering_meanwhile() -> object:
        yield document(annotated("b", text="neu"), 2)
        assert ids(now, says("alt")) == ["a"]
        yield document(annotated("c", text="neu"), 3)

    status = now.rebuild(answering_meanwhile())  # type: ignore[arg-type]  # a generator of documents
    assert (status.state, status.documents) == ("ready", 2)
    assert sorted(ids(now, EVERYTHING)) == ["b", "c"]
    put(now, annotated("d", text="neu"), seq=4)
    assert now.count(says("neu")) == 3


def test_a_rebuild_that_fails_leaves_everything_as_it_was(engine: Engine) -> None:
    put(engine, annotated("a", text="alt"))

    def broken() -> object:
        yield document(annotated("b", text="neu"), 2)
        raise RuntimeError("the ledger is out of reach")

    with pytest.raises(RuntimeError, match="out of reach"):
        engine.rebuild(broken())  # type: ignore[arg-type]  # a generator of documents
    assert ids(engine, EVERYTHING) == ["a"]
    put(engine, annotated("c", text="neu"), seq=3)
    assert sorted(ids(engine, EVERYTHING)) == ["a", "c"]


def test_closing_twice_and_opening_again_keeps_all(open_engine: OpenEngine) -> None:
    engine = open_engine()
    engine.migrate()
    put(engine, annotated("a", text="bleibt"))
    engine.close()
    engine.close()
    assert ids(open_engine(), says("bleibt")) == ["a"]
