"""How are this source's pages of that day built? The layout its YAML names, and what its selectors find."""

from __future__ import annotations

from datetime import date

from cssselect import SelectorError
from lxml.html import HtmlElement, document_fromstring

from config.models import Layout, Source
from extract.places import spaced

GENERAL = Layout()
"""No selectors: the general rules decide everything."""


def on(source: Source | None, day: date) -> Layout:
    """Return the layout of pages fetched that day: the one that ends soonest among those that still hold.

    An archived page is so read by the layout of its day. A layout without an end holds for ever; ``text_selector`` of the
    source stands in where the layout names none.
    """
    if source is None:
        return GENERAL
    holding = [each for each in source.layouts if each.valid_until is None or day <= each.valid_until]
    found = min(holding, key=lambda each: each.valid_until or date.max, default=GENERAL)
    return found if found.text_selector else found.model_copy(update={"text_selector": source.text_selector})


def strip(tree: HtmlElement, layout: Layout) -> None:
    """Take from the tree, in place, what the layout says belongs to no article."""
    for selector in layout.remove:
        for element in _found(tree, selector):
            if element.getparent() is not None:
                element.drop_tree()


def title(tree: HtmlElement, layout: Layout) -> str | None:
    """Return the text of the first element that the layout names as the headline."""
    return next((text for element in _found(tree, layout.title_selector) if (text := spaced(element))), None)


def body(tree: HtmlElement, layout: Layout) -> HtmlElement | None:
    """Return a tree of the elements that the layout names as the body; None if it names none or they are not there."""
    found = _found(tree, layout.text_selector)
    if not found:
        return None
    root = document_fromstring("<html><body><article></article></body></html>")
    root[0][0].extend(found)
    return root


def _found(tree: HtmlElement, selector: str | None) -> list[HtmlElement]:
    """Return what a selector finds; a slip in one source's YAML must not cost its pages: general rules read them."""
    try:
        return list(tree.cssselect(selector)) if selector else []
    except SelectorError:
        return []
