"""Which element is the headline? The one whose words the page's head states, else the one that heads the article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from lxml import etree
from lxml.html import HtmlElement

from extract.decode import one_line
from extract.marks import marks
from extract.places import in_card, spaced
from extract.titles import fold, squeeze, without_site

_SHORTEST_HEADLINE = 12
_LONGEST_HEADLINE, _LONGEST_BOLD = 300, 120
_SAME_SUBJECT = 0.5
"""Share of a heading's words that one of the page's titles must hold for both to speak of one thing."""
_BODY_SIZE = 3
_SIZE = re.compile(r"(?P<sign>[+-]?)(?P<number>[0-7])")
_MOST_FONTS = 500
"""Fonts that are looked at: a headline stands before most of a page's text, and a hostile page has tens of thousands."""
_SAME_BEGINNING = 4
"""Words: a title that holds so many of a long heading's first in their order speaks of it, wherever the title ends."""
_length = etree.XPath("string-length(normalize-space())")


def find(
    tree: HtmlElement, headings: Sequence[HtmlElement], claims: Sequence[str], names: Sequence[str]
) -> HtmlElement | None:
    """Return the h1, or what stands in for it, that heads the article.

    ``claims`` are the titles that the page's head states, ``names`` what the site calls itself: a site's name on top is
    no headline.
    """
    known = {squeeze(name) for name in names}
    filled = [heading for heading in headings[:20] if squeeze(spaced(heading)) not in known | {""}]
    best = max(filled, key=lambda heading: _rank(heading, claims)) if filled else None
    if best is not None and _same_subject(best, claims):
        return best
    if best is not None and not in_card(best):
        return next(_agreeing(tree, ("h2", "h3"), claims, known), best)
    stand_in = _stand_in(tree)
    return stand_in if stand_in is not None else next(_agreeing(tree, ("h2", "h3", "h4"), claims, known), None)


def find_by_words(tree: HtmlElement, claims: Sequence[str], names: Sequence[str]) -> HtmlElement | None:
    """Return the smallest block whose words are a title, on a page that marks nothing up as its headline."""
    known = {squeeze(name) for name in names}
    tags = ("b", "strong", "font", "p", "div", "td", "span")
    return next(chain(_agreeing(tree, tags, claims, known), _continuing(tree, claims, names), _largest(tree)), None)


def _largest(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the one line set in the largest type, on pages of the time before style sheets (``<font size>``)."""
    sizes: dict[HtmlElement, int] = {}
    for element in islice(tree.iter("font"), _MOST_FONTS):
        size, length = _size(element.get("size") or ""), int(_length(element))
        if size > _BODY_SIZE and _SHORTEST_HEADLINE < length < _LONGEST_BOLD and not in_card(element):
            sizes[element] = size
    most = max(sizes.values(), default=0)
    largest = [element for element, size in sizes.items() if size == most]
    if len(largest) == 1:
        yield largest[0]


def _size(stated: str) -> int:
    """Return a font's size from 1 to 7, stated as it is or by what it differs from the usual 3 (HTML 4.01, 15.2.2)."""
    match = _SIZE.fullmatch(stated.strip())
    if match is None:
        return _BODY_SIZE
    number = int(match["number"])
    return {"+": _BODY_SIZE + number, "-": _BODY_SIZE - number}.get(match["sign"], number)


def _continuing(tree: HtmlElement, claims: Sequence[str], names: Sequence[str]) -> Iterator[HtmlElement]:
    """Yield short bold lines that go on from a title which breaks off after the headline's first words."""
    beginnings = {
        f"{words} " for claim in claims if len(words := fold(without_site(one_line(claim), names))) > _SHORTEST_HEADLINE
    }
    for element in tree.iter("b", "strong", "font") if beginnings else ():
        words = fold(element.text_content()) if len(element) <= 2 and len(element.text_content()) <= _LONGEST_BOLD else ""
        if any(words.startswith(beginning) for beginning in beginnings) and not in_card(element):
            yield element


def _rank(heading: HtmlElement, claims: Sequence[str]) -> tuple[bool, bool, bool, bool, int]:
    """Rank an h1: it speaks of what the titles say, is no teaser's, stands in article or main, not in the page's header."""
    parents = {parent.tag for parent in heading.iterancestors()}
    inside = bool(parents & {"article", "main"})
    words = len(heading.text_content().split())
    return _same_subject(heading, claims), not in_card(heading), inside, "header" not in parents or inside, min(words, 3)


def _same_subject(heading: HtmlElement, claims: Sequence[str]) -> bool:
    said = fold(spaced(heading)[:_LONGEST_HEADLINE]).split()
    words, beginning = set(said), f" {' '.join(said[:_SAME_BEGINNING])} "
    begins = len(said) > _SAME_BEGINNING and any(beginning in f" {fold(claim)} " for claim in claims)
    return begins or any(len(words & set(fold(claim).split())) > _SAME_SUBJECT * len(words) for claim in claims if words)


def _stand_in(tree: HtmlElement) -> HtmlElement | None:
    """Return the h2 in an article's header, or named like its headline, where a site has no h1 for it."""
    for heading in tree.iter("h2", "h3"):
        parent = heading.getparent()
        in_header = (
            parent is not None
            and parent.tag == "header"
            and any(p.tag in ("article", "main") for p in parent.iterancestors())
        )
        if (in_header or marks(heading).headline) and not in_card(heading) and heading.text_content().strip():
            return heading
    return None


def _agreeing(tree: HtmlElement, tags: Sequence[str], claims: Sequence[str], known: set[str]) -> Iterator[HtmlElement]:
    """Yield the elements of no teaser whose words begin or end a title, or are one."""
    stated = [f" {fold(claim)} " for claim in claims]
    for element in tree.iter(*tags):
        if len(element) > 3 or len(element.text_content()) >= _LONGEST_HEADLINE:
            continue
        words = f" {fold(spaced(element))} "
        if len(words) <= _SHORTEST_HEADLINE or squeeze(words) in known:
            continue
        if any(
            claim.startswith(words) or claim.endswith(words) or squeeze(claim) == squeeze(words) for claim in stated
        ) and not in_card(element):
            yield element


def parts_of_heading(heading: HtmlElement | None) -> tuple[str, str] | None:
    """Return the two parts of a heading that consists of two elements and nothing else: maybe a kicker and a headline."""
    if heading is None or (heading.text or "").strip():
        return None
    parts = [child for child in heading if child.text_content().strip(" :|–—-\n\t")]
    if len(parts) != 2 or any((part.tail or "").strip(" :|–—-\n\t") for part in parts):
        return None
    return spaced(parts[0]).rstrip(" :|–—"), spaced(parts[1])


def heading_text(heading: HtmlElement | None) -> tuple[str | None, str | None]:
    """Return an h1's headline and the kicker marked up inside it."""
    if heading is None:
        return None, None
    kicker = next((el for el in heading.iterdescendants() if marks(el).kicker), None)
    if kicker is None:
        return spaced(heading), None
    inside = frozenset(kicker.iter())
    words = [heading.text or ""]
    for node in heading.iterdescendants():
        if node not in inside:
            words.append(node.text or "")
        if node not in inside or node is kicker:
            words.append(" " + (node.tail or ""))
    text = one_line(" ".join(words)).lstrip(":|–— ")
    return (text or spaced(heading)), spaced(kicker).rstrip(" :|–—")
