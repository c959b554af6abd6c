"""What does this sitemap list? URL sets with their news fields, indexes, plain lists; streamed, so size costs no memory."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from articles.page import Link, Links
from extract.decode import one_line, to_text
from extract.feeds import time
from extract.stated import join

URLS_LIMIT = 50_000
"""URLs of one sitemap (sitemaps.org protocol, 0.9); what follows is against the protocol and left out."""
_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:urlset|sitemapindex)\b")


class _Names(dict[object, str]):
    """A tag's own name; empty for images and videos, whose loc and title are not the page's."""

    def __missing__(self, tag: object) -> str:
        space, _, name = str(tag).rpartition("}")
        name = "" if "image" in space or "video" in space else name
        if len(self) < _TAGS_LIMIT:  # a hostile sitemap names its tags without end
            self[tag] = name
        return name


_TAGS_LIMIT = 256
_NAMES = _Names()


def read(body: bytes, url: str) -> Links:
    """Read a sitemap or sitemap index (its links have ``kind="sitemap"``), or a text file of URLs."""
    if not _ROOT.search(body[:65536]):
        return _read_lines(to_text(body, None), url)
    damage: list[str] = []
    links = tuple(_stream(body, url, damage))
    if not links and damage:
        return Links((), error=f"this sitemap cannot be read: {damage[0]}")
    return Links(links, repaired=bool(damage))


def _stream(body: bytes, url: str, damage: list[str]) -> Iterator[Link]:
    events = etree.iterparse(
        io.BytesIO(body.lstrip()), events=("end",), tag=("{*}url", "{*}sitemap"), recover=True, resolve_entities=False,
        no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False,
    )  # fmt: skip
    count = 0
    try:
        for _, element in events:
            link = _entry(element, url)
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
            if link is not None:
                yield link
                count += 1
                if count >= URLS_LIMIT:
                    return
    except etree.XMLSyntaxError as error:
        damage.append(str(error))
    damage.extend(entry.message for entry in events.error_log if entry.level_name in ("ERROR", "FATAL"))


def _entry(element: etree._Element, base: str) -> Link | None:
    fields: dict[str, str] = {}
    for child in element:
        name, text = _NAMES[child.tag], child.text
        if name == "news":
            for node in child.iterdescendants():
                if text := node.text:
                    fields[_NAMES[node.tag]] = text
        elif text and name:
            fields.setdefault(name, text)
    stated = (fields.get("loc") or "").strip()
    address = join(base, stated) if stated else None
    if address is None:
        return None
    if _NAMES[element.tag] == "sitemap":
        return Link(url=address, updated=time(fields.get("lastmod")), kind="sitemap")
    keywords = fields.get("keywords")
    return Link(
        url=address,
        title=one_line(fields.get("title")) or None,
        published=time(fields.get("publication_date")),
        updated=time(fields.get("lastmod")),
        language=_language(fields.get("language")),
        keywords=tuple(word for word in map(one_line, keywords.split(",")) if word) if keywords else (),
    )


@lru_cache(maxsize=256)
def _language(text: str | None) -> str | None:
    return one_line(text) or None if text and len(text) < 40 else None


def _read_lines(text: str, url: str) -> Links:
    addresses = (
        join(url, line.strip())
        for line in text.splitlines()[:URLS_LIMIT]
        if line.strip().startswith(("http://", "https://"))
    )
    links = tuple(Link(url=address) for address in addresses if address)
    return Links(links, error=None if links else "this is no sitemap that can be read")
