"""Which blocks speak of something else? Told by shape: captions beside images, teaser cards, boxes with a telling head."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cache
from typing import Literal, NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from extract import media
from extract.decode import one_line

_BLOCKS = frozenset({"div", "section", "aside", "article", "figure", "li", "blockquote", "details", "header", "footer"})
_BODIES = frozenset({"body", "html", "main", "table", "tr", "td", "p"})
_CAPTION_LENGTH = 300
"""Code points around an image; agencies' captions with place, date and credit are about 250 long."""
_CARD_LENGTH = 330
"""Code points of a teaser: headline, two sentences and a name."""
_PROSE_BESIDE = 300
"""A block is a caption or a card *of something* only if so much prose stands beside it; else it is the page's own text."""
_LARGEST_SHARE = 0.5
_WORDS_OF_A_HEADLINE = 3

_BOX_HEAD = re.compile(
    r"(?:mehr (?:zum thema|dazu|aus|von|über)\b.*|(?:das )?könnte (?:sie|ihnen|dich) auch .*|auch interessant|"
    r"(?:ähnliche|verwandte|weitere|neueste|beliebte|aktuelle) (?:beiträge|artikel|nachrichten|meldungen|themen|texte)\b.*|"
    r"(?:weitere|mehr|alle|neueste|beliebte|aktuelle) (?:(?:videos?|clips|(?:bilder|foto)?(?:galerien|strecken))\b.*|"
    r"(?:filme|bilder|sendungen|folgen)(?: der (?:reihe|sendung|serie|staffel)\b.*)?)|als nächstes|nächstes video|"
    r"(?:das )?(?:lesen|sehen|schauen) andere(?: (?:auch|gerade|jetzt|leser\w*|nutzer\w*|zuschauer\w*))*|"
    r"meist ?gelesen\w*|lesen sie (?:auch|mehr|dazu)\b.*|passend dazu|(?:medien|presse)?kontakte?|"
    r"presse(?:stelle|kontakt)\b.*|"
    r"ansprechpartner\w*(?: für .*)?|rückfragen.*|(?:über|zu) (?:den autor|die autorin|die autoren)|zu[mr] autor(?:in)?|"
    r"anmerkungen|fu(?:ß|ss)noten|einzelnachweise|newsletter\b.*|"
    r"about the authors?|(?:foot|end)?notes|references|related\b.*|recommended\b.*|"
    r"more (?:from|on|in|stories|news)\b.*|"
    r"more (?:videos?|galleries|episodes|clips|pictures|photos)(?: (?:from|like|on)\b.*)?|"
    r"watch (?:next|more|also)|(?:video )?playlist|"
    r"most (?:read|popular|viewed)|read (?:more|next|also)|up next|next up\b.*|featured|in other news|popular right now|"
    r"latest (?:news|releases|posts|stories|articles)|(?:media|press) (?:contacts?|enquiries|inquiries|office)|contacts?|"
    r"(?:for )?(?:more|further) information\b.*|sign up (?:for|to)\b.*|subscribe\b.*|"
    r"join the (?:conversation|discussion)|comments(?: \(\d+\))?|kommentare(?: \(\d+\))?)\W*",
    re.I,
)
"""Whole lines that head what is no part of the text: links elsewhere, contacts, notes, authors, letters, comments."""
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_HEAD_TAGS = (*_HEADINGS, "p", "div", "span", "strong", "b", "figcaption", "legend")
_LONGEST_HEAD = 70

_images = etree.XPath("//img | //picture | //video")
_links = etree.XPath("//a[@href]")
_layout_tables = etree.XPath("//table[.//td[count(.//br) > 3 or count(.//p) > 1][string-length(normalize-space()) > 400]]")
_framing_tables = etree.XPath("//table[.//table] | //table[count(.//td) = 1]")
"""Tables around tables and tables of one cell, as mails are laid out: tables of facts are neither."""
_TEXTS = frozenset({"p", "h1", "h2", "h3", "h4", "ul", "ol"})
_MAIN_CELL, _SIDE_SHARE = 400, 0.5
_LEAD_LENGTH = 80
_prose_texts = etree.XPath("string-length(normalize-space())")


class Medium(NamedTuple):
    """What a page shows instead of an article, and its address."""

    kind: Literal["video", "gallery"]
    url: str


def unframe(tree: HtmlElement, heading: HtmlElement | None = None) -> None:
    """Make the tree say what readers see, in place: paragraphs in headers, tables and line breaks; no footnote marks.

    Of a table that lays out the page only the column of the article stays, and those that hold ``heading``.
    """
    for mark in [sup for sup in tree.iter("sup") if any((a.get("href") or "").startswith("#") for a in sup.iter("a"))]:
        mark.drop_tree()
    for header in list(tree.iter("header")):
        _unframe_header(header)
    if next(tree.iter("table"), None) is not None:
        _unframe_tables(tree, heading)
    for parent in {br.getparent() for br in tree.iter("br")}:
        if parent is not None and parent.tag in ("div", "font", "body", "center", "section", "article", "td", "span"):
            _wrap_runs(parent)


def _unframe_tables(tree: HtmlElement, heading: HtmlElement | None) -> None:
    tables = [*_layout_tables(tree), *_framing_tables(tree)]
    if tables:
        _drop_side_cells(tables, heading)
    for table in tables:
        for element in reversed(list(table.iter("table", "tbody", "tr", "td", "center"))):
            if len(element) == 1 and element[0].tag in _TEXTS:  # a heading alone in a block counts as the end of it
                element.drop_tag()
            else:
                element.tag = "div"
    if tables and next(tree.iter("article", "main"), None) is None:
        whole = _length(tree)
        page = next((table for table in tables if table.tag == "div" and _length(table) > _LARGEST_SHARE * whole), None)
        if page is not None:  # of a page without any such block trafilatura takes the paragraphs, and no heading
            page.tag = "article"


def _drop_side_cells(tables: Iterable[HtmlElement], heading: HtmlElement | None) -> None:
    """Take the cells beside the one with most unlinked text: polls, prices, teasers, if each has less than half of it."""
    inner = {
        cell: _unlinked(cell) for table in tables for cell in table.iter("td") if next(cell.iter("table"), None) is None
    }
    main = max(inner, key=lambda cell: inner[cell], default=None)
    if main is None or inner[main] < _MAIN_CELL:
        return
    above = set(heading.iterancestors()) if heading is not None else set[HtmlElement]()
    for cell in [main, *main.iterancestors("td")]:
        for side in [*cell.itersiblings("td", preceding=True), *cell.itersiblings("td")]:
            if side not in above and _unlinked(side) <= _SIDE_SHARE * inner[main]:
                side.drop_tree()


def _unlinked(cell: HtmlElement) -> int:
    return _length(cell) - sum(map(_length, cell.iter("a")))


def _unframe_header(header: HtmlElement) -> None:
    """Make paragraphs of the long texts in an article's header: they are its lead, and trafilatura leaves headers out."""
    if not any(parent.tag in ("article", "main") for parent in header.iterancestors()):
        return
    texts = [block for block in header.iter("p", "div") if not len(block) and _length(block) >= _LEAD_LENGTH]
    for block in texts:
        header.tag = "div"
        block.tag = "p"


def _wrap_runs(parent: HtmlElement) -> None:
    """Wrap what stands between two line breaks in a row into paragraphs, if at least two such gaps part the text."""
    children = list(parent)
    gaps = [
        index
        for index, child in enumerate(children[1:], 1)
        if child.tag == "br" and children[index - 1].tag == "br" and not (children[index - 1].tail or "").strip()
    ]
    if len(gaps) < 2 or any(child.tag in ("p", "div", "table", "ul") for child in children):
        return
    paragraphs = [parent.makeelement("p")]
    paragraphs[0].text, parent.text = parent.text, None
    for index, child in enumerate(children):
        parent.remove(child)
        if index in gaps or index + 1 in gaps:
            if index in gaps:
                paragraphs.append(parent.makeelement("p"))
                paragraphs[-1].text, child.tail = child.tail, None
            continue
        paragraphs[-1].append(child)
    parent.extend(paragraphs)
    if parent.tag in ("font", "span"):
        parent.tag = "div"


def foreign(tree: HtmlElement, heading: HtmlElement | None, medium: Medium | None = None) -> Iterator[HtmlElement]:
    """Yield the blocks that are captions, teaser cards, and boxes headed as such; never one around the headline.

    ``medium``: the page shows a video or a gallery, whose own words are few; the captions of a gallery are its text.
    """
    above = frozenset(heading.iterancestors()) if heading is not None else frozenset[HtmlElement]()
    whole = _prose(tree)

    def small(block: HtmlElement) -> bool:
        return block not in above and _prose(block) <= _LARGEST_SHARE * whole

    def spare(block: HtmlElement) -> bool:
        return block not in above if medium is not None else small(block)

    if medium is not None:
        yield from media.others(tree, above, medium.url)
    if medium is None or medium.kind == "video":
        yield from _captions(tree, above)
    yield from _cards(tree, above, whole)
    yield from _headed(tree, spare, small)


def _prose(element: HtmlElement) -> int:
    return sum(len(p.text_content()) for p in element.iter("p"))


def _length(element: HtmlElement) -> int:
    return int(_prose_texts(element))


def _grow(block: HtmlElement, longest: int, above: Set[HtmlElement]) -> HtmlElement:
    """Return the largest block around an element that still has no more text than a caption or a teaser."""
    for parent in block.iterancestors():
        if parent.tag in _BODIES or parent in above or _length(parent) > longest:
            break
        block = parent
    return block


def _stands_beside_prose(block: HtmlElement, prose: Callable[[HtmlElement], int]) -> bool:
    """Whether paragraphs of an article stand around the block: in its parent or the next larger one."""
    for parent, _ in zip(block.iterancestors(), range(3), strict=False):
        if prose(parent) - prose(block) >= _PROSE_BESIDE:
            return True
    return False


def _captions(tree: HtmlElement, above: Set[HtmlElement]) -> Iterator[HtmlElement]:
    seen: set[HtmlElement] = set()
    prose = cache(_prose)  # asked of the same large blocks for each image
    for image in _images(tree):
        block = _grow(image, _CAPTION_LENGTH, above)
        if block in seen or block.tag not in _BLOCKS or not _length(block):
            continue
        seen.add(block)
        if next(block.iter("h1", "h2", "h3"), None) is None and _stands_beside_prose(block, prose):
            yield block


def _cards(tree: HtmlElement, above: Set[HtmlElement], whole: int) -> Iterator[HtmlElement]:
    """Find blocks that begin with a linked headline which stands alone, and say little more."""
    cards: dict[HtmlElement, None] = {}
    prose = cache(_prose)  # asked of the same large blocks for each link
    for link in _links(tree):
        href = (link.get("href") or "").strip()
        if href.startswith(("#", "mailto:", "tel:", "javascript:")) or link in above:
            continue
        if len(link.text_content().split()) < _WORDS_OF_A_HEADLINE or not _stands_alone(link):
            continue
        card = _grow(link, _CARD_LENGTH, above)
        if card.tag in _BLOCKS and _stands_beside_prose(card, prose):
            cards[card] = None
    if sum(map(_prose, cards)) <= _LARGEST_SHARE * whole:
        yield from cards


def _stands_alone(link: HtmlElement) -> bool:
    """Whether no running text surrounds a link: neither beside it nor beside the inline elements that hold only it."""
    element = link
    for parent in link.iterancestors():
        if (element.tail or "").strip(" \n\t\xa0|·•›»:.,[]") or (parent.text or "").strip(" \n\t\xa0|·•›»[]"):
            return False
        if any((sibling.tail or "").strip() for sibling in element.itersiblings(preceding=True)):
            return False
        if parent.tag in _BLOCKS or parent.tag in _BODIES or parent.tag in _HEADINGS:
            return True
        element = parent
    return True


def _headed(
    tree: HtmlElement, spare: Callable[[HtmlElement], bool], small: Callable[[HtmlElement], bool]
) -> Iterator[HtmlElement]:
    """Find what stands under a telling head: the block that begins with it, else what follows up to the next heading.

    Such a block must be ``spare``; what only follows must be ``small``, as the article itself may go on there.
    """
    for head in tree.iter(*_HEAD_TAGS):
        if len(head) > 4 or _length(head) > _LONGEST_HEAD or not _BOX_HEAD.fullmatch(one_line(head.text_content())):
            continue
        block = _box_of(head)
        if block is not head:
            if spare(block):
                yield block
        elif head.tag in _HEADINGS:
            run = list(_until_heading(head))
            if all(map(small, run)):
                yield from run


def _box_of(head: HtmlElement) -> HtmlElement:
    """Return the largest block that begins with this head and holds no other head of the same rank after it."""
    block = head
    for parent in head.iterancestors():
        if parent.tag not in _BLOCKS or parent[0] is not block or (parent.text or "").strip():
            break
        block = parent
    return block


def _until_heading(head: HtmlElement) -> Iterable[HtmlElement]:
    yield head
    for element in head.itersiblings():
        if element.tag in ("h1", *_HEADINGS) and str(element.tag) <= str(head.tag):
            return
        yield element
