"""Sitemaps give their addresses with the news fields; indexes give sitemaps; neither size nor damage stops them."""

from __future__ import annotations

import gzip

import pytest

from articles.page import Link, Links
from extract.links import read_links
from tests.extract.making import html, page

SITEMAP = "https://zeitung.example/sitemap.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://zeitung.example/a?x=1&amp;y=2</loc><lastmod>2025-06-25T15:00:00+02:00</lastmod><image:image><image:loc>https://zeitung.example/i.jpg</image:loc><image:title>Bild</image:title></image:image>
<news:news><news:publication><news:name>Zeitung</news:name><news:language>de</news:language></news:publication><news:publication_date>2025-06-25</news:publication_date><news:title>Heer &amp; Marine</news:title><news:keywords>Heer, Marine</news:keywords></news:news></url>
<url><loc>/relativ</loc></url><url><lastmod>2025-01-01</lastmod></url></urlset>"""  # noqa: E501  # markup as it is served


def read(body: bytes | str, url: str = SITEMAP) -> Links:
    return read_links(page(body, url, content_type="application/xml"), "sitemap")


def test_news_fields_come_with_the_address() -> None:
    assert read(NEWS) == Links(
        (
            Link(
                "https://zeitung.example/a?x=1&y=2",
                "Heer & Marine",
                "2025-06-25",
                "2025-06-25T15:00:00+02:00",
                language="de",
                keywords=("Heer", "Marine"),
            ),
            Link("https://zeitung.example/relativ"),
        )
    )


def test_an_index_names_sitemaps() -> None:
    index = "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>https://zeitung.example/1.xml.gz</loc><lastmod>2025-06-25</lastmod></sitemap></sitemapindex>"
    assert read(index).links == (Link("https://zeitung.example/1.xml.gz", updated="2025-06-25", kind="sitemap"),)


def test_compressed_and_without_namespace_and_as_text() -> None:
    assert read(gzip.compress(NEWS.encode())).links == read(NEWS).links
    assert read("<urlset><url><loc>https://a.example/1</loc></url></urlset>").links == (Link("https://a.example/1"),)
    assert read("https://a.example/1\nhttps://a.example/2\n", "https://a.example/sitemap.txt").links == (
        Link("https://a.example/1"),
        Link("https://a.example/2"),
    )


def test_a_sitemap_that_breaks_off_gives_what_it_has() -> None:
    links = read(NEWS[: NEWS.index("<url><loc>/relativ")])
    assert len(links.links) == 1
    assert links.repaired


def test_no_more_than_the_protocol_allows() -> None:
    body = "<urlset>" + "".join(f"<url><loc>https://a.example/{n}</loc></url>" for n in range(50_010)) + "</urlset>"
    assert len(read(body).links) == 50_000


@pytest.mark.parametrize(
    ("body", "error"),
    [(html("<p>x</p>"), "an HTML page, not a sitemap"), ("<rss><channel/></rss>", "a feed, not a sitemap"), (" ", "empty")],
)
def test_what_is_no_sitemap_is_an_error(body: str, error: str) -> None:
    assert error in (read(body).error or "")
