"""What every search engine must do for Lagebild, and the errors it may raise: the seam between the ledger and an index.

An index is a projection of the ledger: losing it loses nothing, and every method may be called again.

    Transient   the engine is out of reach, locked by another process, or its disk is full: nothing was lost, try again
    NotSo       there is no index yet: ``migrate`` makes one
    Broken      the engine itself failed (a panic, an answer that cannot be): health is told
    Wrong       the request cannot be answered as put: a cursor that is none, a page too deep
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from index.document import Document
from language.query_plan import Plan, Terms
from language.query_tree import KeywordField

Sort = Literal["relevance", "newest"]
Unit = Literal["day", "week", "month"]
State = Literal["absent", "ready", "stale", "broken"]
Ended = Literal["put", "deleted", "older", "refused", "again"]
"""How one item ended: ``older``: the engine has a greater number already; ``refused``: it cannot be kept (the reason
says why) and trying again would not help; ``again``: not taken this time, the item must be offered again."""

DEEPEST = 10_000
"""How far a search by relevance can be paged, in hits (docs/decisions/0020)."""


@dataclass(frozen=True, slots=True)
class Removal:
    """An article to take out, and the ledger's number of that decision."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one item ended."""

    id: str
    seq: int
    ended: Ended
    why: str | None = None


@dataclass(frozen=True, slots=True)
class PutReport:
    """How every item of one call ended, in the order given."""

    verdicts: tuple[Verdict, ...]

    def counts(self) -> dict[str, int]:
        """Return how many items ended in each way."""
        return dict(Counter(verdict.ended for verdict in self.verdicts))


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found; ``score`` is comparable within one search only, 0 when sorted by time."""

    id: str
    score: float
    url: str
    title: str | None
    source: str | None
    published: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of a search: the exact number of all articles found, this page's, and the cursor of the next page."""

    total: int
    hits: tuple[Hit, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet and how many of the articles found have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """The articles from ``start`` (aware, in the zone asked for) until the next bucket's start."""

    start: datetime
    count: int


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Where an engine stands.

    ``absent``: no index yet, ``migrate`` makes one; ``ready``; ``stale``: made by another version of the field table or
    the analysis, it answers searches and takes nothing until it is rebuilt; ``broken``: only a rebuild helps, ``why`` says
    what it is. ``version`` is the index's own, ``wanted`` this program's.
    """

    name: str
    place: str
    state: State
    documents: int
    bytes: int
    version: str | None
    wanted: str
    why: str | None = None


class Engine(Protocol):
    """A search engine; every engine passes ``tests/index/test_engine_*.py``. Any method may raise Transient."""

    def migrate(self) -> EngineStatus:
        """Make the index if there is none; leave a stale one as it is (``rebuild`` replaces it)."""
        ...

    def put(self, documents: Iterable[Document]) -> PutReport:
        """Index documents and return once they are durable; the same call again changes nothing.

        A document of a smaller ``seq`` than the engine knows for that id, also of a removal, ends ``older``. Raises NotSo
        without an index, Transient for a stale one (its versions are never mixed: rebuild), Broken.
        """
        ...

    def delete(self, removals: Iterable[Removal]) -> PutReport:
        """Take articles out and remember the number, so that no late ``put`` brings them back. Raises as ``put``."""
        ...

    def search(self, plan: Plan, *, limit: int = 10, sort: Sort = "relevance", after: str | None = None) -> Hits:
        """Return the page of at most ``limit`` hits (up to ``DEEPEST``) that follows the cursor ``after``.

        ``relevance``: best first; a plan with nothing to score is sorted by time. ``newest``: by time, latest first,
        articles without any time last. Equals come in the order of ``index.fields.tie_of``. Pages of one search come from
        one snapshot while the engine still holds it. Raises Wrong (a cursor of another kind, deeper than ``DEEPEST``),
        NotSo, Broken.
        """
        ...

    def count(self, plan: Plan) -> int:
        """Return the exact number of articles the plan holds for. Raises NotSo, Broken."""
        ...

    def facets(self, plan: Plan, fields: Sequence[KeywordField], size: int = 10) -> Mapping[str, tuple[Count, ...]]:
        """Return for each field its ``size`` most frequent values with exact counts; ties in order of the value."""
        ...

    def histogram(self, plan: Plan, unit: Unit, zone: ZoneInfo) -> tuple[Bucket, ...]:
        """Return counts per calendar day, week (from Monday) or month of ``zone``, without gaps, oldest first.

        Articles are counted by ``time``; those without one are left out. See ``index.buckets`` for very long spans.
        """
        ...

    def frequencies(self, terms: Sequence[Terms]) -> tuple[int, ...]:
        """Return how many articles have each term: what makes a term telling (``index.similar``). Raises NotSo, Broken."""
        ...

    def vocabulary(self, prefix: str, limit: int) -> tuple[Count, ...]:
        """Return at most ``limit`` exact words of the texts that begin with ``prefix``, and their number of articles."""
        ...

    def refresh(self) -> None:
        """Let every search that begins from now on see all that was put before. Raises NotSo, Broken."""
        ...

    def status(self) -> EngineStatus:
        """Return where the engine stands; raises neither NotSo nor Broken."""
        ...

    def rebuild(self, documents: Iterable[Document]) -> EngineStatus:
        """Build the index anew beside the old one, which answers until the switch; the switch is atomic.

        ``documents`` are the ledger's latest revisions; what the ledger decides meanwhile waits in the spool. If it
        raises, the old index stands as it was. Raises whatever the iterable raises, Transient, Broken.
        """
        ...

    def close(self) -> None:
        """Give back locks, files and connections; closing twice is harmless."""
        ...
