"""Whether an alert does what its author wrote it for: its own examples, judged like articles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alerts.compiled import CompiledAlert
from articles.article import Annotated, Article
from articles.url import article_id
from language.query_judge import find
from language.tokens import Analysed

Read = Callable[[Article], tuple[Annotated, Analysed]]
"""Enriches and analyses an article as the pipeline does."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One example: its text, whether it should match, whether it does, and which of its words made it so."""

    alert: str
    text: str
    wanted: bool
    matched: bool
    words: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the alert did what was wanted."""
        return self.wanted == self.matched


def try_examples(compiled: CompiledAlert, read: Read) -> list[Tried]:
    """Judge every example of an alert; an example is an article that has only a text."""
    alert = compiled.alert
    wanted = [(text, True) for text in alert.must_match] + [(text, False) for text in alert.must_not_match]
    return [_try(compiled, text, must, read) for text, must in wanted]


def _try(compiled: CompiledAlert, text: str, wanted: bool, read: Read) -> Tried:
    url = "https://example.invalid/"
    annotated, analysed = read(Article(id=article_id(url), url=url, source=None, title=None, text=text))
    found = find(compiled.plan, analysed)
    languages = compiled.alert.languages
    matched = found.holds and (not languages or annotated.annotations.language in languages)
    words = tuple(annotated.article.part(s.field)[s.start : s.end] for s in found.spans) if matched else ()
    return Tried(compiled.alert.id, text, wanted, matched, words)
