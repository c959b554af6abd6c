"""What stands between headline and text is the standfirst; captions, bylines and what was read already are none."""

from __future__ import annotations

from extract.standfirst import missed, texts_below
from extract.tree import parse

LEAD = "Die Werft baut zwei Tender mehr als geplant und stellt dafür hundert Leute ein."
FIRST = "Das Unternehmen hat den Vertrag am Freitag unterzeichnet, wie der Betriebsrat in Lüttort mitteilte."
NEXT = "Bezahlt werden die Schiffe aus einem Nachtrag zum Haushalt, den das Parlament beschlossen hatte."


def read(between: str, apart: str | None = None, people: tuple[str, ...] = ()) -> list[str]:
    """Return what a page says between its headline and the two paragraphs that were found."""
    html = f"<main><div><h1>Werft baut mehr</h1>{between}</div><div><p>{FIRST}</p><p>{NEXT}</p></div></main>"
    tree = parse(f"<html><body>{html}</body></html>").tree
    assert tree is not None
    return missed(texts_below(next(tree.iter("h1"))), [FIRST, NEXT], apart, people)


def test_a_block_above_the_text_is_the_standfirst_whatever_it_is_called() -> None:
    assert read(f"<div class='x1'><div>{LEAD}</div></div>") == [LEAD]
    assert read(f"<h2>{LEAD}</h2>") == [LEAD]


def test_what_was_read_already_is_not_read_twice() -> None:
    assert read(f"<p>{LEAD}</p>", apart=LEAD) == []
    assert read("") == []


def test_captions_links_short_lines_and_portraits_of_authors_are_none() -> None:
    assert read(f"<figure><img src='a'><figcaption>{LEAD}</figcaption></figure>") == []
    assert read(f"<p>{LEAD} Foto: Ilse Brandt</p>") == []
    assert read(f"<p><a href='/b'>{LEAD}</a></p>") == []
    assert read("<p>Lüttort, im Mai</p>") == []
    assert read(f"<p>Ilse Brandt schreibt seit Jahren über Häfen. {LEAD}</p>", people=("Ilse Brandt",)) == []


def test_nothing_is_taken_where_the_text_begins_elsewhere() -> None:
    tree = parse(f"<html><body><h1>Werft</h1><p>{LEAD}</p></body></html>").tree
    assert tree is not None
    assert missed(texts_below(next(tree.iter("h1"))), [FIRST], None, ()) == []
