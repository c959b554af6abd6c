"""Which words are marked and which passage is shown: from offsets alone, so every engine shows the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from articles.article import Article, Span
from index.highlight import highlights, passages

LONG = (
    "Die Bundeswehr prüft seit Monaten neue Systeme. " * 6
    + "Der Hersteller der Kampfdrohnen nennt keine Preise für die Kampfdrohnen, wohl aber Helsing als Partner. "
    + "Weitere Angaben machte das Ministerium nicht. " * 6
)


def article(title: str | None = None, text: str | None = None) -> Article:
    return Article(id="a", url="https://zeitung.example/a", source="zeitung", title=title, text=text)


def spans(text: str, *words: str, field: str = "text") -> list[Span]:
    found = []
    for word in words:
        place = text.find(word)
        while place >= 0:
            found.append(Span(field, place, place + len(word)))
            place = text.find(word, place + 1)
    return found


def test_a_mark_is_exactly_its_stretch_of_the_field() -> None:
    one = article("Kampfdrohnen für alle", LONG)
    marked = highlights(one, [*spans(LONG, "Helsing"), Span("title", 0, 12)])
    assert [mark.to_json() for mark in marked] == [
        {"field": "title", "start": 0, "end": 12, "text": "Kampfdrohnen"},
        {"field": "text", "start": LONG.index("Helsing"), "end": LONG.index("Helsing") + 7, "text": "Helsing"},
    ]


def test_the_passage_with_the_most_different_words_comes_first() -> None:
    text = "Helsing. " + "Nichts davon steht hier in diesem Satz. " * 10 + LONG
    (best, *_) = passages(article("Titel", text), spans(text, "Helsing", "Kampfdrohnen"))
    assert {mark.text for mark in best.marks} == {"Helsing", "Kampfdrohnen"}
    assert len(best.text) <= 200
    assert highlights(article("Titel", text), spans(text, "Helsing", "Kampfdrohnen"))[0].text == "Kampfdrohnen"


def test_a_passage_is_cut_between_words() -> None:
    (passage,) = passages(article(text=LONG), spans(LONG, "Hersteller"))
    assert passage.cut_before
    assert passage.cut_after
    assert passage.text.split() == LONG[passage.start - 1 : passage.end + 1].split()
    assert 150 <= len(passage.text) <= 200


def test_a_passage_stays_within_its_paragraph() -> None:
    text = "Vorher.\n\nDas Ziel steht hier.\n\nNachher."
    (passage,) = passages(article(text=text), spans(text, "Ziel"))
    assert passage.text == "Das Ziel steht hier."


def test_a_terminal_composes_a_passage_from_its_pieces() -> None:
    text = "Die Drohne fliegt, die Drohne landet."
    (passage,) = passages(article(text=text), spans(text, "Drohne"))
    assert list(passage.pieces()) == [
        ("Die ", False),
        ("Drohne", True),
        (" fliegt, die ", False),
        ("Drohne", True),
        (" landet.", False),
    ]


def test_overlapping_spans_are_marked_once() -> None:
    text = "autonome Systeme"
    marked = highlights(article(text=text), [Span("text", 0, 16), Span("text", 9, 16)])
    assert [mark.text for mark in marked] == ["autonome Systeme"]


def test_nothing_to_mark_is_nothing() -> None:
    assert highlights(article(text=LONG), []) == []
    assert passages(article(text=LONG), [Span("text", 5, 5), Span("text", 10_000, 10_001)]) == []


texts = st.text(alphabet="ab \n", max_size=120)


@given(
    text=texts, places=st.lists(st.tuples(st.integers(0, 120), st.integers(1, 30)), max_size=6), width=st.integers(1, 60)
)
def test_passages_hold_whole_marks_and_never_overlap(text: str, places: list[tuple[int, int]], width: int) -> None:
    one = article(text=text)
    marked = [Span("text", start, start + length) for start, length in places]
    found = passages(one, marked, width=width)
    taken: set[int] = set()
    for passage in found:
        assert passage.text == text[passage.start : passage.end]
        assert "".join(piece for piece, _ in passage.pieces()) == passage.text
        assert all(passage.start <= mark.start < mark.end <= passage.end for mark in passage.marks)
        assert len(passage.text) <= max(width, max(mark.end - mark.start for mark in passage.marks))
        assert taken.isdisjoint(range(passage.start, passage.end))
        taken.update(range(passage.start, passage.end))
