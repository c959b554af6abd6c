"""The time of the article is told from others on its page: of teasers, comments, embedded posts and the last change."""

from __future__ import annotations

from lxml.html import document_fromstring

from extract import dates, witnesses
from extract.places import spaced
from extract.stated import Stated, read_stated
from tests.extract.making import FETCHED, PROSE, URL, article, html, page

BERLIN = dates.habits(FETCHED, None, None, "de", "zeitung.example")


def published(markup: str, url: str = URL) -> str | None:
    """Return when a page says it was published, day or minute."""
    moment, _ = witnesses.times(page(markup, url), stated(markup), BERLIN)
    return moment.at if moment else None


def stated(markup: str) -> Stated:
    return read_stated(document_fromstring(markup), URL)


def test_a_theme_that_calls_the_whole_page_with_sidebar_hides_nothing() -> None:
    markup = html(
        "<div class='layout right-sidebar'><article class='post promoted tag-newsletter'>"
        "<h1>Gipfel endet ohne Zusage</h1><time datetime='2026-01-14T09:05:00+01:00'>14. Januar 2026</time>"
        f"<p>{PROSE}</p></article></div>",
        "<title>Gipfel endet ohne Zusage | Zeitung</title>",
    ).replace("<body>", "<body class='single no-sidebar'>")
    assert published(markup) == "2026-01-14T09:05:00+01:00"


def test_a_day_beside_the_headline_beats_the_day_of_the_last_change_in_the_head() -> None:
    markup = article("<div>05.02.2026 - Redaktion</div>", "<meta name='date' content='2026-02-12'>")
    assert published(markup) == "2026-02-05"


def test_the_day_called_that_of_publication_beats_another_one_nearby() -> None:
    markup = article("<p>Stand der Technik, 1. März 2025</p><p>Erschienen am 05.02.2026</p>")
    assert published(markup) == "2026-02-05"


def test_a_label_after_the_day_counts_if_none_stands_before() -> None:
    foot = "<p>Dieser Text wurde am <nobr>19. Mai 2025</nobr> um <nobr>23:03</nobr> Uhr gepostet</p>"
    assert published(article().replace("</article>", foot + "</article>")) == "2025-05-19T23:03:00+02:00"


def test_a_time_of_an_embedded_post_or_of_a_comment_is_not_the_articles() -> None:
    others = (
        "<blockquote><time datetime='2024-03-12T19:30:12+00:00'>12. März 2024</time></blockquote>"
        "<div class='comments'><time datetime='2026-02-20T10:00:00+01:00'>20. Februar 2026</time></div>"
    )
    assert published(article().replace("</article>", others + "</article>")) is None


def test_a_sentence_that_mentions_a_day_dates_nothing() -> None:
    sentence = "<p>Am 3. Juli 2025 hatte das Ministerium den Vertrag mit dem Hersteller bereits einmal verschoben.</p>"
    assert published(article(sentence)) is None


def test_rdfa_microdata_and_microformats_state_times_in_attributes() -> None:
    for markup in (
        "<span property='dc:date dc:created' content='2026-01-14T18:44:31+01:00'>Mittwoch</span>",
        "<p itemprop='datePublished' content='2026-01-14 18:44:31'>Januar 2026</p>",
        "<abbr class='published' title='2026-01-14T18:44:31+01:00'>gestern</abbr>",
    ):
        assert published(article(markup)) == "2026-01-14T18:44:31+01:00"


def test_json_ld_of_a_page_that_is_no_article_dates_it_if_nothing_else_does() -> None:
    node = '{"@context": "https://schema.org", "@type": "WebPage", "datePublished": "2026-01-14T10:13:17+00:00"}'
    markup = article("", f"<script type='application/ld+json'>{node}</script>")
    assert published(markup) == "2026-01-14T10:13:17+00:00"


def test_a_time_that_calls_itself_utc_but_shows_the_local_clock_is_local() -> None:
    head = "<meta property='article:published_time' content='2026-01-14T18:44:31Z'>"
    assert published(article("<p>14.01.2026, 18:44 Uhr</p>", head)) == "2026-01-14T18:44:31+01:00"
    assert published(article("<p>14.01.2026, 19:44 Uhr</p>", head)) == "2026-01-14T18:44:31+00:00"
    assert published(article("<p>14.01.2026, 21:10 Uhr</p>", head)) == "2026-01-14T18:44:31+00:00"


def test_a_time_without_zone_that_is_utc_is_told_by_the_clock_readers_see() -> None:
    head = "<meta property='article:published_time' content='2026-01-14T17:44:31'>"
    assert published(article("<p>14.01.2026, 18:44 Uhr</p>", head)) == "2026-01-14T18:44:31+01:00"
    assert published(article("<p>14.01.2026, 17:44 Uhr</p>", head)) == "2026-01-14T17:44:31+01:00"


def test_an_h1_with_the_sites_name_gives_way_to_the_heading_the_head_speaks_of() -> None:
    markup = html(
        f"<h1>Zeitung</h1><h2>Gipfel endet ohne Zusage</h2><p>14.01.2026</p><p>{PROSE}</p>",
        "<title>Gipfel endet ohne Zusage - Zeitung</title><meta property='og:site_name' content='Zeitung'>",
    )
    heading = stated(markup).heading
    assert heading is not None
    assert heading.text_content() == "Gipfel endet ohne Zusage"
    assert published(markup) == "2026-01-14"


def test_the_minute_in_the_line_that_signs_the_text_refines_the_day_of_the_head() -> None:
    foot = "<div>Geschrieben von <b>Jana Okonski</b> am 9. Februar 2026, 21.17 Uhr | 14 Kommentare</div>"
    markup = article("", "<meta name='dcterms.issued' content='2026-02-09'>", 15).replace("</article>", foot + "</article>")
    assert published(markup) == "2026-02-09T21:17:00+01:00"


def test_a_blog_dates_the_page_and_tells_the_hour_in_the_foot_of_its_post() -> None:
    foot = "<div class='post-footer'>Eingestellt von <b>Jana Okonski</b> um 21:17 Uhr, 14 Kommentare</div>"
    markup = article("<h2>Montag, 9. Februar 2026</h2>", "", 15).replace("</article>", foot + "</article>")
    assert published(markup) == "2026-02-09T21:17:00+01:00"
    assert witnesses.bylines(stated(markup), ["Tagespost"]).people == ("Jana Okonski",)


def test_words_of_nested_elements_stand_in_their_order() -> None:
    block = document_fromstring("<div><span>Von <b>Jana <i>Okonski</i></b></span> um <p>neun</p>Uhr</div>")
    assert spaced(block) == "Von Jana Okonski um neun Uhr"
