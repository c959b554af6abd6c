"""What characters do these bytes stand for? Content codings undone within bounds, charsets, and what is no text removed."""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import brotli  # type: ignore[import-untyped]  # ships no types
from backports import zstd
from charset_normalizer import from_bytes

from articles.errors import Broken
from articles.page import Page

DECODED_LIMIT = 20_000_000
"""Bytes that undoing all codings may give; trafilatura's own limit for a page, and 15 times the median front page."""
CODINGS_LIMIT = 2
"""Codings one body may carry, as browsers and the crawler allow; more is an attack, never a site."""
_CHUNK = 1 << 16

_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_META_CHARSET = re.compile(rb"<meta[^>]{0,512}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,256}?encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_WEB_LABELS = {
    **dict.fromkeys(("iso8859-1", "ascii", "us-ascii", "latin-1"), "cp1252"),
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be", "utf-7", "utf-32"), "utf-8"),
}
"""What browsers read for a label found in a header or meta tag (WHATWG Encoding Standard, 4.2; a meta tag that could be
read as ASCII cannot be UTF-16)."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
"""Controls, soft hyphens and other invisible breaks, bidi marks, overrides and isolates (Trojan Source), surrogates."""
_C1 = {
    chr(0x80 + i): char for i, char in enumerate(bytes(range(0x80, 0xA0)).decode("cp1252", "replace")) if char != "\ufffd"
}
_PARAGRAPH = re.compile(r"<(?:br|/?p|/?div|/?li|/?h[1-6]|/?ul|/?tr)\b[^<>]*>", re.I)
_MARKUP = re.compile(r"<(?:script|style)\b[^<>]*>[^<]*|</?[a-zA-Z][^<>]*>|<!--[^<>]*-->")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\r\x0b\x0c]+")


class Decoded(NamedTuple):
    """A body as text; ``whole`` is False when its coding broke off and only the beginning is there."""

    text: str
    whole: bool


def decode(page: Page) -> Decoded:
    """Return a page's body as Unicode text, as `undo_codings` and `to_text` say; raises Broken for a decompression bomb."""
    body, whole = undo_codings(page.body, page.header("content-encoding"))
    return Decoded(to_text(body, page.header("content-type")), whole)


def undo_codings(body: bytes, declared: str | None) -> tuple[bytes, bool]:
    """Undo what Content-Encoding declares, and gzip that nobody declared; says too whether the stream was whole.

    A declaration that the bytes do not bear out is ignored: crawlers and archives often undo it and keep the header.
    Raises Broken above `DECODED_LIMIT` bytes or `CODINGS_LIMIT` codings.
    """
    names = [name.strip().lower() for name in (declared or "").split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > CODINGS_LIMIT:
        raise Broken(f"{len(names)} content codings, at most {CODINGS_LIMIT} are undone")
    whole, undone = True, 0
    for name in reversed(names):
        body, finished, changed = _undo(name.removeprefix("x-"), body)
        whole, undone = whole and finished, undone + changed
    while body.startswith(_GZIP) and undone < CODINGS_LIMIT:
        body, finished, _ = _undo("gzip", body)
        whole, undone = whole and finished, undone + 1
    if body.startswith(_GZIP):
        raise Broken(f"still compressed after {CODINGS_LIMIT} content codings")
    return body, whole


def _undo(name: str, body: bytes) -> tuple[bytes, bool, bool]:
    """Return the bytes, whether the stream ended, and whether there was such a stream at all."""
    if name == "gzip":
        return _members(body, lambda: zlib.decompressobj(31)) if body.startswith(_GZIP) else (body, True, False)
    if name == "zstd":
        return _members(body, zstd.ZstdDecompressor) if body.startswith(_ZSTD) else (body, True, False)
    if name == "deflate":  # RFC 9110, 8.4.1.2 means zlib; many servers send the bare stream
        for bits in (15, -15):
            out, finished, changed = _members(body, lambda bits=bits: zlib.decompressobj(bits))  # type: ignore[misc]  # default binds the loop's value
            if changed:
                return out, finished, True
        return body, True, False
    if name == "br":
        return _unbrotli(body)
    return body, True, False


def _members(body: bytes, start: Callable[[], Any]) -> tuple[bytes, bool, bool]:
    """Undo one or several compressed members one after another; padding after the last is ignored."""
    out, rest = bytearray(), body
    while rest:
        stream = start()
        try:
            out += stream.decompress(rest, DECODED_LIMIT + 1 - len(out))
        except (zlib.error, zstd.ZstdError):
            return (bytes(out), False, True) if out else (body, True, False)
        if len(out) > DECODED_LIMIT:
            raise Broken(f"more than {DECODED_LIMIT:,} bytes when decompressed")
        if not stream.eof:
            return bytes(out), False, True
        rest = stream.unused_data.lstrip(b"\0")
    return bytes(out), True, True


def _unbrotli(body: bytes) -> tuple[bytes, bool, bool]:
    """Brotli has no magic number: what does not begin as a stream is taken as never compressed."""
    stream, out, finished = brotli.Decompressor(), bytearray(), False
    try:
        out += stream.process(body, output_buffer_limit=_CHUNK)
        while not (finished := stream.is_finished()) and len(out) <= DECODED_LIMIT:
            more = stream.process(b"", output_buffer_limit=_CHUNK)
            if not more:
                break
            out += more
    except brotli.error:
        return (bytes(out), False, True) if out else (body, True, False)
    if len(out) > DECODED_LIMIT:
        raise Broken(f"more than {DECODED_LIMIT:,} bytes when decompressed")
    return (bytes(out), finished, True) if out else (body, True, False)


def to_text(body: bytes, content_type: str | None) -> str:
    """Decode by byte order mark, else HTTP, else meta or XML declaration, else by the bytes themselves.

    A label the bytes contradict yields to the next: valid UTF-8 with a non-ASCII character is never a single-byte
    charset by accident.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    head = body[:4096]
    http = _HTTP_CHARSET.search(content_type or "")
    stated = (
        http.group(1) if http else None,
        *(m.group(1).decode() for m in (_META_CHARSET.search(head), _XML_CHARSET.search(head)) if m),
    )
    names = [name for name in map(_codec, stated) if name]
    for name in dict.fromkeys(["utf-8", *names] if not names or _is_single_byte(names[0]) else names):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    if names and body.decode(names[0], "replace").count("\ufffd") <= max(3, len(body) // 2000):
        return body.decode(names[0], "replace")  # a few broken characters in a page that is otherwise what it says
    return body.decode(_detected(body), "replace")


def _codec(label: str | None) -> str | None:
    if label is None:
        return None
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return _WEB_LABELS.get(name, name)


def _is_single_byte(name: str) -> bool:
    return name.startswith(("cp125", "iso8859", "koi8", "mac", "cp874"))


def _detected(body: bytes) -> str:
    """Ask the detector about the ends of the page only: it is slow, and a page has one charset."""
    best = from_bytes(body if len(body) < 10_000 else body[:5000] + body[-5000:]).best()
    return best.encoding if best is not None else "cp1252"


def clean(text: str) -> str:
    """Remove what is no text (`_UNWANTED`; C1 controls are read as the Windows characters they stand for) and give NFC."""
    if _UNWANTED.search(text):
        text = _UNWANTED.sub(lambda m: _C1.get(m.group(), ""), text)
    return unicodedata.normalize("NFC", text)


def one_line(text: str | None) -> str:
    """Return clean text on one line with single spaces; empty for None."""
    return " ".join(clean(text).split()) if text else ""


def plain(markup: str | None, *, lines: bool = False) -> str:
    """Return what a string of HTML says, as text; ``lines`` keeps its paragraphs as lines. Empty for None.

    For the short strings of feeds and metadata, which sites escape once, twice or not at all.
    """
    if not markup:
        return ""
    text = markup
    for _ in range(2):
        if "<" in text:
            text = _PARAGRAPH.sub("\n", text)
            text = _MARKUP.sub("", text)
        if "&" not in text:
            break
        text = html.unescape(text)
    return tidy(text) if lines else one_line(text)


def tidy(text: str) -> str:
    """Return clean text with single spaces inside lines; line breaks stay."""
    lines = (_SPACES.sub(" ", line).strip() for line in clean(text).split("\n"))
    return "\n".join(line for line in lines if line)
