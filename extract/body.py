"""Which of the page's words are the article? trafilatura, with link blocks and promotions pruned before and lines filtered after."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from extract.decode import one_line, tidy
from extract.titles import fold

_NEVER = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "embed",
    "form",
    "nav",
    "button",
    "select",
    "dialog",
    "canvas",
    "link",
    "meta",
    "input",
)
"""Elements that hold no prose of the article; taking them first makes every later pass cheaper."""
_PROMO = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|recirculation|most-?read|meist-?gelesen|most-?popular|newsletter|promo\w*|teaser-?(?:list|box|group|block)?|"
    r"read-?more|weiterlesen|mehr-?zum-?thema|lesen-?sie-?auch|more-?on|also-?read|advert\w*|anzeige|ads?|sponsor\w*|outbrain|taboola|"
    r"share|sharing|social\w*|teilen|comments?|kommentare?|breadcrumbs?|cookie\w*|consent|paywall|subscribe|subscription|abo-?box|"
    r"author-?(?:box|bio|info)|autoren-?box|tags?|tag-?list|keywords|topics-?list|footer|pagination|sidebar|sticky|signup|sign-up|push|skip-?link|"
    r"caption-?credit|copyright|image-?credit|bildnachweis|voting|umfrage|poll|trending|popular)(?:$|[\s_-])",
    re.I,
)
_KEEP = re.compile(r"article-?(?:body|text|content)|story-?body|entry-?content|post-?content|fliesstext|body-?text", re.I)
_PROMO_TAGS = ("div", "section", "aside", "ul", "ol", "p", "figure", "span", "header", "footer", "a", "details")
_PROMO_SHARE = 0.5
"""A block named like a promotion that holds more of the page's paragraphs than this is the article after all."""
_LINK_SHARE, _LIST_LINK_SHARE = 0.85, 0.8
"""Measured on two public sets together with trafilatura's fast mode: F1 .962 to .967 and .936 to .958."""

_CREDIT = re.compile(
    r"^(?:\W*(?:foto|fotos|bild|bilder|photo|photos|image|picture|credit|grafik|graphic|video|illustration|quelle|source|copyright)s?\s*(?:\(c\)|:|by\b|©)|©|\(c\)|\(foto:|\(photo:)[^\n]{0,160}$",
    re.I,
)
_PROMO_LINE = re.compile(
    r"^\W*(?:lesen sie (?:auch|hier|dazu|mehr|jetzt)|lesen sie:|mehr (?:zum thema|dazu|lesen)|weiterlesen|jetzt weiterlesen|auch interessant|das könnte sie auch|"
    r"empfohlener (?:externer|redaktioneller) inhalt|externer inhalt|anzeige$|werbung$|advertisement$|newsletter|jetzt abonnieren|abonnieren sie|"
    r"melden sie sich|hier klicken|zum thema:?$|zur startseite|nach oben|artikel (?:teilen|drucken|hören|merken|vorlesen)|teilen$|drucken$|share this|share on|"
    r"read (?:more|also|next)\b|also read|more on this|more from|related(?: articles?| stories| content)?:?$|recommended(?: for you| stories)?:?$|most (?:read|popular)|"
    r"sign up (?:for|to)|subscribe(?: now| to)|click here|follow (?:us|him|her|\w+) on|join our|get our|you (?:may|might) also like|see also:?|watch:|listen:|"
    r"skip (?:to|past)|this article (?:was|is) originally|kommentare?$|comments?$|alle rechte vorbehalten|all rights reserved|tags?:|schlagworte?:|themen:)",
    re.I,
)
_PROMO_LENGTH = 220
_BYLINE = re.compile(r"^(?:von|by|text:|autor:|author:)\s+[^\W\d_][^\n.!?]{2,80}$", re.I)
_DATE_LINE = re.compile(
    r"^(?:stand|veröffentlicht|erstellt|aktualisiert|zuletzt aktualisiert|published|updated|last updated|posted)?(?: am| on)?\W*"
    r"(?:(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun)\w*[.,]?\s+)?(?:\d{1,2}[. ]\s?(?:\d{1,2}\.|[^\W\d_]{3,9}\.?,?)\s?\d{4}|[^\W\d_]{3,9}\.? \d{1,2},? \d{4}|\d{4}-\d{2}-\d{2})"
    r"[^\n]{0,40}$",
    re.I,
)
_READING_TIME = re.compile(
    r"^\W*(?:lesezeit|lesedauer|reading time)?\W*(?:\d+|ein|one)\s*(?:min\b|min\.|minuten?|minutes?)\s*(?:lesezeit|lesedauer|read|reading time)?\W*$",
    re.I,
)
_EDGE = 4
"""Title, byline and date lines are dropped among the first blocks only, bylines and credits also at the end."""


def prune(tree: HtmlElement) -> None:
    """Take from the tree, in place, what is never part of an article's prose: scripts, link blocks, promotions."""
    for element in list(tree.iter(*_NEVER)):
        _drop(element)
    whole = _prose_length(tree)
    for element in list(tree.iter(*_PROMO_TAGS)):
        if _is_promo(element) and _prose_length(element) <= _PROMO_SHARE * whole:
            _drop(element)
    for element in list(tree.iter("ul", "ol", "p", "li", "h2", "h3", "h4", "h5", "div")):
        if _is_link_block(element):
            _drop(element)


def _is_promo(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(names) > 1 and element.tag != "body" and bool(_PROMO.search(names)) and not _KEEP.search(names)


def _prose_length(element: HtmlElement) -> int:
    return sum(len(p.text_content()) for p in element.iter("p"))


def _is_link_block(element: HtmlElement) -> bool:
    if element.tag == "div" and any(
        child.tag in ("div", "p", "ul", "ol", "section", "article", "table", "h1", "h2", "h3", "figure")
        for child in element
    ):
        return False
    links = list(element.iter("a"))
    if not links:
        return False
    total = len(one_line(element.text_content()))
    if total == 0:
        return True
    linked = sum(len(one_line(a.text_content())) for a in links)
    return linked >= (_LIST_LINK_SHARE if element.tag in ("ul", "ol") else _LINK_SHARE) * total


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


_OPTIONS = {
    fast: Extractor(output_format="python", fast=fast, comments=False, tables=True, formatting=False, dedup=False)
    for fast in (True, False)
}
"""Built once: reading trafilatura's settings costs as much as parsing a small page."""


def blocks(tree: HtmlElement, fast: bool = True) -> list[str]:
    """Return the article's blocks (paragraphs, headings, list items, quotes) as trafilatura finds them in a pruned tree."""
    document = bare_extraction(tree, options=_OPTIONS[fast])
    if document is None or isinstance(document, dict):
        return []
    return [block for block in _rendered(document.body) if block]


def _rendered(body: _Element) -> Iterator[str]:
    for element in body:
        if element.tag in ("list", "table", "quote", "div", "row") and len(element):
            if element.text and element.text.strip():
                yield one_line(element.text)
            if element.tag == "row":
                yield one_line(" | ".join(one_line("".join(cell.itertext())) for cell in element))
            else:
                yield from _rendered(element)
        else:
            yield from _lines(element)
        if element.tail and element.tail.strip():
            yield one_line(element.tail)


def _lines(element: _Element) -> Iterator[str]:
    """Yield an element's text; two line breaks in a row are how some systems write a new paragraph."""
    parts = [element.text or ""]
    for node in element.iterdescendants():
        parts.append("\n" if node.tag == "lb" else "")
        parts.append(node.text or "")
        parts.append(node.tail or "")
    yield from tidy("".join(parts)).split("\n")


def filter_lines(lines: list[str], title: str | None, authors: tuple[str, ...] = ()) -> list[str]:
    """Drop title, byline, date, credit and promotion lines, and repeated lines."""
    kept: list[str] = []
    seen: set[str] = set()
    title_words, names = fold(title or ""), {fold(name) for name in authors}
    for index, line in enumerate(lines):
        words = fold(line)
        at_edge = len(kept) < _EDGE or index >= len(lines) - _EDGE
        if not words or (len(line) > 40 and words in seen):
            continue
        if len(line) <= _PROMO_LENGTH and (_PROMO_LINE.match(line) or _CREDIT.match(line) or _READING_TIME.match(line)):
            continue
        if at_edge and (words == title_words or words in names or _BYLINE.match(line) or _DATE_LINE.match(line)):
            continue
        seen.add(words)
        kept.append(line)
    return kept
