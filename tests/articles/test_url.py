"""Stories about one address in many spellings, and laws that hold for any address."""

from __future__ import annotations

import hashlib
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import Wrong
from articles.url import (
    LONGEST,
    article_id,
    canonicalise,
    fetchable,
    host,
    is_listing_path,
    registrable_domain,
    same_site,
)

SAME = [
    # scheme, host, port
    ("HTTP://Zeitung.Example/a", "http://zeitung.example/a"),
    ("https://zeitung.example", "https://zeitung.example/"),
    ("https://zeitung.example:443/a", "https://zeitung.example/a"),
    ("http://zeitung.example:80/a", "http://zeitung.example/a"),
    ("http://zeitung.example:443/a", "http://zeitung.example:443/a"),
    ("http://zeitung.example:/a", "http://zeitung.example/a"),
    ("https://zeitung.example:08443/a", "https://zeitung.example:8443/a"),
    ("https://zeitung.example./a", "https://zeitung.example/a"),
    ("https://bürger.example/", "https://xn--brger-kva.example/"),
    ("https://BÜRGER.example/", "https://xn--brger-kva.example/"),
    ("https://straße.example/", "https://xn--strae-oqa.example/"),
    ("https://zeitung。example/", "https://zeitung.example/"),
    ("https://zeit%75ng.example/", "https://zeitung.example/"),
    ("https://a_b.zeitung.example/", "https://a_b.zeitung.example/"),
    ("https://jana:geheim@zeitung.example/a", "https://zeitung.example/a"),
    ("https://good.example@evil.example/", "https://evil.example/"),
    ("http://127.1/", "http://127.0.0.1/"),
    ("http://0x7f.1/", "http://127.0.0.1/"),
    ("http://0x/", "http://0.0.0.0/"),
    ("http://2130706433/", "http://127.0.0.1/"),
    ("http://017700000001/", "http://127.0.0.1/"),
    ("http://１２７.0.0.1/", "http://127.0.0.1/"),
    ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ("http://[2001:DB8:0:0::1]:8080/", "http://[2001:db8::1]:8080/"),
    # white space and backslashes as browsers read them
    ("  https://zeitung.example/a \n", "https://zeitung.example/a"),
    ("https://zeitung.example/a\u00a0\u200b", "https://zeitung.example/a"),
    ("https://zeitung.example/lan\nge/a", "https://zeitung.example/lange/a"),
    ("https://zeitung.example\\a\\b", "https://zeitung.example/a/b"),
    # dot segments and percent-encoding
    ("https://zeitung.example/a/./b/../c", "https://zeitung.example/a/c"),
    ("https://zeitung.example/a/%2e%2E/c", "https://zeitung.example/c"),
    ("https://zeitung.example/../../a", "https://zeitung.example/a"),
    ("https://zeitung.example/a/..", "https://zeitung.example/"),
    ("https://zeitung.example/a//b", "https://zeitung.example/a//b"),
    ("https://zeitung.example/%7Ejana/%c3%a4", "https://zeitung.example/~jana/%C3%A4"),
    ("https://zeitung.example/ä b", "https://zeitung.example/%C3%A4%20b"),
    ("https://zeitung.example/100%", "https://zeitung.example/100%25"),
    ("https://zeitung.example/%e4", "https://zeitung.example/%E4"),
    ("https://zeitung.example/a%2Fb", "https://zeitung.example/a%2Fb"),
    ('https://zeitung.example/<a>"{b}|', "https://zeitung.example/%3Ca%3E%22%7Bb%7D%7C"),
    # fragments
    ("https://zeitung.example/a#kommentare", "https://zeitung.example/a"),
    ("https://zeitung.example/a#:~:text=Helsing", "https://zeitung.example/a"),
    ("https://zeitung.example/#!/politik/1", "https://zeitung.example/#!/politik/1"),
    ("https://zeitung.example/#!", "https://zeitung.example/"),
    # trackers go, meaning stays
    ("https://zeitung.example/a?utm_source=rss&UTM_Medium=feed", "https://zeitung.example/a"),
    ("https://zeitung.example/a?id=7&fbclid=x&page=2", "https://zeitung.example/a?id=7&page=2"),
    ("https://zeitung.example/a?wt_mc=nl.1&gclid=2&id=3", "https://zeitung.example/a?id=3"),
    ("https://zeitung.example/a?at_medium=RSS&at_campaign=x", "https://zeitung.example/a"),
    ("https://zeitung.example/a?id=1&amp;utm_source=rss", "https://zeitung.example/a?id=1"),
    ("https://zeitung.example/a?id=1&amp;page=2", "https://zeitung.example/a?id=1&page=2"),
    ("https://zeitung.example/a?utm%5Fsource=rss", "https://zeitung.example/a"),
    ("https://zeitung.example/a?", "https://zeitung.example/a"),
    ("https://zeitung.example/a?&&b=1&", "https://zeitung.example/a?b=1"),
    ("https://zeitung.example/a?b=2&a=1", "https://zeitung.example/a?b=2&a=1"),
    ("https://zeitung.example/a?q=a+b&r=ä", "https://zeitung.example/a?q=a+b&r=%C3%A4"),
    ("https://zeitung.example/a?ref=rss", "https://zeitung.example/a"),
    ("https://zeitung.example/a?ref=kapitel-2", "https://zeitung.example/a?ref=kapitel-2"),
    ("https://zeitung.example/?feed=rss2", "https://zeitung.example/?feed=rss2"),
    ("https://zeitung.example/?p=4711", "https://zeitung.example/?p=4711"),
    ("https://zeitung.example/a;jsessionid=0A1B?b=1", "https://zeitung.example/a?b=1"),
    # AMP
    ("https://zeitung.example/politik/gipfel-1/amp/", "https://zeitung.example/politik/gipfel-1/"),
    ("https://zeitung.example/politik/gipfel-1/amp", "https://zeitung.example/politik/gipfel-1"),
    ("https://zeitung.example/politik/gipfel-1.amp.html", "https://zeitung.example/politik/gipfel-1.html"),
    ("https://zeitung.example/politik/gipfel-1.amp", "https://zeitung.example/politik/gipfel-1"),
    ("https://zeitung.example/gipfel?amp=1&id=4", "https://zeitung.example/gipfel?id=4"),
    ("https://zeitung.example/gipfel?outputType=amp", "https://zeitung.example/gipfel"),
    ("https://zeitung.example/amp/", "https://zeitung.example/amp/"),
    ("https://zeitung.example/lamp", "https://zeitung.example/lamp"),
    ("https://zeitung-example.cdn.ampproject.org/c/s/zeitung.example/a", "https://zeitung.example/a"),
    ("https://www.google.com/amp/s/zeitung.example/a/amp?id=1", "https://zeitung.example/a?id=1"),
    ("https://www.google.de/amp/", "https://www.google.de/amp/"),
]


@pytest.mark.parametrize(("stated", "canonical"), SAME)
def test_one_address_has_one_spelling(stated: str, canonical: str) -> None:
    assert canonicalise(stated) == canonical
    assert canonicalise(canonical) == canonical


@pytest.mark.parametrize(
    "stated",
    [
        *("", "zeitung.example/a", "/a", "//zeitung.example/a", "http:/a", "http://", "http:///a", "https://:80/"),
        *("mailto:a@zeitung.example", "javascript:alert(1)", "ftp://zeitung.example/", "file:///etc/passwd"),
        *("http://a b.example/", "http://[::1/", "http://[fe80::1%25eth0]x/", "http://a.example:99999/"),
        *(
            "http://a.example:0/",
            "http://a.example:8x/",
            "http://256.256.256.256/",
            "http://1.2.3.4.5/",
        ),
        *("http://..example/", "http://-a.example/", "http://a.example%00/", "http://%ff.example/", "http://a%2fb/"),
        *(
            "http://℀.example/",
            f"http://{'a' * 64}.example/",
            f"http://a.example/{'a' * LONGEST}",
            f"http://a.example/{'ä' * 2000}",
        ),
    ],
)
def test_what_is_no_web_address_is_refused(stated: str) -> None:
    with pytest.raises(Wrong):
        canonicalise(stated)


def test_an_article_id_is_sixteen_hex_digits_of_the_canonical_address() -> None:
    url = "https://zeitung.example/politik/gipfel-1.html"
    assert article_id(url) == hashlib.sha256(url.encode()).hexdigest()[:16]


def test_the_address_to_fetch_keeps_what_the_site_said() -> None:
    stated = "HTTPS://jana:x@Zeitung.example:443/a/../b/amp/?utm_source=rss#top"
    assert fetchable(stated) == "https://zeitung.example/b/amp/?utm_source=rss"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://zeitung.example/a", "zeitung.example"),
        ("https://jana.github.io/a", "jana.github.io"),
        ("https://www.zeitung.example/a", "zeitung.example"),
        ("http://127.0.0.1:8000/a", "127.0.0.1"),
        ("http://[::1]/a", "[::1]"),
        ("http://localhost:8000/", "localhost"),
        ("https://www.bürger.de/", "xn--brger-kva.de"),
        ("https://co.uk/", "co.uk"),
    ],
)
def test_a_site_is_what_one_owner_registered(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


def test_sites_are_told_apart() -> None:
    assert same_site("https://www.zeitung.de/a", "http://amp.zeitung.de/b")
    assert not same_site("https://zeitung.de/a", "https://zeitung.com/a")
    assert not same_site("https://jana.github.io/", "https://olaf.github.io/")
    assert not same_site("https://zeitung.de/", "mailto:a@zeitung.de")
    assert host("https://WWW.Zeitung.de:8080/a") == "www.zeitung.de"


@pytest.mark.parametrize(
    ("url", "listing"),
    [
        ("https://zeitung.example/", True),
        ("https://zeitung.example/index.html", True),
        ("https://zeitung.example/politik/", True),
        ("https://zeitung.example/news/land-forces", True),
        ("https://zeitung.example/politik/gipfel-endet-ohne-zusage", False),
        ("https://zeitung.example/politik/gipfel-1", False),
        ("https://zeitung.example/politik/gipfel.html", False),
        ("https://zeitung.example/?p=17", False),
        ("https://zeitung.example/#!/gipfel", False),
    ],
)
def test_front_pages_and_sections_are_known_by_their_shape(url: str, listing: bool) -> None:
    assert is_listing_path(url) is listing


def test_nothing_is_fetched_or_cached_for_the_suffix_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLDEXTRACT_CACHE", str(tmp_path / "cache"))
    registrable_domain("https://noch-nie-gesehen.example/")
    assert not (tmp_path / "cache").exists()


WORDS = """amp .amp .html index ; jsessionid=1 ;sid=2 / // . .. %2e %2F %25 % %4 %zz utm_source= rss ref= fbclid amp;
& = ? # ! #! c s www.google.com zeitung.example cdn.ampproject.org ä ß \ud800 \\ @ : 80 443 0x7f 1 127 [::1] xn-- +
* | ' é"""
PIECES = st.sampled_from([*WORDS.split(), " ", "\t", "\n", "\u00a0", "\u200b"])
PLACES = [
    "zeitung.example",
    "Bürger.Example.",
    "x.cdn.ampproject.org",
    "www.google.com",
    "127.1",
    "[::ffff:1.2.3.4]",
    "a:80",
]
ADDRESSES = st.builds(
    lambda scheme, place, rest: f"{scheme}://{place}/{''.join(rest)}",
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(PLACES),
    st.lists(PIECES | st.text(max_size=3), max_size=12),
)
ANYTHING = ADDRESSES | st.builds("http://{}".format, st.text(max_size=20)) | st.text(max_size=30)


def _laws(stated: str) -> None:
    try:
        canonical = canonicalise(stated)
    except Wrong:
        return
    assert canonicalise(canonical) == canonical
    assert canonical.isascii()
    assert canonical.startswith(("http://", "https://"))
    assert canonicalise(fetchable(stated)) == canonical.partition("#")[0]
    assert host(canonical)


@given(ANYTHING)
def test_canonical_of_canonical_is_canonical(stated: str) -> None:
    _laws(stated)


@pytest.mark.deep
def test_canonical_of_canonical_is_canonical_on_a_hundred_thousand() -> None:
    dice = random.Random(20251124)
    pieces = [*WORDS.split(), " ", "\t", "\u00a0", "%E4", "%u00e4", "\x00", "\ufeff", "\U0001f681", "?", "&", "/", "id=7"]
    for _ in range(100_000):
        rest = "".join(dice.choice(pieces) for _ in range(dice.randrange(14)))
        _laws(f"{dice.choice(['http', 'https', 'HTTPS'])}://{dice.choice(PLACES)}/{rest}")


def test_an_address_made_to_be_slow_is_not() -> None:
    for piece in ("/amp", ".amp", "/..", "%2e/", ";sid=1", "amp;", "&amp;", "/amp/s/www.google.com"):
        begun = time.process_time()
        canonicalise(f"https://www.google.com{('/' + piece * LONGEST)[: LONGEST - 30]}x")
        assert time.process_time() - begun < 1
