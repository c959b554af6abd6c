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
        name = _local(child)
        if name == "news":
            fields.update((_local(node), node.text) for node in child.iter() if node.text)
        elif child.text and name:
            fields.setdefault(name, child.text)
    stated = (fields.get("loc") or "").strip()
    address = join(base, stated) if stated else None
    if address is None:
        return None
    if _local(element) == "sitemap":
        return Link(url=address, updated=time(fields.get("lastmod")), kind="sitemap")
    keywords = fields.get("keywords")
    return Link(
        url=address,
        title=one_line(fields.get("title")) or None,
        published=time(fields.get("publication_date")),
        updated=time(fields.get("lastmod")),
        language=one_line(fields.get("language")) or None,
        keywords=tuple(word for word in map(one_line, keywords.split(",")) if word) if keywords else (),
    )


def _local(element: etree._Element) -> str:
    return _without_namespace(str(element.tag))


@lru_cache(maxsize=256)
def _without_namespace(tag: str) -> str:
    """Return a tag's own name; empty for images and videos, whose loc and title are not the page's."""
    space, _, name = tag.rpartition("}")
    return "" if "image" in space or "video" in space else name


def _read_lines(text: str, url: str) -> Links:
    addresses = (
        join(url, line.strip())
        for line in text.splitlines()[:URLS_LIMIT]
        if line.strip().startswith(("http://", "https://"))
    )
    links = tuple(Link(url=address) for address in addresses if address)
    return Links(links, error=None if links else "this is no sitemap that can be read")
