"""What an article is once read: its words, times and people, what enrichment found in it, and its JSON form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Field = Literal["title", "kicker", "lead", "text"]
TEXT_FIELDS: tuple[Field, ...] = ("title", "kicker", "lead", "text")
"""The fields a query without a field looks into, in reading order."""

ArticleKind = Literal["article", "live", "video", "gallery", "other"]
EntityType = Literal["ORG", "PER", "LOC", "WEAPON", "PLATFORM", "PROGRAMME", "EVENT", "MISC"]
TimeSource = Literal["json-ld", "meta", "time", "feed", "sitemap", "url", "text"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A stated time with its provenance: ``at`` is ISO 8601 with zone, or a bare date when the precision is a day.

    ``suspect``: the page contradicts itself about it, so that sorting goes by when the article was first seen.
    """

    at: str
    precision: Literal["minute", "day"]
    source: TimeSource
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one field in Unicode code points, ``end`` exclusive."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One update of a live blog: its own time and its place in the text.

    ``day_inferred``: the page shows only the hour; the day is that of a line above, of a neighbour or of the blog.
    """

    at: str | None
    start: int
    end: int
    day_inferred: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read from its page; absent is None, never an empty string or a guess.

    ``id`` is ``articles.url.article_id`` of the canonical URL under which it was first filed; a reader that does not know
    the ledger fills in the id of ``url``, and filing settles it. ``seen_at`` carries a zone.
    ``tdm_reserved``: page or site reserve text and data mining. ``agreement`` is how alike the
    text that was found is to the one the page states in its JSON-LD (0 to 1, None if it states none): it falls when
    a site's layout has changed under the reader.
    """

    id: str
    url: str
    source: str | None
    title: str | None
    text: str | None
    seen_at: datetime | None = None
    revision: int = 1
    kicker: str | None = None
    lead: str | None = None
    authors: tuple[str, ...] = ()
    published: Moment | None = None
    modified: Moment | None = None
    language: str | None = None
    kind: ArticleKind = "article"
    entries: tuple[Entry, ...] | None = None
    claimed_free: bool | None = None
    teaser: bool = False
    origin: str | None = None
    truncated: bool = False
    tdm_reserved: bool = False
    extract_version: str | None = None
    agreement: float | None = None

    def part(self, name: str) -> str:
        """Return the text of a field named in ``TEXT_FIELDS`` or ``author``, empty if absent."""
        if name == "author":
            return "\n".join(self.authors)
        value: str | None = getattr(self, name)
        return value or ""


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something the article names: ``id`` is the gazetteer's, None when only a model saw it."""

    id: str | None
    type: EntityType
    name: str
    how: Literal["gazetteer", "model"]
    score: float
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of ``topics.yaml`` that the article is about: score in 0..1 and the words that say so."""

    id: str
    score: float
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A structured fact (a buyer, a sum) with the words that state it."""

    value: str
    mentions: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Annotations:
    """What the words of one article mean, and the versions of everything that was used to tell."""

    language: str | None
    entities: tuple[Entity, ...] = ()
    topics: tuple[Topic, ...] = ()
    facets: tuple[tuple[str, tuple[FacetValue, ...]], ...] = ()
    copy_of: str | None = None
    story: str | None = None
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article with its annotations: what is filed, matched and indexed."""

    article: Article
    annotations: Annotations = field(default_factory=lambda: Annotations(None))
