"""What stands between the headline and the text that was found? The standfirst, in a block of its own on most sites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from extract.decode import one_line
from extract.titles import squeeze

_TEXTS = frozenset({"p", "div", "section", "h2", "h3", "h4", "blockquote", "header", "hgroup"})
_NO_TEXTS = frozenset({"figure", "figcaption", "ul", "ol", "li", "table", "aside", "footer", "a", "caption"})
_SHORTEST = 60
"""Code points; what is shorter there is a name, a day, a place or a button."""
_NEAR = 2_500
"""Code points from the headline within which the text must begin."""
_KEY = 60
"""Letters by which the first paragraph is known again."""
_LINKED, _FEW = 0.3, 10
_NO_STANDFIRST = re.compile(r"[<|©]|\b(?:foto|photo|bild|image|credit)s?\s*:|^bild vergrößern", re.I)


def texts_below(heading: HtmlElement) -> list[str]:
    """Return the texts of the blocks that follow a headline in the page's order, as far as a standfirst may reach."""
    found, passed = [], 0
    for block in _blocks_after(heading):
        text = one_line(block.text_content())
        if text:
            linked = sum(len(link.text_content()) for link in block.iter("a"))
            found.append(text if linked <= _LINKED * len(text) else "")
            passed += len(text)
        if passed > _NEAR:
            break
    return found


def _blocks_after(heading: HtmlElement) -> Iterator[HtmlElement]:
    node: HtmlElement | None = heading
    while node is not None and node.tag != "body":
        for sibling in node.itersiblings():
            yield from _leaves(sibling)
        node = node.getparent()


def _leaves(block: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the blocks of text within one that hold no other, in order."""
    if block.tag in _NO_TEXTS:
        return
    inner = [child for child in block if child.tag in _TEXTS or child.tag in _NO_TEXTS or len(child)]
    if block.tag in _TEXTS and not any(child.tag in _TEXTS for child in inner):
        yield block
        return
    for child in inner:
        yield from _leaves(child)


def missed(below: Sequence[str], found: Sequence[str], apart: str | None, people: Sequence[str]) -> list[str]:
    """Return which texts below the headline come before the first block that was found.

    Without the lead kept ``apart``, captions with a credit, and what begins with the name of one of the authors.
    """
    first = next((squeeze(line) for line in found if len(line) >= _SHORTEST), "")[:_KEY]
    if not first:
        return []
    keys = [squeeze(text) for text in below]
    end = next((index for index, key in enumerate(keys) if key.startswith(first)), 0)
    known = [*map(squeeze, found[:_FEW]), squeeze(apart or "")]
    names = tuple(filter(None, map(squeeze, people)))
    return [
        text
        for text, key in zip(below[:end], keys, strict=False)
        if len(text) >= _SHORTEST
        and not _NO_STANDFIRST.search(text)
        and not key.startswith(names)
        and not any(key in each for each in known)
    ]
