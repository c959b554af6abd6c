"""How a plan is asked of tantivy: the compiler to its query objects, with tantivy's traps stepped around.

The traps (docs/facts.md): a phrase of one word panics, native slop is wrong for three words and for repeated words,
a boolean of exclusions alone finds nothing, a limit of 0 panics, a prefix phrase stops at 50 words. tantivy's own query
parser is never used.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import tantivy
from tantivy import FieldType, Occur, Query

from articles.errors import Broken
from index.fields import KEYWORDS, TIMES, encodable, exact_value, stream_name
from index.ranking import legs
from language.query_plan import AllOf, AnyOf, Between, Except, Is, Pattern, Plan, Stream, Terms

LOWEST, HIGHEST = -(2**63), 2**63 - 1
"""What a tantivy integer can hold."""

_META = frozenset("\\.+*?()|[]{}^$#&-~")
"""Characters with a meaning in tantivy's regular expressions (regex-syntax of Rust)."""


class Compiler:
    """Compiles plans for one schema. ``matching`` decides which articles are found, ``scoring`` only in which order."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def matching(self, plan: Plan) -> Query:
        """Return the query that holds for exactly the articles the plan holds for; raises Broken for an unknown field."""
        match plan:
            case Terms():
                return self._terms(plan)
            case Pattern(field, stream, pattern):
                return self._pattern(stream_name(field, stream), pattern)
            case Is(field, value):
                return self._keyword(field, value)
            case Between(field, since, until):
                return self._between(field, since, until)
            case AllOf(children):
                return self._all(children)
            case AnyOf(children):
                return _any(self.matching(child) for child in children)
            case Except():
                return self._all((plan,))

    def scored(self, matching: Query, plan: Plan) -> Query | None:
        """Return ``matching`` as a filter of score 0 with the plan's scoring legs beside it; None if nothing scores."""
        scoring = [(Occur.Should, self._leg(leg.terms, leg.weight, leg.constant)) for leg in legs(plan)]
        if not scoring:
            return None
        return Query.boolean_query([(Occur.Must, Query.const_score_query(matching, 0.0)), *scoring])

    def term(self, name: str, value: str | int | bool) -> Query:
        """Return the query of one exact term of any field."""
        return Query.term_query(self._schema, name, value, "basic")

    def between(self, name: str, since: int | None, until: int | None) -> Query:
        """Return ``since <= name < until`` of a number field; without bounds: has any."""
        if since is None and until is None:
            return Query.exists_query(name)
        if (since is not None and since > HIGHEST) or (until is not None and until <= LOWEST):
            return Query.empty_query()
        low = None if since is None or since < LOWEST else since
        high = None if until is None or until > HIGHEST else until
        if low is None and high is None:
            return Query.exists_query(name)
        return Query.range_query(self._schema, name, FieldType.Integer, low, high, True, high is None)

    def _leg(self, terms: Terms, weight: float, constant: bool) -> Query:
        query = self._terms(terms)
        return Query.const_score_query(query, weight) if constant else Query.boost_query(query, weight)

    def _terms(self, plan: Terms) -> Query:
        name, words = stream_name(plan.field, plan.stream), list(plan.terms)
        if not words or not all(encodable(word) for word in words):
            return Query.empty_query()
        if len(words) == 1:
            return Query.term_query(self._schema, name, words[0], _option(plan.stream))
        if not plan.slop:
            return Query.phrase_query(self._schema, name, list(words))
        if len(words) == 2 and words[0] != words[1]:
            return Query.phrase_query(self._schema, name, list(words), slop=plan.slop)
        return _any(Query.phrase_query(self._schema, name, list(placed)) for placed in placements(plan.terms, plan.slop))

    def _pattern(self, name: str, pattern: str) -> Query:
        if not encodable(pattern):
            return Query.empty_query()
        return Query.regex_query(self._schema, name, "".join(_regex(character) for character in pattern))

    def _keyword(self, name: str, value: str | None) -> Query:
        if name not in KEYWORDS:
            raise Broken(f"a plan asks for the keyword field {name!r}, which no engine keeps")
        return Query.exists_query(name) if value is None else self.term(name, exact_value(value))

    def _between(self, name: str, since: int | None, until: int | None) -> Query:
        if name not in TIMES:
            raise Broken(f"a plan asks for the time field {name!r}, which no engine keeps")
        return self.between(name, since, until)

    def _all(self, children: tuple[Plan, ...]) -> Query:
        wanted = [(Occur.Must, self.matching(child)) for child in children if not isinstance(child, Except)]
        unwanted = [(Occur.MustNot, self.matching(child.child)) for child in children if isinstance(child, Except)]
        if not unwanted and len(wanted) == 1:
            return wanted[0][1]
        return Query.boolean_query([*(wanted or [(Occur.Must, Query.all_query())]), *unwanted])


def placements(words: tuple[str, ...], slop: int) -> list[list[tuple[int, str]]]:
    """Return every way the words may stand: ``(position, word)`` lists whose first position is any, compared by distance.

    The rule is Lucene's: distinct positions p_i with max(p_i - i) - min(p_i - i) <= slop. With e_i = p_i - i shifted so
    that the least is 0, that is every e in [0..slop]^n with min 0 and distinct i + e_i.
    """
    found: dict[frozenset[tuple[int, str]], list[tuple[int, str]]] = {}
    for shifts in product(range(slop + 1), repeat=len(words)):
        places = [index + shift for index, shift in enumerate(shifts)]
        if min(shifts) == 0 and len(set(places)) == len(places):
            placed = sorted(zip(places, words, strict=True))
            first = placed[0][0]
            moved = [(place - first, word) for place, word in placed]
            found.setdefault(frozenset(moved), moved)
    return list(found.values())


def _any(queries: Iterable[Query]) -> Query:
    listed = list(queries)
    if len(listed) == 1:
        return listed[0]
    return Query.boolean_query([(Occur.Should, query) for query in listed]) if listed else Query.empty_query()


def _option(stream: Stream) -> str:
    return "basic" if stream == "p" else "freq"


def _regex(character: str) -> str:
    if character == "*":
        return ".*"
    if character == "?":
        return "."
    return f"\\{character}" if character in _META else character
