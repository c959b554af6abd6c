"""The headline is found among what the page says in several places; kicker and site name are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import document_fromstring

from articles.article import Article
from extract import dates, witnesses
from extract.page import extract
from extract.stated import read_stated
from extract.titles import Place, choose, without_site
from tests.extract.making import FETCHED, PROSE, URL, article, html, page

SITE = ["Tagespost", "tagespost.example", "tagespost"]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Bundeswehr bestellt System - Tagespost", "Bundeswehr bestellt System"),
        ("Bundeswehr bestellt erstes System - Politik - Tagespost.example", "Bundeswehr bestellt erstes System"),
        ("Tagespost | Bundeswehr bestellt System", "Bundeswehr bestellt System"),
        ("Bundeswehr – ein Überblick", "Bundeswehr – ein Überblick"),
        ("Rheinmetall-Aktie steigt", "Rheinmetall-Aktie steigt"),
        ("Bundeswehr bestellt System | TAGESPOST", "Bundeswehr bestellt System"),
        ("Tagespost +++ Bundeswehr bestellt System", "Bundeswehr bestellt System"),
        ("TAGESPOST im Netz +++ Archiv +++ Bundeswehr bestellt", "Bundeswehr bestellt"),
        ("Bundeswehr bestellt System – Tagespost GmbH", "Bundeswehr bestellt System"),
        ("Verein bestellt System – Tagespost e. V.", "Verein bestellt System"),
    ],
)
def test_the_site_name_is_removed_and_nothing_else(text: str, bare: str) -> None:
    assert without_site(text, SITE) == bare


def test_two_spellings_of_one_road_back_each_other_and_readers_spelling_is_kept() -> None:
    joined = "Brücke auf der B2 gesperrt"
    said: list[tuple[Place, str | None]] = [("json-ld", joined), ("og", joined)]
    assert choose([("h1", "Brücke auf der B\u202f2 gesperrt"), *said], SITE, None).title == "Brücke auf der B 2 gesperrt"
    assert choose([("h1", "Brücke auf der B2 gesperrt"), *said], SITE, None).title == "Brücke auf der B2 gesperrt"


@pytest.mark.parametrize(
    ("marked", "kicker"), [("Marine", "Marine"), ("News Release", None), ("Watch", None), ("Tagespost", None)]
)
def test_the_kind_of_page_and_the_name_of_the_site_are_no_kickers(marked: str, kicker: str | None) -> None:
    assert choose([("h1", "Heer bestellt Brücken")], SITE, marked).kicker == kicker


def test_agreement_beats_rank() -> None:
    titles = choose(
        [
            ("h1", "Newsletter abonnieren"),
            ("json-ld", "Heer bestellt Brücken"),
            ("og", "Heer bestellt Brücken"),
            ("title", "Heer bestellt Brücken | Tagespost"),
        ],
        SITE,
        None,
    )
    assert titles.title == "Heer bestellt Brücken"


def test_what_readers_see_wins_among_different_ones() -> None:
    titles = choose([("h1", "So will das Heer Flüsse überqueren"), ("og", "Heer bestellt schwimmende Brücken")], SITE, None)
    assert titles.title == "So will das Heer Flüsse überqueren"


def test_a_kicker_is_kept_apart_wherever_it_shows() -> None:
    assert choose([("h1", "Heer bestellt Brücken"), ("og", "Beschaffung: Heer bestellt Brücken")], SITE, None) == (
        "Heer bestellt Brücken",
        "Beschaffung",
    )
    assert choose(
        [("h1", "Beschaffung: Heer bestellt Brücken"), ("og", "Beschaffung: Heer bestellt Brücken")], SITE, "Beschaffung"
    ) == ("Heer bestellt Brücken", "Beschaffung")


def test_a_headline_said_alone_once_is_backed_by_all_who_put_a_kicker_before_it() -> None:
    glued = "Beschaffung: Heer bestellt Brücken"
    titles = choose([("h1", "Heer bestellt Brücken"), ("json-ld", glued), ("og", glued), ("title", glued)], SITE, None)
    assert titles == ("Heer bestellt Brücken", "Beschaffung")


def test_a_title_shortened_for_elsewhere_backs_the_headline_readers_see() -> None:
    short, whole = "Heer bestellt Brücken", "Heer bestellt Brücken für die Brigade in Litauen"
    assert choose([("h1", whole), ("og", short), ("title", short), ("json-ld", short)], SITE, None).title == whole


def test_a_kicker_that_is_the_first_word_of_the_headline_stays_in_it() -> None:
    assert choose([("h1", "Heer mustert alte Panzer aus"), ("og", "Heer mustert alte Panzer aus")], SITE, "Heer") == (
        "Heer mustert alte Panzer aus",
        "Heer",
    )


def test_a_page_without_titles_has_none() -> None:
    assert choose([("h1", None), ("title", "  "), ("og", "Startseite")], SITE, None) == (None, None)


@given(st.lists(st.tuples(st.sampled_from(["h1", "og", "title", "json-ld", "feed"]), st.text(max_size=60)), max_size=6))
def test_the_title_is_one_line_of_a_candidate(candidates: list[tuple[str, str]]) -> None:
    title = choose(candidates, SITE, None).title  # type: ignore[arg-type]  # sampled from the places
    assert title is None or (title == " ".join(title.split()) and title)


@pytest.mark.parametrize(
    ("shown", "settled"),
    [
        ("Heer bekommt seine Brücken erst 2031", True),
        ("Heeresbeschaffung: Heer bestellt Brücken", False),
        ("Heer bestellt Brücken 12.03.2026", False),
        ("Unsere Themen der Woche", False),
        ("Brücken", False),
    ],
)
def test_the_heading_of_the_text_beats_a_wording_for_elsewhere_that_the_head_agrees_on(shown: str, settled: bool) -> None:
    head = "<title>Heer bestellt Brücken</title><meta property='og:title' content='Heer bestellt Brücken'>"
    head += '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Heer bestellt Brücken"}</script>'
    markup = article("", head).replace("Gipfel endet ohne Zusage", shown)
    stated = read_stated(document_fromstring(markup), URL)
    title = witnesses.headline(page(markup), stated, SITE, None).title
    assert title == (shown if settled else "Heer bestellt Brücken")


def test_a_bold_line_that_goes_on_where_the_title_breaks_off_is_the_headline() -> None:
    markup = (
        "<title>TAGESPOST im Netz +++ Archiv +++ Feldfernsprecher</title><table><tr><td><b>Archiv</b></td><td>"
        "<font size='4'><b>Feldfernsprecher mit lockerer Schraube</b></font><br>Von Tom Reger, 17.03.2004, 14:30 Uhr"
        "<p>Ein Hauptfeldwebel hatte Geräte geprüft.</p></td></tr></table>"
    )
    stated = read_stated(document_fromstring(markup), URL)
    assert witnesses.headline(page(markup), stated, SITE, None).title == "Feldfernsprecher mit lockerer Schraube"
    moment, _ = witnesses.times(page(markup), stated, dates.habits(FETCHED, None, None, "de", "zeitung.example"))
    assert moment is not None
    assert moment.at == "2004-03-17T14:30:00+01:00"
    assert witnesses.bylines(stated, SITE).people == ("Tom Reger",)


def test_a_long_headline_is_found_though_its_titles_break_off_and_its_block_is_called_a_card() -> None:
    long = "Westen und Helme bleiben knapp - Umfrage unter 84 Herstellern zeigt Lieferzeiten bis zu 19 Monaten"
    head = "<title>Verband: Westen und Helme bleiben knapp - Umfrage unter ...</title>"
    text = "".join(f"<p>{PROSE}({number})</p>" for number in range(5))
    other = "<article><div class='date'>04.04.2023 – 11:30</div><h3><a href='/2'>Neuer Präsident gewählt</a></h3></article>"
    own = f"<article class='card story'><p class='date'>20.06.2023 – 10:02</p><h1>{long}</h1>{text}</article>"
    read = extract(page(html(f"<main>{own}{other}</main>", head)), None)
    assert isinstance(read, Article)
    assert read.published is not None
    assert read.published.at == "2023-06-20T10:02:00+02:00"


def test_the_line_in_the_largest_type_heads_a_page_from_before_style_sheets() -> None:
    text = "".join(f"{PROSE}({number})<br><br>" for number in range(6))
    lines = (
        "<font size='2'><b>Wildflecken</b></font><br><font size='5'><b>Schießzeiten sollen begrenzt werden</b></font><br>"
    )
    head = "<title>wochenblatt.example - Druckversion</title>"
    printed = "<p>gedruckt am 05.03.2013, 09:11 Uhr</p>"
    body = f"{printed}<span>02.03.2013 - 18:20 Uhr</span><br>{lines}<font size='3'>{text}</font>"
    read = extract(page(html(body, head), "https://wochenblatt.example/index.php?artikel=60412&druck=1"), None)
    assert isinstance(read, Article)
    assert read.title == "Schießzeiten sollen begrenzt werden"
    assert read.published is not None
    assert read.published.at == "2013-03-02T18:20:00+01:00"


@pytest.mark.parametrize(
    ("sizes", "title"), [(("+1", "+2"), "die größere Zeile steht unten"), (("6", "+1"), "die erste Zeile steht ganz oben")]
)
def test_sizes_are_absolute_or_told_from_the_usual_one(sizes: tuple[str, str], title: str) -> None:
    lines = ("die erste Zeile steht ganz oben", "die größere Zeile steht unten")
    fonts = "".join(f"<font size='{size}'>{line}</font><br>" for size, line in zip(sizes, lines, strict=True))
    text = "".join(f"{PROSE}({number})<br><br>" for number in range(6))
    read = extract(page(html(f"<span>02.03.2025 - 18:20 Uhr</span><br>{fonts}{text}", "<title>Druckversion</title>")), None)
    assert isinstance(read, Article)
    assert read.title == title


def test_an_article_inside_the_headlines_own_may_tell_its_time_and_one_beside_it_may_not() -> None:
    text = "".join(f"<p>{PROSE}({number})</p>" for number in range(5))
    own = "<article><h1>Gipfel endet ohne Zusage</h1><article class='inhalt'><time>25. Juni 2025, 14:30 Uhr</time>"
    beside = "<article><time>27. Juni 2025, 9:15 Uhr</time><h3>Ein anderer Bericht vom Freitag</h3></article>"
    read = extract(page(html(f"<main>{beside}{own}{text}</article></article></main>")), None)
    assert isinstance(read, Article)
    assert read.published is not None
    assert read.published.at == "2025-06-25T14:30:00+02:00"


def test_the_day_beside_the_headline_counts_more_than_the_day_the_text_was_begun() -> None:
    head = "<meta name='DC.date.created' content='2021-10-05T13:44:21+02:00'>"
    read = extract(page(article("<p>Kurzanalyse Nr. 14 / 7. Oktober 2021</p>", head)), None)
    assert isinstance(read, Article)
    assert read.published is not None
    assert read.published.at == "2021-10-07"
