"""Which topics an article is about: the terms of topics.yaml, found by the shared analysis, weighed by place and number.

A place in the article counts for one term only, the heaviest that found it. It counts 2 in the title, 1 in kicker, lead
and the opening of the text, and 0.5 further down; a term counts 3 at most. The score of a topic is
1 - product over its terms of (1 - weight) ** count. docs/decisions/0050 tells why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from articles.article import TEXT_FIELDS, Span
from articles.article import Topic as Found
from articles.errors import Wrong
from config.desk import Desk
from config.models import Topic
from enrich.taken import Taken
from language.query_context import QueryContext
from language.query_error import QueryError
from language.query_judge import Occurrences, find
from language.query_lower import lower
from language.query_parse import parse
from language.query_plan import AllOf, AnyOf, Plan, Terms
from language.tokens import Analysed

OPENING = 400
"""So many code points of the text are its opening: news puts first what it is about."""
MOST = 3.0
_COUNT = {"title": 2.0, "kicker": 1.0, "lead": 1.0}
_LATER = 0.5


@dataclass(frozen=True, slots=True)
class _Term:
    """A term compiled; ``needs`` are tokens of which an article that has the term has one, None if that is unknown."""

    topic: str
    weight: float
    plan: Plan
    needs: frozenset[str] | None


class Topics:
    """The topics of a desk, compiled once for the analysis in ``context``.

    Raises Wrong with file and line of the topic for a term that is no query.
    """

    def __init__(self, desk: Desk, context: QueryContext) -> None:
        self._topics = desk.topics
        self._terms: dict[str, list[_Term]] = {}
        for topic in desk.topics.values():
            for language, terms in topic.terms.items():
                own = replace(context, languages=tuple(known for known in context.languages if known == language))
                for term in terms:
                    plan = _plan(term.term, own, desk, topic)
                    self._terms.setdefault(language, []).append(_Term(topic.id, term.weight, plan, _needs(plan)))
        self._by_token = {language: _by_token(terms) for language, terms in self._terms.items()}

    def of(self, analysed: Analysed, language: str | None) -> tuple[Found, ...]:
        """Return the topics of an article, the surest first, by the terms of its language.

        An article in a language that no topic has terms for is read by the terms of all languages.
        """
        where = Occurrences(analysed)
        tokens = _tokens(analysed)
        evidence: dict[str, list[tuple[float, tuple[Span, ...]]]] = {}
        for known in (language,) if language in self._terms else tuple(self._terms):
            for term in self._candidates(known, tokens):
                if (found := find(term.plan, analysed, where)).holds:
                    evidence.setdefault(term.topic, []).append((term.weight, found.spans))
        topics = []
        for id, terms in evidence.items():
            score, spans = weigh(terms)
            if score >= self._topics[id].threshold:
                topics.append(Found(id, round(score, 2), spans))
        return tuple(sorted(topics, key=lambda topic: (-topic.score, topic.id)))

    def _candidates(self, language: str, tokens: frozenset[str]) -> list[_Term]:
        by_token, always = self._by_token[language]
        numbers = {number for token in by_token.keys() & tokens for number in by_token[token]}
        return [self._terms[language][number] for number in sorted(numbers.union(always))]


def weigh(terms: Iterable[tuple[float, Sequence[Span]]]) -> tuple[float, tuple[Span, ...]]:
    """Return a topic's score for weighted terms with their places, and the places that counted, in reading order."""
    taken: dict[str, Taken] = {}
    counted: list[Span] = []
    rest = 1.0
    for weight, spans in sorted(terms, key=lambda term: -term[0]):
        new = [span for span in spans if taken.setdefault(span.field, Taken()).take(span.start, span.end)]
        counted += new
        rest *= (1 - weight) ** min(MOST, sum(map(_count, new)))
    order = {str(name): place for place, name in enumerate(TEXT_FIELDS)}
    return 1 - rest, tuple(sorted(counted, key=lambda span: (order.get(span.field, len(order)), span.start)))


def _count(span: Span) -> float:
    if span.field == "text":
        return 1.0 if span.start < OPENING else _LATER
    return _COUNT.get(span.field, 0.0)


def _plan(term: str, context: QueryContext, desk: Desk, topic: Topic) -> Plan:
    try:
        query = parse(term, strict=True, names=context.names).query
        assert query is not None, "a strict reading is a query or an error"
        return lower(query, context)
    except QueryError as error:
        file, line = desk.where("topic", topic.id, "terms")
        raise Wrong(f"the term {term!r} is no query: {error}", file=file, line=line, field=f"topics.{topic.id}") from error


def _needs(plan: Plan) -> frozenset[str] | None:
    """Return tokens of which one must be in an article for the plan to hold; None where there is no such set."""
    match plan:
        case Terms(stream=stream, terms=terms):
            return frozenset((f"{stream}:{max(terms, key=len)}",))
        case AllOf(children):
            known = [needs for child in children if (needs := _needs(child)) is not None]
            return min(known, key=len) if known else None
        case AnyOf(children):
            each = [_needs(child) for child in children]
            return frozenset().union(*(needs for needs in each if needs)) if None not in each else None
    return None


def _by_token(terms: Sequence[_Term]) -> tuple[dict[str, list[int]], list[int]]:
    """Return the numbers of the terms to judge by token, and of those to judge always."""
    by_token: dict[str, list[int]] = {}
    always = []
    for number, term in enumerate(terms):
        if term.needs is None:
            always.append(number)
        for token in term.needs or ():
            by_token.setdefault(token, []).append(number)
    return by_token, always


def _tokens(analysed: Analysed) -> frozenset[str]:
    return frozenset(_every_token(analysed))


def _every_token(analysed: Analysed) -> Iterator[str]:
    for analysis in analysed.fields.values():
        tag = f"{analysis.language}|"
        for unit in analysis.units:
            yield "x:" + unit.exact
            if analysis.language is not None:
                yield f"s:{tag}{unit.stem}"
                for part in unit.parts:
                    yield f"p:{tag}{part}"
        for joined in analysis.joined:
            yield "p:=" + joined.text
            if joined.stem is not None:
                yield f"p:{tag}{joined.stem}"
