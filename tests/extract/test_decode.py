"""Bytes become the characters their sender meant, within bounds."""

from __future__ import annotations

import gzip
import unicodedata
import zlib

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import Broken
from extract.decode import DECODED_LIMIT, clean, decode, one_line, plain, to_text, undo_codings
from tests.extract.making import page

TEXT = "Grüße aus Köln – „Zitat“"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda raw: zlib.compressobj(wbits=-15).compress(raw) + b""),
        ("br", brotli.compress),
        ("zstd", zstd.compress),
        ("identity", bytes),
    ],
)
def test_each_declared_coding_is_undone(coding: str, pack: object) -> None:
    raw = TEXT.encode() * 50
    if coding == "deflate" and pack is not zlib.compress:
        stream = zlib.compressobj(wbits=-15)
        body = stream.compress(raw) + stream.flush()
    else:
        body = pack(raw)  # type: ignore[operator]  # one of the functions above
    assert undo_codings(body, coding) == (raw, True)


def test_a_coding_that_somebody_undid_already_is_ignored() -> None:
    for coding in ("gzip", "br", "zstd", "deflate", "gzip, br"):
        assert undo_codings(b"<html>plain</html>", coding) == (b"<html>plain</html>", True)


def test_gzip_that_nobody_declared_is_undone() -> None:
    assert undo_codings(gzip.compress(b"<html>"), None) == (b"<html>", True)


def test_a_stream_that_broke_off_gives_its_beginning_and_says_so() -> None:
    whole = gzip.compress(bytes(range(256)) * 400)
    body, complete = undo_codings(whole[: len(whole) // 2], "gzip")
    assert body
    assert not complete
    assert (bytes(range(256)) * 400).startswith(body)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd.compress)],
)
def test_a_bomb_is_refused(coding: str, pack: object) -> None:
    bomb = pack(b"\0" * (DECODED_LIMIT + 1))  # type: ignore[operator]  # one of the functions above
    with pytest.raises(Broken, match="20,000,000"):
        undo_codings(bomb, coding)


def test_codings_beyond_two_are_refused() -> None:
    with pytest.raises(Broken, match="at most 2"):
        undo_codings(b"x", "gzip, gzip, gzip")
    with pytest.raises(Broken, match="still compressed"):
        undo_codings(gzip.compress(gzip.compress(gzip.compress(b"x"))), None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=iso-8859-1"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), None),
        (TEXT.encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (TEXT.encode("cp1252"), "text/html; charset=windows-1252"),
        (b"<meta charset='windows-1252'>" + TEXT.encode("cp1252"), None),
        (b"<meta charset=utf-8>" + TEXT.encode("cp1252"), "text/html; charset=cp1252"),
        (b"<meta http-equiv='Content-Type' content='text/html; charset=utf-8'>" + TEXT.encode(), None),
        (b"<?xml version='1.0' encoding='windows-1252'?>" + TEXT.encode("cp1252"), None),
        (TEXT.encode(), None),
        (TEXT.encode(), "text/html; charset=iso-8859-1"),  # servers' default, contradicted by the bytes
        (TEXT.encode(), "text/html; charset=no-such-charset"),
    ],
)
def test_the_charset_is_the_one_the_bytes_bear_out(body: bytes, content_type: str | None) -> None:
    assert to_text(body, content_type).endswith(TEXT)


def test_an_undeclared_cyrillic_page_is_detected() -> None:
    text = "Министерство обороны сообщило о поставках новых беспилотников на фронт. " * 20
    assert to_text(text.encode("cp1251"), None) == text


def test_what_is_no_text_is_removed() -> None:
    assert clean("a\x00b\u202ec\u2066d\u00ade\u200bf\ud800g\x07") == "abcdefg"
    assert clean("\x93Zitat\x94 \x96 \x80") == "“Zitat” – €"
    assert clean("u\u0308") == "ü"


@given(st.text())
def test_clean_text_is_clean_for_good(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "text/html", "text/html; charset=utf-8", "text/html; charset=shift_jis"]),
)
def test_any_bytes_decode(body: bytes, content_type: str | None) -> None:
    assert isinstance(to_text(body, content_type), str)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("A &amp; B", "A & B"),
        ("&lt;b&gt;Fett&lt;/b&gt;", "Fett"),
        ("<p>Eins</p><p>Zwei</p>", "Eins Zwei"),
        ("3 < 4", "3 < 4"),
        ("Grö&szlig;e&nbsp;1", "Größe 1"),
        (None, ""),
    ],
)
def test_short_markup_becomes_plain_text(markup: str | None, text: str) -> None:
    assert plain(markup) == text
    assert one_line(text) == text


def test_a_page_decodes_by_its_own_headers() -> None:
    assert decode(
        page(gzip.compress(TEXT.encode("cp1252")), content_encoding="gzip", content_type="text/html; charset=cp1252")
    ) == (TEXT, True)
