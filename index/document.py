"""What an engine stores of one article: canonical streams, exact values, times, and the few things a hit shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from articles.article import Annotated
from index.fields import KEYWORDS, PARTS, STREAMS, exact_value, stream_name
from language.analysis import streams
from language.tokens import Analysed

_read = json.JSONDecoder().raw_decode
"""Half the cost of ``json.loads``, which looks for blanks and encodings first; a page reads it for every hit."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a hit shows of an article; ``published`` is ISO 8601 with zone, a bare date, or None."""

    id: str
    url: str
    title: str | None
    source: str | None
    published: str | None
    seq: int

    def to_bytes(self) -> bytes:
        """Return the ASCII JSON that an engine keeps: any string survives, lone surrogates included."""
        return json.dumps(
            [self.id, self.url, self.title, self.source, self.published, self.seq], separators=(",", ":")
        ).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Stored:
        """Read back what ``to_bytes`` made."""
        return cls(*_read(data.decode("ascii"))[0])


@dataclass(frozen=True, slots=True)
class Document:
    """One revision of an article as every engine takes it.

    ``streams`` maps a field of ``index.fields`` (``title_x``) to its canonical tokens with one space between them; empty
    ones are absent. ``keywords`` maps a keyword field to its values. Times are epoch milliseconds. ``seq`` is the ledger's
    number of the revision: an engine never lets a smaller one replace a greater one. ``text`` is the plain text, for
    engines in which people look with tools of their own.
    """

    key: str
    seq: int
    streams: Mapping[str, str]
    keywords: Mapping[str, tuple[str, ...]]
    published: int | None
    seen: int | None
    time: int | None
    stored: Stored
    text: str | None = None

    @property
    def id(self) -> str:
        """The article's id, as it was given."""
        return self.stored.id

    @classmethod
    def of(cls, annotated: Annotated, analysed: Analysed, seq: int) -> Document:
        """Make the document of an article, its analysis and the ledger's number; pure."""
        article = annotated.article
        return cls(
            key=exact_value(article.id),
            seq=seq,
            streams=dict(_streams(analysed)),
            keywords={
                name: tuple(sorted(exact_value(value) for value in values))
                for name in KEYWORDS
                if (values := analysed.keywords.get(name))
            },
            published=analysed.published,
            seen=analysed.seen,
            time=analysed.time,
            stored=Stored(
                id=article.id,
                url=article.url,
                title=article.title,
                source=article.source,
                published=article.published.at if article.published else None,
                seq=seq,
            ),
            text=article.text,
        )


def _streams(analysed: Analysed) -> Iterable[tuple[str, str]]:
    for part in PARTS:
        analysis = analysed.fields.get(part)
        if analysis is None:
            continue
        found = streams(analysis)
        for stream, words in zip(STREAMS, found, strict=True):
            if words:
                yield stream_name(part, stream), words
