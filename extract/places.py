"""Does this element belong to the page's own article, and what are its words? Teasers and navigation are others'."""

from __future__ import annotations

from collections.abc import Set

from lxml.html import HtmlElement

from extract.decode import one_line
from extract.marks import marks

_ASIDE = frozenset({"aside", "nav", "footer", "li", "form"})
_FACTS_LENGTH = 150


def in_card(element: HtmlElement, around: Set[HtmlElement] = frozenset()) -> bool:
    """Whether an element stands in navigation or in a teaser of another article.

    ``around`` are the blocks that hold the page's own headline: whatever they are called ("with-sidebar", "promoted"), they
    are no teaser. If an ``<article>`` is among them, any beside it is another article's; one inside it may be a part of it.
    """
    for parent in element.iterancestors():
        if parent in around or parent.tag in ("main", "body"):
            return False
        if marks(parent).card or (parent.tag in _ASIDE and not (parent.tag == "li" and _states_facts(parent.getparent()))):
            return True
        if parent.tag == "article":
            inside = any(outer in around for outer in parent.iterancestors("article"))
            return not inside and any(block.tag == "article" for block in around)
    return False


def _states_facts(items: HtmlElement | None) -> bool:
    """Whether a list is one line of facts about the article (author, day, time of reading), not a list of teasers."""
    return items is not None and len(items) < 8 and len(items.text_content()) < _FACTS_LENGTH


def spaced(element: HtmlElement) -> str:
    """Return an element's text on one line; borders of its blocks are spaces."""
    parts: list[str] = []
    _say(element, parts)
    return one_line("".join(parts))


_CODE = frozenset({"style", "script"})
"""Some systems style a headline inside it."""
_BREAKS = frozenset({"br", "div", "p", "li"})


def _say(element: HtmlElement, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        tag, tail = child.tag, child.tail or ""
        if tag in _BREAKS:
            parts.append(" ")
            _say(child, parts)
            parts.append(f" {tail}")
            continue
        if isinstance(tag, str) and tag not in _CODE:
            _say(child, parts)
        parts.append(tail)
