"""Which blocks on the page of a video or gallery lead to others? Told by families of linked blocks, however much they say.

The page's own text is short, a caption or a description, so that what leads elsewhere often outweighs it: the measures of
`boxes`, which spare the larger part of a page, do not hold here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Set
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from extract.decode import one_line
from extract.stated import join

_LEVELS = 5
"""How many blocks may stand between a link and the tile it belongs to: a > h3 > div > div > li."""
_WORDS_OF_A_HEADLINE = 3
_TILE_LENGTH = 330
"""Code points of a tile: headline, two sentences, how long it lasts and when it was shown."""
_BEFORE_HEADLINE = 60
"""Code points before a tile's headline: a kicker, a duration, a number of pictures; prose is the page's own."""
_LONGEST_HEAD = 70
_FEWEST = 2
_PAGE = frozenset({"body", "html", "main"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg)$", re.I)

_links = etree.XPath("//a[@href]")
_length = etree.XPath("string-length(normalize-space())")


def others(tree: HtmlElement, above: Set[HtmlElement], url: str) -> Iterator[HtmlElement]:
    """Yield the tiles of other videos and galleries, or the whole box where it holds nothing else but its head.

    A tile is a short block with one address that is not the page's own (``url``) and a headline linked to it near its
    beginning; at least two of one shape stand side by side. ``above`` are the blocks that hold the page's headline.
    """
    for parent, tiles in _families(tree, above, url).items():
        rest = int(_length(parent)) - sum(int(_length(tile)) for tile in tiles)
        if parent not in above and parent.tag not in _PAGE and rest <= _LONGEST_HEAD:
            yield parent
            continue
        before = tiles[0].getprevious()
        if before is not None and before.tag in _HEADINGS and int(_length(before)) <= _LONGEST_HEAD:
            yield before
        yield from tiles


def unlink_own(tree: HtmlElement, url: str) -> None:
    """Take the links around a gallery's own captions from the tree, in place: text that is all link counts as a teaser."""
    for link in _links(tree):
        address = join(url, link.get("href").strip())
        own = address is not None and _is_own(address, url)
        if own and len(link.text_content().split()) >= _WORDS_OF_A_HEADLINE:
            link.drop_tag()


def _families(tree: HtmlElement, above: Set[HtmlElement], url: str) -> dict[HtmlElement, list[HtmlElement]]:
    """Return the tiles of each block that holds at least two alike: of one tag and one class."""
    addresses: dict[HtmlElement, set[str]] = defaultdict(set)
    headlines: dict[HtmlElement, HtmlElement] = {}
    for link in _links(tree):
        address = join(url, link.get("href").strip())
        if address is None or _is_own(address, url):
            continue
        headed = len(link.text_content().split()) >= _WORDS_OF_A_HEADLINE
        block: HtmlElement | None = link
        for _ in range(_LEVELS):
            if block is None or block in above or block.tag in _PAGE:
                break
            addresses[block].add(address)
            if headed:
                headlines.setdefault(block, link)
            block = block.getparent()
    shapes: dict[tuple[HtmlElement | None, object, str | None], list[HtmlElement]] = defaultdict(list)
    for block, link in headlines.items():
        if len(addresses[block]) == 1 and _is_tile(block, link):
            shapes[block.getparent(), block.tag, block.get("class")].append(block)
    families: dict[HtmlElement, list[HtmlElement]] = defaultdict(list)
    for (parent, _, _), alike in shapes.items():
        if parent is not None and len(alike) >= _FEWEST and len({min(addresses[block]) for block in alike}) >= _FEWEST:
            families[parent] += alike
    return families


def _is_own(address: str, url: str) -> bool:
    """Whether an address is the page itself, one of its parts (its third picture) or an image of its own."""
    there, here = urlsplit(address), urlsplit(url)
    path = here.path.rstrip("/")
    same = there.hostname == here.hostname and (there.path.rstrip("/") == path or there.path.startswith(f"{path}/"))
    return same or _IMAGE.search(there.path) is not None


def _is_tile(block: HtmlElement, link: HtmlElement) -> bool:
    """Whether a block is short, and the link in it opens what it says instead of standing in or below sentences."""
    if _length(block) > _TILE_LENGTH or _stands_in_text(block, link):
        return False
    said = link.text_content()
    before = one_line(block.text_content()).partition(one_line(said))[0]
    return len(before) <= _BEFORE_HEADLINE


def _stands_in_text(block: HtmlElement, link: HtmlElement) -> bool:
    """Whether a link stands in a paragraph's running text."""
    element = link
    while element is not block:
        parent = element.getparent()
        if parent is None:
            return False
        if parent.tag == "p":
            beside = (element.tail, parent.text, *(sibling.tail for sibling in element.itersiblings(preceding=True)))
            if any(text and text.strip() for text in beside):
                return True
        element = parent
    return False
