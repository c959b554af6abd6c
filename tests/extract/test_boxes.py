"""Captions, teaser cards and headed boxes are told by their shape, and never at the cost of the page's own text."""

from __future__ import annotations

import pytest

from extract.boxes import foreign, unframe
from extract.tree import parse

PROSE = "".join(f"<p>Absatz {n}: {'Das Heer erprobt neue Geräte im Gelände. ' * 4}</p>" for n in range(4))


def told(html: str) -> list[str]:
    """Return the text of the blocks that belong to something else."""
    tree = parse(f"<html><body><main>{html}</main></body></html>").tree
    assert tree is not None
    return [" ".join(block.text_content().split()) for block in foreign(tree, next(tree.iter("h1"), None))]


def paragraphs(html: str) -> list[str]:
    tree = parse(f"<html><body>{html}</body></html>").tree
    assert tree is not None
    unframe(tree)
    return [" ".join(p.text_content().split()) for p in tree.iter("p") if p.text_content().strip()]


def test_little_text_around_an_image_is_its_caption() -> None:
    assert told(PROSE + "<div><img src='a'><div><p>Ein Boot.</p><span>dpa</span></div></div>") == ["Ein Boot.dpa"]


def test_a_flash_beside_its_only_image_is_the_article() -> None:
    assert (
        told("<h1>Boot gekentert</h1><div><img src='a'><p>Am Morgen kenterte ein Boot. Alle sind wohlauf.</p></div>") == []
    )


def test_a_linked_headline_that_stands_alone_begins_a_card() -> None:
    card = (
        "<div><div><a href='/b'>Warum Herr Velmeden nun geht</a></div><div><p>Ein Abschied in drei Akten.</p></div></div>"
    )
    assert told(PROSE + card) == ["Warum Herr Velmeden nun gehtEin Abschied in drei Akten."]


def test_a_link_in_running_text_is_no_card() -> None:
    assert told(PROSE + "<div>Wie <a href='/b'>die Zeitung am Montag berichtete</a>, wird gebaut.</div>") == []
    assert told(PROSE + "<div><a href='/b'>Die große Firma Rheinmetall</a> baut ein Werk.</div>") == []


def test_a_page_of_cards_keeps_them() -> None:
    card = "<div><a href='/{}'>Vier Worte als Überschrift</a><p>" + "Und ein langer Anriss dazu. " * 8 + "</p></div>"
    assert told("".join(card.format(n) for n in range(6))) == []


def test_what_stands_under_a_telling_head_goes_up_to_the_next_heading() -> None:
    tail = "<h2>Pressekontakt</h2><p>Saskia Veltkamp, Telefon 0800</p><h2>Ausblick</h2><p>Im Herbst mehr.</p>"
    assert told(PROSE + tail) == ["Pressekontakt", "Saskia Veltkamp, Telefon 0800"]


def test_a_head_that_only_begins_like_one_stays() -> None:
    assert told(PROSE + "<h2>Notes from the front</h2><p>All quiet.</p>") == []


@pytest.mark.parametrize(
    "head",
    ["Weitere Videos", "Mehr Fotostrecken aus Kiel", "Alle Folgen der Serie", "Das lesen andere gerade", "Watch next"],
)
def test_heads_of_other_videos_and_galleries(head: str) -> None:
    box = f"<div><h2>{head}</h2><p>Der Weg des Herrn Velmeden.</p></div>"
    assert told(PROSE + box) == [f"{head}Der Weg des Herrn Velmeden."]


@pytest.mark.parametrize(
    "head",
    ["Weitere Folgen des Angriffs", "Alle Sendungen mit Hilfsgütern", "Sehen andere das auch so?", "More photos emerge",
     "Als nächstes kommt Polen"],
)  # fmt: skip
def test_what_only_sounds_like_such_a_head_stays(head: str) -> None:
    assert told(PROSE + f"<h2>{head}</h2><p>Der Minister will davon nichts wissen.</p>") == []


def test_two_line_breaks_part_paragraphs_and_layout_tables_are_none() -> None:
    text = "<br><br>".join(f"Paragraph {n} tells of bridges. " * 8 for n in range(4))
    found = paragraphs(f"<table><tr><td><a href='/'>Home</a></td><td><font>{text}</font></td></tr></table>")
    assert [line[:11] for line in found] == [f"Paragraph {n}" for n in range(4)]


def test_marks_of_notes_leave_the_text_and_powers_stay() -> None:
    assert paragraphs("<p>Es gilt<sup><a href='#n1'>1</a></sup> auf 5 m<sup>2</sup>.</p>") == ["Es gilt auf 5 m2."]
