"""List pages give the links to articles with their headlines, not navigation, not teasers, each address once."""

from __future__ import annotations

from articles.page import Links
from extract.links import read_links
from tests.extract.making import html, page

LISTING = "https://zeitung.example/politik/"
BODY = """<header><nav><ul><li><a href="/politik/">Politik und alles, was dazu gehört</a></li></ul></nav></header>
<main><h1>Politik</h1>
<article class="teaser"><a href="/politik/heer-bestellt-bruecken-1.html"><img alt="Brücke"></a><span class="kicker">Heer</span><h2><a href="/politik/heer-bestellt-bruecken-1.html">Heer bestellt Brücken</a></h2><p>Ein langer Vorspann, <a href="/politik/heer-bestellt-bruecken-1.html#kommentare">mehr dazu und zu den Kommentaren</a></p></article>
<article class="teaser"><a href="/politik/marine-testet-boote-2.html"><div class="teaser__kicker">Marine</div><h3 class="teaser__title">Marine testet Boote</h3><p>Ein zweiter Vorspann mit vielen Worten.</p></a></article>
<div class="item"><a class="headline" href="https://www.zeitung.example/politik/luftwaffe-fliegt-wieder-3.html">Luftwaffe fliegt wieder</a></div>
<div><a href="/politik/ohne-ueberschrift-aber-lang-4.html">Ein Link ohne Überschrift, aber lang genug für eine</a></div>
<a href="https://anderswo.example/werbung-5.html"><h3>Fremde Meldung von anderswo</h3></a><a href="/thema/heer/"><h3>Thema Heer im Überblick</h3></a><a href="/autor/okonski-12.html"><h3>Jana Okonski schreibt hier</h3></a>
<a href="mailto:x@zeitung.example"><h3>Schreiben Sie uns doch</h3></a></main><footer><a href="/impressum-und-kontakt-6.html">Impressum und Kontakt und mehr dazu</a></footer>"""  # noqa: E501  # markup as it is served


def read(selector: str | None = None, body: str = BODY) -> Links:
    return read_links(page(html(body), LISTING), "page", selector)


def test_headlines_are_found_by_their_looks() -> None:
    assert [(link.url, link.title) for link in read().links] == [
        ("https://zeitung.example/politik/heer-bestellt-bruecken-1.html", "Heer bestellt Brücken"),
        ("https://zeitung.example/politik/marine-testet-boote-2.html", "Marine testet Boote"),
        ("https://www.zeitung.example/politik/luftwaffe-fliegt-wieder-3.html", "Luftwaffe fliegt wieder"),
        (
            "https://zeitung.example/politik/ohne-ueberschrift-aber-lang-4.html",
            "Ein Link ohne Überschrift, aber lang genug für eine",
        ),
    ]


def test_a_selector_names_links_or_what_surrounds_them() -> None:
    assert [link.title for link in read("article.teaser h2 a").links] == ["Heer bestellt Brücken"]
    assert [link.title for link in read(".teaser__title").links] == ["Marine testet Boote"]
    assert [link.url for link in read("div.item").links] == [
        "https://www.zeitung.example/politik/luftwaffe-fliegt-wieder-3.html"
    ]


def test_a_selector_that_matches_nothing_is_an_error_of_the_list() -> None:
    assert read(".gone").error == "no link matches the selector '.gone'"


def test_a_selector_that_is_none_is_an_error_that_names_it() -> None:
    assert "'h2 >>> a' is no CSS selector" in (read("h2 >>> a").error or "")


def test_relative_addresses_follow_the_base() -> None:
    links = read(
        body="<base href='https://zeitung.example/x/'><h2><a href='meldung-eins-7.html'>Meldung eins ist da</a></h2>"
    )
    assert [link.url for link in links.links] == ["https://zeitung.example/x/meldung-eins-7.html"]
