"""What an edit changed, and whether it matters: a table of edits as newsrooms make them, and the laws of the diff."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.article import Article
from pipeline.edits import compare, distance
from pipeline.word_diff import diff, words

TEXT = (
    "Helsing liefert 600 Drohnen an die Ukraine, sagte Minister Boris Falk am Montag in Karlsmünde.\n\n"
    "Das Unternehmen will die Fertigung bis 2027 verdoppeln. „Wir werden liefern, was bestellt ist“, sagte Falk.\n\n"
    "Die Opposition kritisiert den Vertrag. Er sei nicht ausgeschrieben worden."
)
ENGLISH = (
    "Anduril will build the plant in Ohio, the company said on Tuesday.\n\n"
    'It expects to hire 4,000 people. "We are ready to start," said Dana Whitlock.'
)


def article(text: str, title: str = "Helsing liefert Drohnen") -> Article:
    return Article("0" * 16, "https://zeitung.example/a", "zeitung", title, text)


def judged(old: str, new: str, text: str = TEXT) -> tuple[str, set[str]]:
    """The verdict and the kinds of reasons when ``old`` in the text becomes ``new``."""
    assert old in text
    edit = compare(article(text), article(text.replace(old, new, 1)))
    return edit.verdict, {reason.kind for reason in edit.reasons}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Unternehmen", "Unternehmn"),
        ("Karlsmünde", "Karlsmüdne"),
        ("kritisiert", "kritisert"),
        ("Die Opposition", "Die  Opposition"),
        ("Vertrag. Er", "Vertrag; er"),
        ("Drohnen an", "Drohnen, an"),
        ("„Wir werden liefern, was bestellt ist“", "»Wir werden liefern, was bestellt ist«"),
        ("„Wir werden liefern", "„Wir werden lifern"),
        ("600 Drohnen", "600-Drohnen"),
        ("sagte Falk", "erklärte Falk"),
        ("worden.", "worden.\n\nAktualisiert um 14:30 Uhr"),
        ("worden.", "worden. (Stand: 12. März 2026, 9.15 Uhr)"),
        ("worden.", "worden.\n\nDieser Artikel wurde am 3. März aktualisiert."),
        ("worden.", "worden.\n\nThis article was updated with additional background."),
        ("Helsing liefert", "Update 17:05 Uhr:\n\nHelsing liefert"),
    ],
)
def test_what_a_reader_need_not_know_is_cosmetic(old: str, new: str) -> None:
    assert judged(old, new) == ("cosmetic", set())


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("600 Drohnen", "6000 Drohnen", "number"),
        ("600 Drohnen", "sechs Drohnen", "number"),
        ("2027", "2028", "number"),
        ("Er sei nicht ausgeschrieben", "Er sei ausgeschrieben", "negation"),
        ("will die", "will nicht die", "negation"),
        ("Opposition", "Regierung", "name"),
        ("die Ukraine", "die Slowakei", "name"),
        ("Boris Falk", "Boris Fahl", "name"),
        ("liefern, was bestellt ist“", "liefern, sobald bezahlt wird“", "quote"),
        (
            "„Wir werden liefern, was bestellt ist“, sagte Falk.",
            "Man werde liefern, was bestellt ist, sagte Falk.",
            "quote",
        ),
        ("worden.", "worden.\n\nKorrektur: Falk ist Minister, nicht Kanzler.", "correction"),
        ("worden.", "worden. In einer früheren Version war von Raketen die Rede.", "correction"),
        ("worden.", "worden.\n\nDer Rechnungshof will den Vorgang noch in dieser Woche eingehend prüfen.", "text added"),
        ("Das Unternehmen will die Fertigung bis 2027 verdoppeln. ", "", "text removed"),
        ("kritisiert den Vertrag", "begrüßt diese seltsame Absprache keineswegs uneingeschränkt", "reworded"),
        ("worden.", "worden. Update 14:30 Uhr: Das Ministerium bestätigt den Absturz.", "name"),
    ],
)
def test_what_a_reader_of_the_former_version_would_miss_is_material(old: str, new: str, kind: str) -> None:
    verdict, kinds = judged(old, new)
    assert verdict == "material"
    assert kind in kinds


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("4,000", "400", "number"),
        ("will build", "won't build", "negation"),
        ("expects to", "never expects to", "negation"),
        ("ready", "unready", "negation"),
        ("in Ohio", "in Iowa", "name"),
        ("ready to start", "unable to wait", "quote"),
        ("Whitlock.", "Whitlock.\n\nClarification: the plant has been announced before.", "correction"),
    ],
)
def test_english_edits_too(old: str, new: str, kind: str) -> None:
    verdict, kinds = judged(old, new, ENGLISH)
    assert verdict == "material"
    assert kind in kinds


def test_iran_is_not_irak_however_alike_they_are_spelt() -> None:
    assert judged("Ukraine", "Irak") == ("material", {"name"})
    assert judged("Iran", "Irak", "Die Lage im Iran ist ruhig.") == ("material", {"name"})


def test_numbers_that_change_places_are_changed_numbers() -> None:
    assert judged("3 Tote und 5", "5 Tote und 3", "Es gab 3 Tote und 5 Verletzte.") == ("material", {"number"})
    assert judged("3:5 und 5:3", "5:3 und 3:5", "Sie stimmten 3:5 und 5:3 ab.") == ("material", {"number"})


def test_a_paragraph_in_another_place_is_the_same_news() -> None:
    first, second, third = TEXT.split("\n\n")
    assert compare(article(TEXT), article("\n\n".join([first, third, second]))).verdict == "cosmetic"


def test_a_new_headline_counts_as_its_words_do() -> None:
    known = compare(article(TEXT), article(TEXT, title="Helsing liefert Drohnen an Ukraine"))
    assert known.verdict == "cosmetic"
    (change,) = known.changes
    assert (change.field, change.before, change.after, change.lead) == (
        "title",
        "",
        "an Ukraine",
        "Helsing liefert Drohnen",
    )
    other = compare(article(TEXT), article(TEXT, title="Helsing liefert Haubitzen"))
    assert [str(reason) for reason in other.reasons] == ["name: Haubitzen"]


def test_the_change_is_shown_with_the_words_around_it() -> None:
    (change,) = compare(article(TEXT), article(TEXT.replace("600", "900"))).changes
    assert (change.before, change.after) == ("600", "900")
    assert (change.lead, change.tail) == ("Helsing liefert", "Drohnen an die Ukraine")


@given(st.text("aZ1 .\n„“", max_size=60))
def test_nothing_changed_is_no_edit(text: str) -> None:
    edit = compare(article(text), article(text))
    assert (edit.verdict, edit.changes) == ("cosmetic", ())


TEXTS = st.lists(st.sampled_from(["Falk", "sagt", "nicht", "3", ".", "\n\n", "„", "“", "Iran", "am"]), max_size=30).map(
    " ".join
)


@given(TEXTS, TEXTS)
def test_the_words_that_went_and_came_are_exactly_those_that_differ(before: str, after: str) -> None:
    changes = diff("text", before, after)
    old, new = [w.text for w in words(before)], [w.text for w in words(after)]
    assert (old == new) == (not changes)
    for change in changes:
        assert before[change.old[0].start : change.old[-1].end] == change.before if change.old else change.before == ""
        assert after[change.new[0].start : change.new[-1].end] == change.after if change.new else change.after == ""
    gone = {word.start for change in changes for word in change.old}
    come = {word.start for change in changes for word in change.new}
    assert [w.text for w in words(before) if w.start not in gone] == [w.text for w in words(after) if w.start not in come]


@given(TEXTS, TEXTS)
def test_a_text_that_gains_a_number_is_never_cosmetic(before: str, after: str) -> None:
    gained = after.count("3") != before.count("3")
    assert not gained or compare(article(before), article(after)).verdict == "material"


@given(st.text("abü", max_size=8), st.text("abü", max_size=8))
def test_the_distance_of_words_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert distance(a, b, 2) == distance(b, a, 2) <= 3
    assert (distance(a, b, 2) == 0) == (a == b)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" ".join(str(n) for n in range(20_000)), " ".join(str(n) for n in reversed(range(20_000)))),
        ("a " * 40_000, "b a " * 20_000),
        ("\n".join("x y" for _ in range(20_000)), "\n".join("y x" for _ in range(20_000))),
        ("a b c d e f g h " * 250, "h g f e d c b a " * 250),
        ("„" * 30_000, "“" * 30_000),
        ("Update " * 10_000, "Stand am Montag " * 5_000),
        (("Dieser Artikel wurde " + "x" * 50) * 1_000, "y"),
    ],
)
def test_no_pair_of_texts_costs_more_than_a_moment(before: str, after: str) -> None:
    began = time.process_time()
    compare(article(before), article(after))
    assert time.process_time() - began < 5


def test_what_is_absent_is_compared_as_empty() -> None:
    bare = replace(article(TEXT), text=None, title=None)
    assert compare(bare, bare).changes == ()
    assert compare(bare, article(TEXT)).verdict == "material"
