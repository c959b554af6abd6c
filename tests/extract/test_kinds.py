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
