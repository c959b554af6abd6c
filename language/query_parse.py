"""How a query's text becomes its tree: strictly (the first mistake is an error) or leniently (each is a note)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from language.fold import units
from language.query_error import Note, QueryError, shown
from language.query_lex import KEYWORD, TIME, Lexer, Mistakes, Token, plain
from language.query_limits import DEPTH, LEAVES, LENGTH, LETTERS, WILDCARDS, widest
from language.query_names import Names, name_key
from language.query_time import HOW_TO, is_day, is_time
from language.query_tree import (
    And,
    Concept,
    Keyword,
    KeywordField,
    Not,
    Or,
    Phrase,
    Query,
    TextField,
    TimeField,
    TimeRange,
    Wildcard,
    Word,
    normal,
)

__all__ = ["Names", "Note", "Parsed", "QueryError", "parse"]

_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates: no text has them, and no engine or database takes them all."""

_SURE_UNIT = re.compile(r"[A-Za-z0-9]")
_TILDE = re.compile(r"~[0-9]*$")
_WILD = re.compile(r"[*?]")
_IN_WILDCARD = re.compile(r"[\w*?/\u00ad\u0300-\u036f\u2010\u2011-]+")
"""Letters, digits, marks, wildcards, slash and the hyphens that stand inside a word."""

_ENDS = frozenset({")", "end", "OR"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query that was read; ``query`` is None where a lenient reading found nothing to ask for."""

    query: Query | None
    notes: tuple[Note, ...] = ()


def parse(text: str, *, strict: bool, names: Names | None = None) -> Parsed:
    """Read a query into its normal form.

    Strictly, any mistake raises QueryError with position, reason and, where there is one, the nearest valid name.
    Leniently nothing raises: the query is the best reading, and ``notes`` say what was read differently. Values of
    keyword fields are checked against ``names``, and entities' names become ids, if ``names`` are given.
    """
    mistakes = Mistakes(strict)
    parser = _Parser(_readable(text, mistakes), mistakes, names)
    query = parser.whole()
    if query is None and not mistakes.notes:
        mistakes.tell(0, "the query is empty", read="nothing is asked for")
    if query is None and strict:
        raise QueryError("the query is empty")
    return Parsed(None if query is None else normal(query), tuple(mistakes.notes))


def _readable(text: str, mistakes: Mistakes) -> str:
    """Return the text within its limits and without unreadable characters; every position stays what it was."""
    if len(text) > LENGTH:
        mistakes.tell(LENGTH, f"a query has at most {LENGTH:,} characters", read="the rest is not read")
        text = text[:LENGTH]
    if bad := _UNREADABLE.search(text):
        code = f"U+{ord(bad[0]):04X}"
        mistakes.tell(bad.start(), f"the character {code} cannot stand in a query", read="read as a space")
        text = _UNREADABLE.sub(" ", text)
    if not mistakes.strict and (asked := text.rstrip()).endswith("?"):
        text = asked.rstrip("?")
        mistakes.tell(len(text), "a ? that ends the query is not a wildcard", read="left out")
    return text


class _Parser:
    """Recursive descent over the tokens; each method returns None where nothing was left to ask for."""

    def __init__(self, text: str, mistakes: Mistakes, names: Names | None) -> None:
        self._tell, self._mistakes, self._names = mistakes.tell, mistakes, names
        self._lexer = Lexer(text, mistakes)
        self._ahead = self._lexer.next()
        self._depth = self._ignored = self._leaves = self._wildcards = 0

    def whole(self) -> Query | None:
        return self._any(None)

    def _take(self) -> Token:
        token, self._ahead = self._ahead, self._lexer.next()
        return token

    def _any(self, field: str | None) -> Query | None:
        complete = self._ahead.kind not in _ENDS
        found = [self._all(field)]
        while self._ahead.kind == "OR":
            operator = self._take()
            if not complete or self._ahead.kind in _ENDS:
                self._tell(operator.at, f"{operator.text} wants something on both sides", read="left out")
            complete = True
            found.append(self._all(field))
        return _group(Or, found)

    def _all(self, field: str | None) -> Query | None:
        found: list[Query | None] = []
        while True:
            token = self._ahead
            if token.kind == ")" and (self._ignored or not self._depth):
                self._take()
                if self._ignored:
                    self._ignored -= 1
                else:
                    self._tell(token.at, "this ) closes nothing", read="left out")
            elif token.kind in _ENDS:
                return _group(And, found)
            elif token.kind == "AND":
                self._take()
                if not found or self._ahead.kind in _ENDS or self._ahead.kind == "AND":
                    self._tell(token.at, f"{token.text} wants something on both sides", read="left out")
            else:
                found.append(self._negatable(field))

    def _negatable(self, field: str | None) -> Query | None:
        count, first = 0, self._ahead
        while self._ahead.kind == "NOT":
            token = self._take()
            count += len(token.text) if token.text.startswith("-") else 1
            if count > DEPTH:
                self._tell(token.at, f"more than {DEPTH} NOT in a row", read="all of them are counted")
        if first.kind == "NOT" and (self._ahead.kind in _ENDS or self._ahead.kind == "AND"):
            self._tell(first.at, f"{first.text} wants something behind it", read="left out")
            return None
        query = self._atom(field)
        return Not(query) if count % 2 and query is not None else query

    def _atom(self, field: str | None) -> Query | None:
        token = self._take()
        if token.field and field and token.field != field:
            read = f"{token.field}: is taken"
            self._tell(token.at, f"{token.field}: cannot stand inside {field}:( )", read=read)
        field = token.field or field
        if token.kind == "(":
            return self._inside(token, field)
        self._leaves += 1
        if self._leaves > LEAVES:
            self._mistakes.stop(token.at, f"a query has at most {LEAVES} words, phrases and values")
            return None
        if field in TIME:
            return self._time(token, str(field))
        if field == "concept" or field in KEYWORD:
            return self._value(token, str(field))
        if token.kind == "quote":
            return self._phrase(token, cast("TextField | None", field))
        return self._word(token, cast("TextField | None", field))

    def _inside(self, opening: Token, field: str | None) -> Query | None:
        if self._depth == DEPTH:
            self._tell(opening.at, f"parentheses are nested more than {DEPTH} deep", read="read without these")
            self._ignored += 1
            return None
        if field in TIME:
            self._tell(opening.at, f"{field}: takes a time, no parentheses", read="the field is left out")
            field = None
        self._depth += 1
        if self._ahead.kind == ")":
            self._tell(opening.at, "nothing stands between these parentheses", read="left out")
        query = self._any(field)
        self._depth -= 1
        if self._ahead.kind == ")":
            self._take()
        else:
            self._tell(opening.at, "this ( is never closed", read="closed at the end")
        return query

    def _word(self, token: Token, field: TextField | None) -> Query | None:
        text, exact = token.text, token.exact
        if tilde := _TILDE.search(text):
            self._tell(token.value_at + tilde.start(), 'a ~ stands only behind quotes: "a b"~5', read="left out")
            text = text[: tilde.start()]
        if not self._has_token(text, token):
            return None
        if "*" not in text and "?" not in text:
            return _as_word(text, exact, field)
        reason = self._not_a_wildcard(text, exact)
        if reason is None:
            self._wildcards += 1
            return Wildcard(text, field)
        self._tell(token.value_at - exact, reason, read="read without * and ?")
        return _as_word(text.strip("*?"), exact, field)

    def _not_a_wildcard(self, text: str, exact: bool) -> str | None:
        """Return why this word with * or ? is no wildcard, None if it is one."""
        if exact:
            return "a wildcard is exact as it is: leave out the ="
        if not _IN_WILDCARD.fullmatch(text):
            return "a word with wildcards has letters, digits, hyphens, * and ? only"
        if sum(map(str.isalnum, _WILD.split(text)[0])) < LETTERS:
            return f"a wildcard wants {LETTERS} letters before it"
        return f"a query has at most {WILDCARDS} wildcards" if self._wildcards == WILDCARDS else None

    def _phrase(self, token: Token, field: TextField | None) -> Query | None:
        text, slop = token.text, token.slop or 0
        if wildcard := _WILD.search(text):
            at = token.value_at + 1 + wildcard.start()
            self._tell(at, "no wildcards in quotes", read=f"{wildcard[0]} is left out")
            text = _WILD.sub(" ", text)
        if not self._has_token(text, token):
            return None
        if slop and slop > (most := widest(len(tuple(units(text))))):
            at = token.value_at + len(token.text) + 2
            self._tell(at, f"the words of this phrase can be at most ~{most} apart", read=f"read as ~{most}")
            slop = most
        return Phrase(" ".join(text.split()), slop, token.exact, field)

    def _has_token(self, text: str, token: Token) -> bool:
        if _SURE_UNIT.search(text) or next(units(text), None):
            return True
        self._tell(token.at, f"{shown(text)} has no letter and no digit to look for", read="left out")
        return False

    def _value(self, token: Token, field: str) -> Query | None:
        value = " ".join(token.text.split())
        if token.exact or token.slop is not None:
            self._tell(token.value_at, f"{field}: is exact as it is, without = and ~", read="left out")
        if not value:
            self._tell(token.at, f"{field}: wants a value", read="left out")
            return None
        if token.kind == "word" and "*" in value:
            if value == "*" and field != "concept":
                return Keyword(cast(KeywordField, field), None)
            self._tell(token.value_at, f"{field}: takes no wildcards", read="taken as it is written")
        if field == "concept":
            valid = None if self._names is None else frozenset(self._names.concepts)
            return Concept(self._checked(value, field, token.value_at, valid))
        if field == "entity" and self._names is not None and value not in self._names.entities:
            return self._entity(value, token.value_at, self._names)
        valid = None if self._names is None else self._names.valid(cast(KeywordField, field))
        return Keyword(cast(KeywordField, field), self._checked(value, field, token.value_at, valid))

    def _entity(self, value: str, at: int, names: Names) -> Query:
        """Return the entity that a name means; leniently, each that it may mean."""
        ids = names.entity_names.get(name_key(value), ())
        if len(ids) == 1:
            return Keyword("entity", ids[0])
        if ids:
            means = " or ".join(f"entity:{each}" for each in ids)
            self._tell(at, f"{shown(value)} may mean {means}", read="any of them")
            return Or(tuple(Keyword("entity", each) for each in ids))
        valid = names.entities | frozenset(names.entity_names)
        return Keyword("entity", self._checked(value, "entity", at, valid))

    def _checked(self, value: str, field: str, at: int, valid: frozenset[str] | None) -> str:
        """Return the value, in its valid spelling if only upper and lower case differ (leniently)."""
        if valid is None or value in valid:
            return value
        alike = [other for other in valid if other.casefold() == value.casefold()]
        if len(alike) == 1:
            self._tell(at, f"there is no {field} {shown(value)}", alike[0], read=f"read as {alike[0]}")
            return alike[0]
        suggestion = self._mistakes.nearest(value, valid)
        self._tell(at, f"there is no {field} {shown(value)}", suggestion, read="finds nothing")
        return value

    def _time(self, token: Token, field: str) -> Query | None:
        if token.kind == "range" and field in ("published", "seen"):
            return self._between(token, cast(TimeField, field))
        if token.kind != "range" and field in ("since", "until") and is_time(token.text):
            return TimeRange("time", *((token.text, None) if field == "since" else (None, token.text)))
        if field in ("since", "until"):
            self._tell(token.value_at, f"{field}: takes one time; {HOW_TO}", read="left out")
            return None
        if token.text == "*" and token.kind == "word":
            return TimeRange(cast(TimeField, field), None, None)
        form = f"{field}:[2025-06-01 TO 2025-07-01]"
        if not is_day(token.text) or not is_time(token.text):
            self._tell(token.value_at, f"write {form}", read="left out")
            return None
        day = f"{field}:[{token.text} TO {token.text}]"
        self._tell(token.value_at, f"write {form}", day, read=f"read as {day}")
        return TimeRange(cast(TimeField, field), token.text, token.text)

    def _between(self, token: Token, field: TimeField) -> Query | None:
        bounds = [None if bound == "*" else bound for bound in (token.text, token.until)]
        for bound in bounds:
            if bound is not None and not is_time(bound):
                self._tell(token.value_at, f"{shown(bound)} is no time; {HOW_TO}", read="left out")
                return None
        since, until = bounds
        if since and until and is_day(since) and is_day(until) and since > until:
            self._tell(token.value_at, "this range ends before it begins", read="finds nothing")
        return TimeRange(field, since, until)


def _group(kind: type[And | Or], found: list[Query | None]) -> Query | None:
    children = tuple(query for query in found if query is not None)
    return kind(children) if len(children) > 1 else children[0] if children else None


def _as_word(text: str, exact: bool, field: TextField | None) -> Query:
    """Return the word, or the phrase of it where a lenient reading left what would, bare, be read as another thing."""
    if plain(text, bare=not (exact or field)):
        return Word(text, exact, field)
    return Phrase(" ".join(_WILD.sub(" ", text).split()), 0, exact, field)
