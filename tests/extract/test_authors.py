"""Bylines give people; agencies become the origin; roles, places and mail addresses are neither."""

from __future__ import annotations

import pytest

from extract.authors import Bylines, origin, read_bylines


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("Von Jana Okonski und Tom Reger", ("Jana Okonski", "Tom Reger")),
        ("Von Jana Okonski, Berlin", ("Jana Okonski",)),
        ("By Dana Whitlock and Carla Mendes, Washington", ("Dana Whitlock", "Carla Mendes")),
        ("Ein Kommentar von Mira Kolb", ("Mira Kolb",)),
        ("JANA OKONSKI", ("Jana Okonski",)),
        ("Dr. Elke Sandhorst", ("Elke Sandhorst",)),
        ("Peter von der Heide", ("Peter von der Heide",)),
        ("Dana Whitlock, Senior Reporter", ("Dana Whitlock",)),
        ("Jana Okonski (Text) und Tom Reger (Fotos)", ("Jana Okonski", "Tom Reger")),
        ("jana.okonski@zeitung.example", ()),
        ("Redaktion", ()),
        ("Tagespost", ()),
        ("https://facebook.example/tagespost", ()),
        ("dpa", ()),
        ("Seán O'Brien", ("Seán O'Brien",)),
        ("Hans-Jürgen Möller-Schmidt", ("Hans-Jürgen Möller-Schmidt",)),
    ],
)
def test_names_are_read_out_of_bylines(byline: str, people: tuple[str, ...]) -> None:
    assert read_bylines([byline], ["Tagespost"]).people == people


def test_agencies_in_bylines_are_no_people() -> None:
    assert read_bylines(["Jana Okonski, dpa"], []) == Bylines(("Jana Okonski",), ("dpa",))
    assert read_bylines(["Reuters", "The Associated Press"], []) == Bylines((), ("reuters", "ap"))
    assert read_bylines(["Tom Reger (AFP)"], []) == Bylines(("Tom Reger",), ("afp",))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Berlin (dpa) - Die Regierung hat entschieden.", "dpa"),
        ("WASHINGTON (Reuters) - The Army said.", "reuters"),
        ("KYIV, Ukraine (AP) — Officials said.", "ap"),
        ("Die Regierung hat entschieden.\n\nQuelle: tagespost.example, dpa", "dpa"),
        ("Die Regierung hat entschieden. (dpa/afp)", "dpa"),
        ("Die Regierung (CDU) hat entschieden.", None),
        ("Die Regierung hat entschieden, sagte die Bundesanstalt (BTA) gestern in der Stadt.", None),
        ("", None),
    ],
)
def test_the_origin_shows_in_dateline_credit_or_source_line(text: str, name: str | None) -> None:
    assert origin(Bylines((), ()), text) == name
