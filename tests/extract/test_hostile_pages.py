"""Pages made to hurt cost little, end in an outcome, and what can be read of them is read and marked."""

from __future__ import annotations

import gzip
import time

import pytest

from articles.article import Article
from articles.errors import Broken
from articles.outcome import Rejected
from extract.links import read_links
from extract.page import extract, extract_linear
from tests.extract.making import PROSE, article, html, page

SECONDS = 3.0
"""CPU; the deadline is 5. Each of these pages took 14 to 44 s with trafilatura alone, or lost its text."""
TEXT = "".join(f"<p>{PROSE}({number})</p>" for number in range(5))

LIVE = '{"@type": "LiveBlogPosting", "headline": "Gipfel", "datePublished": "2026-03-01T10:00:00+01:00"}'
VIDEO = "<meta property='og:type' content='video.other'>"

HOSTILE = {
    "16k inline tags in a paragraph": (article("<p>" + "<b>x</b> y " * 16_000 + "</p>"), False),
    "100,000 attributes": (html("<p " + " ".join(f'a{n}="x"' for n in range(100_000)) + ">hello</p>" + TEXT), True),
    "0.5 MB of nested tags": (html("<b>" * 160_000 + TEXT), True),
    "depth 2,000": (html("<div>" * 2000 + TEXT + "</div>" * 2000), True),
    "11 MB in one text node": (html(TEXT + "<p>" + "wort " * 2_200_000 + "</p>"), True),
    "5,000 table rows": (article("<table>" + "<tr><td>x</td><td>y z</td></tr>" * 5000 + "</table>"), False),
    "200,000 unclosed tags": (html(TEXT + "<" * 200_000), False),
    "20,000 links": (article("".join(f"<a href='/{n}'>Link</a> " for n in range(20_000))), False),
    "20,000 nested lists": (html(TEXT + "<ul><li>" * 10_000), True),
    "an endless comment": (html(TEXT + "<!--" + "x" * 2_000_000), False),
    "deep JSON-LD": (
        article(head="<script type='application/ld+json'>" + '{"@type":"NewsArticle","a":[' * 50_000 + "</script>"),
        False,
    ),
    "a million entities": (html(TEXT + "<p>" + "&amp;" * 500_000 + "</p>"), False),
    "8,000 quotes": (article("".join(f"<p>„Wort {n} kommt aus aller Munde hier</p>" for n in range(8000)) + TEXT), False),
    "20,000 signed lines": (article("<p>" + "Von Anna Muster, 3. März 2025<br>" * 20_000 + "</p>" + TEXT), False),
    "20,000 large lines": (html("<font size='+2'><b>Ein Satz in großer Schrift</b></font>" * 20_000 + TEXT), False),
    "20,000 times": (html(TEXT + "<time>25. Juni 2025, 14:30 Uhr</time>" * 20_000), False),
    "6,000 tiles of other videos": (
        html(
            f"<h1>Gipfel endet ohne Zusage</h1>{TEXT}"
            + "".join(
                ("<section>" if n % 50 == 0 else "")
                + f"<div><a href='/{n}'><h3>Ein anderer Film {n}</h3></a><p>Mehr.</p></div>"
                + ("</section>" if n % 50 == 49 else "")
                for n in range(6000)
            ),
            VIDEO,
        ),
        False,
    ),
    "8,000 times one film": (
        html(
            f"<h1>Gipfel endet ohne Zusage</h1>{TEXT}"
            + "".join(
                ("<ul>" if n % 50 == 0 else "")
                + f"<li>{n % 24}:15 <a href='/x'><b>Noch ein Film</b></a> und mehr</li>"
                + ("</ul>" if n % 50 == 49 else "")
                for n in range(8000)
            ),
            VIDEO,
        ),
        False,
    ),
    "long class names": (html(TEXT + f"<div class='{'teaser-' * 50_000}'>x</div>" * 5), False),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_in_time(name: str) -> None:
    markup, cut = HOSTILE[name]
    begin = time.process_time()
    result = extract(page(markup), None)
    spent = time.process_time() - begin
    assert isinstance(result, Article)
    assert PROSE.strip() in (result.text or "")
    assert result.truncated is cut
    assert spent < SECONDS


def test_a_live_blog_of_thousands_of_hours_is_placed_in_time() -> None:
    entries = "".join(
        f"<h3>{n % 28 + 1}. März</h3><div class='entry'><time>{n % 24}:15</time><p>Nr. {n}</p></div>" for n in range(4000)
    )
    begin = time.process_time()
    result = extract(
        page(article(f"<div>{entries}</div>", "<script type='application/ld+json'>" + LIVE + "</script>")), None
    )
    assert time.process_time() - begin < SECONDS
    assert isinstance(result, Article)
    assert all(entry.at for entry in result.entries or ())


@pytest.mark.parametrize("name", HOSTILE)
def test_the_linear_reader_is_linear(name: str) -> None:
    begin = time.process_time()
    result = extract_linear(page(HOSTILE[name][0]), None)
    assert time.process_time() - begin < SECONDS
    if isinstance(result, Article):
        assert result.truncated


def test_the_linear_reader_reads_an_ordinary_page_nearly_as_well() -> None:
    head = "<meta property='article:published_time' content='2026-03-01T10:00:00Z'>"
    head += "<title>Gipfel endet ohne Zusage | Zeitung</title>"
    result = extract_linear(page(article("<nav><a href='/'>Start</a></nav>", head)), None)
    assert isinstance(result, Article)
    assert result.published is not None
    assert result.published.at == "2026-03-01T10:00:00+00:00"
    assert result.title == "Gipfel endet ohne Zusage"
    assert "Start" not in (result.text or "")


def test_a_bomb_is_broken() -> None:
    with pytest.raises(Broken):
        extract(page(gzip.compress(b"<p>" * 10_000_000), content_encoding="gzip"), None)


def test_a_page_whose_stream_broke_off_is_read_and_marked() -> None:
    whole = gzip.compress(("".join(f"<p>{PROSE}({n}) {n * 7919 % 1000}</p>" for n in range(400))).encode())
    result = extract(page(whole[: len(whole) - 200], content_encoding="gzip"), None)
    assert isinstance(result, Article)
    assert result.truncated


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_html"),
        (bytes(range(256)) * 400, "not_html"),
        (b"%PDF-1.7\n" + b"x" * 1000, "not_html"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 1000, "not_html"),
        (b'{"a": "<p>"}', "no_text"),
        (b"just words", "not_html"),
        (b"<rss><channel><item><title>x</title></item></channel></rss>", "not_html"),
        (b"<html><body></body></html>", "no_text"),
        (b"<html><body><p>Kurz.</p></body></html>", "no_text"),
    ],
)
def test_what_is_no_article_is_rejected(body: bytes, reason: str) -> None:
    assert extract(page(body), None) == Rejected(reason)


def test_another_content_type_is_no_page() -> None:
    assert extract(page(article(), content_type="application/pdf"), None) == Rejected("not_html")
    assert extract(page(article(), url="ftp://zeitung.example/a"), None) == Rejected("not_html")


def test_invalid_utf8_is_read_all_the_same() -> None:
    result = extract(page(article().encode().replace(b"Plan", b"Pl\xffan")), None)
    assert isinstance(result, Article)
    assert "Die Minister haben sich" in (result.text or "")


def test_invisible_characters_never_arrive() -> None:
    body = article().replace("Minister", "Mini\u00adster\u202e&#8238;&#x200b;").replace("Gipfel", "G\u200bipfel")
    result = extract(page(body), None)
    assert isinstance(result, Article)
    assert "Die Minister haben sich" in (result.text or "")
    assert result.title == "Gipfel endet ohne Zusage"


def test_a_feed_with_a_flood_of_attributes_ends() -> None:
    begin = time.process_time()
    flood = (
        "<rss><channel><item "
        + " ".join(f'a{n}="x"' for n in range(50_000))
        + "><link>http://a.example/1</link></item></channel></rss>"
    )
    read_links(page(flood), "feed")
    assert time.process_time() - begin < SECONDS


@pytest.mark.parametrize("reference", ["&#2;", "&#x1F;", "&#0011;", "&#xFFFE;", "&#xD800;", "&#31", "&#x8"])
def test_hostile_controls_written_as_references_stop_no_reading(reference: str) -> None:
    """What XML calls no character stands behind the headline, and the text it is in must move when that is taken out."""
    body = f"<article><h1>Gipfel endet ohne Zusage</h1>{reference} Danach.<p>{PROSE}</p></article>"
    read = extract(
        page(f"<html lang=de><head><title>Gipfel endet ohne Zusage</title></head><body>{body}</body></html>"), None
    )
    assert not isinstance(read, Article) or all(ord(char) >= 0x20 or char == "\n" for char in read.text or "")
