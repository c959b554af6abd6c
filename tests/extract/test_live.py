"""An entry that shows only its hour gets its day from what stands above it, else from the blog, in whichever order."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.article import Article
from extract import clocks, dates
from extract.page import extract
from tests.extract.making import FETCHED, html, page

BERLIN = dates.habits(FETCHED, "Europe/Berlin", True, "de", "zeitung.example")


def entry(
    hour: str, *, inside: str = "", text: str = "Die Feuerwehr meldet, dass die Straße am Hafen wieder frei ist."
) -> str:
    shown = f"<span class='ticker__time'>{hour}</span>" if hour else ""
    return f"<div class='ticker__entry'>{shown}{inside}<p>{text} (um {hour or inside[:9]})</p></div>"


def written(body: str, published: str, modified: str | None = None, extra: str = "") -> list[str | None]:
    """Return when the entries of a live blog were written, and assert that what was concluded says so."""
    changed = f', "dateModified": "{modified}"' if modified else ""
    head = (
        '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Hafen im Liveblog", '
        f'"datePublished": "{published}"{changed}{extra}}}</script>'
    )
    result = extract(page(html(f"<main><h1>Hafen im Liveblog</h1><div class='ticker'>{body}</div></main>", head)), None)
    assert isinstance(result, Article)
    assert result.kind == "live"
    assert result.entries is not None
    assert all(each.day_inferred == (each.at is not None) for each in result.entries)
    return [each.at for each in result.entries]


@pytest.mark.parametrize("hour", ["14:32", "14.32 Uhr", "2.32pm", "2:32 p.m. CET", "um 14.32 Uhr", "1.03., 14.32 Uhr"])
def test_hours_in_the_forms_that_live_blogs_write(hour: str) -> None:
    at = written(entry("15:01") + entry(hour) + entry("9 Uhr"), "2026-03-01T07:59:00+00:00", "2026-03-01T15:05:00+01:00")
    assert at == ["2026-03-01T15:01:00+01:00", "2026-03-01T14:32:00+01:00", "2026-03-01T09:00:00+01:00"]


def test_newest_first_over_midnight_from_a_blog_whose_only_time_is_its_last() -> None:
    at = written(entry("02:10") + entry("00:20") + entry("23:40"), "2026-03-01T02:12:00+01:00")
    assert at == ["2026-03-01T02:10:00+01:00", "2026-03-01T00:20:00+01:00", "2026-02-28T23:40:00+01:00"]


def test_oldest_first_over_midnight_from_a_blog_that_says_when_it_began() -> None:
    at = written(
        entry("21:00") + entry("23:40") + entry("00:20") + entry("07:15"),
        "2026-02-28T20:55:00+01:00",
        "2026-03-01T07:16:00+01:00",
    )
    assert [each and each[:16] for each in at] == [
        "2026-02-28T21:00",
        "2026-02-28T23:40",
        "2026-03-01T00:20",
        "2026-03-01T07:15",
    ]


def test_the_beginning_of_the_coverage_counts_more_than_when_the_page_was_made() -> None:
    extra = ', "coverageStartTime": "2026-03-01T06:00:00+01:00"'
    at = written(
        entry("09:00") + entry("08:00") + entry("07:00"), "2026-02-20T12:00:00+01:00", "2026-03-01T09:05:00+01:00", extra
    )
    assert [each and each[:10] for each in at] == ["2026-03-01"] * 3


def test_lines_that_name_a_day_head_the_entries_below_them() -> None:
    at = written(
        entry("10:00")
        + "<h2>Sonntag, 1. März</h2>"
        + entry("23:00")
        + entry("21:00")
        + "<h2>28.02.2026</h2>"
        + entry("22:00")
        + entry("20:00"),
        "2026-02-27T12:00:00+01:00",
        "2026-03-02T10:01:00+01:00",
    )
    assert [each and each[:13] for each in at] == [
        "2026-03-02T10",
        "2026-03-01T23",
        "2026-03-01T21",
        "2026-02-28T22",
        "2026-02-28T20",
    ]


def test_days_in_blocks_of_their_own_are_one_blog() -> None:
    first = f"<section class='tag'><h2>2. März 2026</h2>{entry('09:00')}{entry('08:00')}</section>"
    second = f"<section class='tag'><h2>1. März 2026</h2>{entry('19:00')}{entry('18:00')}</section>"
    at = written(first + second, "2026-03-01T17:00:00+01:00", "2026-03-02T09:01:00+01:00")
    assert [each and each[:13] for each in at] == ["2026-03-02T09", "2026-03-02T08", "2026-03-01T19", "2026-03-01T18"]


def test_an_hour_in_the_headline_and_a_day_without_its_year() -> None:
    body = entry("", inside="<h3>11:40 Uhr: Hafen frei</h3>") + entry("", inside="<h3>10:15 Uhr: Hafen zu</h3>")
    at = written(body + entry("1. März, 9.30 Uhr"), "2026-03-02T11:45:00+01:00")
    assert at[2] == "2026-03-01T09:30:00+01:00"


def test_an_entry_that_was_pinned_is_no_midnight() -> None:
    at = written(entry("14:00") + entry("16:00") + entry("15:00") + entry("13:00"), "2026-03-01T16:01:00+01:00")
    assert {each and each[:10] for each in at} == {"2026-03-01"}


def test_an_entry_of_midnight_gives_its_day_to_its_neighbours() -> None:
    stamps = [
        clocks.Stamp(clock=time(1, 30, tzinfo=BERLIN.zone)),
        clocks.Stamp(at=datetime(2026, 3, 1, tzinfo=BERLIN.zone)),
    ]
    found = clocks.placed(stamps, clocks.Blog(None, None), BERLIN)
    assert found == [datetime(2026, 3, 1, 1, 30, tzinfo=BERLIN.zone), stamps[1].at]


def test_no_day_is_guessed_that_does_not_fit_the_blog() -> None:
    at = written(entry("09:00") + entry("08:00") + entry("07:00"), "2026-03-01T20:00:00+01:00", "2026-03-01T22:00:00+01:00")
    assert at == [None, None, None]


@given(
    st.datetimes(datetime(2025, 5, 1), datetime(2025, 6, 1)),
    st.lists(st.integers(1, 12 * 60 - 1), min_size=1, max_size=20),
    st.booleans(),
)
def test_hours_come_back_as_the_instants_they_were(start: datetime, gaps: list[int], newest_first: bool) -> None:
    """A blog that says its beginning and end: entries less than half a day apart keep their days, both ways round."""
    minute = start.replace(second=0, microsecond=0, tzinfo=ZoneInfo("Europe/Berlin"))
    true = [minute]
    for gap in gaps:
        true.append(true[-1] + timedelta(minutes=gap))
    order = list(reversed(true)) if newest_first else true
    frame = clocks.Blog(true[0], true[-1], starts=True)
    stamps = [clocks.Stamp(clock=at.timetz()) for at in order]
    assert clocks.placed(stamps, frame, BERLIN) == order
