"""Stories about a list that may name an address: the search may say yes in vain, but never no where the list names it."""

from __future__ import annotations

import gzip
import html
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import Broken, Wrong
from articles.page import Page
from articles.url import canonicalise
from pipeline.quoting import marks, may_name
from tests.pipeline.desks import SITE, T0

WANTED = marks([f"{SITE}/politik/geheime-sache-4711.html"])


def listed(body: bytes, coding: str | None = None) -> Page:
    headers = (("Content-Encoding", coding),) if coding else ()
    return Page(f"{SITE}/feed", f"{SITE}/feed", 200, headers, body, T0)


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        (f"{SITE}/politik/geheime-sache-4711.html", b"geheime"),
        (f"{SITE}/politik/", b"politik"),
        (f"{SITE}/artikel?id=20260302", b"20260302"),
        (f"{SITE}/#!/geheim", b"geheim"),
        (f"{SITE}/%C3%BCber-alles", b"alles"),
        (f"{SITE}/", b""),
    ],
)
def test_the_mark_is_the_longest_word_of_the_last_part(url: str, mark: bytes) -> None:
    assert marks([url]) == {mark}


@pytest.mark.parametrize(
    "body",
    [
        b'<a href="geheime-sache-4711.html">',
        b'{"url": "https:\\/\\/zeitung.example\\/politik\\/geheime-sache-4711.html"}',
        b"<link>https://zeitung.example/politik/gehe\n  ime".replace(b"  ", b""),
        b'<a href="&#103;eheim&#x65;-sache-4711.html">',
        b'<a href="/politik/%67eheime-sache-4711.html">',
        b'{"url": "/politik/\\u0067eheime-sache-4711.html"}',
        "<link>/politik/geheime-sache-4711.html</link>".encode("utf-16"),
    ],
)
def test_however_it_is_spelled_the_list_is_read(body: bytes) -> None:
    assert may_name(listed(body), WANTED)
    assert may_name(listed(gzip.compress(body)), WANTED)
    assert may_name(listed(gzip.compress(body), "gzip"), WANTED)


def test_others_are_not_read() -> None:
    body = "<item>„Neues&#8221; &amp; mehr<link>/a%20b/%C3%BC?u=https%3A%2F%2Fx</link>\\u00e4 \\u2019</item>".encode()
    assert not may_name(listed(body.replace(b"%3A", b"")), WANTED)
    with pytest.raises(Broken, match="decompressed"):
        may_name(listed(gzip.compress(bytes(21_000_000))), WANTED)


SPELLINGS = (
    lambda url: f'<a href="{html.escape(url)}">',
    lambda url: f"<loc>{html.escape(url, quote=False)}</loc>",
    lambda url: json.dumps({"url": url}),
    lambda url: json.dumps({"url": url}).replace("/", "\\/"),
    lambda url: f"<a href='{quote(url, safe=':/?&=;#!%')}'>",
    lambda url: f'<a href="{html.escape(url.partition("//")[2].partition("/")[2].rpartition("/")[2])}">',
)


@given(st.text(max_size=60), st.sampled_from(range(len(SPELLINGS))))
def test_a_list_that_names_an_address_always_may_name_it(path: str, spelling: int) -> None:
    url = f"{SITE}/{path}"
    try:
        wanted = marks([canonicalise(url)])
    except Wrong:
        return
    stated = url.encode("utf-8", "replace").decode()
    whole = not (spelling == 5 and ("?" in stated or "#" in stated or stated.endswith("/") or "/." in stated))
    if whole:  # a relative address is cut where its path has its last segment
        assert may_name(listed(SPELLINGS[spelling](stated).encode()), wanted)


def test_searching_a_long_list_takes_milliseconds() -> None:
    items = "".join(
        f"<item><title>Titel „{n}“ &amp; mehr</title><link>{SITE}/a/{n}.html</link></item>" for n in range(10_000)
    )
    begun = time.process_time()
    assert not may_name(listed(items.encode()), WANTED)
    assert time.process_time() - begun < 0.2
