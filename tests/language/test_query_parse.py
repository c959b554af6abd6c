"""The parser: what each form of the language is read as, what each mistake is told as, and that nothing breaks it."""

from __future__ import annotations

import time

import pytest

from articles.errors import Wrong
from language.query_limits import CLAUSES, LEAVES, LENGTH, arrangements, widest
from language.query_parse import QueryError, parse
from language.query_print import to_text
from language.query_tree import And, Concept, Keyword, Not, Or, Phrase, Query, TimeRange, Wildcard, Word
from tests.language import query_strategies as desk

a, b, c, d = (Word(letter) for letter in "abcd")


def read(text: str) -> Query | None:
    return parse(text, strict=True, names=desk.NAMES).query


def lenient(text: str) -> tuple[Query | None, list[str]]:
    parsed = parse(text, strict=False, names=desk.NAMES)
    return parsed.query, [str(note) for note in parsed.notes]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Drohne", Word("Drohne")),
        ("NATO-Gipfel", Word("NATO-Gipfel")),
        ("=Helsing", Word("Helsing", exact=True)),
        ("title:=Helsing", Word("Helsing", True, "title")),
        ("author:Okonski", Word("Okonski", field="author")),
        ('"autonome  Systeme"', Phrase("autonome Systeme")),
        ("„autonome Systeme“", Phrase("autonome Systeme")),
        ('"Rheinmetall Panzer"~5', Phrase("Rheinmetall Panzer", 5)),
        ('="Quantum Systems"', Phrase("Quantum Systems", exact=True)),
        ('lead:="a b"~3', Phrase("a b", 3, True, "lead")),
        ("Drohnen*", Wildcard("Drohnen*")),
        ("text:Pan?er*", Wildcard("Pan?er*", "text")),
        ("source:amt", Keyword("source", "amt")),
        ("source:*", Keyword("source", None)),
        ("tier:official", Keyword("tier", "official")),
        ("country:DE", Keyword("country", "DE")),
        ("lang:fr", Keyword("lang", "fr")),
        ("kind:live", Keyword("kind", "live")),
        ("story:7b2e", Keyword("story", "7b2e")),
        ("entity:helsing", Keyword("entity", "helsing")),
        ("entity:Helsing", Keyword("entity", "helsing")),
        ('entity:"rheinmetall AG"', Keyword("entity", "rheinmetall")),
        ("topic:air", Keyword("topic", "air")),
        ("concept:air", Concept("air")),
        ("published:[2025-06-01 TO 2025-07-01]", TimeRange("published", "2025-06-01", "2025-07-01")),
        ("seen:[ 2025-06-01T12:00+02:00  TO  * ]", TimeRange("seen", "2025-06-01T12:00+02:00", None)),
        ("published:*", TimeRange("published", None, None)),
        ("since:7d", TimeRange("time", "7d", None)),
        ("until:2025-07-01", TimeRange("time", None, "2025-07-01")),
        ("until:now", TimeRange("time", None, "now")),
        ("12:30", Word("12:30")),
        ("and or not", And((Word("and"), Word("or"), Word("not")))),
        ("Drohne, Panzer.", And((Word("Drohne,"), Word("Panzer.")))),
    ],
)
def test_each_form_of_a_leaf(text: str, query: Query) -> None:
    assert read(text) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a b", And((a, b))),
        ("a AND b", And((a, b))),
        ("a UND b", And((a, b))),
        ("a OR b", Or((a, b))),
        ("a ODER b", Or((a, b))),
        ("NOT a", Not(a)),
        ("NICHT a", Not(a)),
        ("-a", Not(a)),
        ("--a", a),
        ("NOT -NOT a", Not(a)),
        ("a b OR c d", Or((And((a, b)), And((c, d))))),
        ("a OR b c", Or((a, And((b, c))))),
        ("(a OR b) c", And((Or((a, b)), c))),
        ("a (b (c d))", And((a, b, c, d))),
        ("NOT a b", And((Not(a), b))),
        ("NOT (a b)", Not(And((a, b)))),
        ("a -(b OR c)", And((a, Not(Or((b, c)))))),
        ("a OR NOT b", Or((a, Not(b)))),
        ("title:(a OR -b)", Or((Word("a", field="title"), Not(Word("b", field="title"))))),
        ('title:(a "b c")', And((Word("a", field="title"), Phrase("b c", field="title")))),
        ("-title:a", Not(Word("a", field="title"))),
        ("source:(amt OR blatt)", Or((Keyword("source", "amt"), Keyword("source", "blatt")))),
        ("a(b)c", And((a, b, c))),
    ],
)
def test_logic_binds_not_before_and_before_or(text: str, query: Query) -> None:
    assert read(text) == query


MISTAKES = [
    ("", 0, "the query is empty"),
    ("  ", 0, "the query is empty"),
    ("a AND", 2, "AND wants something on both sides"),
    ("OR a", 0, "OR wants something on both sides"),
    ("a ODER ODER b", 2, "ODER wants something on both sides"),
    ("a AND AND b", 2, "AND wants something on both sides"),
    ("a NOT", 2, "NOT wants something behind it"),
    ("(a b", 0, "this ( is never closed"),
    ("a) b", 1, "this ) closes nothing"),
    ("a () b", 2, "nothing stands between these parentheses"),
    ('a "b c', 2, "this quotation mark is never closed"),
    ('a ""', 2, "'' has no letter and no digit to look for"),
    ("a & b", 2, "'&' has no letter and no digit to look for"),
    ("a - b", 2, "'-' has no letter and no digit to look for"),
    ('"a b"~ c', 5, "~ wants a number right behind it"),
    ("Drohne~2", 6, 'a ~ stands only behind quotes: "a b"~5'),
    ('"a b"~21', 5, "the words of this phrase can be at most ~20 apart"),
    ('"a b c"~9', 7, "the words of this phrase can be at most ~8 apart"),
    ('"F-35 b"~9', 8, "the words of this phrase can be at most ~8 apart"),
    ("Dr*", 0, "a wildcard wants 3 letters before it"),
    ("*", 0, "'*' has no letter and no digit to look for"),
    ("=Drohn*", 0, "a wildcard is exact as it is: leave out the ="),
    ("Droh.n*", 0, "a word with wildcards has letters, digits, hyphens, * and ? only"),
    ('x "Pan?er Brigade"', 6, "no wildcards in quotes"),
    ("Titel:a", 0, "there is no field 'Titel'; did you mean 'title'?"),
    ("Title:a", 0, "there is no field 'Title'; did you mean 'title'?"),
    ("https://example.org", 0, "there is no field 'https'"),
    ("title: a", 0, "title: wants its value right behind it"),
    ("title:", 0, "title: wants its value right behind it"),
    ("title:-a", 6, "- stands before the field: -title:"),
    ("=title:a", 1, "= stands behind the field: title:="),
    ("title:source:amt", 6, "title: cannot be followed by another field"),
    ("title:=source:amt", 7, "title: cannot be followed by another field"),
    ("NOT " * 21 + "a", 80, "more than 20 NOT in a row"),
    ("title:(a lead:b)", 9, "lead: cannot stand inside title:( )"),
    ("source:=amt", 8, "source: is exact as it is, without = and ~"),
    ("source:am*", 7, "source: takes no wildcards"),
    ("source:amz", 7, "there is no source 'amz'; did you mean 'amt'?"),
    ("country:de", 8, "there is no country 'de'; did you mean 'DE'?"),
    ("tier:offical", 5, "there is no tier 'offical'; did you mean 'official'?"),
    ("kind:film", 5, "there is no kind 'film'"),
    ("entity:helsink", 7, "there is no entity 'helsink'; did you mean 'helsing'?"),
    ("entity:Puma", 7, "'Puma' may mean entity:puma-firm or entity:puma-tank"),
    ("topic:autonomous", 6, "there is no topic 'autonomous'; did you mean 'autonomous-systems'?"),
    ("concept:*", 8, "concept: takes no wildcards"),
    ("since:yesterday", 6, "since: takes one time; a time is a day"),
    ("since:2025-02-30", 6, "since: takes one time; a time is a day"),
    ("since:[2025-01-01 TO now]", 6, "since: takes one time"),
    ("since:(a)", 0, "since: takes a time, no parentheses"),
    ("published:2025-06-01", 10, "write published:[2025-06-01 TO 2025-07-01]"),
    ("published:[1.6.2025 TO now]", 10, "'1.6.2025' is no time"),
    ("published:[2025-06-02 TO 2025-06-01]", 10, "this range ends before it begins"),
    ("a \x00 b", 2, "the character U+0000 cannot stand in a query"),
    ("a \ud800", 2, "the character U+D800 cannot stand in a query"),
]


@pytest.mark.parametrize(("text", "position", "message"), MISTAKES)
def test_each_mistake_has_its_place_and_its_words(text: str, position: int, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        read(text)
    error = caught.value
    said = error.message + (f"; did you mean '{error.suggestion}'?" if error.suggestion else "")
    assert said.startswith(message)
    assert error.position == position
    assert isinstance(error, Wrong)
    assert f"(at character {position + 1})" in str(error)


@pytest.mark.parametrize(("text", "position", "message"), MISTAKES)
def test_the_lenient_reader_notes_the_same_mistakes(text: str, position: int, message: str) -> None:
    notes = parse(text, strict=False, names=desk.NAMES).notes
    reason = message.partition("; did you mean")[0]
    assert any(note.position == position and note.message.startswith(reason) for note in notes)


@pytest.mark.parametrize(
    ("text", "query", "note"),
    [
        ("Was kostet der Puma?", "Was AND kostet AND der AND Puma", "a ? that ends the query is not a wildcard: left out"),
        ("a AND", "a", "AND wants something on both sides: left out"),
        ("(a OR b", "a OR b", "this ( is never closed: closed at the end"),
        ('"a b', '"a b"', "this quotation mark is never closed: read to the end"),
        ("Soldat:innen", '"Soldat:innen"', "there is no field 'Soldat': read as words"),
        ("Title:a", "title:a", "there is no field 'Title': read as title:; did you mean 'title'?"),
        ("title: a b", "title:a AND b", "title: wants its value right behind it: what follows is taken"),
        ("title:-a", "NOT title:a", "- stands before the field: -title:: read like that"),
        ("*drohne*", "drohne", "a wildcard wants 3 letters before it: read without * and ?"),
        ("x*y", '"x y"', "a wildcard wants 3 letters before it: read without * and ?"),
        ("Drohne~2", "Drohne", 'a ~ stands only behind quotes: "a b"~5: left out'),
        ('"a b c"~99', '"a b c"~8', "the words of this phrase can be at most ~8 apart: read as ~8"),
        ("country:de", "country:DE", "there is no country 'de': read as DE; did you mean 'DE'?"),
        (
            "entity:Puma",
            "entity:puma-firm OR entity:puma-tank",
            "'Puma' may mean entity:puma-firm or entity:puma-tank: any",
        ),
        ("source:amz", "source:amz", "there is no source 'amz': finds nothing; did you mean 'amt'?"),
        ("a & b", "a AND b", "'&' has no letter and no digit to look for: left out"),
        ("a\x00b", "a AND b", "the character U+0000 cannot stand in a query: read as a space"),
    ],
)
def test_the_lenient_reader_makes_the_best_of_it(text: str, query: str, note: str) -> None:
    found, notes = lenient(text)
    assert found is not None
    assert to_text(found) == query
    assert any(said.startswith(note) for said in notes)


def test_nothing_is_noted_where_nothing_is_wrong() -> None:
    assert lenient("title:(Drohne OR Panzer) -Metall since:7d")[1] == []


def test_a_trailing_question_mark_is_a_wildcard_for_the_strict_reader() -> None:
    assert read("Drohn?") == Wildcard("Drohn?")


def test_without_names_values_are_not_checked() -> None:
    assert parse("source:nowhere entity:Puma", strict=True).query == And(
        (Keyword("source", "nowhere"), Keyword("entity", "Puma"))
    )


def test_the_limits() -> None:
    assert read("(" * 20 + "a" + ")" * 20) == a
    assert isinstance(read(" ".join(["a"] * LEAVES)), And)
    assert isinstance(read(" ".join(["abc*"] * 32)), And)
    assert isinstance(read("a" * LENGTH), Word)
    for text, position, message in (
        ("(" * 21 + "a" + ")" * 21, 20, "parentheses are nested more than 20 deep"),
        (" ".join(["a"] * (LEAVES + 1)), 2 * LEAVES, "a query has at most 512 words, phrases and values"),
        (" ".join(["abc*"] * 33), 5 * 32, "a query has at most 32 wildcards"),
        ("a" * (LENGTH + 1), LENGTH, "a query has at most 8,192 characters"),
    ):
        with pytest.raises(QueryError, match=message) as caught:
            read(text)
        assert caught.value.position == position
        assert any(note.message.startswith(message) for note in parse(text, strict=False).notes)


def test_the_widest_proximity_follows_its_formula() -> None:
    assert [widest(n) for n in range(1, 10)] == [20, 20, 8, 3, 2, 1, 1, 1, 0]
    assert all(arrangements(n, widest(n)) <= 256 < arrangements(n, widest(n) + 1) for n in range(3, 10))
    assert CLAUSES == 4096


def test_parentheses_too_deep_are_read_as_if_they_were_not_there() -> None:
    found, notes = lenient("(" * 22 + "a OR b" + ")" * 22 + " c")
    assert found == And((Or((a, b)), c))
    assert notes == ["parentheses are nested more than 20 deep: read without these"]


HOSTILE = {
    "opening": "(" * 10_000,
    "balanced": "(" * 10_000 + "a" + ")" * 10_000,
    "pairs": "()" * 5_000,
    "closing": ")" * 10_000,
    "megabyte": "a" * 1_000_000,
    "megabyte of words": "Drohne " * 150_000,
    "nul": "\x00" * 10_000,
    "surrogates": "\ud800" * 10_000,
    "quotes": '"' * 9_999,
    "nots": "NOT " * 2_000,
    "dashes": "-" * 8_000,
    "operators": "AND OR " * 1_000,
    "stars": "abc" + "*" * 8_000,
    "slop": '"a b"~' + "9" * 8_000,
    "fields": "title:" * 1_300,
    "unknown fields": "titel: " * 1_000,
    "unknown sources": "source:bla " * 700,
    "range": "published:[" + " " * 8_000,
    "equals": "=" * 8_000,
    "tildes": "a~" * 4_000,
}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gets_a_message_at_once(name: str, strict: bool) -> None:
    """The goal is 5 ms of CPU, held in ``benchmarks/query.py``; here ten times that tells work that grows with the text."""
    begun = time.process_time()
    assert _message(HOSTILE[name], strict)
    assert time.process_time() - begun < 0.05


def _message(text: str, strict: bool) -> str:
    try:
        parsed = parse(text, strict=strict, names=desk.NAMES)
    except QueryError as error:
        return f"{error}\n{error.pointer(text)}" if strict and len(str(error)) < 300 else ""
    return "\n".join(map(str, parsed.notes)) or to_text(parsed.query or Or(()))


def test_the_caret_stands_below_the_mistake() -> None:
    text = "title:Drohne AND source:amz"
    with pytest.raises(QueryError) as caught:
        read(text)
    assert caught.value.pointer(text) == text + "\n" + " " * text.index("amz") + "^"


def test_the_caret_of_a_long_query_stays_on_one_line() -> None:
    text = "Drohne\n" * 100 + "& " + "Panzer " * 100
    with pytest.raises(QueryError) as caught:
        read(text)
    line, caret = caught.value.pointer(text).splitlines()
    assert len(line) < 120
    assert line[caret.index("^")] == "&"


def test_hand_made_trees_that_no_text_says_are_refused() -> None:
    with pytest.raises(ValueError, match="And of nothing"):
        to_text(And(()))
    with pytest.raises(ValueError, match="no text says"):
        to_text(TimeRange("time", None, None))
