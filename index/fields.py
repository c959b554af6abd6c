"""Which fields every engine keeps of an article: the one table that makes tantivy's schema and Elasticsearch's mapping."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

from language.query_plan import PlanField, Stream
from language.query_tree import KeywordField

FieldKind = Literal["stream", "keyword", "number", "flag", "stored"]
"""stream: canonical tokens, one space between them, cut at white space only; keyword: exact values, several allowed,
countable; number: one 64-bit integer, sortable; flag: true or absent; stored: bytes that are only given back."""

ENCODED_LIMIT = 512
"""Bytes of UTF-8 a key or keyword may have: Elasticsearch's limit for ``_id``; longer ones are hashed."""


@dataclass(frozen=True, slots=True)
class IndexField:
    """One field: its name and kind; ``positions`` and ``scored`` (term counts and lengths kept) concern streams only."""

    name: str
    kind: FieldKind
    positions: bool = False
    scored: bool = False


def stream_name(field: PlanField, stream: Stream) -> str:
    """Return the field that holds one stream of one part of an article, as in ``title_x``."""
    return f"{field}_{stream}"


PARTS: tuple[PlanField, ...] = get_args(PlanField)
STREAMS: tuple[Stream, ...] = get_args(Stream)
KEYWORDS: tuple[KeywordField, ...] = tuple(name for name in get_args(KeywordField) if name not in ("tier", "country"))
"""Tier and country mean the sources that have them today, so a plan asks for sources and no engine keeps them."""

TIMES = ("published", "seen", "time")
FACETS: tuple[KeywordField, ...] = ("source", "topic", "entity", "lang")
"""The keyword fields a search page counts by (docs/reference.md)."""

FIELDS: tuple[IndexField, ...] = (
    IndexField("key", "keyword"),
    IndexField("seq", "number"),
    IndexField("tie", "number"),
    IndexField("gone", "flag"),
    *(
        IndexField(stream_name(part, stream), "stream", positions=stream != "p", scored=stream != "p")
        for part in PARTS
        for stream in STREAMS
    ),
    *(IndexField(name, "keyword") for name in KEYWORDS),
    *(IndexField(name, "number") for name in TIMES),
    IndexField("stored", "stored"),
)
"""``key`` is the article's id where an engine can hold it (see ``exact_value``), ``seq`` the ledger's number of the
revision, ``tie`` orders articles of one time or score (see ``tie_of``), ``gone`` marks the trace of a removed article."""


def exact_value(text: str) -> str:
    """Return ``text`` if every engine can keep it as a key or keyword, else ``sha256:`` and its hash.

    No engine can keep an empty key, more than ``ENCODED_LIMIT`` bytes, or a lone surrogate. Documents and queries both
    go through here, so that equal values stay equal.
    """
    data = text.encode("utf-8", "surrogatepass")
    if data and len(data) <= ENCODED_LIMIT and encodable(text):
        return text
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def encodable(text: str) -> bool:
    """Whether ``text`` is valid Unicode: a lone surrogate, as JSON can hold one, is not."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def tie_of(key: str) -> int:
    """Return the 63-bit number that orders articles of one time or score: a hash of the key, the same in every engine."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1


def fingerprint() -> str:
    """Return twelve hex digits that change whenever the field table does."""
    return hashlib.sha256(repr(FIELDS).encode()).hexdigest()[:12]
