"""A list of other pages is never an article, whatever its footer offers."""

from __future__ import annotations

import pytest

from articles.outcome import Rejected
from extract.page import extract
from tests.extract.making import html, page

EXCERPT = (
    "Der Ausschuss hat die Vorlage am Dienstag beraten und will im Herbst entscheiden, ob weiter beschafft wird. Das "
    "Ministerium verwies auf Gespräche mit den Werften an der Küste, die noch nicht beendet sind."
)
LIST = "".join(
    f"<h2><a href='/politik/{n}'>Ausschuss berät Vorlage Nummer {n}</a></h2><p>{EXCERPT} ({n})</p>" for n in range(9)
)
FOOTERS = {
    "German": "Unseren Newsletter an Ihre Adresse bestellen; abmelden jederzeit. Web-Version.",
    "English": "Sign up for our newsletter to get the news. You can unsubscribe at any time. View it in your browser.",
}


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("path", ["/", "/politik/", "/dossier"])
@pytest.mark.parametrize(
    "frame",
    [
        "<table><tr><td><table><tr><td><h1>Politik</h1>{}</td></tr></table></td></tr></table><nav></nav>",
        "<nav><a href='/'>Start</a></nav><main><h1>Politik</h1>{}</main>",
        "<h1>Politik</h1>{}",
    ],
)
def test_a_section_that_offers_a_newsletter_is_no_mail(frame: str, path: str, footer: str) -> None:
    body = html(f"{frame.format(LIST)}<footer><p>{FOOTERS[footer]}</p></footer>", "<title>Politik</title>")
    result = extract(page(body, f"https://zeitung.example{path}"), None)
    assert isinstance(result, Rejected)
    assert result.reason == "section"


TEASERS = "".join(
    f"<a href='/politik/{n}'><span>Heer</span><h3>Ausschuss berät Vorlage Nummer {n}</h3><p>Der Minister kommt.</p></a>"
    for n in range(8)
)


def kind(body: str, head: str = "", path: str = "/politik/ausschuss-1.html", lang: str = "de") -> str:
    result = extract(
        page(html(f"<main>{body}</main><section>{TEASERS}</section>", head, lang), f"https://a.example{path}"), None
    )
    return result.reason if isinstance(result, Rejected) else result.kind


@pytest.mark.parametrize(
    "text",
    [
        "Fehlercode 404",
        "Fehler 404: hier ist nichts",
        "HTTP-Status 410",
        "404 | Kein Anschluss unter dieser Adresse",
        "Die Seite, die Sie suchen, ist umgezogen oder war nie hier.",
        "Der Artikel ist leider nicht mehr verfügbar.",
        "Diese Seite gibt es nicht mehr, oder sie heißt jetzt anders.",
        "The page you are looking for has sailed.",
        "Sorry, this story does not exist on our servers any more.",
        "The article you requested could not be found.",
    ],
)
def test_an_error_page_says_so_below_a_headline_that_jokes(text: str) -> None:
    body = (
        f"<h1>Hier ist nur noch Wasser</h1><p>Das tut uns leid, wir werfen gern noch einmal das Netz aus.</p><p>{text}</p>"
    )
    assert kind(body) == "error_page"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Die Seite war am Montag nicht erreichbar, teilte das Ministerium mit.", "2. Februar 2026, 14:30 Uhr"),
        ("The page could not be found by sailors, the navy said.", "February 2, 2026"),
    ],
)
def test_news_of_an_outage_are_no_error_page(text: str, date: str) -> None:
    filler = "<p>Der Betreiber hat den Ausfall bestätigt und nennt einen Fehler in der Leitung als Grund.</p>" * 3
    assert kind(f"<h1>Ministerium war offline</h1><p class='date'>{date}</p><p>{text}</p>{filler}") != "error_page"


def test_an_article_that_says_it_is_one_is_no_error_page() -> None:
    head = "<meta property='og:type' content='article'>"
    assert kind(
        "<h1>Amt offline</h1><p>Die Seite ist nicht erreichbar, sagt das Amt.</p>" + "<p>Mehr bald.</p>" * 9, head
    ) != ("error_page")


@pytest.mark.parametrize(
    ("names", "reason"),
    [("archive category category-7", "section"), ("archive author author-12", "section"), ("single single-post", None)],
)
def test_what_wordpress_calls_an_archive_is_a_section_though_its_head_says_article(names: str, reason: str | None) -> None:
    text = "".join(f"<p>{EXCERPT[: 195 if reason else 300]} ({n})</p>" for n in range(4))
    head = "<title>Boote</title><meta property='og:type' content='article'>"
    body = html(f"<h1>Boote</h1>{text}", head).replace("<body", f"<body class='{names}'", 1)
    result = extract(page(body, "https://zeitung.example/boote/neue-boote-fuer-die-flotte"), None)
    assert (result.reason if isinstance(result, Rejected) else None) == reason


def test_the_page_of_an_author_is_a_section() -> None:
    head = (
        "<title>Jana Okonski</title><meta property='og:type' content='profile'>"
        '<script type=\'application/ld+json\'>{"@type": "ProfilePage", "name": "Jana Okonski"}</script>'
    )
    life = (
        "<p>Jana Okonski schreibt seit 2014 über Luftfahrt. " + "Sie lebt in der Eifel und hat zwei Dackel. " * 20 + "</p>"
    )
    result = extract(
        page(html(f"<main><h1>Jana Okonski</h1>{life}</main>", head), "https://zeitung.example/personen/jana"), None
    )
    assert isinstance(result, Rejected)
    assert result.reason == "section"
