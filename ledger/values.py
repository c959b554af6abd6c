"""What the ledger is asked and answers: the values that only its callers and it share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from articles.article import Annotated
from articles.match import Decision, NoticeState
from articles.outcome import Outcome
from articles.page import ArchiveRef, Link, PageRef

VisitState = Literal["queued", "fetching", "fetched", "refining", "ended"]
OPEN_STATES: tuple[VisitState, ...] = ("queued", "fetching", "fetched", "refining")
"""Every state but ``ended`` is open (docs/architecture.md, law 2)."""

ConfigKind = Literal["alert", "source", "topic", "entity"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One link of a list with what was decided of it; ``url`` is canonical, ``reason`` one of ``outcome.SKIPPED``."""

    link: Link
    url: str
    decision: Literal["visit", "list", "skip"]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of one canonical address.

    ``skipped``: seen in a list and not visited (``reason`` says why); ``scheduled``: a visit is open; ``visited``: every
    visit so far has ended; ``forgotten``: removed on request and never to be fetched again.
    """

    state: Literal["skipped", "scheduled", "visited", "forgotten"]
    article_id: str | None
    last_visit: datetime | None
    next_visit: datetime | None
    reason: str | None = None
    last_outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it was allowed or refused: when and by whom it was judged, what robots.txt says of it, the delay kept.

    ``robots`` is ``allowed``, ``absent`` (there is no robots.txt), ``forbidden``, or ``unknown: `` and the outcome of
    asking for it. ``delay`` is the seconds between two requests to the host. ``tdm`` says where the site reserves text
    and data mining: ``robots``, ``tdmrep`` or ``header``; None if nowhere. ``alone_until`` is when the host wants to be
    asked again at the earliest, if it said so (429, 503). ``policy`` is the address under which file or header say that
    a licence may be had (``tdm-policy``), as stated.
    """

    at: datetime
    url: str
    agent: str
    robots: str
    delay: float
    tdm: str | None = None
    alone_until: datetime | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class ListMemory:
    """What a list's next poll needs to know of those before: kept as the crawler hands it in, see ``crawlers.polls``.

    ``every`` is its present interval; ``full_at`` when a body last came and ``since_full`` how many polls ago; ``body`` a
    hash of that; ``shown`` marks of its items; ``sitemaps`` how many lists it named; ``moved_to`` where permanent
    redirects led ``moves`` times in a row.
    """

    every: timedelta | None = None
    full_at: datetime | None = None
    since_full: int = 0
    body: str | None = None
    shown: tuple[str, ...] = ()
    sitemaps: int = 0
    moved_to: str | None = None
    moves: int = 0


@dataclass(frozen=True, slots=True)
class ListState:
    """How often a list was read, when first and last, how that ended, and when it is to be read again at the latest.

    ``next_at`` is set when a transient failure asked for another visit.
    """

    polls: int
    first_poll_at: datetime
    last_read_at: datetime
    last_outcome: Outcome | None
    next_at: datetime | None
    memory: ListMemory = ListMemory()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be refined: pages and the bytes their records take in the archive; the crawler's back-pressure."""

    pages: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Filing:
    """One refined page and everything that follows from it, to be filed in one transaction.

    ``outcome`` is article(new|revised|unchanged) or alias(ID). ``urls`` are all canonical addresses the article answers
    to; ``text_hash`` tells whether two readings say the same; ``claimed`` is the rel=canonical the page states, believed
    or not. ``revisit_at`` queues the next look at an article, with the same link as evidence.
    """

    ref: PageRef
    outcome: Outcome
    annotated: Annotated
    urls: tuple[str, ...]
    text_hash: str
    decisions: tuple[Decision, ...] = ()
    claimed: str | None = None
    revisit_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was filed: the settled id and outcome, the revision, and the sequence number if anything changed."""

    id: str
    outcome: Outcome
    revision: int
    seq: int | None


@dataclass(frozen=True, slots=True)
class Filed:
    """One filed revision of an article; ``seq`` is the number of its last change, ``filed_at`` when the revision came."""

    annotated: Annotated
    seq: int
    revision: int
    first_seen: datetime
    text_hash: str
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SpoolRow:
    """One change the index must still take; ``seq`` is the external version of the document ``id``."""

    seq: int
    op: Literal["put", "delete"]
    id: str


@dataclass(frozen=True, slots=True)
class OutboxView:
    """One row of the outbox as a person looks at it."""

    row: int
    alert: str
    channel: str | None
    article: str
    state: NoticeState
    reason: str | None
    attempts: int
    due: datetime
    ended_at: datetime | None
    error: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed: the article's id, its addresses, how many revisions and archive records, and the delete's seq."""

    id: str
    urls: tuple[str, ...]
    revisions: int
    records: int
    seq: int


@dataclass(frozen=True, slots=True)
class KeptList:
    """One archived body of a feed, sitemap or list page."""

    url: str
    source: str
    kind: Literal["feed", "sitemap", "page"]
    record: ArchiveRef


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where items of a list may have been missed, as the crawler noted it."""

    source: str
    url: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The sums of law 2: ``ok`` when no gap was found; ``gaps`` in plain words; ``missed`` are lists that ran over."""

    visits: Mapping[str, int]
    outcomes: Mapping[str, int]
    articles: Mapping[str, int]
    matches: Mapping[str, int]
    head: int
    records: int | None
    gaps: tuple[str, ...] = ()
    missed: tuple[Gap, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every sum holds."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class Status:
    """Where things stand: counts by state, what waits, how far the index is behind, and when something last happened."""

    desk: str | None
    visits: Mapping[str, int]
    articles: int
    waiting: Waiting
    due: int
    behind: int
    head: int
    outbox: Mapping[str, int]
    last_visit_at: datetime | None
    last_filed_at: datetime | None
    sources: Mapping[str, datetime] = field(default_factory=dict)
