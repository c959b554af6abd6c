"""How a plan is asked of tantivy: the compiler to its query objects, with tantivy's traps stepped around.

The traps (docs/decisions/0020): a phrase of one word panics, native slop is wrong for three words and for repeated words,
a boolean of exclusions alone finds nothing, a limit of 0 panics, a prefix phrase stops at 50 words. tantivy's own query
parser is never used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

import tantivy
from tantivy import FieldType, Occur, Query

from articles.errors import Broken
from index.fields import KEYWORDS, PARTS, STREAMS, TIMES, encodable, exact_value, stream_name
from index.ranking import legs, scores
from language.query_plan import AllOf, AnyOf, Between, Except, Is, Pattern, Plan, Stream, Terms
from language.query_wildcard import expression

LOWEST, HIGHEST = -(2**63), 2**63 - 1
"""What a tantivy integer can hold."""

REMEMBERED = 10_000
"""Words of which a compiler remembers whether any article has them."""

FEW_WORDS = 500
"""Words that a pattern is spelled out into at most; with more of them tantivy's automaton is as quick."""

SINGLY = 100
"""Of these words, so many at most are asked for one by one: a set of words costs 0.3 ms before it looks at any, and is
quicker from some 100 words on in 200,000 articles, from 350 on in 6,000 (docs/decisions/0020)."""

_NAMES = {(part, stream): stream_name(part, stream) for part in PARTS for stream in STREAMS}
_OPTIONS: dict[Stream, str] = {"x": "freq", "s": "freq", "p": "basic"}

_META = frozenset("\\.+*?()|[]{}^$#&-~")
"""Characters with a meaning in tantivy's regular expressions (regex-syntax of Rust)."""


class Compiler:
    """Compiles plans for one searcher. ``matching`` decides which articles are found, ``ranked`` also in which order.

    Words that no article has are left out at once: most legs of a word are such (its stem in another language, its parts).
    """

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self._searcher = searcher
        self._schema = schema
        self._known: dict[tuple[str, str], bool] = {}
        self._last: tuple[Plan, Query] | None = None

    def matching(self, plan: Plan) -> Query:
        """Return the query that holds for exactly the articles the plan holds for; raises Broken for an unknown field.

        The last one is remembered: a search page counts values and calendars of one plan, each by itself.
        """
        last = self._last
        if last is None or last[0] is not plan:
            last = self._last = plan, self._matching(plan) or Query.empty_query()
        return last[1]

    def ranked(self, plan: Plan) -> Query:
        """Return a query that holds for the same articles and scores them by the legs of ``index.ranking``.

        Where the legs are the plan, they decide both at once, which is a third cheaper; else the plan is a filter of score
        0 with the legs beside it. A word asked for twice counts once, or once for each part of an AND.
        """
        match plan:
            case AllOf(children) if scores(plan):
                wanted = [(Occur.Must, self.ranked(child)) for child in children if not isinstance(child, Except)]
                return Query.boolean_query([*wanted, *self._unwanted(children)])
            case _ if _is_its_legs(plan):
                return _any(self._legs(plan)) or Query.empty_query()
            case _:
                filtered = Query.const_score_query(self.matching(plan), 0.0)
                scoring = [(Occur.Should, leg) for leg in self._legs(plan)]
                return Query.boolean_query([(Occur.Must, filtered), *scoring]) if scoring else filtered

    def term(self, name: str, value: str | int | bool) -> Query:
        """Return the query of one exact term of any field."""
        return Query.term_query(self._schema, name, value, "basic")

    def between(self, name: str, since: int | None, until: int | None) -> Query:
        """Return ``since <= name < until`` of a number field; without bounds: has any."""
        if (since is not None and since > HIGHEST) or (until is not None and until <= LOWEST):
            return Query.empty_query()
        low = None if since is None or since < LOWEST else since
        high = None if until is None or until > HIGHEST else until
        if low is None and high is None:
            return Query.exists_query(name)
        return Query.range_query(self._schema, name, FieldType.Integer, low, high, True, high is None)

    def _matching(self, plan: Plan) -> Query | None:
        """The query of a plan, None if it can hold for no article."""
        match plan:
            case Terms():
                return self._terms(plan)
            case Pattern(field, stream, pattern):
                return self._pattern(_NAMES[field, stream], pattern)
            case Is(field, value):
                return self._keyword(field, value)
            case Between(field, since, until):
                return self._between(field, since, until)
            case AllOf(children):
                return self._all(children)
            case AnyOf(children):
                return _any(query for child in children if (query := self._matching(child)))
            case Except():
                return self._all((plan,))

    def _legs(self, plan: Plan) -> list[Query]:
        found = []
        for leg in legs(plan):
            if query := self._terms(leg.terms):
                scored = Query.const_score_query if leg.constant else Query.boost_query
                found.append(scored(query, leg.weight))
        return found

    def _terms(self, plan: Terms) -> Query | None:
        name, words = _NAMES[plan.field, plan.stream], plan.terms
        if len(words) == 1:
            known = self._knows(name, words[0])
            return Query.term_query(self._schema, name, words[0], _OPTIONS[plan.stream]) if known else None
        if not words or not all(self._knows(name, word) for word in words):
            return None
        if not plan.slop:
            return Query.phrase_query(self._schema, name, list(words))
        if len(words) == 2 and words[0] != words[1]:
            return Query.phrase_query(self._schema, name, list(words), slop=plan.slop)
        return _any(Query.phrase_query(self._schema, name, list(placed)) for placed in placements(plan.terms, plan.slop))

    def _knows(self, name: str, word: str) -> bool:
        known = self._known.get((name, word))
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[name, word] = encodable(word) and self._searcher.doc_freq(name, word) > 0
        return known

    def _pattern(self, name: str, pattern: str) -> Query | None:
        """Ask for the words themselves where they are few: a regular expression costs 300 us before it looks at any."""
        if not encodable(pattern):
            return None
        prefix = re.split(r"[*?]", pattern, maxsplit=1)[0]
        if prefix:
            words = self._searcher.terms_with_prefix(name, prefix, limit=FEW_WORDS + 1)
            if len(words) <= FEW_WORDS:
                every = pattern == f"{prefix}*"
                fits = expression(pattern).fullmatch
                found = [word for word, _ in words if every or fits(word)]
                if len(found) > SINGLY:
                    return Query.term_set_query(self._schema, name, found)
                return _any(Query.term_query(self._schema, name, word, "basic") for word in found)
        return Query.regex_query(self._schema, name, "".join(_regex(character) for character in pattern))

    def _keyword(self, name: str, value: str | None) -> Query:
        if name not in KEYWORDS:
            raise Broken(f"a plan asks for the keyword field {name!r}, which no engine keeps")
        return Query.exists_query(name) if value is None else self.term(name, exact_value(value))

    def _between(self, name: str, since: int | None, until: int | None) -> Query:
        if name not in TIMES:
            raise Broken(f"a plan asks for the time field {name!r}, which no engine keeps")
        return self.between(name, since, until)

    def _all(self, children: tuple[Plan, ...]) -> Query | None:
        wanted = [self._matching(child) for child in children if not isinstance(child, Except)]
        found = [query for query in wanted if query]
        if len(found) < len(wanted):
            return None
        unwanted = self._unwanted(children)
        if not unwanted and len(found) == 1:
            return found[0]
        return Query.boolean_query([*((Occur.Must, query) for query in found or [Query.all_query()]), *unwanted])

    def _unwanted(self, children: tuple[Plan, ...]) -> list[tuple[Occur, Query]]:
        excluded = [self._matching(child.child) for child in children if isinstance(child, Except)]
        return [(Occur.MustNot, query) for query in excluded if query]


def _is_its_legs(plan: Plan) -> bool:
    """Whether the plan holds exactly where one of its scoring legs does."""
    match plan:
        case Terms(slop=slop):
            return not slop
        case AnyOf(children):
            return bool(children) and all(_is_its_legs(child) for child in children)
        case _:
            return False


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


def _any(queries: Iterable[Query]) -> Query | None:
    listed = list(queries)
    if len(listed) <= 1:
        return listed[0] if listed else None
    return Query.boolean_query([(Occur.Should, query) for query in listed])


def _regex(character: str) -> str:
    if character == "*":
        return ".*"
    if character == "?":
        return "."
    return f"\\{character}" if character in _META else character
