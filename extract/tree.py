"""How does text become a tree, and was anything lost on the way? lxml drops what exceeds its limits without raising."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

ATTRIBUTES_LIMIT = 2_000
"""Attributes in one tag: libxml2 compares each with all before it, so 100,000 cost 16 s; real pages stay below 100."""
INLINE_LIMIT = 1_500
"""Inline elements in one block: trafilatura is quadratic in them (16,000 cost 44 s); real paragraphs stay below 200."""
ELEMENTS_LIMIT = 100_000
"""Elements in one page; the largest news pages have about 15,000."""

_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{8000,}")
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_INLINE = (
    "b",
    "i",
    "em",
    "strong",
    "span",
    "a",
    "u",
    "font",
    "small",
    "mark",
    "sub",
    "sup",
    "abbr",
    "cite",
    "code",
    "q",
    "s",
    "tt",
    "big",
)


class Parsed(NamedTuple):
    """A page's tree, or None if there is none to be had; ``lost`` says that some of the page is not in it."""

    tree: HtmlElement | None
    lost: bool


def parse(text: str) -> Parsed:
    """Parse decoded HTML; text beyond libxml2's limits (depth 256, 10 MB in one node) is reported as lost."""
    if any(match.group().count("=") > ATTRIBUTES_LIMIT for match in _LONG_TAG.finditer(text)):
        return Parsed(None, True)
    source = _NOT_XML.sub("", _XML_HEAD.sub("", text))
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, default_doctype=False)
    try:
        tree = document_fromstring(source.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return Parsed(None, any(_is_limit(error) for error in parser.error_log))
    lost = any(_is_limit(error) for error in parser.error_log)
    if not lost and sum(1 for _ in tree.iter()) > ELEMENTS_LIMIT:
        return Parsed(None, True)
    _loosen(tree)
    return Parsed(tree, lost)


def _is_limit(error: etree._LogEntry) -> bool:
    return (
        error.type_name == "ERR_RESOURCE_LIMIT" or "Excessive depth" in error.message or "limit exceeded" in error.message
    )


def _loosen(tree: HtmlElement) -> None:
    """Unwrap the inline elements of blocks that have absurdly many, keeping all their text."""
    for element in list(tree.iter("p", "div", "td", "li", "span", "blockquote", "article", "section", "body")):
        if len(element) > INLINE_LIMIT and sum(1 for child in element if child.tag in _INLINE) > INLINE_LIMIT:
            etree.strip_tags(element, *_INLINE)
