"""What can be read of a page in one straight walk over its characters, when no tree can be built of it in time?

Every step moves forward and none looks back, so the cost is linear whatever the markup. It knows tags by name only and
gives less than the tree reader; articles read this way are marked ``truncated``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from extract.decode import one_line

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "button",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "label",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_OPAQUE = frozenset({"script", "style", "noscript", "template", "svg", "textarea", "iframe", "title"})
"""Elements whose content is not prose; walked over to their end tag."""
_ASIDE = frozenset({"nav", "footer", "aside", "form", "select", "menu", "button", "dialog"})
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,15}")
_HEAD_TAGS_LIMIT, _HEAD_TAG_LENGTH, _LD_LENGTH = 300, 4096, 2_000_000
_PROSE_LENGTH, _LINK_SHARE = 60, 0.5


class Flat(NamedTuple):
    """The page's head as a small document of its own (meta, link, title, first h1, JSON-LD) and its prose paragraphs."""

    head: str
    paragraphs: tuple[str, ...]


class _Block:
    """Text gathered since the last block border, and how much of it stood in links."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.linked = 0

    def add(self, text: str, in_link: bool) -> None:
        self.parts.append(text)
        self.linked += len(text) if in_link else 0

    def raw(self) -> str:
        """Return what was gathered, entities and all."""
        return "".join(self.parts)

    def take(self) -> str | None:
        """Return the block's text if it is prose, and begin the next."""
        raw = self.raw()
        linked, self.parts, self.linked = self.linked, [], 0
        if len(raw) < _PROSE_LENGTH or linked > _LINK_SHARE * len(raw):
            return None
        text = one_line(html.unescape(raw))
        return text if len(text) >= _PROSE_LENGTH else None


def read_flat(text: str) -> Flat:
    """Walk over decoded HTML once and return its head and its prose."""
    head: list[str] = []
    paragraphs: list[str] = []
    heading = ""
    block, in_link, aside = _Block(), False, 0
    for kind, name, content in _tokens(text):
        if kind == "text":
            if not aside:
                block.add(content, in_link)
            continue
        if kind == "opaque":
            head.extend(_kept(name, content, head))
            continue
        if name == "a":
            in_link = kind == "open"
        elif name in _BLOCKS:
            if name == "h1" and kind == "close" and not heading:
                heading = f"<h1>{block.raw()[:_HEAD_TAG_LENGTH]}</h1>"
            if (prose := block.take()) is not None:
                paragraphs.append(prose)
            if name in _ASIDE:
                aside = max(0, aside + (1 if kind == "open" else -1))
        elif name in ("meta", "link") and len(content) <= _HEAD_TAG_LENGTH and len(head) < _HEAD_TAGS_LIMIT:
            head.append(content)
    if (prose := block.take()) is not None:
        paragraphs.append(prose)
    return Flat(f"<html><head>{''.join(head)}</head><body>{heading}</body></html>", tuple(paragraphs))


def _kept(name: str, content: str, head: list[str]) -> list[str]:
    if len(head) >= _HEAD_TAGS_LIMIT:
        return []
    if name == "title":
        return [content[:_HEAD_TAG_LENGTH] + "</title>"]
    is_data = name == "script" and "ld+json" in content[:200].lower() and len(content) <= _LD_LENGTH
    return [content + "</script>"] if is_data else []


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield ``(open | close | opaque | text, name, raw)``; raw of an opaque element is its start tag and content."""
    lowered, at = text.lower(), 0
    while at < len(text):
        start = text.find("<", at)
        if start < 0:
            yield "text", "", text[at:]
            return
        if start > at:
            yield "text", "", text[at:start]
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            at = end + 3 if end >= 0 else len(text)
            continue
        end = text.find(">", start)
        if end < 0:
            return
        closing = text.startswith("/", start + 1)
        match = _NAME.match(lowered, start + 1 + closing)
        at = end + 1
        if match is None:
            continue
        name = match.group()
        if name in _OPAQUE and not closing:
            close = lowered.find(f"</{name}", at)
            close = len(text) if close < 0 else close
            yield "opaque", name, text[start:close]
            at = close
        else:
            yield ("close" if closing else "open"), name, text[start:at]
