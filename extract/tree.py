"""How does text become a tree, and was anything lost on the way? lxml drops what exceeds its limits without raising."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from extract.marks import spell_out

ATTRIBUTES_LIMIT = 2_000
"""Attributes in one tag: libxml2 compares each with all before it, so 100,000 cost 16 s; real pages stay below 100."""
INLINE_LIMIT = 1_500
"""Inline elements in one block: trafilatura is quadratic in them (16,000 cost 44 s); real paragraphs stay below 200."""
ELEMENTS_LIMIT = 100_000
"""Elements in one page; the largest news pages have about 15,000."""

_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{8000,}")
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])(?![0-9])|[xX]0*(?:[0-8bcBCeEfF]|1[0-9a-fA-F])(?![0-9a-fA-F])"
    rb"|[xX]0*(?:[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])(?![0-9a-fA-F]));?"
)
"""Controls, surrogates and noncharacters written as references: libxml2 puts them into the tree and then refuses to move
the text that holds them. All that XML 1.0, 2.2 does not call a character."""
_ALL_ALIKE = etree.ElementDefaultClassLookup(element=HtmlElement)
"""One class for all elements, chosen in C; lxml.html asks Python for each, which costs a fifth of the reading."""
_count = etree.XPath("count(//*)")
_crowded = etree.XPath(f"//*[count(*) > {INLINE_LIMIT}]")
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
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, default_doctype=False
    )
    parser.set_element_class_lookup(_ALL_ALIKE)
    try:
        tree = document_fromstring(_readable(text), parser=parser)  # type: ignore[arg-type]  # stubs know lxml.html's only
    except (etree.ParserError, etree.XMLSyntaxError):
        return Parsed(None, any(_is_limit(error) for error in parser.error_log))
    lost = any(_is_limit(error) for error in parser.error_log)
    if not lost and _count(tree) > ELEMENTS_LIMIT:
        return Parsed(None, True)
    for element in _crowded(tree):
        etree.strip_tags(element, *_INLINE)
        _join_text(element)
    spell_out(tree, text)
    return Parsed(tree, lost)


def _readable(text: str) -> bytes:
    """Return UTF-8 without what libxml2 takes for the end of the page: controls, surrogates, noncharacters."""
    source = _XML_HEAD.sub("", text, count=1).encode("utf-8", "ignore").translate(None, _CONTROLS)
    return _CONTROL_REFERENCE.sub(b"", source.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b""))


def _is_limit(error: etree._LogEntry) -> bool:
    return (
        error.type_name == "ERR_RESOURCE_LIMIT" or "Excessive depth" in error.message or "limit exceeded" in error.message
    )


def _join_text(element: etree._Element) -> None:
    """Make one node of the thousands of neighbouring text nodes that stripping leaves; reading those is quadratic too."""
    element.text = element.text
    for child in element:
        child.tail = child.tail
