"""The filters over pages and lists: bytes in, what they say out, on the workers that the pipeline uses."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from app.json_lines import Row, filter_lines, text_of
from articles.article import Annotated, Article
from articles.errors import Wrong
from articles.outcome import Killed, Rejected
from articles.page import Link, Page
from articles.url import registrable_domain
from articles.wire import to_json
from config.desk import Desk
from config.models import Source
from pipeline.services import open_services


async def extract_pages(desk: Desk) -> None:
    """Answer each page with its article, or the reason why there is none."""
    async with open_services(desk) as services:

        async def one(row: Row) -> dict[str, Any]:
            page, started = page_of(row), time.perf_counter()
            source = source_of(page.url, desk.sources.values())
            read = await services.pool.extract(page, source)
            answer: dict[str, Any] = {"url": page.url} | _outcome(read, source, page)
            return answer | {"ms": round(1000 * (time.perf_counter() - started), 1)}

        await filter_lines(one, services.workers)


async def read_lists(desk: Desk, kind: Literal["feed", "sitemap", "page"]) -> None:
    """Answer each list with its links."""
    async with open_services(desk) as services:

        async def one(row: Row) -> dict[str, Any]:
            page = page_of(row)
            links = await services.pool.links(page, kind)
            if isinstance(links, Killed):
                return {"url": page.url, "links": [], "error": {"message": f"broken({links.reason})"}}
            answer: dict[str, Any] = {"url": page.url, "links": [link_json(link) for link in links.links]}
            if links.error is not None:
                answer["error"] = {"message": links.error}
            elif links.repaired:
                answer["repaired"] = True
            return answer

        await filter_lines(one, services.workers)


def page_of(row: Row) -> Page:
    """Make a page of one line; raises Wrong naming the field at fault."""
    url = text_of(row, "url", needed=True) or ""
    headers = row.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise Wrong("must be an object of strings", field="headers")
    given = [name for name in ("file", "html", "base64") if row.get(name) is not None]
    if len(given) != 1:
        raise Wrong("give exactly one of file, html and base64", field="file")
    text = text_of(row, given[0], needed=True) or ""
    pairs = tuple((name, value) for name, value in headers.items())
    if given[0] == "html":  # decoded already: what the page or its headers say of charset and coding is past
        kept = tuple(pair for pair in pairs if pair[0].lower() not in ("content-encoding", "content-type"))
        pairs = (*kept, ("Content-Type", "text/html; charset=utf-8"))
    return Page(url, url, 200, pairs, _body(given[0], text), _fetched_at(row), _evidence(row, url))


def _body(name: str, text: str) -> bytes:
    if name == "html":
        return text.encode("utf-8", "replace")
    if name == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Wrong(f"not base64: {error}", field="base64") from error
    try:
        return Path(text).read_bytes()
    except (OSError, ValueError) as error:
        raise Wrong(f"cannot read {text!r}: {getattr(error, 'strerror', None) or error}", field="file") from error


def _fetched_at(row: Row) -> datetime:
    text = text_of(row, "fetched_at")
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Wrong(f"not an ISO 8601 time: {text!r}", field="fetched_at") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _evidence(row: Row, url: str) -> Link | None:
    feed = row.get("feed")
    if feed is None:
        return None
    if not isinstance(feed, dict):
        raise Wrong("must be an object", field="feed")
    return Link(url, text_of(feed, "title"), text_of(feed, "published"), author=text_of(feed, "author"))


def source_of(url: str, sources: Iterable[Source]) -> Source | None:
    """Return the source that has an address on the same registrable domain, None if none or several have."""
    try:
        domain = registrable_domain(url)
    except Wrong:
        return None
    found = [s for s in sources if any(registrable_domain(a.url) == domain for a in s.addresses)]
    return found[0] if len(found) == 1 else None


def _outcome(read: Article | Rejected | Killed, source: Source | None, page: Page) -> dict[str, Any]:
    if isinstance(read, Article):
        return {"outcome": "article", "article": _article(read, source, page)}
    if isinstance(read, Killed):
        return {"outcome": "broken", "reason": read.reason}
    rejected: dict[str, Any] = {"outcome": "rejected", "reason": read.reason}
    return rejected if read.article is None else rejected | {"article": _article(read.article, source, page)}


def _article(article: Article, source: Source | None, page: Page) -> dict[str, Any]:
    found = to_json(Annotated(article))
    return found | {"source": source.id if source else None, "seen_at": page.fetched_at.isoformat()}


def link_json(link: Link) -> dict[str, Any]:
    """Return the public form of a link: what the list does not say is left out."""
    said: dict[str, Any] = {"url": link.url}
    for name in ("title", "published", "updated", "summary", "author", "id", "language"):
        if (value := getattr(link, name)) is not None:
            said[name] = value
    if link.keywords:
        said["keywords"] = list(link.keywords)
    if link.kind == "sitemap":
        said["kind"] = "sitemap"
    return said
