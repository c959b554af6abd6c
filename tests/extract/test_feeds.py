"""Feeds of every kind give their entries: addresses as stated, made absolute; everything else as plain text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.page import Link, Links, Page
from extract.links import discover, kind_of, read_links
from tests.extract.making import article, html, page

FEED = "https://zeitung.example/rss"


def feed(body: bytes | str, url: str = FEED) -> Page:
    return page(body, url, content_type="application/rss+xml")


def read(body: bytes | str, url: str = FEED) -> Links:
    return read_links(feed(body, url), "feed")


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>Zeitung</title><language>de</language>
<item><title>A &amp;amp; B &lt;b&gt;einig&lt;/b&gt;</title><link> https://zeitung.example/x?a=1&amp;b=2&amp;utm_source=rss </link><guid isPermaLink="false">77</guid>
<pubDate>Wed, 25 Jun 2025 14:30:00 MESZ</pubDate><description><![CDATA[<p>Hallo <a href="/y">Welt</a></p>]]></description><dc:creator>Jana Okonski</dc:creator><category>Heer</category>
<media:title>Bild</media:title></item>
<item><title>Relativ</title><link>/rel/1</link><author>t.reger@zeitung.example (Tom Reger)</author></item>
<item><title>Nur Guid</title><guid>https://zeitung.example/perma</guid><pubDate>25.06.2025</pubDate></item>
<item><title>Ohne Adresse</title></item><item><title>Falsches Schema</title><link>javascript:alert(1)</link></item>
</channel></rss>"""  # noqa: E501  # markup as it is served


def test_rss_2() -> None:
    assert read(RSS) == Links(
        (
            Link(
                "https://zeitung.example/x?a=1&b=2&utm_source=rss", "A & B einig", "2025-06-25T14:30:00+02:00",
                None, "Hallo Welt",
                "Jana Okonski", "77", "de", ("Heer",),
            ),
            Link("https://zeitung.example/rel/1", "Relativ", author="Tom Reger", language="de"),
            Link(
                "https://zeitung.example/perma", "Nur Guid", "2025-06-25", id="https://zeitung.example/perma", language="de"
            ),
        )
    )  # fmt: skip


def test_atom() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://paper.example/sub/"><title>P</title>
    <entry><title type="html">Cheap &amp;lt;i&amp;gt;mass&amp;lt;/i&amp;gt;</title><link rel="enclosure" href="a.mp3"/><link href="one.html"/><id>tag:1</id>
    <published>2025-06-25T14:30:00Z</published><updated>2025-06-25T15:00:00+01:00</updated><author><name>Dana Whitlock</name><email>d@p.example</email></author>
    <summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>Two</p></div></summary><category term="land"/></entry></feed>"""  # noqa: E501  # markup as it is served
    assert read(atom).links == (
        Link(
            "https://paper.example/sub/one.html", "Cheap mass", "2025-06-25T14:30:00+00:00",
            "2025-06-25T15:00:00+01:00", "One Two",
            "Dana Whitlock", "tag:1", "en", ("land",),
        ),
    )  # fmt: skip


def test_rdf() -> None:
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="https://a.example/"><title>A</title></channel>
    <item rdf:about="https://a.example/1"><title>Eins</title><link>https://a.example/1</link>
    <dc:date>2025-06-25T14:30:00+02:00</dc:date></item></rdf:RDF>"""
    assert read(rdf).links == (Link("https://a.example/1", "Eins", "2025-06-25T14:30:00+02:00", id="https://a.example/1"),)


def test_rss_091_without_dates() -> None:
    assert read(
        "<rss version='0.91'><channel><item><title>Eins</title><link>http://a.example/1</link></item></channel></rss>"
    ).links == (Link("http://a.example/1", "Eins"),)


def test_json_feed() -> None:
    body = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "en",
            "items": [
                {"id": 3, "url": "/a", "title": "A", "date_published": "2025-06-25T14:30:00Z",
                 "authors": [{"name": "Dana Whitlock"}], "tags": ["x"]},
                {"id": "no address"},
            ],
        }
    )  # fmt: skip
    assert read(body).links == (
        Link(
            "https://zeitung.example/a",
            "A",
            "2025-06-25T14:30:00+00:00",
            author="Dana Whitlock",
            id="3",
            language="en",
            keywords=("x",),
        ),
    )


def test_damaged_feeds_are_read_and_say_so() -> None:
    cut = read(RSS[: RSS.index("<item><title>Relativ")])
    assert [link.title for link in cut.links] == ["A & B einig"]
    assert cut.repaired
    entities = read(
        "<rss><channel><item><title>Gr&ouml;&szlig;e &nbsp;1</title><link>http://a.example/1</link></item></channel></rss>"
    )
    assert entities.links[0].title == "Größe 1"
    ampersand = read(
        "<rss><channel><item><title>Krauss & Co</title><link>http://a.example/?a=1&b=2</link></item></channel></rss>"
    )
    assert ampersand.links[0].url == "http://a.example/?a=1&b=2"
    assert ampersand.repaired


def test_a_feed_without_entries_is_no_error() -> None:
    assert read("<rss version='2.0'><channel><title>Leer</title></channel></rss>") == Links(())


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (article(), "this is an HTML page, not a feed"),
        ("", "the body is empty"),
        ("Guten Tag", "no feed"),
        ('{"a": 1}', "no JSON Feed"),
        ('{"items": [', "damaged JSON"),
        (bytes(range(256)), "no feed"),
    ],
)
def test_what_is_no_feed_is_an_error_that_says_what_it_is(body: bytes | str, error: str) -> None:
    links = read(body)
    assert links.links == ()
    assert links.error is not None
    assert error in links.error


def test_a_feed_of_more_than_8_mb_is_refused() -> None:
    links = read("<rss><channel>" + "<item><title>x</title></item>" * 300_000)
    assert links.error is not None
    assert "8,000,000" in links.error


def test_entities_are_not_expanded_and_nothing_is_fetched() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e SYSTEM "file:///etc/passwd">]>'
    links = read(
        f"{bomb}<rss><channel><item><title>T &b; &e;</title><link>http://a.example/1</link></item></channel></rss>"
    )
    assert [link.title for link in links.links] in ([None], ["T"], ["T &b; &e;"], ["T  "])


def test_kind_of_tells_by_the_first_element() -> None:
    assert kind_of(feed(RSS)) == "feed"
    assert kind_of(page("<?xml version='1.0'?><!-- x --><urlset></urlset>")) == "sitemap"
    assert kind_of(page("<sitemapindex/>")) == "sitemap"
    assert kind_of(page(article())) == "page"
    assert kind_of(page(b"%PDF-1.4")) is None


def test_discover_finds_what_a_page_advertises() -> None:
    head = (
        "<link rel=alternate type='application/rss+xml' title='Politik' href='/rss/politik'>"
        "<link rel=alternate hreflang=en href='/en/'>"
        "<link rel=sitemap href='/news-sitemap.xml'><link rel=alternate type='application/rss+xml' href='/rss/politik'>"
    )
    found = discover(page(html("<a href='/alles.rss'>RSS-Feed</a><a href='/feedback'>Feedback</a>", head)))
    assert found == [
        ("feed", "https://zeitung.example/rss/politik", "Politik"),
        ("sitemap", "https://zeitung.example/news-sitemap.xml", ""),
        ("feed", "https://zeitung.example/alles.rss", "RSS-Feed"),
    ]
    assert discover(feed(RSS)) == [("feed", FEED, "")]


@given(st.binary(max_size=400))
def test_no_bytes_escape_the_reader(body: bytes) -> None:
    assert isinstance(read(body), Links)
    assert isinstance(read(b"<rss><channel><item><link>" + body), Links)
