"""What the demo site answers to a request: a pure function of origin, base moment, edition, path and headers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote, unquote

from app.demo_site.pieces import Piece, pieces
from app.demo_site.render import Listed, Renderer
from app.demo_site.titles import TITLES, Title
from app.demo_site.traps import TRAPS, gone_page

FEED_LENGTH = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP reply; ``headers`` lacks only what the connection itself adds (Date, Content-Length)."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Found(NamedTuple):
    """What lies at an address: its body is made only when asked for."""

    body: Callable[[], bytes]
    changed: datetime
    content_type: str = "text/html; charset=utf-8"
    status: int = 200


class Site:
    """The whole site at one moment.

    ``base`` (with a zone) is the moment from which all dates are counted back, cut to the minute; ``edition`` 2 is the
    site after one article was edited. Equal arguments give byte-identical replies.
    """

    def __init__(self, origin: str, base: datetime, edition: int = 1) -> None:
        if base.tzinfo is None:
            raise ValueError("the base moment needs a time zone")
        self.origin = origin.rstrip("/")
        self.base = base.replace(second=0, microsecond=0)
        self.edition = edition
        self._renderer = Renderer(self.origin, self.base, edition)

    def respond(self, path: str, headers: Mapping[str, str]) -> Reply:
        """Answer a GET of ``path`` (percent-encoded or not, query ignored) with request ``headers`` in any case."""
        key = unquote(path.partition("?")[0])
        if target := self._moved.get(key):
            return Reply(301, {"Location": self.origin + quote(target), "Cache-Control": "no-cache"}, b"")
        found = self._addresses.get(key)
        if found is None:
            return Reply(404, {"Content-Type": "text/html; charset=utf-8"}, gone_page())
        body = found.body()
        if found.status != 200:
            return Reply(found.status, {"Content-Type": found.content_type}, body)
        validators = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Last-Modified": format_datetime(found.changed.astimezone(UTC), usegmt=True),
        }
        if _is_known(headers, validators["ETag"], found.changed):
            return Reply(304, validators, b"")
        return Reply(200, {"Content-Type": found.content_type, **validators}, body)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every address of the site, unescaped, redirects included."""
        return tuple(sorted({*self._addresses, *self._moved}))

    @cached_property
    def _moved(self) -> dict[str, str]:
        return {piece.moved_from: piece.path for piece in pieces() if piece.moved_from}

    @cached_property
    def _addresses(self) -> dict[str, _Found]:
        renderer, newest = self._renderer, self.base
        addresses = {
            "/": _Found(renderer.hub, newest),
            "/robots.txt": _Found(renderer.robots, newest - timedelta(days=30), "text/plain; charset=utf-8"),
        }
        for title in TITLES:
            addresses |= self._lists_of(title)
        for trap in TRAPS:
            if trap.body:
                changed = self.base - timedelta(minutes=trap.minutes)
                addresses[trap.path] = _Found(trap.body, changed, trap.content_type, trap.status)
        for piece in pieces():
            addresses[piece.path] = self._article(piece)
        return addresses

    def _article(self, piece: Piece) -> _Found:
        return _Found(
            lambda: self._renderer.article(piece),
            self._renderer.changed(piece),
            f"text/html; charset={piece.charset}",
        )

    def _lists_of(self, title: Title) -> dict[str, _Found]:
        """Home, sections, feed and sitemap of one title."""
        renderer = self._renderer
        listed = renderer.listed(title)
        changed = max(entry.changed for entry in listed)
        lists = {title.home: _Found(lambda: renderer.home(title), changed)}
        for section in title.sections:
            lists[title.section_path(section)] = _Found(_bind(renderer.section, title, section), changed)
        if title.feed and title.sitemap:
            kind = "rss" if title.feed_kind == "rss" else "atom"
            lists[title.feed] = _Found(
                lambda: renderer.feed(title, kind, listed[:FEED_LENGTH]), changed, f"application/{kind}+xml"
            )
            articles: list[Listed] = [entry for entry in listed if entry.is_article]
            lists[title.sitemap] = _Found(lambda: renderer.sitemap(title, articles), changed, "application/xml")
        return lists


def _bind(render: Callable[[Title, str], bytes], title: Title, section: str) -> Callable[[], bytes]:
    return lambda: render(title, section)


def _is_known(headers: Mapping[str, str], etag: str, changed: datetime) -> bool:
    """Whether the client has this very body: If-None-Match decides alone where it is given (RFC 9110, 13.2.2)."""
    asked = {name.lower(): value for name, value in headers.items()}
    if (tags := asked.get("if-none-match")) is not None:
        return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    if (since := asked.get("if-modified-since")) is not None:
        try:
            return changed <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False
    return False
