"""Whether the bytes of a list may name an address: told by a search, which costs a tenth of reading the list."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from articles.page import Page
from extract.decode import undo_codings

_WORD = re.compile(r"[A-Za-z0-9]+")
_ESCAPE = re.compile(r"%[0-9A-F]{2}")
_NO_TEXT = b"\t\r\n"
"""What an address may be broken by and means nothing in it (WHATWG URL standard, 4.4)."""

_SPELLED = re.compile(
    rb"(?:&#[xX]0*|%|\\u00)(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])"
    rb"|&#0*(?:4[89]|5[0-7]|6[5-9]|[789][0-9]|1[01][0-9]|12[0-2])(?![0-9])"
)
"""An ASCII letter or digit written as a reference (HTML, XML), percent-encoded or escaped (JSON): hardly ever done."""


def marks(urls: Iterable[str]) -> frozenset[bytes]:
    """Return, for each canonical address, the longest word of its last part: it stands in every spelling of the address.

    The last part is the one that a relative address cannot leave out: fragment, else query, else last segment of the path.
    """
    return frozenset(_mark(url) for url in urls)


def may_name(page: Page, wanted: Collection[bytes]) -> bool:
    """Whether a list may name an address with one of these ``marks``; if not, it certainly does not.

    Raises Broken for bytes that must not be decompressed.
    """
    body, _ = undo_codings(page.body, page.header("content-encoding"))
    text = body.translate(None, _NO_TEXT)
    return any(mark in text for mark in wanted) or b"\0" in text or _SPELLED.search(text) is not None


def _mark(url: str) -> bytes:
    parts = urlsplit(url)
    segments = [one for one in parts.path.split("/") if one]
    last = parts.fragment or parts.query or (segments[-1] if segments else "")
    return max(_WORD.findall(_ESCAPE.sub(" ", last)), key=len, default="").encode()
