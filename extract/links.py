"""Which links does a feed, sitemap or page list, and which feeds and sitemaps does a page advertise?"""

from __future__ import annotations

import json
import re
from typing import Literal

from articles.errors import Broken, Wrong
from articles.page import Links, Page
from extract import feeds, headlines, sitemaps
from extract.decode import one_line, to_text, undo_codings
from extract.stated import join
from extract.tree import parse

ListKind = Literal["feed", "sitemap", "page"]
LIST_LIMIT = 8_000_000
"""Decoded bytes of a feed that are read (docs/decisions/0030); a sitemap may have the protocol's own 50 MB."""

_FEED_TYPES = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json|text/xml\+rss", re.I)
_SITEMAP_HREF = re.compile(r"sitemap[^/]*\.xml(?:\.gz)?(?:$|\?)", re.I)
_ROOT = re.compile(r"<(?!\?|!)(?:[\w.-]+:)?(?P<name>[\w.-]+)")
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?://(?:www\.)?jsonfeed\.org/version/')


def read_links(page: Page, kind: ListKind, selector: str | None = None) -> Links:
    """Return what a list names, in its order: absolute http(s) addresses as stated, with title, times and the rest as text.

    ``selector`` is a CSS selector of the links (or of elements around them) for ``kind="page"``. ``error`` says why
    nothing could be read. Raises Broken for bytes that must not be decompressed.
    """
    body, _ = undo_codings(page.body, page.header("content-encoding"))
    if not body.strip():
        return Links((), error="the body is empty")
    found = kind_of_bytes(body)
    if kind == "sitemap":
        if found == "sitemap" or (found is None and page.final_url.lower().endswith(".txt")):
            return sitemaps.read(body, page.final_url)
        return Links((), error=_instead(found, "a sitemap"))
    if kind == "feed":
        if len(body) > LIST_LIMIT:
            return Links((), error=f"the feed has {len(body):,} bytes, at most {LIST_LIMIT:,} are read")
        if found == "page":
            return Links((), error=_instead(found, "a feed"))
        if found == "sitemap":
            return sitemaps.read(body, page.final_url)
        return feeds.read(body, page.header("content-type"), page.final_url)
    if found not in ("page", None):
        return Links((), error=_instead(found, "a page with links"))
    tree, lost = parse(to_text(body, page.header("content-type")))
    if tree is None:
        return Links((), error="the page has more elements than can be read" if lost else "this is no HTML page")
    try:
        links = headlines.read(tree, page.final_url, selector)
    except Wrong as error:  # a slip in one source's YAML ends that source's visit, not the pass
        return Links((), error=str(error))
    return Links(links, repaired=lost, error=None if links else _no_links(selector))


def _no_links(selector: str | None) -> str:
    return f"no link matches the selector {selector!r}" if selector else "no links to articles found"


def _instead(found: ListKind | None, wanted: str) -> str:
    what = {"page": "an HTML page", "feed": "a feed", "sitemap": "a sitemap", None: "neither XML nor HTML"}[found]
    return f"this is {what}, not {wanted}"


def kind_of(page: Page) -> ListKind | None:
    """Tell whether a body is a feed, a sitemap or an HTML page by its first element; None for anything else."""
    try:
        body, _ = undo_codings(page.body, page.header("content-encoding"))
    except Broken:
        return None
    return kind_of_bytes(body)


def kind_of_bytes(body: bytes) -> ListKind | None:
    """The same for a decoded body; the first 64 kB decide."""
    head = body[:65536]
    text = to_text(head, None) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head.decode("latin-1")
    text = text.lstrip("\ufeffï»¿ \t\r\n\x00")
    if text.startswith("{"):
        return "feed" if _JSON_FEED.search(text) or _is_json_feed(body) else None
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    match = _ROOT.search(text)
    name = match["name"].lower() if match else ""
    if name in ("rss", "feed", "rdf", "channel"):
        return "feed"
    if name in ("urlset", "sitemapindex"):
        return "sitemap"
    if name == "html" or re.search(r"<!doctype\s+html|<(?:html|head|body|title|div|p|a|meta|h1)\b", text, re.I):
        return "page"
    return None


def _is_json_feed(body: bytes) -> bool:
    try:
        data = json.loads(body[:LIST_LIMIT])
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and isinstance(data.get("items"), list)


def discover(page: Page) -> list[tuple[str, str, str]]:
    """Return ``(kind, url, title)`` of the feeds and sitemaps that a page's link tags and links advertise, without doubles.

    A feed or sitemap itself advertises itself. Kinds are ``feed`` and ``sitemap``; the title is empty if none is stated.
    """
    kind = kind_of(page)
    if kind in ("feed", "sitemap"):
        return [(kind, page.final_url, "")]
    body, _ = undo_codings(page.body, page.header("content-encoding"))
    tree, _ = parse(to_text(body, page.header("content-type")))
    if tree is None:
        return []
    found: dict[str, tuple[str, str]] = {}
    base = headlines.base_of(tree, page.final_url)
    for element in tree.iter("link", "a"):
        href = (element.get("href") or "").strip()
        url = join(base, href) if href else None
        if url is None or url in found:
            continue
        rel, title = (element.get("rel") or "").lower().split(), one_line(element.get("title") or "")
        if "sitemap" in rel or _SITEMAP_HREF.search(href):
            found[url] = ("sitemap", title)
        elif "alternate" in rel and _FEED_TYPES.search(element.get("type") or ""):
            found[url] = ("feed", title)
        elif element.tag == "a" and _FEED_HREF.search(href):
            found[url] = ("feed", title or one_line(element.text_content())[:100])
    return [(kind, url, title) for url, (kind, title) in found.items()]


_FEED_HREF = re.compile(
    r"(?:/(?:rss|feed|atom)(?:\.xml|/?)$|\.(?:rss|atom|rdf)(?:$|\?)|/rss[-_/][^?]*\.xml|/feeds?/[^?]+\.xml)", re.I
)
"""Links in the page's text count as feeds only by such endings; a word like "Newsfeed" is none."""
