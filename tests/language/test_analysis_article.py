"""What a query may ask of one article."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from articles.article import Annotated, Annotations, Article, Entity, Moment, Topic
from config.models import Address, Source
from language.analysis import Analyser
from language.analysis_article import analyse_article

BERLIN = ZoneInfo("Europe/Berlin")
ANALYSER = Analyser()
SOURCE = Source(
    id="beispiel", name="Beispiel", country="DE", tier="trade",
    addresses=(Address(kind="feed", url="https://beispiel.example/feed"),),
)  # fmt: skip


def article(**changes: object) -> Article:
    values: dict[str, object] = {
        "id": "a1", "url": "https://beispiel.example/a", "source": "beispiel", "title": "Neue Kampfdrohnen",
        "text": "Der Text.",
        "seen_at": datetime(2026, 3, 2, 8, 30, tzinfo=UTC), "authors": ("Ines Beispiel", "Jörg Muster"),
    }  # fmt: skip
    return Article(**(values | changes))  # type: ignore[arg-type]  # keywords of a story, each of its own type


def test_every_field_is_analysed_and_an_absent_one_is_empty() -> None:
    found = analyse_article(Annotated(article(), Annotations("de")), ANALYSER, SOURCE, BERLIN)
    assert set(found.fields) == {"title", "kicker", "lead", "text", "author"}
    assert [unit.parts for unit in found.fields["title"].units] == [(), ("kampf", "drohn")]
    assert found.fields["kicker"].units == ()


def test_authors_are_names_and_have_exact_tokens_only() -> None:
    found = analyse_article(Annotated(article(), Annotations("de")), ANALYSER, SOURCE, BERLIN)
    assert found.fields["author"].language is None
    assert [unit.exact for unit in found.fields["author"].units] == ["ines", "beispiel", "joerg", "muster"]


def test_keywords_come_from_article_annotations_and_source() -> None:
    annotations = Annotations(
        "de",
        entities=(Entity("helsing", "ORG", "Helsing", "gazetteer", 1.0, ()), Entity(None, "PER", "X", "model", 0.5, ())),
        topics=(Topic("autonomy", 0.9, ()),),
        story="s7",
    )
    found = analyse_article(Annotated(article(kind="live"), annotations), ANALYSER, SOURCE, BERLIN)
    assert found.keywords == {
        "source": {"beispiel"}, "tier": {"trade"}, "country": {"DE"}, "lang": {"de"}, "kind": {"live"},
        "entity": {"helsing"}, "topic": {"autonomy"}, "story": {"s7"},
    }  # fmt: skip


def test_a_source_that_is_gone_leaves_no_tier_and_no_country() -> None:
    found = analyse_article(Annotated(article(), Annotations(None)), ANALYSER, None, BERLIN)
    assert found.keywords["source"] == {"beispiel"}
    assert found.keywords["tier"] == found.keywords["country"] == found.keywords["lang"] == frozenset()


def test_the_language_of_the_annotations_goes_before_that_of_the_page() -> None:
    found = analyse_article(Annotated(article(language="de"), Annotations("en")), ANALYSER, SOURCE, BERLIN)
    assert found.fields["title"].language == "en"
    found = analyse_article(Annotated(article(language="de"), Annotations(None)), ANALYSER, SOURCE, BERLIN)
    assert found.fields["title"].language == "de"


@pytest.mark.parametrize(
    ("at", "precision", "expected"),
    [
        ("2026-03-01T12:00:00+01:00", "minute", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", "minute", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01", "day", datetime(2026, 2, 28, 23, tzinfo=UTC)),  # midnight in Berlin
        ("2026-07-01", "day", datetime(2026, 6, 30, 22, tzinfo=UTC)),  # in summer
    ],
)
def test_times_are_milliseconds_and_a_bare_date_is_midnight_at_the_desk(
    at: str, precision: str, expected: datetime
) -> None:
    moment = Moment(at, precision, "meta")  # type: ignore[arg-type]  # a str of a table
    found = analyse_article(Annotated(article(published=moment)), ANALYSER, SOURCE, BERLIN)
    assert found.published == found.time == int(expected.timestamp()) * 1000


def test_without_a_publication_time_the_first_sight_counts() -> None:
    found = analyse_article(Annotated(article()), ANALYSER, SOURCE, BERLIN)
    assert found.published is None
    assert found.time == found.seen == int(datetime(2026, 3, 2, 8, 30, tzinfo=UTC).timestamp()) * 1000
    found = analyse_article(Annotated(article(seen_at=None)), ANALYSER, SOURCE, BERLIN)
    assert found.time is found.seen is None
