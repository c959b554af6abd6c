"""What a change of protected names asks of an index: the articles that hold a changed form are put again, no others.

A protected name is never stemmed or split, so other names make other tokens. The names that an index was made with stand
in ``data/index-names.json``; code and lexicon are its version instead, since they concern every article.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from articles.article import TEXT_FIELDS
from articles.errors import Transient
from index.document import Document
from index.engine import Engine
from language.query_plan import AnyOf, Pattern, Plan, Stream, Terms

MEMORY = "index-names.json"
BATCH = 500
"""Articles put at once, as in ``index.drain``."""

PAGE = 1_000
"""Articles whose ids are asked for at once."""

_STEMMED: tuple[Stream, ...] = ("s", "p")

_AS_PART = 3
"""A name of fewer letters is no part of longer words (``language.analysis_parts``)."""


def remembered(data: Path) -> frozenset[str] | None:
    """Return the folded names that the index of this data folder was made with, None if nobody wrote them down."""
    try:
        return frozenset(json.loads((data / MEMORY).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def remember(data: Path, names: Collection[str]) -> None:
    """Write the names down; a kill leaves the old ones. Raises Transient for a full disk."""
    beside = data / f"{MEMORY}.new"
    try:
        beside.write_text(json.dumps(sorted(names), ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(data / MEMORY)
    except OSError as error:
        raise Transient(f"cannot write {data / MEMORY}: {error.strerror or error}") from error


def put_again(
    engine: Engine, changed: Collection[str], languages: Sequence[str], document_of: Callable[[str], Document | None]
) -> int:
    """Put every article again that holds a form of a changed name, and return how many.

    ``document_of`` gives an article's latest revision from the ledger, analysed with today's names, None if it was
    removed; an engine writes an equal number again. Raises Transient if the engine did not take them all.
    """
    ids = list(dict.fromkeys(id for name in sorted(changed) for id in _holding(engine, concerned(name, languages))))
    for first in range(0, len(ids), BATCH):
        report = engine.put(document for id in ids[first : first + BATCH] if (document := document_of(id)))
        if report.counts().get("again"):
            raise Transient("the index did not take all articles in which a protected name changed; the next pass goes on")
    return len(ids)


def concerned(name: str, languages: Sequence[str]) -> Plan:
    """Return the plan of the articles whose tokens may change with a folded name: its genitive, compounds, derived words.

    That is whoever has a unit with the name in it, its umlaut included (Luechse of Luchs), or a unit or part whose stem
    the name is (``language.analysis_stems``: no other word may end at a protected name).
    """
    legs: list[Plan] = []
    for field in TEXT_FIELDS:
        if len(name) >= _AS_PART:
            legs += [Pattern(field, "x", f"*{form}*") for form in _with_umlaut(name)]
        else:
            legs += [Terms(field, "x", (form,)) for form in (name, f"{name}s")]
        legs += [Terms(field, stream, (f"{language}|{name}",)) for language in languages for stream in _STEMMED]
    return AnyOf(tuple(legs))


def _with_umlaut(name: str) -> tuple[str, ...]:
    """The name, and with each of its vowels as an umlaut, which the German stemmer undoes."""
    return (name, *(f"{name[: at + 1]}e{name[at + 1 :]}" for at, letter in enumerate(name) if letter in "aou"))


def _holding(engine: Engine, plan: Plan) -> Iterator[str]:
    after: str | None = None
    while True:
        page = engine.search(plan, limit=PAGE, sort="newest", after=after)
        yield from (hit.id for hit in page.hits)
        if (after := page.next) is None:
            return
