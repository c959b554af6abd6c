"""Lists of feeds in and out as OPML: what other readers write is understood, and what we write comes back the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import Wrong
from config.models import Address, Source
from config.opml import as_sources, read_opml, write_opml

FILE = Path("feeds.opml")

READERS = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>Meine Feeds</title></head><body>
  <outline text="Sicherheit" title="Sicherheit">
    <outline text="K\xfcstenblatt" title="K\xfcstenblatt" type="rss" xmlUrl="https://kuestenblatt.example/rss"
             htmlUrl="https://kuestenblatt.example/" language="de-DE"/>
    <outline text="Trade"><outline type="rss" text="Defence Courier" xmlUrl="https://courier.example/feed"/></outline>
  </outline>
  <outline text="K&#252;stenblatt: Marine" type="rss" xmlUrl="https://kuestenblatt.example/marine.rss"/>
  <outline text="Lokal" type="rss" xmlUrl="feed://lokal.example/rss"/>
  <outline text="Nur ein Ordner"/>
</body></opml>"""


def id_of(url: str) -> str:
    return url.split("/")[2].split(".")[0]


def test_what_feed_readers_write_is_understood() -> None:
    outlines, unusable = read_opml(READERS, FILE)
    assert [(one.name, one.language, one.tier, one.line) for one in outlines] == [
        ("Küstenblatt", "de", None, 4),
        ("Defence Courier", None, "trade", 6),
        ("Küstenblatt: Marine", None, None, 8),
    ]
    (said,) = unusable
    assert said.startswith("line 9: 'feed://lokal.example/rss' is not an absolute http(s) address")


def test_the_feeds_of_one_site_are_one_source() -> None:
    coast, courier = as_sources(read_opml(READERS, FILE)[0], id_of)
    assert coast == {
        "id": "kuestenblatt",
        "name": "Küstenblatt",
        "languages": ["de"],
        "addresses": [
            {"kind": "feed", "url": "https://kuestenblatt.example/rss"},
            {"kind": "feed", "url": "https://kuestenblatt.example/marine.rss"},
        ],
    }
    assert courier["tier"] == "trade"
    assert Source.model_validate(coast).languages == ("de",)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "feeds.opml:1: is not XML"),
        (b"<html><body>Not found</body></html>", "feeds.opml:1: is no OPML file"),
        (b"<opml>\n<outline", "feeds.opml:2: is not XML"),
        (b'<!DOCTYPE opml [<!ENTITY a "aaaa">]>\n<opml><body/></opml>', "feeds.opml:1: has a document type"),
        (b'<?xml version="1.0" encoding="klingon"?><opml/>', "is not XML: unknown encoding"),
        (b" " * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
    ],
)
def test_what_is_no_opml_is_told_with_its_line(data: bytes, said: str) -> None:
    with pytest.raises(Wrong) as error:
        read_opml(data, FILE)
    assert said in str(error.value)


def test_folders_within_folders_within_folders_cost_nothing() -> None:
    deep = b"<opml><body>" + b'<outline text="a">' * 50_000 + b"</outline>" * 50_000 + b"</body></opml>"
    assert read_opml(deep, FILE) == ([], [])


def source(**more: Any) -> Source:
    feed = Address(kind="feed", url="https://zeitung.example/feed?a=1&b=2")
    return Source(**{"id": "zeitung", "name": "Zeitung", "addresses": (feed,), **more})


def test_a_source_without_a_feed_is_left_out() -> None:
    sitemap = Address(kind="sitemap", url="https://zeitung.example/news.xml")
    assert "zeitung.example" not in write_opml([source(addresses=(sitemap,))])
    assert read_opml(write_opml([]).encode(), FILE) == ([], [])


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20).map(
    "x{}x".format
)


@given(
    st.lists(
        st.tuples(
            NAMES,
            st.sampled_from(["trade", "official", "general"]),
            st.sampled_from([(), ("de",), ("en",)]),
            st.integers(1, 3),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read_back(said: list[tuple[str, str, tuple[str, ...], int]]) -> None:
    given_ = [
        source(
            id=f"s{n}",
            name=name,
            tier=tier,
            languages=languages,
            addresses=tuple(Address(kind="feed", url=f"https://s{n}.example/feed?n={k}&x='\"<") for k in range(feeds)),
        )
        for n, (name, tier, languages, feeds) in enumerate(said)
    ]
    outlines, unusable = read_opml(write_opml(given_).encode(), FILE)
    assert unusable == []
    again = {made["id"]: Source.model_validate(made) for made in as_sources(outlines, id_of)}
    assert set(again) == {one.id for one in given_}
    for one in given_:
        assert (again[one.id].tier, again[one.id].languages) == (one.tier, one.languages)
        assert again[one.id].addresses == one.addresses
        assert again[one.id].name == one.name


def test_what_xml_cannot_hold_is_replaced() -> None:
    (outline,), _ = read_opml(write_opml([source(name="Zei\x00tung\x1b")]).encode(), FILE)
    assert outline.name == "Zei\ufffdtung\ufffd"
