"""Lines about the page are left out; a line of the text that only resembles them stays."""

from __future__ import annotations

import pytest

from extract.lines import filter_lines

TEXT = [
    f"Absatz {n} berichtet von Pionieren an der Elbe, die im Herbst {n} Brücken schlagen und Ufer sichern."
    for n in range(6)
]


@pytest.mark.parametrize(
    "line",
    [
        "The crew at the pier in Narvik. Photo: A. Lund/NTB",
        "Die Brigade beim Anlegen © Mia Holm",
        "Telefon: 0351 555 01-9",
        "press.desk@yard.example",
        "https://paper.example/a/bridge-99.html",
        "4,812 views",
        "[back] [print]",
        "This institute does not take institutional positions on policy.",
        "@article{lund2025, title={Piers}, year={2025}}",
    ],
)
def test_a_line_about_the_page_is_left_out_wherever_it_stands(line: str) -> None:
    assert filter_lines([*TEXT[:3], line, *TEXT[3:]]) == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "Das Foto: ein Mann, ein Boot, ein Fluss, und niemand weiß, wer es aufnahm.",
        "About 40 soldiers",
        "Über die Elbe führt kein Weg",
        "The house has 130 members and four hundred friends.",
        "„Wir wissen nicht, wo er ist, und er weiß es auch nicht.“",
        "Prüfer haben im Vertrag einen Fehler entdeckt und den Bau gestoppt.",
        "Fehler gefunden hat auch die Truppe bei der Abnahme der Brücke.",
        "Investigators found a mistake in the drawings of the pier.",
        "The remarks do not reflect the position of the port, a spokesman said.",
        "Auf dem Schirm wurde das Ufer nicht korrekt angezeigt, sagt der Bericht.",
        "Ulf Sund is the author of a plan that the port rejects.",
        "Source Code liegt nun offen",
        "Mehr dazu sagte der Sprecher nicht.",
        "Join our crew, says the poster at the pier.",
    ],
)
@pytest.mark.parametrize("place", [0, 4, 6])
def test_a_line_of_the_text_stays(line: str, place: int) -> None:
    lines = [*TEXT[:place], line, *TEXT[place:]]
    assert filter_lines(lines) == lines


def test_a_portrait_amid_an_interview_ends_no_text() -> None:
    asked = [
        "Frau Rehm, der Kai ist seit Jahren gesperrt, und im Winter drückt das Eis gegen die Mauer. Wie lange noch?",
        "Wir messen jede Nacht. Solange die Pfähle stehen, liegen hier Schiffe, danach anderswo.",
        "Der Rat will die Kräne trotzdem erst im nächsten Jahrzehnt ersetzen.",
        "Dann wird er bis dahin von Hand entladen lassen müssen, und dafür fehlen uns vierzig Leute.",
    ]
    portrait = ["Zur Person", "Oda Rehm leitet die Werft in dritter Folge und hält Bienen."]
    answered = [line.replace("e", "en").replace("i", "ia") * 2 for line in asked]
    assert filter_lines([*asked, *portrait, *answered]) == [*asked, *portrait, *answered]
    assert filter_lines([*asked, *portrait]) == asked


def test_from_a_telling_line_on_a_release_is_over_if_little_follows() -> None:
    assert filter_lines([*TEXT, "Media contact:", "Hanne Bro", "Room 4"]) == TEXT
    early = [
        *TEXT[:3],
        "Contact",
        *TEXT[3:],
        *(f"Im Jahr {n} ruhte der Bau, und niemand in der Stadt wusste, für wie lange." for n in range(6)),
    ]
    assert filter_lines(early) == early


def test_a_firm_is_portrayed_under_its_name_only() -> None:
    portrait = "Nordlot builds sonars in Kiel."
    assert filter_lines([*TEXT, "About Nordlot", portrait]) == TEXT
    assert filter_lines([*TEXT, "About Sonars", portrait]) == [*TEXT, "About Sonars", portrait]


def test_a_pulled_quote_goes_with_the_name_below_it() -> None:
    said = "„Wir bauen keine Brücke zweimal“, sagte Oda Rehm am Ufer, „aber wir prüfen jede von ihnen dreimal.“"
    pulled = ["„Wir bauen keine Brücke zweimal, aber wir prüfen jede von ihnen dreimal.“", "Oda Rehm, Pionierin"]
    assert filter_lines([*TEXT[:2], *pulled, said, *TEXT[2:]]) == [*TEXT[:2], said, *TEXT[2:]]


def test_what_tells_of_the_author_ends_no_text() -> None:
    lines = [*TEXT, "Oda Rehm covers the navy and keeps bees.", "Ulf Sund is a senior fellow at the Pier Institute."]
    assert filter_lines(lines, authors=("Oda Rehm",)) == TEXT
    assert filter_lines([*TEXT, "Mitarbeit: Ulf Sund"]) == TEXT
