"""A source's YAML says how its pages are built, and until when; an archived page is read by the layout of its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from articles.article import Article
from config.models import Address, Layout, Source
from extract import layout
from extract.page import extract
from tests.extract.making import PROSE, html, page

ADDRESS = Address(kind="feed", url="https://zeitung.example/rss")
OLD = Layout(valid_until=date(2025, 12, 31), text_selector=".alt", title_selector=".alter-titel")
NEW = Layout(text_selector=".neu", title_selector=".neuer-titel", remove=(".kasten", "aside.hinweis"))
BODY = html(
    "<main><h1>Rubrik der Woche</h1>"
    "<div class=alter-titel>Alte Überschrift</div><div class=neuer-titel>Neue Überschrift</div>"
    f"<div class=alt><p>Alt. {PROSE}</p><p>Alt zwei. {PROSE}</p></div>"
    f"<div class=neu><p>Neu. {PROSE}</p><div class=kasten><p>Kasten. {PROSE}</p></div><p>Neu zwei. {PROSE}</p></div>"
    "</main>",
    "<meta property='og:type' content='article'>",
)


def source(*layouts: Layout, text_selector: str | None = None) -> Source:
    return Source(id="zeitung", name="Zeitung", addresses=(ADDRESS,), layouts=layouts, text_selector=text_selector)


def read(whose: Source, year: int) -> Article:
    fetched = replace(page(BODY), fetched_at=datetime(year, 6, 1, tzinfo=UTC))
    result = extract(fetched, whose)
    assert isinstance(result, Article)
    return result


def test_each_page_is_read_by_the_layout_of_its_day() -> None:
    whose = source(NEW, OLD)
    assert read(whose, 2025).title == "Alte Überschrift"
    assert read(whose, 2026).title == "Neue Überschrift"
    assert (read(whose, 2025).text or "").startswith("Alt.")
    assert (read(whose, 2026).text or "").startswith("Neu.")


def test_what_is_removed_is_no_part_of_the_text() -> None:
    assert "Kasten" not in (read(source(NEW), 2026).text or "")
    assert "Neu zwei" in (read(source(NEW), 2026).text or "")


@pytest.mark.parametrize("layouts", [(OLD, NEW), (NEW, OLD)])
def test_the_layout_that_ends_soonest_holds_and_its_last_day_counts(layouts: tuple[Layout, ...]) -> None:
    assert layout.on(source(*layouts), date(2025, 12, 31)) == OLD
    assert layout.on(source(*layouts), date(2026, 1, 1)) == NEW


def test_the_sources_own_selector_stands_in_where_no_layout_holds_or_names_one() -> None:
    assert layout.on(source(OLD, text_selector=".x"), date(2026, 1, 1)) == Layout(text_selector=".x")
    assert layout.on(source(Layout(remove=("b",)), text_selector=".x"), date(2026, 1, 1)).text_selector == ".x"
    assert layout.on(None, date(2026, 1, 1)) == layout.GENERAL


def test_selectors_that_are_none_or_find_nothing_cost_no_page() -> None:
    slip = Layout(text_selector="div[", title_selector=":::", remove=("..",))
    assert read(source(slip), 2026).title == "Rubrik der Woche"
    assert "Neu" in (read(source(Layout(text_selector=".weg")), 2026).text or "")
