"""Stories about links: which are followed, and which reason each of the others gets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.outcome import SKIPPED
from articles.page import Link
from articles.url import article_id
from config.models import Address, Source
from crawlers.plan import FEW_SITEMAPS, Reading, canonical_urls, gap, instant, news_sitemaps, plan
from egress.guard import Guard
from ledger.values import Known

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)
SITE = "https://zeitung.example"
ARTICLE = f"{SITE}/politik/gipfel-endet-ohne-zusage-1"


def source(**more: Any) -> Source:
    addresses = (Address(kind="feed", url=f"{SITE}/feed"),)
    return Source(**{"id": "zeitung", "name": "Zeitung", "addresses": addresses, **more})


def known(state: Any = "visited", hours_ago: float = 5, reason: str | None = None) -> Known:
    last = NOW - timedelta(hours=hours_ago) if state == "visited" else None
    return Known(state, None, last, None, reason)


def decide(link: Link, *others: Link, knows: dict[str, Known] | None = None, **more: Any) -> str:
    """What happens with the first link of a list."""
    planned = plan([link, *others], Reading(source(**more), knows or {}, NOW, NOW))
    return planned[0].reason or planned[0].decision


def test_a_new_article_is_visited_and_its_address_canonical() -> None:
    (planned,) = plan([Link(f"{ARTICLE}?utm_source=rss#top")], Reading(source(), {}, NOW, NOW))
    assert (planned.decision, planned.url, planned.reason) == ("visit", ARTICLE, None)
    assert planned.link.url == f"{ARTICLE}?utm_source=rss#top"


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (Link("mailto:redaktion@zeitung.example"), "not_http"),
        (Link("https:///kaputt"), "not_http"),
        (Link("http://127.0.0.1/a"), "private"),
        (Link("http://2130706433/a"), "private"),
        (Link("http://[::1]/a"), "private"),
        (Link("http://169.254.169.254/latest/meta-data"), "private"),
        (Link(f"{SITE}/"), "not_an_article"),
        (Link(f"{SITE}/feed"), "not_an_article"),
        (Link(f"{SITE}/bericht.pdf"), "not_an_article"),
        (Link(ARTICLE, published="2025-11-01T10:00:00+01:00"), "before_start"),
        (Link(ARTICLE, published="2025-11-16"), "before_start"),
        (Link(f"{SITE}/2001.xml", updated="2001-01-01", kind="sitemap"), "before_start"),
    ],
)
def test_a_link_that_is_not_followed_has_a_reason(link: Link, reason: str) -> None:
    assert reason in SKIPPED
    assert decide(link, Link(ARTICLE), Link(f"{ARTICLE}2")) == reason


@pytest.mark.parametrize("stated", [None, "2025-11-20T10:00:00Z", "2025-11-17", "gestern", "2025-13-45", ""])
def test_a_recent_or_undated_article_is_visited(stated: str | None) -> None:
    assert decide(Link(ARTICLE, published=stated)) == "visit"


def test_the_beginning_is_the_first_poll_and_stays_there() -> None:
    link = Link(ARTICLE, published="2025-11-10")
    later = Reading(source(), {}, begun=NOW - timedelta(days=60), now=NOW, read_before=True)
    assert plan([link], later)[0].decision == "visit"


def test_the_second_of_two_spellings_in_one_list_is_a_duplicate() -> None:
    planned = plan([Link(ARTICLE), Link(f"{ARTICLE}?utm_medium=feed")], Reading(source(), {}, NOW, NOW))
    assert [entry.reason for entry in planned] == [None, "duplicate"]


def test_what_is_under_way_visited_or_forgotten_is_not_followed_again() -> None:
    assert decide(Link(ARTICLE), knows={ARTICLE: known("scheduled")}) == "known"
    assert decide(Link(ARTICLE), knows={ARTICLE: known("visited")}) == "known"
    assert decide(Link(ARTICLE, updated=NOW.isoformat()), knows={ARTICLE: known("forgotten")}) == "forgotten"


def test_an_article_that_the_list_calls_edited_is_visited_again_but_not_at_every_poll() -> None:
    edited = Link(ARTICLE, updated=(NOW - timedelta(minutes=5)).isoformat())
    assert decide(edited, knows={ARTICLE: known(hours_ago=5)}) == "visit"
    assert decide(edited, knows={ARTICLE: known(hours_ago=0.5)}) == "known"
    old = Link(ARTICLE, updated=(NOW - timedelta(hours=9)).isoformat())
    assert decide(old, knows={ARTICLE: known(hours_ago=5)}) == "known"
    future = Link(ARTICLE, updated=(NOW + timedelta(days=300)).isoformat())
    assert decide(future, knows={ARTICLE: known(hours_ago=5)}) == "known"


def test_what_was_skipped_is_judged_anew_except_what_is_from_before_the_start() -> None:
    assert decide(Link(ARTICLE), knows={ARTICLE: known("skipped", reason="filtered")}) == "visit"
    assert decide(Link(ARTICLE), knows={ARTICLE: known("skipped", reason="before_start")}) == "known"


def test_a_sitemap_is_read_again_unless_its_index_says_it_is_unchanged() -> None:
    child = f"{SITE}/sitemap-1.xml"
    assert decide(Link(child, kind="sitemap")) == "list"
    assert decide(Link(child, kind="sitemap"), knows={child: known()}) == "list"
    unchanged = Link(child, kind="sitemap", updated=(NOW - timedelta(hours=9)).isoformat())
    assert decide(unchanged, knows={child: known(hours_ago=5)}) == "known"
    changed = Link(child, kind="sitemap", updated=(NOW - timedelta(hours=1)).isoformat())
    assert decide(changed, knows={child: known(hours_ago=5)}) == "list"


def test_one_of_many_sitemaps_without_a_date_is_read_again_once_a_day() -> None:
    children = [Link(f"{SITE}/archiv-{n}.xml", kind="sitemap") for n in range(9)]
    recent = {link.url: known(hours_ago=2) for link in children}
    assert decide(children[0], *children[1:], knows=recent) == "known"
    assert decide(children[0], *children[1:], knows={link.url: known(hours_ago=25) for link in children}) == "list"
    news = Link(f"{SITE}/news-sitemap.xml", kind="sitemap")
    assert decide(news, *children, knows={news.url: known(hours_ago=2)}) == "list"


@pytest.mark.parametrize(
    ("name", "decision"),
    [
        ("/sitemap-2019-03.xml", "before_start"),
        ("/sitemaps/2019/12/articles.xml", "before_start"),
        ("/sitemap_201903.xml.gz", "before_start"),
        ("/sitemap-2019-03-04.xml", "before_start"),
        ("/sitemap-2025-11.xml", "list"),
        ("/sitemap-2019.xml", "list"),
        ("/sitemap-1.xml", "list"),
        ("/sitemap-20190399.xml", "list"),
    ],
)
def test_an_archive_sitemap_is_known_by_the_month_in_its_name(name: str, decision: str) -> None:
    assert decide(Link(f"{SITE}{name}", kind="sitemap")) == decision


def test_a_redated_item_is_still_the_same() -> None:
    moved = Link(ARTICLE, published=NOW.isoformat())
    assert decide(moved, knows={ARTICLE: known()}) == "known"


def test_another_site_is_foreign_unless_the_operator_lets_it_through() -> None:
    own = [Link(f"{ARTICLE}{n}") for n in range(3)]
    foreign = Link("https://anzeigen.example/kauf-mich-jetzt")
    assert decide(foreign, *own) == "foreign"
    assert decide(Link("https://www.zeitung.example/politik/langer-titel-hier"), *own) == "visit"
    assert decide(foreign, *own, include=("anzeigen",)) == "visit"
    assert decide(foreign, *own, tier="aggregator") == "visit"


def test_a_feed_that_lies_with_a_feed_host_leads_to_its_site() -> None:
    hosted = (Address(kind="feed", url="https://feeds.feedhost.example/zeitung"),)
    links = [Link(f"{ARTICLE}{n}") for n in range(3)] + [Link("https://anzeigen.example/kauf-mich-jetzt")]
    planned = plan(links, Reading(source(addresses=hosted), {}, NOW, NOW))
    assert [entry.reason for entry in planned] == [None, None, None, "foreign"]


def test_the_sources_own_filters_cut() -> None:
    assert decide(Link(ARTICLE), exclude=("/politik/",)) == "filtered"
    assert decide(Link(ARTICLE), include=("/sport/",)) == "filtered"
    assert decide(Link(ARTICLE), include=("/sport/", "/politik/")) == "visit"


def test_private_addresses_that_the_operator_allowed_are_visited() -> None:
    local = (Address(kind="feed", url="http://127.0.0.1:8000/feed"),)
    reading = Reading(source(addresses=local), {}, NOW, NOW, guard=Guard.allowing(["127.0.0.0/8"]))
    assert plan([Link("http://127.0.0.1:8000/a")], reading)[0].decision == "visit"


def test_a_poll_that_shows_nothing_known_is_a_gap() -> None:
    fresh = [Link(f"{ARTICLE}{n}") for n in range(3)]
    reading = Reading(source(), {}, NOW - timedelta(days=2), NOW, read_before=True)
    missed = gap(plan(fresh, reading), reading)
    assert missed is not None
    assert "3 items" in missed
    seen = Reading(source(), {f"{ARTICLE}0": known()}, NOW - timedelta(days=2), NOW, read_before=True)
    assert gap(plan(fresh, seen), seen) is None
    first = Reading(source(), {}, NOW, NOW)
    assert gap(plan(fresh, first), first) is None
    assert gap([], reading) is None


def test_an_item_that_only_another_list_showed_proves_nothing() -> None:
    fresh = [Link(f"{ARTICLE}{n}") for n in range(3)]
    knows = {f"{ARTICLE}0": known()}
    shown = frozenset(article_id(f"{ARTICLE}{n}") for n in (7, 8))
    reading = Reading(source(), knows, NOW - timedelta(days=2), NOW, read_before=True, shown=shown)
    assert gap(plan(fresh, reading), reading) is not None
    overlap = [*fresh, Link(f"{ARTICLE}8")]
    assert gap(plan(overlap, reading), reading) is None
    many = frozenset(article_id(f"{ARTICLE}{n}") for n in range(7, 12))
    pinned = Reading(source(), knows, NOW - timedelta(days=2), NOW, read_before=True, shown=many)
    assert gap(plan(overlap, pinned), pinned) is not None, "one item may be pinned, or dated anew"
    assert gap(plan([*overlap, Link(f"{ARTICLE}9")], pinned), pinned) is None
    empty = Reading(source(), {}, NOW - timedelta(days=2), NOW, read_before=True, shown=frozenset())
    assert gap(plan(fresh, empty), empty) is None, "a list that was empty and has a few items has lost none"
    filled = [Link(f"{ARTICLE}{n}") for n in range(12)]
    assert gap(plan(filled, empty), empty) is not None, "but one that filled up meanwhile may have run over"


def test_a_gap_is_filled_from_news_sitemaps_of_the_same_site() -> None:
    named = [f"{SITE}/sitemap.xml", f"{SITE}/news-sitemap.xml", "https://fremd.example/news.xml"]
    assert news_sitemaps([*named, *named], [f"{SITE}/feed"]) == [f"{SITE}/news-sitemap.xml"]
    assert len(news_sitemaps([f"{SITE}/news/{n}.xml" for n in range(20)], [SITE])) == FEW_SITEMAPS


def test_times_are_read_as_lists_state_them() -> None:
    assert instant("2025-06-25T14:30:00+02:00") == datetime(2025, 6, 25, 12, 30, tzinfo=UTC)
    assert instant("2025-06-25T14:30:00") == datetime(2025, 6, 25, 14, 30, tzinfo=UTC)
    assert instant("2025-06-25") == datetime(2025, 6, 25, tzinfo=UTC)
    assert instant("neulich") is None
    assert canonical_urls([Link("ftp://x"), Link(f"{ARTICLE}#a")]) == [ARTICLE]


LINKS = st.builds(
    Link,
    st.sampled_from([ARTICLE, f"{ARTICLE}#a", SITE, "mailto:x", "http://10.0.0.1/", "https://fremd.example/x-y-z"])
    | st.text(max_size=20),
    published=st.none() | st.text(max_size=10) | st.datetimes().map(datetime.isoformat),
    updated=st.none() | st.datetimes().map(datetime.isoformat),
    kind=st.sampled_from(["article", "sitemap"]),
)


@given(st.lists(LINKS, max_size=8), st.sampled_from(["scheduled", "visited", "skipped", "forgotten"]), st.booleans())
def test_every_link_gets_one_decision_in_its_order(links: list[Link], state: Any, before: bool) -> None:
    reading = Reading(source(), {ARTICLE: known(state)}, NOW, NOW, read_before=before)
    planned = plan(links, reading)
    assert [entry.link for entry in planned] == links
    for entry in planned:
        assert (entry.reason is None) == (entry.decision != "skip")
        assert entry.reason is None or entry.reason in SKIPPED
    followed = [entry.url for entry in planned if entry.decision != "skip"]
    assert len(followed) == len(set(followed))
