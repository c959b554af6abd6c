"""Bylines give people; agencies become the origin; roles, places and mail addresses are neither."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from extract import witnesses
from extract.authors import Bylines, origin, read_bylines
from extract.stated import read_stated
from tests.extract.making import URL, article


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
        ("Posted on September 21, 2025 by Dana Whitlock", ("Dana Whitlock",)),
        ("Veröffentlicht am 21.09.2025 um 14:30 Uhr von Jana Okonski", ("Jana Okonski",)),
        ("24.10.2025 - Tom Reger", ("Tom Reger",)),
        ("por Raúl Cordero 4 mayo, 2025", ("Raúl Cordero",)),
        ("Weitere Artikel", ()),
        ("View Profile", ()),
        ("Artikel von", ()),
        ("Verband Deutscher Rüster", ()),
        ("Bayerische Landesanstalt", ()),
        ("Super User", ()),
        ("Administrator", ()),
        ("webmaster", ()),
        ("Jana Okonski, M. Sc.", ("Jana Okonski",)),
        ("Jana Okonski M.A., Tom Reger MdB", ("Jana Okonski", "Tom Reger")),
    ],
)
def test_names_are_read_out_of_bylines(byline: str, people: tuple[str, ...]) -> None:
    assert read_bylines([byline], ["Tagespost"]).people == people


def test_people_behind_references_and_labels_are_found() -> None:
    graph = (
        '{"@graph": [{"@type": "NewsArticle", "headline": "Gipfel endet", "author": {"@id": "#p1"}},'
        '{"@type": "Person", "@id": "#p1", "name": "Jana Okonski"}]}'
    )
    pair = "<meta name='twitter:label1' content='Verfasst von'><meta name='twitter:data1' content='Tom Reger'>"
    for head, name in (
        (f"<script type='application/ld+json'>{graph}</script>", "Jana Okonski"),
        (f"<meta name='author' content='Tagespost'>{pair}", "Tom Reger"),
        ("<meta property='cxenseparse:author' content='Mira Kolb'>", "Mira Kolb"),
    ):
        stated = read_stated(document_fromstring(article("", head)), URL)
        assert witnesses.bylines(stated, ["Tagespost"]).people == (name,)


def test_an_author_in_an_hcard_is_one() -> None:
    markup = article("<span class='entry-meta-author vcard'><a class='fn' href='/author/jo/'>Jana Okonski</a></span>")
    assert witnesses.bylines(read_stated(document_fromstring(markup), URL), []).people == ("Jana Okonski",)


def test_the_plain_statements_of_damaged_json_ld_are_heard() -> None:
    damaged = (
        '{"@type": "NewsArticle", "headline": "Gipfel endet ohne Zusage", "datePublished": "2026-01-14T18:44:31+01:00",'
        ' "description": "Er sagte "nein" und ging", "author": {"@type": "Person" "name": "Jana"}}'
    )
    markup = article("", f"<script type='application/ld+json'>{damaged}</script>")
    about = read_stated(document_fromstring(markup), URL).about
    assert (about["headline"], about["datePublished"]) == ("Gipfel endet ohne Zusage", "2026-01-14T18:44:31+01:00")


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


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("<p>Das Gespräch führte Jana Okonski.</p>", ("Jana Okonski",)),
        ("<p>Das Interview führten Jana Okonski und Tom Reger.</p>", ("Jana Okonski", "Tom Reger")),
        ("<p><em>Interview: <b>Jana Okonski</b></em></p>", ("Jana Okonski",)),
        ("<p>Text und Fotos: Jana Okonski</p>", ("Jana Okonski",)),
        (
            "<p>(Reporting by Dana Whitlock in Bratislava and Carla Mendes in Chisinau; Editing by Tom Reger)</p>",
            ("Dana Whitlock", "Carla Mendes"),
        ),
        ("<p>Aus Berlin berichtet Jana Okonski.</p>", ("Jana Okonski",)),
        ("<div>Geschrieben von <b>Jana Okonski</b> am 9. Februar 2026, 21.17 Uhr | 14 Kommentare</div>", ("Jana Okonski",)),
        ("<div>Eingestellt von Jana Okonski um 21:17</div>", ("Jana Okonski",)),
        ("<p>Ihre Jana Okonski</p>", ("Jana Okonski",)),
        ("<p>Ihre Soldaten und ihre Waffen</p>", ()),
        ("<p>Interview: Was der Minister nun plant</p>", ()),
        ("<p><em>Von Jana Okonski</em></p>", ("Jana Okonski",)),
        ("<p>Von Jana Okonski</p><p>Von Tom Reger</p>", ()),
        ("<aside><p>Von Jana Okonski</p></aside>", ()),
        ("<div class='author'>Jana Okonski</div>", ("Jana Okonski",)),
        ("<div><h4>Presse</h4><div class='author'>Jana Okonski</div>Telefon 030 555 01 79</div>", ()),
    ],
)
def test_a_line_that_signs_the_text_names_its_author(line: str, people: tuple[str, ...]) -> None:
    markup = article("", "<meta name='author' content='Super User'>", 15).replace("</article>", f"{line}</article>")
    assert witnesses.bylines(read_stated(document_fromstring(markup), URL), ["Tagespost"]).people == people
