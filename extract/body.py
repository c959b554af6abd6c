"""Which of the page's words are the article? trafilatura, with link blocks and promotions pruned before, lines after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice

from lxml.etree import _Element, iterwalk, strip_elements, tostring
from lxml.html import HtmlElement, document_fromstring
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from extract import boxes, media, standfirst
from extract.access import offers_soon
from extract.decode import one_line, tidy
from extract.marks import marks
from extract.titles import squeeze

_CODE = ("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas")
_NEVER = (*_CODE, "form", "nav", "button", "select", "dialog", "link", "meta", "input")
"""Elements that hold no prose of the article; taking them first makes every later pass cheaper."""
_FRAMES = ("form", "nav", "dialog", "button")
_PROMO_TAGS = ("div", "section", "aside", "ul", "ol", "p", "figure", "span", "header", "footer", "a", "details")
_NEARLY_ALL = 0.85
_LINK_BLOCKS = frozenset({"ul", "ol", "p", "li", "h2", "h3", "h4", "h5", "div"})
_INNER_BLOCKS = ("div", "p", "ul", "ol", "section", "article", "table", "h1", "h2", "h3", "figure")
_PROMO_SHARE = 0.5
"""A block named like a promotion that holds more of the page's paragraphs than this is the article after all."""
_ANNOUNCING = ("h2", "h3", "h4", "h5", "h6", "p", "div", "strong", "b")
_LONGEST_HEAD = 70
_LINK_SHARE, _LIST_LINK_SHARE = 0.85, 0.8
"""Measured on two public sets together with trafilatura's fast mode: F1 .962 to .967 and .936 to .958."""

SHORT = 250
"""Code points below which trafilatura falls back on guesses, and other readings are asked."""
_MOST = 0.7
_LEAST_SHARE = 0.25
_FRAGMENT, _HALF, _MUCH_MORE = 1_000, 0.5, 1.5
"""A text so short, which is less than half of the page's paragraphs, is completed if that makes it so much longer."""
_TEXTS = ("p", "h2", "h3", "h4")
_KEY = 50


def without_code(tree: HtmlElement, heading: HtmlElement | None) -> str:
    """Take scripts and their like from the tree, in place, and return all text left; never what holds the headline."""
    for element in heading.iterancestors(*_CODE) if heading is not None else ():
        element.tag = "div"
    strip_elements(tree, *_CODE, with_tail=False)
    return tostring(tree, method="text", encoding="unicode")


def read(
    tree: HtmlElement,
    heading: HtmlElement | None,
    furniture: Iterable[HtmlElement],
    lead: str | None = None,
    people: Sequence[str] = (),
    medium: boxes.Medium | None = None,
) -> list[str]:
    """Return the article's blocks of a tree, which is used up; ``heading`` is the headline's element.

    ``furniture`` are elements already read as kicker, byline and date; they and the heading are no part of the text, nor is
    ``lead``, which was read already.
    """
    around = list(heading.iterancestors()) if heading is not None else []
    boxes.unframe(tree, heading)
    prune(tree, furniture, heading, medium)
    below = standfirst.texts_below(heading) if heading is not None else []
    if heading is not None:
        _drop(heading)
    found = _whole(_scope(tree, around))
    return [*standfirst.missed(below, found, lead, people), *found]


def _scope(tree: HtmlElement, around: list[HtmlElement]) -> HtmlElement:
    """Return the smallest block around the heading that holds nearly all prose, which leaves sidebars and footers out."""
    whole = _prose_length(tree)
    if whole < _LEAST_SHARE * len(one_line(tree.text_content())):  # the text stands in something else
        return tree
    for block in around:
        if block.tag in ("body", "html"):
            break
        if _prose_length(block) >= _NEARLY_ALL * whole:
            root = document_fromstring("<html><body><article></article></body></html>")
            root[0][0].append(block)
            return root
    return tree


def prune(
    tree: HtmlElement,
    furniture: Iterable[HtmlElement] = (),
    heading: HtmlElement | None = None,
    medium: boxes.Medium | None = None,
) -> None:
    """Take from the tree, in place, what is never an article's prose: furniture, scripts, link blocks, promotions."""
    for element in furniture:
        _drop(element)
    above = frozenset(heading.iterancestors()) if heading is not None else frozenset[HtmlElement]()
    _open_frames(tree, above)
    strip_elements(tree, *_NEVER, with_tail=False)
    for element in _promotions(tree, above):
        _drop(element)
    if medium is not None and medium.kind == "gallery":
        media.unlink_own(tree, medium.url)
    foreign = list(boxes.foreign(tree, heading, medium))  # before links are taken: a card is known by its linked headline
    for element in foreign:
        _drop(element)
    for element in _link_blocks(tree):
        if (head := _head_of(element)) is not None:
            _drop(head)
        _drop(element)


def _open_frames(tree: HtmlElement, above: Set[HtmlElement]) -> None:
    """Make plain blocks of the forms and navigations around the article: some systems put the whole page into one."""
    frames = [frame for frame in tree.iter(*_FRAMES) if frame in above or _prose_length(frame) >= SHORT]
    whole = _prose_length(tree) if frames else 0
    for frame in frames:
        if frame in above or _prose_length(frame) > _PROMO_SHARE * whole:
            frame.tag = "div"


def _promotions(tree: HtmlElement, above: Set[HtmlElement]) -> list[HtmlElement]:
    """Return the outermost blocks named like promotions; paragraphs of one name that are most of the prose are none."""
    found: list[HtmlElement] = []
    alike: dict[str, int] = {}
    whole = 0
    walk = iterwalk(tree, events=("start",), tag=_PROMO_TAGS)
    for _, element in walk:
        named = marks(element)
        if element in above:
            continue
        if named.paywall and offers_soon(element.text_content()):
            found.append(element)
            walk.skip_subtree()
        elif named.promo or (named.teaser and _leads_elsewhere(element)):
            whole, length = whole or _prose_length(tree), _prose_length(element)
            if element.tag == "p":
                alike[element.get("class") or ""] = alike.get(element.get("class") or "", 0) + length
            if length <= _PROMO_SHARE * whole:
                found.append(element)
                walk.skip_subtree()
        elif named.teaser:
            element.attrib.pop("class", None)  # trafilatura leaves out what is called so
    text = {name for name, length in alike.items() if length > _PROMO_SHARE * whole}
    return [element for element in found if element.tag != "p" or (element.get("class") or "") not in text]


def _leads_elsewhere(element: HtmlElement) -> bool:
    """Whether a block holds a link or is part of one."""
    return next(element.iter("a"), None) is not None or next(element.iterancestors("a"), None) is not None


def _prose_length(element: HtmlElement) -> int:
    return sum(len(p.text_content()) for p in element.iter("p"))


def _head_of(block: HtmlElement) -> HtmlElement | None:
    """Return the short line above a block that announces it and nothing else: it ends in a colon, or is its heading."""
    head, after = block.getprevious(), block.getnext()
    if head is None or (head.tail or "").strip() or head.tag not in _ANNOUNCING:
        return None
    text = one_line(head.text_content())
    if len(text) > _LONGEST_HEAD or not (text.endswith(":") or head.tag.startswith("h")):
        return None
    return head if text.endswith(":") or after is None or str(after.tag) in _ANNOUNCING[:5] else None


def _link_blocks(tree: HtmlElement) -> list[HtmlElement]:
    """Return the blocks that are hardly more than links, found from the links upwards."""
    linked: dict[HtmlElement, int] = {}
    for link in tree.iter("a"):
        length, block = len(one_line(link.text_content())), link.getparent()
        for _ in range(4):  # a > span > li > ul
            if block is None:
                break
            if block.tag in _LINK_BLOCKS:
                linked[block] = linked.get(block, 0) + length
            block = block.getparent()
    return [block for block, length in linked.items() if _is_link_block(block, length)]


def _is_link_block(block: HtmlElement, linked: int) -> bool:
    if block.tag == "div" and next(block.iterchildren(*_INNER_BLOCKS), None) is not None:
        return False
    total = len(one_line(block.text_content()))
    return linked >= (_LIST_LINK_SHARE if block.tag in ("ul", "ol") else _LINK_SHARE) * total


def _whole(tree: HtmlElement) -> list[str]:
    """Return the blocks of a tree; where that is but a part of its paragraphs, with all those that are framed alike."""
    found = blocks(tree)
    length = sum(map(len, found))
    if length >= _FRAGMENT or length >= _HALF * _prose_length(tree):
        return found
    known = {squeeze(line)[:_KEY] for line in found}
    texts = [(block, one_line(block.text_content())) for block in tree.iter(*_TEXTS)]
    frames = {_frame(block) for block, text in texts if len(text) >= _KEY and squeeze(text)[:_KEY] in known}
    alike = [text for block, text in texts if text and _frame(block) in frames]
    return alike if sum(map(len, alike)) >= _MUCH_MORE * length else found


def _frame(block: HtmlElement) -> tuple[str, ...]:
    """Return how the three elements around a block are called: what one template writes is framed alike."""
    return tuple(f"{parent.tag!s} {parent.get('class') or ''}" for parent in islice(block.iterancestors(), 3))


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
    found = [block for block in _rendered(document.body) if block]
    length = sum(map(len, found))
    if length < SHORT and (apart := paragraphs(tree)) and sum(map(len, apart)) >= _MOST * length:
        return apart
    return found


def paragraphs(tree: HtmlElement) -> list[str]:
    """Return the paragraphs of the first article or main element: trafilatura joins those of a short text into one."""
    for place in tree.iter("article", "main"):
        found = [text for p in place.iter("p") if len(text := one_line(p.text_content())) >= 20]
        if found:
            return found
    return []


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


_NEW_LINE = frozenset({"lb", "p", "head", "item", "quote", "row", "div"})


def _lines(element: _Element) -> Iterator[str]:
    """Yield an element's text; two line breaks in a row are how some systems write a new paragraph."""
    parts = [element.text or ""]
    for node in element.iterdescendants():
        parts.append("\n" if node.tag in _NEW_LINE else "")
        parts.append(node.text or "")
        parts.append("\n" if node.tag in _NEW_LINE and node.tag != "lb" else "")
        parts.append(node.tail or "")
    yield from tidy("".join(parts)).split("\n")
