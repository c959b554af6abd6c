"""How a search box's text becomes hits: read leniently, asked as written, and where nothing has all words, by some."""

from __future__ import annotations

from dataclasses import dataclass

from index.engine import Engine, Hits, Sort
from index.recency import search_recent
from language.query_context import QueryContext
from language.query_lower import lower
from language.query_parse import parse
from language.query_plan import AllOf, Plan
from language.query_tree import And, Or, Query, Word

DESCRIPTION = 5
"""So many words side by side describe what is looked for rather than demand each word (docs/decisions/0026)."""

ENOUGH = 10
"""A description that fewer articles have all words of, the hits of one page, is read as some of its words."""

_WRITTEN = frozenset(("AND", "UND"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was read and what the engine found of it; ``plan`` and ``query`` are None where there was nothing to ask.

    ``notes`` say what was read differently from what was written.
    """

    query: Query | None
    plan: Plan | None
    hits: Hits
    notes: tuple[str, ...]


def ask(
    engine: Engine,
    text: str,
    desk: QueryContext,
    *,
    limit: int,
    sort: Sort = "relevance",
    after: str | None = None,
    within: Plan | None = None,
    half_life: float | None = None,
) -> Asked:
    """Ask a text of the search box, within the articles that the plan ``within`` holds for.

    With a ``half_life`` in days, the age of hits counts in their order (``index.recency``); by time it says nothing.

    Words side by side must all be there. Where no article has them all, or few have all of a description, what is found has
    some of them and a note says so; never when sorted by time, and never for alerts, which are read strictly. Raises
    QueryError (too many terms in all) and what ``Engine.search`` raises.
    """
    parsed = parse(text, strict=False, names=desk.names)
    notes = tuple(str(note) for note in parsed.notes)
    if parsed.query is None:
        return Asked(None, None, Hits(0, ()), notes)

    def found(query: Query) -> tuple[Plan, Hits]:
        plan = lower(query, desk)
        plan = plan if within is None else AllOf((plan, within))
        if half_life is not None and sort == "relevance":
            now = desk.now.astimezone(desk.zone)
            return plan, search_recent(engine, plan, limit=limit, half_life=half_life, now=now, after=after)
        return plan, engine.search(plan, limit=limit, sort=sort, after=after)

    plan, hits = found(parsed.query)
    words = words_side_by_side(parsed.query, text)
    if sort == "relevance" and len(words) > 1 and hits.total < (ENOUGH if len(words) >= DESCRIPTION else 1):
        wider, some = found(_any_of(words, parsed.query))
        if some.total > hits.total:
            return Asked(parsed.query, wider, some, (*notes, _widened(hits.total)))
    return Asked(parsed.query, plan, hits, notes)


def words_side_by_side(query: Query, text: str) -> tuple[Word, ...]:
    """Return the bare words that an AND joins without having been written: who writes AND means it."""
    if not isinstance(query, And) or _WRITTEN & set(text.split()):
        return ()
    return tuple(child for child in query.children if isinstance(child, Word) and child.field is None and not child.exact)


def _any_of(words: tuple[Word, ...], query: Query) -> Query:
    """Any of the words, and all else that stands beside them."""
    assert isinstance(query, And), "words stand side by side in an AND"
    rest = tuple(child for child in query.children if child not in words)
    return And((Or(words), *rest)) if rest else Or(words)


def _widened(whole: int) -> str:
    have = "no article has" if whole == 0 else "only one article has" if whole == 1 else f"only {whole} articles have"
    return f"{have} all of these words; these have some of them, the best first"
