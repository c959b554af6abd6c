"""docs/query-language.md is true: every example is read, every field and limit is named, the message is the real one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from articles.article import Annotated, Annotations, Article
from language import query_limits
from language.query_explain import explain
from language.query_judge import holds
from language.query_lex import FIELDS, OPERATORS
from language.query_parse import QueryError, parse
from language.query_print import to_text
from tests.language import query_strategies as desk

TEXT = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("## What to write")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"^\| `(.+?)` \|", TABLE, re.MULTILINE)
NAMES = replace(
    desk.NAMES,
    sources=frozenset({"hartpunkt"}),
    entities=frozenset({"helsing", "quantum-systems"}),
    entity_names={"quantum systems": ("quantum-systems",)},
)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 30


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_read_strictly_and_can_be_explained(example: str) -> None:
    query = parse(example, strict=True, names=NAMES).query
    assert query is not None
    assert parse(to_text(query), strict=True, names=NAMES).query == query
    assert explain(query, desk.context()).nodes


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_field_is_in_the_table(field: str) -> None:
    assert f"{field}:" in TABLE


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_in_the_table(operator: str) -> None:
    assert operator in TABLE


def test_every_limit_is_named() -> None:
    limits = TEXT.partition("## Limits")[2].partition("\n## ")[0]
    for name in ("LENGTH", "DEPTH", "LEAVES", "WILDCARDS", "LETTERS", "CLAUSES", "SLOP_OF_TWO", "ARRANGEMENTS"):
        assert re.search(rf"\b{getattr(query_limits, name):,}\b", limits), name


def test_the_message_shown_is_the_real_one() -> None:
    shown = [line[4:] for line in TEXT.splitlines() if line.startswith("    ")]
    with pytest.raises(QueryError) as caught:
        parse(shown[1], strict=True, names=NAMES)
    assert [str(caught.value), *caught.value.pointer(shown[1]).splitlines()] == shown


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("Drohne", "Kampfdrohnen", "de"),
        ('"autonome Systeme"', "mit autonomen Systemen", "de"),
        ("Mueller", "Herr Müller", "de"),
        ("cafe", "ein Café", "de"),
        ("F-35", "die F 35", "de"),
        ("NATO-Gipfel", "der Natogipfel", "de"),
        ('"b a"~2', "a b", None),
    ],
)
def test_what_it_says_is_found_is_found(query: str, text: str, language: str | None) -> None:
    piece = Annotated(Article(id="1", url="", source=None, title=text, text=None), Annotations(language))
    tree = parse(query, strict=True).query
    assert tree is not None
    assert holds(tree, desk.analysed(piece), desk.context())
