"""What does the page say about itself? Its meta tags, links, JSON-LD and marked-up title, byline and times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from extract import jsonld
from extract.dated import following, gather
from extract.dates import without_day
from extract.decode import one_line
from extract.heading import find, find_by_words
from extract.marks import NONE, marks
from extract.places import in_card, spaced
from extract.signatures import is_contact

_BY = re.compile(r"(?:von|by)\s+[^\W\d_]\w*(?:[ -][\w.'’-]+){1,4}$", re.I)
_BLOCKS = (
    "p",
    "div",
    "span",
    "h2",
    "h3",
    "h4",
    "a",
    "strong",
    "small",
    "address",
    "header",
    "li",
    "section",
    "article",
    "ul",
    "ol",
    "main",
    "aside",
)


@dataclass(slots=True)
class Stated:
    """A page's statements, raw and in document order; ``meta`` holds the values of each name, property or itemprop.

    ``furniture`` are the elements of kicker, bylines and dates, which are no part of the text. ``found_heading``: nothing
    is marked up as the headline; it was found by its words. ``around`` are the blocks that hold the headline.
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[HtmlElement]] = field(default_factory=dict)
    nodes: list[jsonld.Node] = field(default_factory=list)
    article: jsonld.Node | None = None
    document_title: str | None = None
    headings: list[HtmlElement] = field(default_factory=list)
    heading: HtmlElement | None = None
    around: frozenset[HtmlElement] = frozenset()
    kicker: str | None = None
    lead: str | None = None
    bylines: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    update_times: list[str] = field(default_factory=list)
    dates_in_text: list[str] = field(default_factory=list)
    update_dates_in_text: list[str] = field(default_factory=list)
    furniture: list[HtmlElement] = field(default_factory=list)
    paywalled: bool = False
    named_error: bool = False
    named_list: bool = False
    found_heading: bool = False
    live: bool = False
    language: str | None = None
    base: str = ""

    def first(self, *names: str) -> str | None:
        """Return the first value of the first of these meta names that has one."""
        return next((value for name in names for value in self.meta.get(name, ()) if value.strip()), None)

    def address(self, rel: str) -> str | None:
        """Return the absolute address of the first link with that rel; None if it is no address."""
        for link in self.links.get(rel, ()):
            if href := (link.get("href") or "").strip():
                return join(self.base, href)
        return None

    @property
    def about(self) -> jsonld.Node:
        """The node that describes what the page is about: its article, else its video or gallery, else nothing."""
        return self.article or jsonld.media(self.nodes) or {}

    @property
    def types(self) -> frozenset[str]:
        """All schema.org types on the page."""
        return frozenset[str]().union(*(jsonld.types(node) for node in self.nodes))

    def site_names(self, host: str) -> list[str]:
        """Return what the site calls itself: og:site_name, the publisher's name, its host with and without ending."""
        names = [
            *self.meta.get("og:site_name", ()),
            *self.meta.get("application-name", ()),
            *self.meta.get("publisher", ()),
        ]
        for node in self.nodes:
            names.extend(jsonld.names(node, "publisher"))
            if jsonld.types(node) & {"WebSite", "NewsMediaOrganization"}:
                names.extend(jsonld.names(node, "name") + jsonld.names(node, "alternateName"))
        bare = host.removeprefix("www.")
        labels = bare.split(".")
        return [name for name in (*names, bare, labels[-2] if len(labels) > 1 else bare, labels[0]) if name.strip()]


_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?:[/?#][^\s\\<>\x00-\x20\x7f-\xa0]*)?")
"""What needs no parser to be told an address: nearly all that sitemaps state."""
_ABSOLUTE = ("https://", "http://")


def join(base: str, href: str) -> str | None:
    """Return the absolute http(s) address of ``href``; None for other schemes and what is no address."""
    if _PLAIN_ADDRESS.fullmatch(href):
        return href
    try:
        absolute = href if href.startswith(_ABSOLUTE) else urljoin(base, href)
        parts = urlsplit(absolute)
        _ = parts.port
    except ValueError:
        return None
    return absolute if parts.scheme in ("http", "https") and parts.hostname else None


def read_stated(tree: HtmlElement, url: str) -> Stated:
    """Gather a page's statements; ``url`` is the address that answered."""
    stated = Stated(base=url, language=_language(tree), nodes=jsonld.read_nodes(tree))
    stated.article = jsonld.main_article(stated.nodes, urlsplit(url).path)
    for element in tree.iter("meta", "link", "base", "title", "h1"):
        _take(stated, element, url)
    _find_heading(stated, tree, urlsplit(url).hostname or "")
    dated = _read_marked_up(stated, tree)
    stated.times, stated.update_times, stated.dates_in_text, stated.update_dates_in_text = gather(
        tree, stated.heading, stated.around, dated, certain=_tells_minute(stated)
    )
    if not stated.bylines and stated.heading is not None:
        stated.bylines = _bylines_beside(stated.heading)
    return stated


def _tells_minute(stated: Stated) -> bool:
    """Whether the head says to the minute when the article was published, so that no lines need be searched for it."""
    values = (jsonld.string(stated.about, "datePublished"), stated.first("article:published_time"))
    return any(value and ":" in value and "T00:00:00" not in value for value in values)


def _find_heading(stated: Stated, tree: HtmlElement, host: str) -> None:
    titles = (stated.document_title, stated.first("og:title"), jsonld.string(stated.about, "headline", "name"))
    names, claims = stated.site_names(host), [title for title in titles if title]
    stated.heading = find(tree, stated.headings, claims, names)
    if stated.heading is None:
        stated.heading = find_by_words(tree, claims, names)
        stated.found_heading = stated.heading is not None
    if stated.heading is not None:
        stated.around = frozenset(stated.heading.iterancestors())


def _take(stated: Stated, element: HtmlElement, url: str) -> None:
    match element.tag:
        case "meta":
            name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
            if name and (content := element.get("content")):
                stated.meta.setdefault(name.strip().lower(), []).append(content)
        case "link":
            for rel in (element.get("rel") or element.get("itemprop") or "").lower().split():
                stated.links.setdefault(rel, []).append(element)
        case "base":
            stated.base = join(url, element.get("href") or "") or url
        case "title":
            if stated.document_title is None and not any(parent.tag == "svg" for parent in element.iterancestors()):
                stated.document_title = element.text_content()
        case _:
            stated.headings.append(element)


_TEXTS_OF_BYLINE = 12


def _bylines_beside(heading: HtmlElement) -> list[str]:
    """Return the texts close below the heading that begin as bylines do, on pages that name no block so."""
    inside = frozenset(heading.iter())
    texts = islice((text for holder, text in following(heading) if holder not in inside), _TEXTS_OF_BYLINE)
    return [text for text in map(one_line, texts) if len(text) < 80 and _BY.match(without_day(text).strip(" ,|·–-"))]


def _read_marked_up(stated: Stated, tree: HtmlElement) -> list[HtmlElement]:
    """Find kicker, lead, bylines and walls by what their blocks are called, outside of teasers; return those of dates."""
    dated: list[HtmlElement] = []
    below, passed = stated.heading is None, 0
    for element in tree.iter(*_BLOCKS, "h1"):
        below = below or element is stated.heading
        if below and element.tag == "p":
            passed += len(element.text_content())
        named = marks(element)
        if element.get("rel") == "author":
            named = named._replace(byline=True)
        if named == NONE:
            continue
        stated.paywalled |= named.paywall
        stated.live |= named.live
        if named.byline:
            if len(stated.bylines) < 20 and not in_card(element, stated.around) and _is_byline(element):
                stated.bylines.append(_byline(element))
                stated.furniture.append(element)
        elif named.kicker:
            if stated.kicker is None and _heads(element, stated.heading):
                stated.kicker = spaced(element)[:120] or None
                stated.furniture.append(element)
        elif named.lead:
            if stated.lead is None and passed < _PROSE_ABOVE_LEAD and not in_card(element, stated.around):
                stated.lead = next(iter(_short(element, 40, 1200)), None)
        elif named.date and len(dated) < _MOST_DATED and _states_day(element) and not in_card(element, stated.around):
            dated.append(element)
            stated.furniture.append(element)
    return dated


_MOST_DATED = 20


def _states_day(element: HtmlElement) -> bool:
    return len(element) < 6 and any(char.isdigit() for text in _short(element, 6, 120) for char in text)


_PROSE_ABOVE_LEAD = 1_200
"""Code points of paragraphs from the headline to a lead, the lead counted; further down, an excerpt is another's."""


def _is_byline(element: HtmlElement) -> bool:
    """Whether a block named so is as short as a byline and names nobody whom the press is to call."""
    words = next(iter(_short(element, 3, 200)), None)
    return words is not None and (_BY.match(words) is not None or not is_contact(element))


def _byline(element: HtmlElement) -> str:
    """Return a byline's words without its time; names in elements that touch are parted."""
    parts = [element.text or ""]
    for child in element:
        dated = child.tag == "time" or (marks(child).date and not marks(child).byline)
        parts.append("" if dated else _byline(child))
        after = child.getnext()
        touches = after is not None and child.tag in _BLOCKS and not (child.tail or "").strip()
        leads = _leads_in(parts[-1]) or (after is not None and _leads_in(after.text_content()))
        parts.append((" " if leads else ", ") if touches else child.tail or "")
    return one_line("".join(parts))


def _leads_in(text: str) -> bool:
    return text.strip().casefold() in ("", "von", "by", "und", "and", "&", ",", "text:")


def _short(element: HtmlElement, shortest: int, longest: int) -> list[str]:
    """Return an element's text if its length lies between the two, without reading all of a large block."""
    if sum(1 for _ in element.iter()) > 40:
        return []
    text = spaced(element)
    return [text] if shortest < len(text) < longest else []


def _heads(element: HtmlElement, heading: HtmlElement | None) -> bool:
    """Whether the element stands in the block of the main heading, before it or in it."""
    if heading is None:
        return False
    block = heading.getparent()
    for _ in range(2):
        if block is None:
            return False
        if element in block.iterdescendants():
            return len(block.text_content()) < 3000 and not in_card(element, frozenset(heading.iterancestors()))
        block = block.getparent()
    return False


def _language(tree: HtmlElement) -> str | None:
    for element in (tree, *tree.iterfind("./body")):
        value = element.get("lang") or element.get("{http://www.w3.org/XML/1998/namespace}lang") or element.get("xml:lang")
        if value and re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9-_]*)?", value.strip()):
            return value.strip()
    return None
