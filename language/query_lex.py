"""How a query's text falls into tokens: words, quotes, parentheses, operators, each with its field and place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

from language.query_error import Note, QueryError, shown
from language.query_names import nearest
from language.query_tree import KeywordField, TextField

TEXT: Final = frozenset(get_args(TextField))
KEYWORD: Final = frozenset(get_args(KeywordField))
TIME: Final = frozenset({"published", "seen", "since", "until"})
FIELDS: Final = TEXT | KEYWORD | TIME | {"concept"}

OPERATORS: Final = {"AND": "AND", "OR": "OR", "NOT": "NOT", "UND": "AND", "ODER": "OR", "NICHT": "NOT"}
QUOTES: Final = '"“”„«»'
"""What people's keyboards and word processors make of a quotation mark; one opens and any of them closes."""

_WORD = re.compile(rf"[^\s(){QUOTES}]+")
_FIELD = re.compile(r"([A-Za-z][A-Za-z_]*):")
_SPACE = re.compile(r"\s*")
_QUOTE = re.compile(f"[{QUOTES}]")
_NOT = re.compile(r"-+(?=[^\s)-])")
_BLANK = re.compile(r"[\s()]")
_AMISS = re.compile(r"[*?]|~[0-9]*$")
_SLOP = re.compile(r"~([0-9]*)")
_RANGE = re.compile(r"\[\s*([^\s\]]+)\s+TO\s+([^\s\]]+)\s*\]")
_MISTAKES = 50
"""After so many mistakes the lenient reader stops: what is left is not a query, and reading it is not worth the time."""

_SUGGESTIONS = 5
"""Only the first mistakes get the nearest valid name; more would make a message slow."""

Kind = Literal["(", ")", "AND", "OR", "NOT", "word", "quote", "range", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``at`` is where it begins, its field included, and ``value_at`` where its value begins.

    ``text`` is the word, the text between the quotes, or ``since TO until`` as ``since`` and ``until``.
    """

    kind: Kind
    at: int
    value_at: int = 0
    text: str = ""
    field: str | None = None
    exact: bool = False
    slop: int | None = None
    until: str = ""


class Mistakes:
    """What to do about a mistake: the strict reader raises the first, the lenient one notes it and reads on."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.notes: list[Note] = []
        self.stopped = False
        self._count = 0

    def tell(self, at: int, message: str, suggestion: str | None = None, *, read: str) -> None:
        """Raise QueryError, or note the mistake and, in ``read``, what the lenient reader makes of it."""
        if self.strict:
            raise QueryError(message, at, suggestion)
        if self.stopped:
            return
        self._count += 1
        note = Note(at, f"{message}: {read}", suggestion)
        if not self.notes or self.notes[-1].message != note.message:
            self.notes.append(note)
        if self._count >= _MISTAKES:
            self.stop(at, "too many mistakes")

    def stop(self, at: int, message: str) -> None:
        """Raise QueryError, or note that what is written from ``at`` on is not read."""
        if self.strict:
            raise QueryError(message, at)
        if not self.stopped:
            self.notes.append(Note(at, f"{message}: the rest is not read"))
        self.stopped = True

    def nearest(self, name: str, valid: frozenset[str]) -> str | None:
        """Return the valid name closest to a wrong one, while that is still worth the time."""
        return nearest(name, valid) if self._count < _SUGGESTIONS else None


class Lexer:
    """Gives the tokens of a text one by one, so that a mistake is told before the rest is read."""

    def __init__(self, text: str, mistakes: Mistakes) -> None:
        self._text, self._mistakes = text, mistakes
        self._at = 0
        self._negated_field: str | None = None

    def next(self) -> Token:
        """Return the next token; ``end`` at the end, again and again."""
        while not self._mistakes.stopped:
            at = self._skip(self._at)
            if at == len(self._text):
                break
            if (field := self._negated_field) is not None:
                self._negated_field = None
                return self._value(at, at, field)
            token = self._token(at)
            if token is not None:
                return token
        return Token("end", len(self._text))

    def _token(self, at: int) -> Token | None:
        """Return the token at ``at``, or None if nothing is left of it."""
        if self._text[at] == ")":
            self._at = at + 1
            return Token(")", at)
        if run := _NOT.match(self._text, at):
            self._at = run.end()
            return Token("NOT", at, text=run[0])
        if field := _FIELD.match(self._text, at):
            return self._fielded(at, field[1])
        return self._value(at, at, None)

    def _fielded(self, at: int, name: str) -> Token | None:
        start = at + len(name) + 1
        if name not in FIELDS:
            suggestion = self._mistakes.nearest(name.lower(), FIELDS)
            known = name.lower() in FIELDS
            read = f"read as {name.lower()}:" if known else "read as words"
            self._mistakes.tell(at, f"there is no field {shown(name)}", suggestion, read=read)
            if not known:
                return self._words(at, at)
            name = name.lower()
        value_at = self._skip(start)
        missing = value_at == len(self._text) or self._text[value_at] == ")"
        if missing or value_at > start:
            read = "left out" if missing else "what follows is taken"
            self._mistakes.tell(at, f"{name}: wants its value right behind it", read=read)
        if missing:
            self._at = value_at
            return None
        if name not in TIME and (run := _NOT.match(self._text, value_at)):
            self._mistakes.tell(value_at, f"- stands before the field: -{name}:", read="read like that")
            self._at, self._negated_field = run.end(), name
            return Token("NOT", value_at, text=run[0])
        return self._value(at, value_at, name)

    def _words(self, at: int, start: int, field: str | None = None) -> Token:
        """Read a word in which a colon is no field's as the words of a phrase (lenient only)."""
        word = _WORD.match(self._text, start)
        assert word is not None, "a field's name is made of word characters"
        self._at = word.end()
        return Token("quote", at, start, re.sub(r"[*?]", " ", word[0]), field)

    def _value(self, at: int, start: int, field: str | None) -> Token:
        text = self._text
        if text[start] == "(":
            self._at = start + 1
            return Token("(", at, start, field=field)
        if field in TIME and (bounds := _RANGE.match(text, start)):
            self._at = bounds.end()
            return Token("range", at, start, bounds[1], field, until=bounds[2])
        exact = text[start] == "=" and start + 1 < len(text) and not _BLANK.match(text, start + 1)
        start += exact
        inner = _FIELD.match(text, start)
        if inner and inner[1] in FIELDS:
            if field:
                self._mistakes.tell(start, f"{field}: cannot be followed by another field", read="read as words")
                return self._words(at, start, field)
            self._mistakes.tell(start, f"= stands behind the field: {inner[1]}:=", read="read like that")
            if inner.end() < len(text) and not _BLANK.match(text, inner.end()):
                field, start = inner[1], inner.end()
        if text[start] in QUOTES:
            return self._quote(at, start, field, exact)
        word = _WORD.match(text, start)
        assert word is not None, "white space, parentheses and quotes are dealt with"
        self._at = word.end()
        if field is None and not exact and word[0] in OPERATORS:
            kind: Kind = OPERATORS[word[0]]  # type: ignore[assignment]  # its values are three of the kinds
            return Token(kind, at, start, word[0])
        return Token("word", at, start, word[0], field, exact)

    def _quote(self, at: int, start: int, field: str | None, exact: bool) -> Token:
        close = _QUOTE.search(self._text, start + 1)
        if close is None:
            self._mistakes.tell(start, "this quotation mark is never closed", read="read to the end")
        end = close.start() if close else len(self._text)
        self._at = close.end() if close else end
        inside = self._text[start + 1 : end]
        slop = _SLOP.match(self._text, self._at)
        if slop is None:
            return Token("quote", at, start, inside, field, exact)
        if not slop[1]:
            self._mistakes.tell(self._at, "~ wants a number right behind it", read="left out")
        self._at = slop.end()
        return Token("quote", at, start, inside, field, exact, int(slop[1][:6] or 0))

    def _skip(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        assert space is not None, "an empty match always succeeds"
        return space.end()


def plain(text: str, *, bare: bool) -> bool:
    """Tell whether a word is read as this word; ``bare`` if no field and no = stand before it."""
    if not _WORD.fullmatch(text) or text[0] in "-=[" or _AMISS.search(text):
        return False
    field = _FIELD.match(text)
    return not (bare and (text in OPERATORS or field)) and not (field and field[1] in FIELDS)
