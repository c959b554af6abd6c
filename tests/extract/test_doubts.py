"""What a page says is doubted where it contradicts itself: its time against its address, its text against its JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from articles import wire
from articles.article import Annotated, Article, Moment
from articles.page import Link, Page
from extract.page import extract
from language.analysis import Analyser
from language.analysis_article import analyse_article

PARAGRAPHS = [
    f"Absatz {n} handelt von Brücken, von Pionieren und vom Wasserstand der Elbe im Herbst {n}." for n in range(8)
]


def read(path: str = "/meldung", link: Link | None = None, text: Sequence[str] = PARAGRAPHS, **node: str) -> Article:
    """Read a page of that text at that address whose JSON-LD says this."""
    stated = json.dumps({"@type": "NewsArticle", "headline": "Pioniere schlagen Brücke", **node})
    body = (
        "<html lang=de><head><title>Pioniere schlagen Brücke</title>"
        f"<script type='application/ld+json'>{stated}</script></head>"
        f"<body><main><h1>Pioniere schlagen Brücke</h1>{''.join(f'<p>{p}</p>' for p in text)}</main></body></html>"
    )
    url = f"https://zeitung.example{path}"
    page = Page(url, url, 200, (), body.encode(), datetime(2026, 5, 20, 12, tzinfo=UTC), link)
    result = extract(page, None)
    assert isinstance(result, Article)
    return result


FEED = Link(url="https://zeitung.example/meldung", published="2026-05-02T08:00:00+02:00", id="7")


@pytest.mark.parametrize(
    ("why", "path", "link", "node"),
    [
        ("its address is older", "/2026/05/01/meldung", None, {"datePublished": "2026-05-19T08:00:00+02:00"}),
        ("a feed had it before", "/meldung", FEED, {"datePublished": "2026-05-19T08:00:00+02:00"}),
        (
            "it was changed before it was written",
            "/meldung",
            None,
            {"datePublished": "2026-05-19T08:00:00+02:00", "dateModified": "2026-05-01T08:00:00+02:00"},
        ),
        ("it says tomorrow", "/2026/05/19/meldung", None, {"datePublished": "2026-05-21T08:00:00+02:00"}),
    ],
)
def test_a_time_that_the_page_contradicts_is_suspect(why: str, path: str, link: Link | None, node: dict[str, str]) -> None:
    article = read(path, link, PARAGRAPHS, **node)
    assert article.published is not None, why
    assert article.published.suspect, why


def test_a_time_that_nothing_contradicts_is_not() -> None:
    article = read(
        "/2026/05/19/meldung",
        replace(FEED, published="2026-05-19T09:00:00+02:00"),
        datePublished="2026-05-19T08:00:00+02:00",
        dateModified="2026-05-20T09:00:00+02:00",
    )
    assert article.published == Moment("2026-05-19T08:00:00+02:00", "minute", "json-ld")


def test_an_article_with_a_suspect_time_is_sorted_by_when_it_was_seen() -> None:
    article = read("/2026/05/01/meldung", datePublished="2026-05-19T08:00:00+02:00")
    analysed = analyse_article(Annotated(article), Analyser(), None, ZoneInfo("Europe/Berlin"))
    assert analysed.published is not None
    assert analysed.time == analysed.seen != analysed.published


def test_found_and_stated_text_agree_or_do_not() -> None:
    assert read(articleBody=" ".join(PARAGRAPHS)).agreement == pytest.approx(1.0, abs=0.1)
    drifted = read(
        articleBody=" ".join(PARAGRAPHS), text=PARAGRAPHS[:2] + ["Ganz andere Worte über das Wetter am Meer."] * 4
    )
    assert drifted.agreement is not None
    assert drifted.agreement < 0.6
    assert read().agreement is None
    assert read(articleBody="Ein Anriss.").agreement is None


def test_doubts_travel_with_the_article_as_json() -> None:
    article = read("/2026/05/01/meldung", datePublished="2026-05-19T08:00:00+02:00", articleBody=" ".join(PARAGRAPHS))
    annotated = Annotated(article)
    said = wire.to_json(annotated)
    assert said["published"]["suspect"] is True
    again = wire.from_json(json.loads(json.dumps(said))).article
    assert (again.published, again.agreement) == (article.published, article.agreement)
