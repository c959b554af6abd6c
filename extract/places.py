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
    are no teaser.
    """
    for parent in element.iterancestors():
        if parent in around or parent.tag in ("main", "body"):
            return False
        if marks(parent).card or (parent.tag in _ASIDE and not (parent.tag == "li" and _states_facts(parent.getparent()))):
            return True
        if parent.tag == "article":
            return False
    return False


def _states_facts(items: HtmlElement | None) -> bool:
    """Whether a list is one line of facts about the article (author, day, time of reading), not a list of teasers."""
    return items is not None and len(items) < 8 and len(items.text_content()) < _FACTS_LENGTH


def spaced(element: HtmlElement) -> str:
    """Return an element's text on one line; borders of its blocks are spaces."""
    parts = []
    for node in element.iter():
        if node.tag in ("style", "script"):  # some systems style a headline inside it
            parts.append(node.tail or "")
            continue
        if node.tag in ("br", "div", "p", "span", "li") and node is not element:
            parts.append(" " if node.tag != "span" else "")
        parts.append(node.text or "")
        if node is not element:
            parts.append((" " if node.tag in ("div", "p", "li") else "") + (node.tail or ""))
    return one_line("".join(parts))
