"""Which links of this page lead to articles? By the source's selector, else by what headlines look like."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urlsplit

from cssselect import SelectorError
from lxml.html import HtmlElement

from articles.errors import Wrong
from articles.page import Link
from articles.url import is_listing_path, same_site
from extract.decode import one_line
from extract.marks import marks
from extract.places import spaced
from extract.stated import join

LINKS_LIMIT = 2_000
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_NO_HEADLINE = frozenset({"nav", "footer", "form", "select"})
_FEWEST_WORDS = 4
_NO_ARTICLE_PATH = re.compile(
    r"/(?:tag|tags|thema|themen|topic|topics|author|autor|autoren|category|kategorie|search|suche|login|abo|shop|"
    r"impressum|datenschutz|privacy|kontakt|contact|about|newsletter|rss)(?:/|$)",
    re.I,
)


def base_of(tree: HtmlElement, url: str) -> str:
    """Return the address that the page's relative links start from."""
    for element in tree.iter("base"):
        if element.get("href"):
            return join(url, element.get("href") or "") or url
    return url


def read(tree: HtmlElement, url: str, selector: str | None) -> tuple[Link, ...]:
    """Return the page's links to articles in order, each address once, with its headline as title.

    Raises Wrong for a selector that is none.
    """
    base = base_of(tree, url)
    anchors = _selected(tree, selector) if selector else [a for a in tree.iter("a") if _is_headline(a, base)]
    found: dict[str, tuple[str, str]] = {}
    for anchor in anchors[: 5 * LINKS_LIMIT]:
        href = (anchor.get("href") or "").strip()
        address = join(base, href) if href else None
        page = urldefrag(address).url if address else None
        if address is None or page is None or page == urldefrag(url).url:
            continue
        first, title = found.get(page, (address, ""))
        found[page] = (first, title or _title(anchor))
    return tuple(Link(url=address, title=title or None) for address, title in list(found.values())[:LINKS_LIMIT])


def _selected(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the anchors that the selector names, in them or around them."""
    try:
        found = tree.cssselect(selector)
    except SelectorError as error:
        raise Wrong(f"{selector!r} is no CSS selector: {error}", field="selector") from error
    anchors: list[HtmlElement] = []
    for element in found:
        if element.tag == "a":
            anchors.append(element)
            continue
        inside = element.find(".//a[@href]")
        around = next((parent for parent in element.iterancestors("a")), None)
        anchors.extend(anchor for anchor in (inside if inside is not None else around,) if anchor is not None)
    return anchors


def _is_headline(anchor: HtmlElement, base: str) -> bool:
    """A link in, around or named like a heading, or one with a sentence's worth of words, to a page of the same site."""
    address = join(base, (anchor.get("href") or "").strip())
    if (
        not address
        or not same_site(address, base)
        or is_listing_path(address)
        or _NO_ARTICLE_PATH.search(urlsplit(address).path)
    ):
        return False
    for parent in anchor.iterancestors():
        if parent.tag in _NO_HEADLINE or marks(parent).navigation:
            return False
    words = len(_title(anchor).split())
    if words == 0:
        return False
    heads = any(parent.tag in _HEADINGS for parent in anchor.iterancestors()) or any(True for _ in anchor.iter(*_HEADINGS))
    if heads or marks(anchor).headline:
        return words >= 2
    return words >= _FEWEST_WORDS + 1


def _title(anchor: HtmlElement) -> str:
    """Return the headline: the heading inside the link, else the part named like one, else the link's text or title."""
    heading = next(anchor.iter(*_HEADINGS), None)
    if heading is None:
        heading = next((node for node in anchor.iterdescendants() if marks(node).headline), None)
    text = spaced(heading if heading is not None else anchor)
    if not text:
        image = anchor.find(".//img[@alt]")
        text = one_line(anchor.get("title") or anchor.get("aria-label") or (image.get("alt") if image is not None else ""))
    return text[:400]
