"""What the crawler hands on: links, visits, the place of archived bytes, and pages as they came."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

LinkKind = Literal["article", "sitemap"]
VisitKind = Literal["feed", "sitemap", "page", "article"]
"""What a visit fetches: one of the three kinds of list, or an article."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a feed, sitemap or list page, with what the list says of it as evidence.

    ``url`` is the address as stated: absolute http(s), not canonicalised. ``published`` and ``updated`` are ISO 8601 with
    zone, or a bare date if that is all the list says.
    """

    url: str
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    summary: str | None = None
    author: str | None = None
    id: str | None = None
    language: str | None = None
    keywords: tuple[str, ...] = ()
    kind: LinkKind = "article"


@dataclass(frozen=True, slots=True)
class Links:
    """What one list said: its links in order, whether damage was repaired, and why nothing could be read if so."""

    links: tuple[Link, ...]
    repaired: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next GET conditional (RFC 9110, 13.1): the values as the server sent them."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to one address that the ledger handed out, fenced by ``lease``."""

    id: int
    url: str
    source: str
    kind: VisitKind
    attempt: int
    lease: int
    validators: Validators = Validators()
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class ArchiveRef:
    """Where a body lies: a WARC file's name, the record's offset and length in bytes."""

    segment: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Page:
    """Bytes as they came: the address asked for, the address that answered, status, headers in order, undecoded body."""

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    fetched_at: datetime
    link: Link | None = None

    def header(self, name: str) -> str | None:
        """Return the first header of that name in any case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class PageRef:
    """A fetched page waiting to be refined, leased to one worker (``lease`` fences a late one).

    ``tdm`` says where its site reserves text and data mining (``robots``, ``tdmrep``, ``header``), None if it does not.
    """

    visit: int
    lease: int
    url: str
    final_url: str
    source: str
    record: ArchiveRef
    fetched_at: datetime
    kind: Literal["visit", "reprocess"] = "visit"
    link: Link | None = None
    tdm: str | None = None
