"""Why an article matches a query or does not: the tree with its tokens, the verdict on each leaf, and what decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from articles.article import Span
from language.query_context import QueryContext, concept
from language.query_error import Note
from language.query_judge import find, holds
from language.query_lower import lower
from language.query_parse import Parsed
from language.query_plan import AnyOf, Between, Is, Pattern, Plan, Stream, Terms
from language.query_print import leaf_text, to_text
from language.query_tree import And, Concept, Keyword, Leaf, Not, Or, Phrase, Query, TimeRange, Wildcard
from language.tokens import Analysed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 8
"""So many tokens or places of one leaf are shown; a concept or a tier may have hundreds."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree: its verdict (None without an article), and for a leaf its tokens and the places found."""

    depth: int
    text: str
    holds: bool | None
    tokens: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a query means and, of one article, whether and why it holds; ``reasons`` are sentences about what decided."""

    query: str
    notes: tuple[Note, ...]
    nodes: tuple[Node, ...]
    holds: bool | None = None
    reasons: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return it all as lines for a terminal."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"query: {self.query}"
        yield from (f"note: at character {note.position + 1}: {note}" for note in self.notes)
        for node in self.nodes:
            indent = "  " * (node.depth + 1)
            verdict = {None: "", True: "[yes] ", False: "[no]  "}[node.holds]
            yield f"{indent}{verdict}{node.text}"
            yield from (f"{indent}      asks: {token}" for token in _short(node.tokens))
            yield from (f"{indent}      found: {place}" for place in _short(node.places))
        if self.holds is not None:
            yield "the article matches:" if self.holds else "the article does not match:"
            yield from (f"  {reason}" for reason in self.reasons)


def explain(query: Parsed | Query, context: QueryContext, analysed: Analysed | None = None) -> Explanation:
    """Explain a query on a desk and, if an article is given, its verdict.

    Raises QueryError as ``lower`` does. A reading that found nothing to ask for has no nodes.
    """
    notes = query.notes if isinstance(query, Parsed) else ()
    tree = query.query if isinstance(query, Parsed) else query
    if tree is None:
        return Explanation("", notes, ())
    lower(tree, context)
    nodes = tuple(_nodes(tree, context, analysed, 0))
    if analysed is None:
        return Explanation(to_text(tree), notes, nodes)
    verdict = holds(tree, analysed, context)
    return Explanation(to_text(tree), notes, nodes, verdict, tuple(_reasons(tree, verdict, analysed, context)))


def _nodes(query: Query, context: QueryContext, analysed: Analysed | None, depth: int) -> Iterator[Node]:
    verdict = None if analysed is None else holds(query, analysed, context)
    match query:
        case And(children) | Or(children):
            yield Node(depth, "all of" if isinstance(query, And) else "any of", verdict)
            for child in children:
                yield from _nodes(child, context, analysed, depth + 1)
        case Not(child):
            yield Node(depth, "not", verdict)
            yield from _nodes(child, context, analysed, depth + 1)
        case Concept(topic):
            yield Node(depth, leaf_text(query), verdict)
            for term, own in concept(topic, context):
                yield from _nodes(term, own, analysed, depth + 1)
        case _:
            plan = lower(query, context)
            places = () if analysed is None else tuple(_places(find(plan, analysed).spans, analysed))
            yield Node(depth, leaf_text(query), verdict, tuple(_tokens(plan, context)), places)


def _tokens(plan: Plan, context: QueryContext) -> Iterator[str]:
    """Yield what a leaf asks for: one line for the fields that are asked the same, or one for each other question."""
    fields_by_token: dict[tuple[str, str], list[str]] = {}
    for one in _asked(plan):
        match one:
            case Terms(field, stream, terms, slop):
                token = " ".join(terms) + (f" within {slop}" if slop else "")
                fields_by_token.setdefault((_kind(stream, token), token), []).append(field)
            case Pattern(field, stream, pattern):
                fields_by_token.setdefault((_kind(stream, pattern), pattern), []).append(field)
            case Is(field, value):
                yield f"{field} is {value or 'anything'}"
            case Between(field, since, until):
                yield f"{field} {_range(since, until, context)}"
    kinds_by_fields: dict[str, dict[str, list[str]]] = {}
    for (kind, token), fields in fields_by_token.items():
        kinds_by_fields.setdefault(", ".join(fields), {}).setdefault(kind, []).append(token.removeprefix("="))
    for where, kinds in kinds_by_fields.items():
        yield f"in {where}: " + "; ".join(f"{kind} {', '.join(tokens)}" for kind, tokens in kinds.items())


def _kind(stream: Stream, token: str) -> str:
    return {"x": "exact", "s": "stem", "p": "joined" if token.startswith("=") else "part"}[stream]


def _asked(plan: Plan) -> Iterator[Plan]:
    if isinstance(plan, AnyOf):
        for child in plan.children:
            yield from _asked(child)
    else:
        yield plan


def _range(since: int | None, until: int | None, context: QueryContext) -> str:
    bounds = [] if since is None else [f"from {_instant(since, context)}"]
    bounds += [] if until is None else [f"before {_instant(until, context)}"]
    return " ".join(bounds) or "is known"


def _places(spans: tuple[Span, ...], analysed: Analysed) -> Iterator[str]:
    for span in spans:
        units = [u.exact for u in analysed.fields[span.field].units if span.start <= u.start and u.end <= span.end]
        yield f"{' '.join(units)} in {span.field} at {span.start}-{span.end}"


def _reasons(query: Query, verdict: bool, analysed: Analysed, context: QueryContext) -> Iterator[str]:
    """Yield a sentence for each leaf that decided: of an AND that fails, only those that fail, and so on."""
    match query:
        case And(children) | Or(children):
            for child in children:
                if holds(child, analysed, context) == verdict:
                    yield from _reasons(child, verdict, analysed, context)
        case Not(child):
            yield from _reasons(child, not verdict, analysed, context)
        case _ if verdict:
            places = tuple(_places(find(lower(query, context), analysed).spans, analysed))
            yield f"{leaf_text(query)} is true" + (f": {'; '.join(_short(places))}" if places else "")
        case _:
            yield f"{leaf_text(query)} is not true" + _hint(query, analysed, context)


def _hint(leaf: Leaf, analysed: Analysed, context: QueryContext) -> str:
    """Return what stands in the way of a leaf that does not hold, as far as one change would make it hold."""
    match leaf:
        case Keyword("tier" | "country", _):
            return f"; the article's source is {_values('source', analysed)}"
        case Keyword(field, _):
            return f"; the article's {field} is {_values(field, analysed)}"
        case TimeRange(field, _, _):
            time: int | None = getattr(analysed, field)
            return "; the article has no such time" if time is None else f"; its time is {_instant(time, context)}"
        case Concept():
            return ": none of its terms is"
    if leaf.field and holds(other := replace(leaf, field=None), analysed, context):
        places = _short(tuple(_places(find(lower(other, context), analysed).spans, analysed)))
        return f"; elsewhere it is: {'; '.join(places)}"
    if isinstance(leaf, Wildcard):
        return ""
    if leaf.exact and holds(replace(leaf, exact=False), analysed, context):
        return "; without = it would be"
    if isinstance(leaf, Phrase) and all(_has(unit, leaf, analysed, context) for unit in context.analyser.units(leaf.text)):
        return "; its words are there, but not in this order and so close"
    uncovered = {part.language for part in analysed.fields.values()} == {None}
    return "; the article's language is not covered, so only exact words are found" if uncovered else ""


def _has(unit: str, phrase: Phrase, analysed: Analysed, context: QueryContext) -> bool:
    return holds(Phrase(unit, 0, phrase.exact, phrase.field), analysed, context)


def _values(field: str, analysed: Analysed) -> str:
    return ", ".join(sorted(analysed.keywords.get(field, ()))) or "not known"


def _instant(milliseconds: int, context: QueryContext) -> str:
    return (_EPOCH + timedelta(milliseconds=milliseconds)).astimezone(context.zone).isoformat(timespec="seconds")


def _short(items: tuple[str, ...]) -> tuple[str, ...]:
    return items if len(items) <= _SHOWN else (*items[:_SHOWN], f"... and {len(items) - _SHOWN} more")
