"""The relevance set: sixty subjects in German and English, written for this project, as texts, queries and judgements.

A file of ``tests/index/relevance`` holds subjects:

    # drohnenwall                  a subject
    ? Drohnen Ostflanke            what a reader types
    ?? Wie soll die Ostgrenze ...  a question in whole words
    Title | Text.                  a report on the subject
    ~Title | Text.                 a trap: it shares words, but tells of something else

From them come short texts (each report and trap), long ones (several reports of one subject among those of others) and
weekly digests. A text is worth 2 for the subject it is about, 1 for a subject it touches in one of many paragraphs, else 0;
so it is the subject that decides, not the words. Subjects are by turns for tuning and untouched.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from articles.article import Annotated, Annotations, Article

FOLDER = Path(__file__).parent.parent / "tests" / "index" / "relevance"
FILES = {"german_one.txt": "de", "german_two.txt": "de", "english.txt": "en"}
ABOUT, TOUCHES = 2, 1
SEED = 4
"""Which other subjects a long text touches."""


@dataclass
class Subject:
    """One subject as written; a report is its title and text."""

    name: str
    language: str
    queries: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)
    traps: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Text:
    """One text of the collection and what it is worth for each subject's name."""

    annotated: Annotated
    long: bool
    worth: dict[str, int]


@dataclass(frozen=True)
class Asked:
    """One query of a subject; ``half`` is ``tuning`` or ``untouched``."""

    query: str
    subject: str
    question: bool
    half: str


def subjects() -> list[Subject]:
    """Read all subjects in order."""
    found: list[Subject] = []
    for name, language in FILES.items():
        for line in (FOLDER / name).read_text("utf-8").splitlines():
            if line.startswith("# "):
                found.append(Subject(line[2:], language))
            elif line.startswith("?? "):
                found[-1].questions.append(line[3:])
            elif line.startswith("? "):
                found[-1].queries.append(line[2:])
            elif line:
                title, text = line.removeprefix("~").split(" | ")
                (found[-1].traps if line.startswith("~") else found[-1].reports).append((title, text))
    return found


def queries() -> Iterator[Asked]:
    """Yield every query of every subject."""
    for place, subject in enumerate(subjects()):
        half = "untouched" if place % 2 else "tuning"
        yield from (Asked(query, subject.name, False, half) for query in subject.queries)
        yield from (Asked(query, subject.name, True, half) for query in subject.questions)


def texts() -> list[Text]:
    """Return the collection: the same in every run."""
    chance, every = random.Random(SEED), subjects()
    return [*_short(every), *_long(every, chance), *_digests(every)]


def _short(every: list[Subject]) -> Iterator[Text]:
    for subject in every:
        for place, (title, text) in enumerate(subject.reports):
            yield _text(f"{subject.name}-{place}", subject, title, text, {subject.name: ABOUT})
        for place, (title, text) in enumerate(subject.traps):
            yield _text(f"{subject.name}-trap-{place}", subject, title, text, {})


def _long(every: list[Subject], chance: random.Random) -> Iterator[Text]:
    """Two of each subject: one with all its reports among twenty paragraphs of others, one with two among ten."""
    for subject in every:
        others = [one for one in every if one.language == subject.language and one is not subject]
        for name, own, beside, lead in (("long", subject.reports, 20, True), ("wide", subject.reports[2:], 10, False)):
            touched = chance.sample(others, beside // 2)
            filling = [text for one in touched for _, text in chance.sample(one.reports, 2)]
            paragraphs = [text for _, text in own]
            head = paragraphs.pop(0) if lead else None
            body = [paragraphs.pop(0), *_mixed(paragraphs + filling, chance)]
            worth = {one.name: TOUCHES for one in touched} | {subject.name: ABOUT}
            yield _text(f"{subject.name}-{name}", subject, own[-1][0], "\n\n".join(body), worth, lead=head, long=True)


def _digests(every: list[Subject]) -> Iterator[Text]:
    for first in range(0, len(every), 6):
        group = every[first : first + 6]
        title = "Kurz gemeldet: die Woche im Überblick" if group[0].language == "de" else "In brief: the week"
        body = "\n\n".join(" ".join(subject.reports[first // 6 % 4]) for subject in group)
        yield _text(f"digest-{first}", group[0], title, body, {one.name: TOUCHES for one in group}, long=True)


def _mixed(paragraphs: list[str], chance: random.Random) -> list[str]:
    return chance.sample(paragraphs, len(paragraphs))


def _text(
    id: str, subject: Subject, title: str, text: str, worth: dict[str, int], lead: str | None = None, long: bool = False
) -> Text:
    article = Article(
        id=id, url=f"https://set.example/{id}", source="set", title=title, lead=lead, text=text, language=subject.language
    )
    return Text(Annotated(article, Annotations(subject.language)), long, worth)
