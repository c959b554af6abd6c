"""A stated time is read to the minute in the writer's zone and order, and never from the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.article import Article
from extract import dates, evidence
from extract.page import extract
from tests.extract.making import html, page

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BERLIN = dates.habits(FETCHED, "Europe/Berlin", True, "de", "zeitung.example")
WASHINGTON = dates.habits(FETCHED, "America/New_York", False, "en-US", "paper.example")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-06-25T14:30:00+02:00", "2025-06-25T14:30:00+02:00"),
        ("2025-06-25T14:30:00+0200", "2025-06-25T14:30:00+02:00"),
        ("2025-06-25T12:30:00.123Z", "2025-06-25T12:30:00+00:00"),
        ("2025-06-25 14:30", "2025-06-25T14:30:00+02:00"),
        ("2025-01-25T14:30", "2025-01-25T14:30:00+01:00"),
        ("20250625T143000Z", "2025-06-25T14:30:00+00:00"),
        ("1750854600", "2025-06-25T12:30:00+00:00"),
        ("1750854600000", "2025-06-25T12:30:00+00:00"),
        ("25. Juni 2025, 14:30 Uhr", "2025-06-25T14:30:00+02:00"),
        ("Mi, 25.06.2025 14:30", "2025-06-25T14:30:00+02:00"),
        ("25.06.2025, 14.30 Uhr", "2025-06-25T14:30:00+02:00"),
        ("25.6.25 um 9 Uhr", "2025-06-25T09:00:00+02:00"),
        ("Stand: 25.06.2025 14:30 MESZ", "2025-06-25T14:30:00+02:00"),
        ("3. März 2025 um 08:05 MEZ", "2025-03-03T08:05:00+01:00"),
        ("14:30 Uhr, 25. Juni 2025", "2025-06-25T14:30:00+02:00"),
        ("1. Jänner 2025, 10:00 Uhr", "2025-01-01T10:00:00+01:00"),
        ("June 25, 2025 at 2:30 p.m. ET", "2025-06-25T14:30:00-04:00"),
        ("June 25, 2025 02:30 PM Eastern Daylight Time", "2025-06-25T14:30:00-04:00"),
        ("January 25, 2025 2:30 pm Pacific Time", "2025-01-25T14:30:00-08:00"),
        ("Jan. 5, 2026, 12:05 AM EST", "2026-01-05T00:05:00-05:00"),
        ("25 June 2025 14:30 BST", "2025-06-25T14:30:00+01:00"),
        ("Wed, 25 Jun 2025 14:30:00 GMT", "2025-06-25T14:30:00+00:00"),
        ("Wed, 25 Jun 2025 14:30:00 +0200", "2025-06-25T14:30:00+02:00"),
        ("Wed, 25 Jun 2025 14:30:00 CEST", "2025-06-25T14:30:00+02:00"),
        ("Tue Jan 28 15:28:56 CET 2025", "2025-01-28T15:28:00+01:00"),
        ("2025-6-5 22:17:36", "2025-06-05T22:17:00+02:00"),
        ("2025. 06. 04. 11:27", "2025-06-04T11:27:00+02:00"),
        ("le 15 septembre 2025", "2025-09-15"),
        ("4 de mayo de 2025", "2025-05-04"),
        ("25.06.2025", "2025-06-25"),
        ("01.02.2026", "2026-02-01"),
        ("25. Juni 2025", "2025-06-25"),
        ("June 25th, 2025", "2025-06-25"),
        ("2025-06-25", "2025-06-25"),
        ("2025-06-25T00:00:00Z", "2025-06-25"),
        ("2025/06/25", "2025-06-25"),
        ("Montag", None),
        ("31.02.2025", None),
        ("0001-01-01T00:00:00", None),
        ("1970-01-01", None),
        ("", None),
    ],
)
def test_german_and_english_forms(text: str, at: str | None) -> None:
    when = dates.read(text, BERLIN)
    assert (dates.moment(when, "text").at if when else None) == at


def test_slashes_follow_the_site_and_dots_do_not() -> None:
    def day(text: str, site: dates.Habits) -> str:
        when = dates.read(text, site)
        assert when is not None
        return when.day.isoformat()

    assert day("01/02/2026", BERLIN) == "2026-02-01"
    assert day("01/02/2026", WASHINGTON) == "2026-01-02"
    assert day("01.02.2026", WASHINGTON) == "2026-02-01"
    assert day("25/02/2026", WASHINGTON) == "2026-02-25"
    assert day("02/25/2026", BERLIN) == "2026-02-25"


def test_another_time_of_the_page_settles_the_order_of_slashes_and_an_unknown_zone() -> None:
    english = dates.habits(FETCHED, None, None, "en", "wire.example")

    def at(*others: str) -> str:
        when = dates.read("10/07/2025 18:26", dates.as_written(["10/07/2025 18:26", *others], english))
        assert when is not None
        return dates.moment(when, "text").at

    assert at("07.10.2025", "2025-10-07T19:02:00+03:00") == "2025-10-07T18:26:00+03:00"
    assert at("10.07.2025") == "2025-07-10T18:26:00+00:00"
    assert at() == "2025-07-10T18:26:00+00:00"
    assert at("2025-10-08T10:11:12+00:00") == "2025-10-07T18:26:00+00:00"  # changed the day after
    assert dates.as_written(["2025-10-07T19:02:00+03:00"], BERLIN) == BERLIN


def test_habits_without_a_source_come_from_country_and_language() -> None:
    assert str(dates.habits(FETCHED, None, None, "en-US", "www.blatt.de").zone) == "Europe/Berlin"
    assert str(dates.habits(FETCHED, None, None, "de", "blatt.example").zone) == "Europe/Berlin"
    assert str(dates.habits(FETCHED, None, None, "en", "paper.com").zone) == "UTC"
    assert not dates.habits(FETCHED, None, None, "en-US", "paper.com").day_first
    assert dates.habits(FETCHED, None, None, "en-GB", "paper.uk").day_first


@pytest.mark.parametrize(
    ("language", "host", "words", "day_first", "known"),
    [
        ("en", "wire.com", "", True, False),
        (None, "wire.com", "", True, False),
        ("en-US", "wire.com", "", False, True),
        ("en-GB", "wire.com", "", True, True),
        ("de", "wire.com", "", True, True),
        ("en-US", "www.mod.uk", "", True, True),  # what the system said, not the ministry
        ("en", "www.navy.mil", "", False, True),
        ("en", "wire.com", "Posted 07/10/2025. Earlier: 06/28/2025", False, True),
        ("en-US", "wire.com", "Posted 07/10/2025. Earlier: 28/06/2025", True, True),
        ("en", "wire.com", "06/28/2025 and 28/06/2025", True, False),
        ("en", "wire.com", "Figure 2/20, section 13/14/2", True, False),
    ],
)
def test_page_country_and_language_say_whether_the_day_comes_first(
    language: str | None, host: str, words: str, day_first: bool, known: bool
) -> None:
    site = dates.habits(FETCHED, None, None, language, host, words)
    assert (site.day_first, site.order_known) == (day_first, known)


def test_a_source_s_order_stands_above_what_its_pages_say() -> None:
    assert not dates.habits(FETCHED, None, False, "de", "blatt.de", "28/06/2025").day_first


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Tue, 10/07/2025 - 18:26", "2025-10-07"),
        ("Thursday 10/07/2025", "2025-07-10"),
        ("Di. 10/07/2025", "2025-10-07"),
        ("Mon, 10/07/2025", "2025-07-10"),  # neither: the site's order
        ("Di, 10.07.2025", "2025-07-10"),  # dots put the day first whatever else is wrong
    ],
)
def test_a_weekday_settles_the_order_of_slashes(text: str, day: str) -> None:
    when = dates.read(text, BERLIN)
    assert when is not None
    assert when.day.isoformat() == day


def test_a_day_still_to_come_is_not_meant() -> None:
    soon = datetime(2025, 7, 12, tzinfo=UTC)
    site = dates.habits(soon, None, None, "en", "wire.com")
    assert dates.as_written(["07/10/2025"], site).day_first is False
    assert dates.as_written(["07/10/2025"], site).order_known


def test_a_day_that_nobody_can_tell_is_suspect_and_one_that_can_be_told_is_not() -> None:
    def published(line: str, lang: str, head: str = "") -> tuple[str, bool]:
        body = f"<main><h1>Minister opens yard</h1><p class='date'>{line}</p>{'<p>The yard is open again. </p>' * 9}</main>"
        result = extract(page(html(body, head, lang), "https://wire.com/news/minister-opens-yard"), None)
        found = result if isinstance(result, Article) else result.article
        assert found is not None
        assert found.published is not None
        return found.published.at, found.published.suspect

    assert published("07/10/2025", "en") == ("2025-10-07", True)
    assert published("07/10/2025", "en-US") == ("2025-07-10", False)
    assert published("07/10/2025", "en", "<meta name='date' content='2025-07-10'>") == ("2025-07-10", False)
    assert published("10/10/2025", "en") == ("2025-10-10", False)
    assert published("7 October 2025", "en") == ("2025-10-07", False)


def test_the_first_witness_wins_and_a_later_one_may_add_the_minute() -> None:
    settled = evidence.settle(
        [("json-ld", "2025-06-25"), ("meta", "2025-06-24T10:00:00+02:00"), ("text", "25.06.2025, 14:30 Uhr")], BERLIN
    )
    assert settled is not None
    assert (settled.at, settled.precision, settled.source) == ("2025-06-25T14:30:00+02:00", "minute", "text")
    only_day = evidence.settle([("json-ld", "2025-06-25"), ("meta", "2025-06-24T10:00:00+02:00")], BERLIN)
    assert only_day is not None
    assert (only_day.at, only_day.precision, only_day.source) == ("2025-06-25", "day", "json-ld")


def test_a_witness_from_the_future_is_not_heard() -> None:
    later = (FETCHED + timedelta(minutes=16)).isoformat()
    soon = (FETCHED + timedelta(minutes=14)).isoformat()
    assert evidence.settle([("json-ld", later)], BERLIN) is None
    settled = evidence.settle([("json-ld", later), ("meta", soon)], BERLIN)
    assert settled is not None
    assert settled.source == "meta"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Berlin, 25. Juni 2025", "25. Juni 2025"),
        ("Meldung vom 25.06.2025, 14 Uhr", "25.06.2025"),
        ("Nr. 43/2019", None),
        ("seit 1999", None),
    ],
)
def test_a_line_says_where_its_day_stands(line: str, day: str | None) -> None:
    span = dates.day_in(line)
    assert (line[slice(*span)] if span else None) == day


def test_a_day_in_the_address() -> None:
    when = dates.in_url("https://a.example/2025/06/25/meldung", BERLIN)
    assert when is not None
    assert when.day.isoformat() == "2025-06-25"
    assert dates.in_url("https://a.example/artikel-12345678", BERLIN) is None
    assert dates.in_url("https://a.example/2025/02/31/x", BERLIN) is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    when = dates.read(text, BERLIN)
    assert when is None or when.day.year >= dates.EARLIEST


@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1)), st.sampled_from([0, 60, 120, -300]))
def test_iso_times_come_back_as_the_same_instant(naive: datetime, offset: int) -> None:
    from datetime import timezone

    instant = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    when = dates.read(instant.isoformat(), BERLIN)
    assert when is not None
    assert when.instant == instant
