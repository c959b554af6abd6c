"""Whether a query holds for an article: the reference that reads the tree, and the quick judge that reads a plan.

The two know nothing of one another's rules. ``holds`` says what the language means, over analysed units; ``find`` is what
alerts, topics and highlights use, and it gives the words that made the query true. A law in the tests keeps them alike.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from articles.article import TEXT_FIELDS, Span
from language.query_context import QueryContext, concept
from language.query_plan import AllOf, AnyOf, Except, Is, Pattern, Plan, Terms
from language.query_time import milliseconds
from language.query_tree import And, Concept, Keyword, Not, Or, Phrase, Query, TextField, TimeRange, Wildcard, Word
from language.query_wildcard import expression, folded, is_one_unit
from language.tokens import Analysed, Analysis, Found

Place = tuple[int, int]
"""Start and end of a unit or joined form, in code points."""

_ORDER = {name: place for place, name in enumerate((*TEXT_FIELDS, "author"))}


# --- the reference: the tree over analysed units


def holds(query: Query, analysed: Analysed, context: QueryContext) -> bool:
    """Tell whether a query holds, straight from the meaning of its tree; the judge of every engine, and of ``find``."""
    match query:
        case And(children):
            return all(holds(child, analysed, context) for child in children)
        case Or(children):
            return any(holds(child, analysed, context) for child in children)
        case Not(child):
            return not holds(child, analysed, context)
        case Word(text, exact, field):
            units = context.analyser.units(text)
            return any(_has_word(units, exact, part, context) for part in _parts(analysed, field))
        case Phrase(text, slop, exact, field):
            units = context.analyser.units(text)
            return any(_has_phrase(units, slop, exact, part, context) for part in _parts(analysed, field))
        case Wildcard(pattern, field):
            return any(_has_form(pattern, part) for part in _parts(analysed, field))
        case Keyword(field, value):
            return _has_value(field, value, analysed, context)
        case Concept(topic):
            return any(holds(term, analysed, own) for term, own in concept(topic, context))
        case TimeRange(field, since, until):
            time: int | None = getattr(analysed, field)
            zone, now = context.zone, context.now
            return (
                time is not None
                and (since is None or milliseconds(since, "since", zone, now) <= time)
                and (until is None or time < milliseconds(until, "until", zone, now))
            )


def _parts(analysed: Analysed, field: TextField | None) -> Iterator[Analysis]:
    for name in (field,) if field else TEXT_FIELDS:
        if name in analysed.fields:
            yield analysed.fields[name]


def _language(part: Analysis, exact: bool, context: QueryContext) -> str | None:
    """Return the language in which stems of this field may be compared, None if only exact units may."""
    return part.language if not exact and part.language in context.languages else None


def _has_word(units: tuple[str, ...], exact: bool, part: Analysis, context: QueryContext) -> bool:
    if not units:
        return False
    if _has_phrase(units, 0, exact, part, context):
        return True
    joined = context.analyser.joined(units)
    if any(form.text == joined for form in part.joined):
        return True
    if len(units) > 1 and any(unit.exact == joined for unit in part.units):
        return True
    if (language := _language(part, exact, context)) is None:
        return False
    stem = context.analyser.stem(joined, language)
    if len(units) > 1:
        return any(unit.stem == stem for unit in part.units)
    return any(stem in unit.parts for unit in part.units) or any(stem == form.stem for form in part.joined)


def _has_phrase(units: tuple[str, ...], slop: int, exact: bool, part: Analysis, context: QueryContext) -> bool:
    if not units:
        return False
    if _within(units, [unit.exact for unit in part.units], slop):
        return True
    if (language := _language(part, exact, context)) is None:
        return False
    stems = tuple(context.analyser.stem(unit, language) for unit in units)
    return _within(stems, [unit.stem for unit in part.units], slop)


def _within(wanted: tuple[str, ...], tokens: list[str], slop: int) -> bool:
    """Tell whether there are distinct positions p_i of wanted[i] with max(p_i - i) - min(p_i - i) <= slop."""

    def place(i: int, taken: tuple[int, ...]) -> bool:
        if i == len(wanted):
            return True
        shifts = [p - j for j, p in enumerate(taken)]
        for p in (p for p, token in enumerate(tokens) if token == wanted[i] and p not in taken):
            shifted = [*shifts, p - i]
            if max(shifted) - min(shifted) <= slop and place(i + 1, (*taken, p)):
                return True
        return False

    return place(0, ())


def _has_form(pattern: str, part: Analysis) -> bool:
    form = folded(pattern)
    units = [unit.exact for unit in part.units] if is_one_unit(pattern) else []
    return any(_fits(form, text) for text in (*units, *(joined.text for joined in part.joined)))


def _fits(pattern: str, text: str) -> bool:
    """Tell whether a text has the form of a pattern: all lengths of beginnings that fit, letter by letter."""
    fitting = {0}
    for sign in pattern:
        if sign == "*":
            fitting = set(range(min(fitting), len(text) + 1)) if fitting else set()
        else:
            fitting = {n + 1 for n in fitting if n < len(text) and sign in ("?", text[n])}
    return len(text) in fitting


def _has_value(field: str, value: str | None, analysed: Analysed, context: QueryContext) -> bool:
    if field not in ("tier", "country"):
        values = analysed.keywords.get(field, frozenset())
        return bool(values) if value is None else value in values
    groups = context.names.tiers if field == "tier" else context.names.countries
    sources = analysed.keywords.get("source", frozenset())
    return any(not sources.isdisjoint(ids) for name, ids in groups.items() if value in (None, name))


# --- the quick judge: a plan over an index of one article


class Occurrences:
    """Where each term of one article stands; made once, it serves every plan that the article is judged by."""

    def __init__(self, analysed: Analysed) -> None:
        self.analysed = analysed
        self._positions: dict[tuple[str, str], Mapping[str, Sequence[int]]] = {}
        self._places: dict[str, Mapping[str, Sequence[Place]]] = {}

    def positions(self, field: str, stream: str) -> Mapping[str, Sequence[int]]:
        """Return the ascending positions of each term of stream x or s of a field."""
        found = self._positions.get((field, stream))
        if found is None:
            found = self._positions[field, stream] = self._read(field, stream)
        return found

    def places(self, field: str) -> Mapping[str, Sequence[Place]]:
        """Return the places of each term of stream p of a field: of the whole word for a part, as parts have none."""
        known = self._places.get(field)
        if known is None:
            found: dict[str, list[Place]] = {}
            part = self.analysed.fields.get(field)
            if part is not None:
                for unit in part.units if part.language else ():
                    for stem in unit.parts:
                        found.setdefault(f"{part.language}|{stem}", []).append((unit.start, unit.end))
                for joined in part.joined:
                    found.setdefault(f"={joined.text}", []).append((joined.start, joined.end))
                    if joined.stem is not None:
                        found.setdefault(f"{part.language}|{joined.stem}", []).append((joined.start, joined.end))
            known = self._places[field] = found
        return known

    def _read(self, field: str, stream: str) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        part = self.analysed.fields.get(field)
        if part is None or (stream == "s" and part.language is None):
            return found
        tag = f"{part.language}|"
        for position, unit in enumerate(part.units):
            found.setdefault(unit.exact if stream == "x" else tag + unit.stem, []).append(position)
        return found


def find(plan: Plan, analysed: Analysed, occurrences: Occurrences | None = None) -> Found:
    """Judge a plan on an article; the spans are of the words that took part in making it true, merged, in reading order.

    A word under an ``Except``, and one in a branch that does not hold, took no part. Give the article's ``occurrences``
    when many plans are judged.
    """
    where = occurrences or Occurrences(analysed)
    if not _true(plan, where):
        return Found(False)
    return Found(True, merged(_spans(plan, where)))


def merged(spans: Iterator[Span]) -> tuple[Span, ...]:
    """Return spans in reading order, those that overlap or touch made one."""
    result: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (_ORDER.get(span.field, len(_ORDER)), span.field, span.start)):
        last = result[-1] if result else None
        if last and last.field == span.field and span.start <= last.end:
            result[-1] = Span(span.field, last.start, max(last.end, span.end))
        else:
            result.append(span)
    return tuple(result)


def _true(plan: Plan, where: Occurrences) -> bool:
    """Tell whether a plan holds; written for speed, as most leaves of most plans are not in the article at hand."""
    if isinstance(plan, Terms):
        return _stands(plan, where)
    if isinstance(plan, AnyOf):
        for child in plan.children:  # noqa: SIM110  # any() with a generator takes twice as long
            if _true(child, where):
                return True
        return False
    if isinstance(plan, AllOf):
        for child in plan.children:  # noqa: SIM110  # as above
            if not _true(child, where):
                return False
        return True
    if isinstance(plan, Except):
        return not _true(plan.child, where)
    if isinstance(plan, Pattern):
        return next(_fitting(plan, where), None) is not None
    if isinstance(plan, Is):
        values = where.analysed.keywords.get(plan.field, frozenset())
        return bool(values) if plan.value is None else plan.value in values
    time: int | None = getattr(where.analysed, plan.field)
    return time is not None and (plan.since is None or plan.since <= time) and (plan.until is None or time < plan.until)


def _stands(plan: Terms, where: Occurrences) -> bool:
    if plan.stream == "p":
        return plan.terms[0] in where.places(plan.field)
    positions, terms = where.positions(plan.field, plan.stream), plan.terms
    if terms[0] not in positions:
        return False
    return len(terms) == 1 or next(_runs(terms, plan.slop, positions), None) is not None


def _spans(plan: Plan, where: Occurrences) -> Iterator[Span]:
    """Yield the spans of a plan, none where it does not hold."""
    match plan:
        case Terms(field, "p", terms, _):
            yield from (Span(field, start, end) for start, end in where.places(field).get(terms[0], ()))
        case Terms(field, stream, terms, slop):
            positions = where.positions(field, stream)
            for run in _runs(terms, slop, positions) if terms[0] in positions else ():
                yield from _words(field, run, where)
        case AnyOf(children):
            for child in children:
                yield from _spans(child, where)
        case AllOf(children):
            if _true(plan, where):
                for child in children:
                    yield from _spans(child, where)
        case Pattern(field, stream, _):
            for term in _fitting(plan, where):
                if stream == "p":
                    yield from (Span(field, start, end) for start, end in where.places(field)[term])
                else:
                    yield from (span for p in where.positions(field, stream)[term] for span in _words(field, (p,), where))


def _words(field: str, run: tuple[int, ...], where: Occurrences) -> Iterator[Span]:
    """Yield the spans of the units at these positions; neighbours are one span, the blank between them included."""
    units = where.analysed.fields[field].units
    if len(run) == 1:
        yield Span(field, units[run[0]].start, units[run[0]].end)
        return
    first, *_ = run = tuple(sorted(run))
    for before, after in pairwise((*run, -1)):
        if after != before + 1:
            yield Span(field, units[first].start, units[before].end)
            first = after


def _fitting(plan: Pattern, where: Occurrences) -> Iterator[str]:
    terms = where.places(plan.field) if plan.stream == "p" else where.positions(plan.field, plan.stream)
    fits = expression(plan.pattern).fullmatch
    return (term for term in terms if fits(term))


def _runs(terms: tuple[str, ...], slop: int, positions: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Yield the positions of each match of terms in order, or within ``slop`` of it."""
    each = [found for term in terms if (found := positions.get(term))]
    if len(each) < len(terms):
        return
    if len(each) == 1:
        yield from ((p,) for p in each[0])
        return
    if slop == 0:
        sets = [frozenset(found) for found in each]
        rarest = min(range(len(each)), key=lambda i: len(each[i]))
        for start in (p - rarest for p in each[rarest]):
            if all(start + i in found for i, found in enumerate(sets)):
                yield tuple(range(start, start + len(terms)))
        return
    for lowest in sorted({p - i for i, found in enumerate(each) for p in found}):
        chosen = _chosen(each, lowest, slop)
        if chosen is not None:
            yield chosen


def _chosen(each: list[Sequence[int]], lowest: int, slop: int) -> tuple[int, ...] | None:
    """Return distinct positions p_i with lowest <= p_i - i <= lowest + slop, None if there are none.

    Taking the first free position is enough: only equal terms can meet at one position, and both ends of what such a term
    may take rise with i, so what an earlier one leaves is never better for it than for a later one.
    """
    taken: list[int] = []
    for i, found in enumerate(each):
        at = bisect_left(found, lowest + i)
        while at < len(found) and found[at] in taken:
            at += 1
        if at == len(found) or found[at] > lowest + i + slop:
            return None
        taken.append(found[at])
    return tuple(taken)
