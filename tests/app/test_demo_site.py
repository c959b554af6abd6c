"""The demo site as a reader finds it: its articles, layouts, lists, links, and what changes between editions."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree, html

from app.demo_site import Site, sources
from app.demo_site.pieces import Piece, pieces, read_piece
from app.demo_site.titles import COURIER, KUESTENBLATT, LAGEBOTE, TITLES, Title
from app.demo_site.traps import GONE, HUGE, TRAPS
from config.models import Source

ORIGIN = "http://127.0.0.1:8123"
BASE = datetime(2025, 6, 25, 12, 30, 41, tzinfo=UTC)
SITE = Site(ORIGIN, BASE)
EDITED = Site(ORIGIN, BASE, edition=2)
GMT_WITHOUT_ZONE = "Wed, 25 Jun 2025 10:54:59 -0000"  # read as a moment without a zone, which compares with nothing
GIPFEL = "/de/politik/nato-gipfel-karlsmuende.html"


def body(path: str, site: Site = SITE) -> bytes:
    return site.respond(quote(path), {}).body


def page(path: str, site: Site = SITE) -> Any:
    reply = site.respond(quote(path), {})
    charset = reply.headers["Content-Type"].partition("charset=")[2] or "utf-8"
    return html.document_fromstring(reply.body.decode(charset))


def json_ld(path: str, site: Site = SITE) -> Any:
    return json.loads(page(path, site).xpath("//script[@type='application/ld+json']/text()")[0])


def piece_at(path: str) -> Piece:
    return next(piece for piece in pieces() if piece.path == path)


def words(piece: Piece) -> int:
    return len(" ".join([piece.title, piece.lead, *(block.text for block in piece.body)]).split())


def article_with(layout: str, title: Title) -> Piece:
    return next(piece for piece in pieces() if piece.layout == layout and piece.title_of is title)


# What there is to read


def test_there_are_more_than_forty_articles_of_readable_length_in_two_languages() -> None:
    languages = Counter(piece.title_of.lang for piece in pieces())
    assert languages["de"] >= 28
    assert languages["en"] >= 16
    for piece in pieces():
        assert (40 if piece.paywall else 120) <= words(piece) <= 450, piece.path


def test_everything_appeared_within_forty_hours_except_two_older_pieces() -> None:
    old = [piece for piece in pieces() if piece.minutes > 40 * 60]
    assert len(old) == 2
    assert all(piece.minutes >= 10 * 24 * 60 for piece in old)
    assert all(piece.minutes > 0 for piece in pieces())


def test_every_article_shows_its_title_and_text_and_says_that_it_is_fiction() -> None:
    for piece in pieces():
        text = " ".join(page(piece.path).text_content().split())
        assert piece.title in text
        assert piece.body[0].text.split("\n")[-1] in text
        assert "Fiktive Demo-Nachrichten" in text or "Fictional demo news" in text


def test_each_title_uses_several_layouts() -> None:
    assert {piece.layout for piece in pieces()} == {"cms", "og", "classic", "wordpress", "live"}
    assert {piece.layout for piece in pieces() if piece.title_of is LAGEBOTE} >= {"cms", "og", "classic", "wordpress"}


@pytest.mark.parametrize(
    "needle",
    ["Helsing", "Quantum Systems", "Rheinmetall", "Anduril", "autonome Systeme", "Kamikazedrohnen", "Thalbach"],
)
def test_the_flagship_report_names_what_alerts_look_for(needle: str) -> None:
    assert needle in " ".join(block.text for block in piece_at(GIPFEL).body)


@pytest.mark.parametrize("trap", ["Helsingborg", "Abwehrspielerinnen", "starkes Vierteljahr", "Senator", "Quantum systems"])
def test_words_that_only_look_like_names_stand_in_pieces_off_topic(trap: str) -> None:
    holders = [piece for piece in pieces() if any(trap in block.text for block in piece.body)]
    assert holders
    for piece in holders:
        assert not any(name in block.text for block in piece.body for name in ("Helsing ", "Stark Defence", "NATO", "Nato"))


def test_inflections_of_autonomous_systems_occur() -> None:
    text = " ".join(block.text for piece in pieces() for block in piece.body)
    for form in ("autonome Systeme", "autonomen Systemen", "autonomer Systeme", "autonomous systems", "autonomous system "):
        assert form in text


# How pages are written


def test_a_cms_page_tells_machines_its_headline_authors_and_minute() -> None:
    data = json_ld(GIPFEL)
    assert data["@type"] == "NewsArticle"
    assert data["headline"] == piece_at(GIPFEL).title
    assert [author["name"] for author in data["author"]] == ["Jana Okonski", "Henrik Tellmann"]
    assert data["datePublished"] == "2025-06-25T12:55:00+02:00"
    assert page(GIPFEL).xpath("//meta[@property='og:type']/@content") == ["article"]


def test_an_open_graph_page_has_a_time_element_and_no_json_ld() -> None:
    tree = page(article_with("og", COURIER).path)
    assert tree.xpath("//meta[@property='og:title']")
    assert tree.xpath("//time/@datetime")
    assert not tree.xpath("//script[@type='application/ld+json']")


def test_a_classic_page_has_only_a_date_in_words() -> None:
    piece = piece_at("/kueste/hafen/hafen-sperrungen.html")
    tree = page(piece.path)
    assert "25. Juni 2025, 13:15 Uhr" in tree.text_content()
    assert not tree.xpath("//time | //script | //meta[@property] | //meta[@name]")


def test_a_wordpress_page_has_an_article_in_its_graph_and_a_published_time() -> None:
    piece = article_with("wordpress", COURIER)
    assert [node["@type"] for node in json_ld(piece.path)["@graph"]] == ["WebSite", "Article"]
    (published,) = page(piece.path).xpath("//meta[@property='article:published_time']/@content")
    assert datetime.fromisoformat(published) == BASE.replace(second=0) - timedelta(minutes=piece.minutes)


def test_the_live_blog_has_entries_with_times_of_their_own() -> None:
    piece = article_with("live", LAGEBOTE)
    data = json_ld(piece.path)
    assert data["@type"] == "LiveBlogPosting"
    times = [entry["datePublished"] for entry in data["liveBlogUpdate"]]
    assert len(times) == len(set(times)) == 7
    assert times == sorted(times, reverse=True)
    assert times == page(piece.path).xpath("//section[@class='live-entry']/time/@datetime")
    assert data["dateModified"] == times[0] > data["datePublished"]


def test_teasers_put_names_of_other_articles_on_the_page() -> None:
    phantoms = [
        piece.path
        for piece in pieces()
        if "Helsing" not in " ".join([piece.title, piece.lead, *(block.text for block in piece.body)])
        and "Helsing" in page(piece.path).text_content()
    ]
    assert len(phantoms) >= 3


def test_a_paywalled_piece_is_cut_and_says_so() -> None:
    for piece in (piece for piece in pieces() if piece.paywall):
        assert json_ld(piece.path)["isAccessibleForFree"] is False
        assert page(piece.path).xpath("//div[@class='paywall-offer']")
        assert words(piece) < 130
    assert json_ld(GIPFEL)["isAccessibleForFree"] is True


def test_one_page_is_latin_1_and_says_so_in_its_header() -> None:
    (piece,) = (piece for piece in pieces() if piece.charset != "utf-8")
    reply = SITE.respond(piece.path, {})
    assert reply.headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert "Grünsfelde" in reply.body.decode("iso-8859-1")
    with pytest.raises(UnicodeDecodeError):
        reply.body.decode("utf-8")


def test_a_copy_names_the_original_as_canonical() -> None:
    (copy,) = (piece for piece in pieces() if piece.canonical)
    assert copy.body == piece_at(copy.canonical).body
    assert page(copy.path).xpath("//link[@rel='canonical']/@href") == [ORIGIN + copy.canonical]


def test_an_agency_text_runs_nearly_unchanged_in_two_titles() -> None:
    first, second = (piece for piece in pieces() if piece.agency)
    assert {first.title_of, second.title_of} == {LAGEBOTE, KUESTENBLATT}
    assert first.title != second.title
    assert first.body != second.body
    assert len(set(first.body) & set(second.body)) >= 2


# Links and lists


def internal_links(path: str) -> set[str]:
    reply = SITE.respond(quote(path), {})
    if not reply.headers.get("Content-Type", "").startswith("text/html") or len(reply.body) > 1_000_000:
        return set()
    return {
        urlsplit(urljoin(ORIGIN + quote(path), href)).path
        for href in page(path).xpath("//a/@href | //link/@href | //form/@action")
    }


def listed_links() -> set[str]:
    links = {address["url"] for source in sources(ORIGIN) for address in source["addresses"]}
    for title in TITLES:
        if title.feed and title.sitemap:
            links |= {entry.link for entry in feedparser.parse(body(title.feed)).entries}
            links |= set(etree.fromstring(body(title.sitemap)).xpath("//*[local-name()='loc']/text()"))
    assert all(link.startswith(ORIGIN + "/") for link in links)
    return {urlsplit(link).path for link in links}


def test_every_internal_link_answers_as_intended() -> None:
    links = {unquote(link) for link in set().union(*map(internal_links, SITE.paths)) | listed_links()}
    statuses = {link: SITE.respond(quote(link), {}).status for link in links}
    moved = {piece.moved_from for piece in pieces() if piece.moved_from}
    assert {link for link, status in statuses.items() if status == 404} == {GONE.path}
    assert {link for link, status in statuses.items() if status == 301} == moved
    assert set(statuses.values()) == {200, 301, 404}
    assert {piece.path for piece in pieces()} <= links


def test_the_rss_feed_lists_the_thirty_newest_items() -> None:
    feed = feedparser.parse(body("/de/feed.rss"))
    assert (feed.bozo, feed.version, feed.feed.title, feed.feed.language) == (False, "rss20", "Der Lagebote", "de")
    assert len(feed.entries) == 30
    assert len({entry.id for entry in feed.entries}) == 30
    stamps = [entry.published_parsed for entry in feed.entries]
    assert stamps == sorted(stamps, reverse=True)
    flagship = next(entry for entry in feed.entries if "nato-gipfel" in entry.link)
    assert flagship.title == piece_at(GIPFEL).title
    assert flagship.published == "Wed, 25 Jun 2025 12:55:00 +0200"
    assert [author["name"] for author in flagship.authors] == ["Jana Okonski", "Henrik Tellmann"]


def test_the_rss_feed_states_addresses_as_untidily_as_real_ones() -> None:
    links = [entry.link for entry in feedparser.parse(body("/de/feed.rss")).entries]
    assert sum("utm_source=rss" in link for link in links) >= 2
    assert ORIGIN + "/de/panorama/über-den-dächern-von-mühlfurt.html" in links
    assert ORIGIN + "/de/politik/artikel-118.html" in links  # the old address of a moved article
    assert {ORIGIN + trap.path for trap in TRAPS if trap.title_of is LAGEBOTE} <= set(links)


def test_the_atom_feed_lists_all_of_the_courier() -> None:
    feed = feedparser.parse(body("/en/feed.atom"))
    assert (feed.bozo, feed.version, feed.feed.title) == (False, "atom10", "Defence Courier")
    mine = [piece for piece in pieces() if piece.title_of is COURIER]
    traps = [trap for trap in TRAPS if trap.title_of is COURIER]
    assert {entry.title for entry in feed.entries} == {p.title for p in mine} | {trap.headline for trap in traps}


@pytest.mark.parametrize("title", [LAGEBOTE, COURIER])
def test_the_news_sitemap_lists_every_article_of_its_title(title: Title) -> None:
    assert title.sitemap
    tree = etree.fromstring(body(title.sitemap))
    names = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "n": "http://www.google.com/schemas/sitemap-news/0.9",
    }
    mine = [piece for piece in pieces() if piece.title_of is title]
    found = {
        url.findtext("s:loc", namespaces=names): url.findtext("n:news/n:title", namespaces=names)
        for url in tree.findall("s:url", names)
    }
    assert found == {ORIGIN + quote(piece.path): piece.title for piece in mine}
    for date in tree.findall(".//n:publication_date", names):
        assert datetime.fromisoformat(date.text or "") < BASE


@pytest.mark.parametrize("title", [LAGEBOTE, COURIER])
def test_home_and_section_pages_name_the_feed(title: Title) -> None:
    for path in (title.home, *map(title.section_path, title.sections)):
        (link,) = page(path).xpath("//link[@rel='alternate']")
        assert link.get("href") == ORIGIN + str(title.feed)
        assert link.get("type") == f"application/{title.feed_kind}+xml"
        assert page(path).xpath("//a[@class='headline']")


def test_the_title_without_a_feed_can_be_read_with_its_selector() -> None:
    address = next(s for s in sources(ORIGIN) if s["id"] == "kuestenblatt")["addresses"][0]
    tree = page(urlsplit(address["url"]).path)
    links = [link.get("href") for link in tree.cssselect(address["selector"])]
    assert sorted(links) == sorted(piece.path for piece in pieces() if piece.title_of is KUESTENBLATT)


def test_the_titles_are_valid_sources() -> None:
    read = [Source.model_validate(source) for source in sources(ORIGIN)]
    assert [source.id for source in read] == ["lagebote", "defence-courier", "kuestenblatt"]
    assert all(source.delay == 0 for source in read)


# The same again, and what changes


def test_the_same_arguments_give_the_same_bytes() -> None:
    again = Site(ORIGIN, BASE)
    assert len(SITE.paths) >= 70
    for path in SITE.paths:
        assert SITE.respond(quote(path), {}) == again.respond(quote(path), {}), path


def test_dates_follow_the_base_and_addresses_the_origin() -> None:
    later = Site("http://127.0.0.1:9000", BASE + timedelta(days=1))
    assert json_ld(GIPFEL, later)["datePublished"] == "2025-06-26T12:55:00+02:00"
    assert b"127.0.0.1:8123" not in body("/de/feed.rss", later)
    with pytest.raises(ValueError, match="time zone"):
        Site(ORIGIN, datetime(2025, 6, 25))


def test_what_has_not_changed_is_answered_with_304() -> None:
    for path in ("/de/feed.rss", "/en/news-sitemap.xml", "/de/", GIPFEL, "/robots.txt"):
        fresh = SITE.respond(path, {})
        for asked in (
            {"If-None-Match": fresh.headers["ETag"]},
            {"if-none-match": f'"other", W/{fresh.headers["ETag"]}'},
            {"If-Modified-Since": fresh.headers["Last-Modified"]},
        ):
            reply = SITE.respond(path, asked)
            assert (reply.status, reply.body) == (304, b"")
            assert reply.headers["ETag"] == fresh.headers["ETag"]


def test_what_has_changed_is_sent_whole() -> None:
    fresh = SITE.respond(GIPFEL, {})
    for asked in (
        {"If-None-Match": '"other"', "If-Modified-Since": fresh.headers["Last-Modified"]},
        {"If-Modified-Since": "Wed, 25 Jun 2025 10:54:59 GMT"},
        {"If-Modified-Since": "yesterday"},
    ):
        assert SITE.respond(GIPFEL, asked) == fresh


def test_in_edition_two_exactly_one_article_was_edited() -> None:
    changed = {path for path in SITE.paths if body(path) != body(path, EDITED)}
    assert changed == {"/en/policy/air-defence-budget.html", "/en/feed.atom", "/en/news-sitemap.xml"}


def test_the_edit_shows_in_text_date_feed_and_validators() -> None:
    path = "/en/policy/air-defence-budget.html"
    assert "310 million crowns" not in page(path).text_content()
    assert "310 million crowns" in page(path, EDITED).text_content()
    first, second = json_ld(path), json_ld(path, EDITED)
    assert first["dateModified"] == first["datePublished"] == second["datePublished"]
    assert second["dateModified"] == "2025-06-25T15:20:00+01:00"
    entry = next(e for e in feedparser.parse(body("/en/feed.atom", EDITED)).entries if "air-defence-budget" in e.link)
    assert entry.updated == second["dateModified"]
    assert entry.published == second["datePublished"]
    for list_path in (path, "/en/feed.atom", "/en/news-sitemap.xml"):
        known = SITE.respond(list_path, {}).headers
        assert EDITED.respond(list_path, {"If-None-Match": known["ETag"]}).status == 200
        assert EDITED.respond(list_path, {"If-Modified-Since": known["Last-Modified"]}).status == 200


@given(
    path=st.text() | st.sampled_from(SITE.paths),
    headers=st.dictionaries(st.sampled_from(["If-None-Match", "if-modified-since"]), st.text() | st.just(GMT_WITHOUT_ZONE)),
)
def test_any_request_gets_a_reply(path: str, headers: dict[str, str]) -> None:
    assume(path != HUGE.path)
    reply = SITE.respond(path, headers)
    assert reply.status in {200, 301, 304, 404}
    assert (reply.status == 200) == bool(reply.headers.get("ETag") and reply.body)


# How articles are written down


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("No head at all.", "no head"),
        ("---\nsection: politik\nlayout: og\ntitle: T\nminutes: 1\nsubtitle: S\n---\nText.", "subtitle"),
        ("---\nsection: politik\nlayout: og\ntitle: T\n---\nText.", "minutes"),
        ("---\nsection: sport\nlayout: og\ntitle: T\nminutes: 1\n---\nText.", "section sport"),
    ],
)
def test_a_wrong_article_file_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_piece(text, LAGEBOTE, "wrong")
