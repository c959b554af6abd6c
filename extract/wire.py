"""How do requests and answers cross the border to a worker? As JSON in frames, never as pickles: the child is suspect."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from articles import wire
from articles.article import Annotated, Article, ArticleKind
from articles.errors import Broken, Wrong
from articles.outcome import Killed, Rejected
from articles.page import Link, LinkKind, Links, Page
from config.models import Source

Json = dict[str, Any]
FRAME_LIMIT = 256 * 1024 * 1024
"""Bytes of one frame; 50,000 sitemap links with long titles stay well below."""
LENGTH = struct.Struct(">I")


def frame(payload: bytes) -> bytes:
    """Return a payload with its length in front, four bytes big-endian."""
    return LENGTH.pack(len(payload)) + payload


def pack(value: Json) -> bytes:
    """Return a JSON object as bytes."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def unpack(payload: bytes) -> Json:
    """Read what `pack` wrote; raises Broken for anything but a JSON object."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Broken(f"a reader process answered no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Broken("a reader process answered JSON, but no object")
    return value


def page_json(page: Page) -> Json:
    """Return a page without its body, which travels in a frame of its own."""
    return {
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "headers": page.headers,
        "fetched_at": page.fetched_at.isoformat(),
        "link": dataclasses.asdict(page.link) if page.link else None,
    }


def page_from(data: Mapping[str, Any], body: bytes) -> Page:
    """Read what `page_json` wrote."""
    return Page(
        url=data["url"],
        final_url=data["final_url"],
        status=data["status"],
        headers=tuple((name, value) for name, value in data["headers"]),
        body=body,
        fetched_at=datetime.fromisoformat(data["fetched_at"]),
        link=_link(data["link"]) if data["link"] else None,
    )


def source_json(source: Source | None) -> str | None:
    """Return a source as text, so that the worker can keep those it has seen."""
    return source.model_dump_json() if source else None


def reading_json(result: Article | Rejected) -> Json:
    """Return how a page's reading ended."""
    if isinstance(result, Rejected):
        return {"rejected": result.reason, "article": _article_json(result.article) if result.article else None}
    return {"article": _article_json(result)}


def reading_from(data: Mapping[str, Any]) -> Article | Rejected:
    """Read what `reading_json` wrote; raises Broken if the child wrote something else."""
    try:
        article = _article_from(data["article"]) if data.get("article") else None
        if "rejected" in data:
            return Rejected(str(data["rejected"]), article)
        if article is None:
            raise Broken("a reader process answered neither an article nor a rejection")
    except (KeyError, TypeError, ValueError, AttributeError, Wrong) as error:
        raise Broken(f"a reader process answered a malformed article: {error}") from error
    return article


def _article_json(article: Article) -> Json:
    return wire.to_json(Annotated(article))


def _article_from(data: Any) -> Article:
    if isinstance(data, dict) and not data.get("title") and not data.get("text"):
        # only a date was read; the public form demands a title or a text
        return dataclasses.replace(wire.from_json({**data, "title": "-"}).article, title=None)
    article = wire.from_json(data).article
    if article.kind not in get_args(ArticleKind):
        raise Wrong(f"no such kind: {article.kind!r}", field="kind")
    return article


def links_json(links: Links) -> Json:
    """Return what a list said."""
    return {"links": [dataclasses.asdict(link) for link in links.links], "repaired": links.repaired, "error": links.error}


def links_from(data: Mapping[str, Any]) -> Links:
    """Read what `links_json` wrote; raises Broken if the child wrote something else."""
    try:
        links = tuple(_link(item) for item in data["links"])
        return Links(links, bool(data["repaired"]), None if data["error"] is None else str(data["error"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(f"a reader process answered malformed links: {error}") from error


def _link(data: Mapping[str, Any]) -> Link:
    texts = {name: data[name] for name in ("title", "published", "updated", "summary", "author", "id", "language")}
    if not isinstance(data["url"], str) or any(
        value is not None and not isinstance(value, str) for value in texts.values()
    ):
        raise TypeError("a link's fields are strings")
    kind: LinkKind = "sitemap" if data["kind"] == "sitemap" else "article"
    return Link(url=data["url"], keywords=tuple(str(word) for word in data["keywords"]), kind=kind, **texts)


def killed_from(data: Mapping[str, Any]) -> Killed:
    """Read the child's word that it gave up; raises Broken if it is none."""
    try:
        return Killed(str(data["killed"]), str(data.get("detail") or "")[:500])
    except ValueError as error:
        raise Broken(str(error)) from error
