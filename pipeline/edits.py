"""What an edit changed, word by word, and whether it matters: two revisions in, a diff with a verdict out.

Pure. The rule is written for German and English (docs/decisions/0046-edits.md): an edit is *material* if a reader of the
former version would now know something false or miss something: another number, a negation, a name, other words in
quotation marks, a correction, or more than a few new words. Else it is *cosmetic*: typos, punctuation, spacing, a note
that says when the text was updated, a paragraph in another place, a word or two said differently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from articles.article import TEXT_FIELDS, Article
from pipeline.word_diff import Change, Word, diff, words

Verdict = Literal["cosmetic", "material"]
Kind = Literal["number", "negation", "name", "quote", "correction", "text added", "text removed", "reworded"]

LONG = 8
"""Words that come (or go) over and above those that go (or come): a sentence, not a phrase."""
FEW = 3
"""New words of content up to which a passage is only said differently: agencies swap "sagte" for "erklärte"."""
NEAR = 50
"""Words of one change, and quotations of one text, among which a misspelt twin is looked for; each pair costs time."""
CONTENT = 4
"""Letters from which a word that nobody listed counts as content."""

_NEGATIONS = frozenset(
    """nicht nichts kein keine keinen keinem keiner keines nie niemals niemand nirgends ohne weder dementiert
    not no none never nobody nothing neither nor without cannot denies denied""".split()  # noqa: SIM905  words read best as words
)
_NEGATING = ("un", "in", "im", "dis", "non")
_NUMBER_WORDS = frozenset(
    """null zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dutzend dutzende hundert hunderte tausend tausende
    million millionen milliarde milliarden billion billionen halb hälfte viertel drittel doppelt
    zero two three four five six seven eight nine ten eleven twelve dozen dozens hundred hundreds thousand thousands
    millions billions trillion trillions half quarter third twice""".split()  # noqa: SIM905  as above
)
_NOTE = re.compile(
    r"\W*(?:zuletzt |last )?(?:aktualisiert|aktualisierung|updated?|upd|stand|geändert|ergänzt|modified)\b", re.IGNORECASE
)
_TIMES = frozenset(
    """am um at on the of uhr cest cet mesz mez utc gmt est edt a p m pm mittwoch von vom by redaktion
    mo di mi do fr sa so mon tue wed thu fri sat sun""".split()  # noqa: SIM905  as above
)
_MONTHS = frozenset("jan feb mär mar apr mai may jun jul aug sep okt oct nov dez dec".split())  # noqa: SIM905  as above
_SAYS_UPDATED = re.compile(
    r"""\W*(?:dieser|der|die|das|this|the)\s(?:artikel|text|beitrag|meldung|bericht|article|story|post|report)\s
    (?:wurde|wird|ist|was|has\sbeen|is|will\sbe)\b[^!?\n]{0,60}?
    (?:aktualisiert|ergänzt|überarbeitet|updated|revised)\b[^.!?\n]{0,120}[.!)\]]*""",
    re.IGNORECASE | re.VERBOSE,
)
_SENTENCE = re.compile(r"\S[^\n]*?(?:(?:(?<!\d)\.|[!?])[\])]*(?=\s|$)|$)")
_LONGEST_NOTE = 250
_CORRECTION = re.compile(
    r"\b(?:korrektur|berichtigung|richtigstellung|correction|clarification)\b|früheren (?:version|fassung)|earlier version",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"„([^„“”\n]{3,600})[“”]|“([^“”\n]{3,600})”|»([^«»\n]{3,600})«|«([^«»\n]{3,600})»|\"([^\"\n]{3,600})\""
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an edit is material: the rule that says so, and the words it speaks of."""

    kind: Kind
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


@dataclass(frozen=True, slots=True)
class Edit:
    """What one revision changed: every changed stretch in reading order, the verdict, and the reasons of a material one."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]


def compare(before: Article, after: Article) -> Edit:
    """Return what changed between two revisions of one article. Costs are bounded, see ``pipeline.word_diff``."""
    changes: list[Change] = []
    judged: list[Change] = []
    for name in TEXT_FIELDS:
        old, new = before.part(name), after.part(name)
        found = diff(name, old, new)
        changes += found
        old_bare, new_bare = without_notes(old), without_notes(new)
        judged += found if (old_bare, new_bare) == (old, new) else diff(name, old_bare, new_bare)
    reasons = tuple(dict.fromkeys(_reasons(_without_moves(judged), before, after)))
    return Edit("material" if reasons else "cosmetic", reasons, tuple(changes))


def without_notes(text: str) -> str:
    """Return a text without the lines and sentences that say only that, or when, it was updated."""
    lines = ["" if _is_note(line) else line for line in text.split("\n")]
    return "\n".join(_SENTENCE.sub(lambda found: "" if _is_note(found[0]) else found[0], line) for line in lines)


def _is_note(sentence: str) -> bool:
    if len(sentence) > _LONGEST_NOTE:
        return False
    if _SAYS_UPDATED.fullmatch(sentence.strip()):
        return True
    opening = _NOTE.match(sentence)
    return opening is not None and all(map(_tells_time, re.findall(r"\w+", sentence[opening.end() :])))


def _tells_time(word: str) -> bool:
    word = word.casefold()
    return word[:1].isdigit() or word in _TIMES or word[:3] in _MONTHS or word.endswith(("day", "tag", "abend"))


def _reasons(changes: Sequence[Change], before: Article, after: Article) -> Iterator[Reason]:
    real = [(change, _words_of(change.old), _words_of(change.new)) for change in changes]
    real = [one for one in real if not _is_spelling(one[1], one[2])]
    known, kept = _vocabulary(before), _vocabulary(after)
    for change, old, new in real:
        if (less := _numbers(old)) != (more := _numbers(new)):
            yield Reason("number", f"{', '.join(less) or 'none'} → {', '.join(more) or 'none'}")
        if (gone := _negations(old)) != (come := _negations(new)) or _is_turned(old, new):
            yield Reason("negation", ", ".join((gone - come) + (come - gone)) or " ".join([*old, "→", *new]))
        near = {*old[:NEAR], *new[:NEAR]}
        for name in dict.fromkeys([*_names(change.new, known), *_names(change.old, kept)]):
            if not any(_is_typo(name, other) for other in near - {name}):
                yield Reason("name", name)
    yield from _other_quotes(before, after)
    if len(_CORRECTION.findall(_whole(after))) > len(_CORRECTION.findall(_whole(before))):
        yield Reason("correction")
    yield from _amount(real, known, kept)


def _amount(
    real: Sequence[tuple[Change, list[str], list[str]]], known: frozenset[str], kept: frozenset[str]
) -> Iterator[Reason]:
    gone = Counter(_fold(word) for _, old, _ in real for word in old)
    come = Counter(_fold(word) for _, _, new in real for word in new)
    more, less = (come - gone).total(), (gone - come).total()
    if more - less >= LONG:
        yield Reason("text added", f"{more} words")
    elif less - more >= LONG:
        yield Reason("text removed", f"{less} words")
    elif len(fresh := [w for w in come if _is_content(w) and w not in known]) > FEW:
        yield Reason("reworded", ", ".join(fresh[:5]))
    elif len(lost := [w for w in gone if _is_content(w) and w not in kept]) > FEW:
        yield Reason("reworded", ", ".join(lost[:5]))


def _without_moves(changes: Sequence[Change]) -> list[Change]:
    """Leave out stretches that only stand in another place now."""
    gone = Counter(tuple(_words_of(c.old)) for c in changes if c.old and not c.new)
    come = Counter(tuple(_words_of(c.new)) for c in changes if c.new and not c.old)
    moved = {stretch for stretch in gone & come if len(stretch) >= LONG}
    return [c for c in changes if tuple(_words_of(c.old or c.new)) not in moved or (c.old and c.new)]


def _is_spelling(old: list[str], new: list[str]) -> bool:
    """Whether two stretches differ in nothing but punctuation, case, spacing, hyphens and typos."""
    if "".join(map(_fold, old)) == "".join(map(_fold, new)):
        return True
    pairs = list(zip(old, new, strict=False))
    return len(old) == len(new) and all(_fold(a) == _fold(b) or _is_typo(a, b) for a, b in pairs)


def _is_typo(a: str, b: str) -> bool:
    """Whether one word is the other misspelt.

    One letter in words of four, two in words of eight; in capitalised words one in six and two in ten, for Iran is not
    Irak. Two neighbours that changed places are one letter.
    """
    if any(char.isdigit() for char in a + b) or {_fold(a), _fold(b)} & (_NEGATIONS | _NUMBER_WORDS):
        return False
    one, two = (6, 10) if a[:1].isupper() or b[:1].isupper() else (4, 8)
    shorter = min(len(a), len(b))
    return shorter >= one and not _is_turned([a], [b]) and distance(a.casefold(), b.casefold(), 2) <= 1 + (shorter >= two)


def distance(a: str, b: str, most: int) -> int:
    """Return the edits (insert, delete, replace, swap of neighbours) from one word to the other, ``most`` + 1 if more."""
    if abs(len(a) - len(b)) > most or max(len(a), len(b)) > 60:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        last, before, row = before, row, [i]
        for j, right in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)


def _words_of(stretch: Sequence[Word]) -> list[str]:
    return [word.text for word in stretch if word.text[0].isalnum()]


def _fold(word: str) -> str:
    return "".join(char for char in word.casefold() if char.isalnum())


def _whole(article: Article) -> str:
    return "\n".join(article.part(name) for name in TEXT_FIELDS)


def _vocabulary(article: Article) -> frozenset[str]:
    return frozenset(_fold(word.text) for word in words(_whole(article)))


def _is_content(word: str) -> bool:
    return len(word) >= CONTENT and word.isalpha()


def _numbers(stretch: list[str]) -> list[str]:
    return [word for word in stretch if _fold(word) in _NUMBER_WORDS or any(char.isdigit() for char in word)]


def _negations(stretch: list[str]) -> Counter[str]:
    return Counter(_fold(word) for word in stretch if _fold(word) in _NEGATIONS or word.lower().endswith(("n't", "n’t")))


def _is_turned(old: list[str], new: list[str]) -> bool:
    """Whether a word gained or lost a prefix that negates: möglich, unmöglich."""
    if len(old) != len(new):
        return False
    pairs = [sorted((_fold(a), _fold(b)), key=len) for a, b in zip(old, new, strict=True)]
    return any(len(a) >= CONTENT and b in {prefix + a for prefix in _NEGATING} for a, b in pairs)


def _names(stretch: Sequence[Word], known: frozenset[str]) -> Iterator[str]:
    """Yield capitalised words that stood nowhere in the other version; a word that begins a sentence may be any word."""
    for word in stretch:
        if word.text[0].isupper() and len(word.text) > 1 and not word.opens and _fold(word.text) not in known:
            yield word.text


def _other_quotes(before: Article, after: Article) -> Iterator[Reason]:
    old, new = _quotes(before), _quotes(after)
    gone, come = [q for q in old if q not in new], [q for q in new if q not in old]
    for these, those in ((come, gone), (gone, come)):
        for quote in these:
            if not any(_is_spelling(list(other), list(quote)) for other in those[:NEAR]):
                yield Reason("quote", " ".join(quote[:6]))


def _quotes(article: Article) -> dict[tuple[str, ...], None]:
    """Return what stands in quotation marks, as words, in order."""
    found = (found for name in TEXT_FIELDS for found in _QUOTED.finditer(article.part(name)))
    return dict.fromkeys(tuple(_words_of(words("".join(filter(None, one.groups()))))) for one in found)
