"""What goes wrong on a real news site, and therefore on this one: addresses that are no good article.

Each trap is listed in a feed, as if it were one. The kinds: an address that is gone (404), a page that robots.txt
forbids, one above any sensible size limit, one that makes parsers quadratic, one without text, a PDF, a consent wall,
an error page with status 200, a section page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.demo_site.titles import COURIER, LAGEBOTE, Title

HUGE_BYTES = 12 * 1024 * 1024  # the crawler reads 10 MiB at most
HANG_LINES, HANG_TAGS = 40, 1_400
"""Lines of the page that hangs its reader, and tags in each: below every single limit of ``extract``, and 31 s CPU of
trafilatura 2.3 all the same, which grows with the square of the tags in one paragraph."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A feed entry of ``title_of`` that leads to no article. ``body`` is None where the address itself decides."""

    title_of: Title
    path: str
    headline: str
    minutes: int
    body: Callable[[], bytes] | None
    status: int = 200
    content_type: str = "text/html; charset=utf-8"


def _page(headline: str, content: str, lang: str = "de") -> bytes:
    return (
        f'<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><title>{headline}</title></head>\n'
        f"<body>\n{content}\n</body></html>\n"
    ).encode()


def _huge() -> bytes:
    """12 MiB of a live ticker that nobody ever cut."""
    line = b"<p>Der Ticker laeuft: Keine neue Meldung aus dem Kongresszentrum, die Redaktion wartet weiter.</p>\n"
    start = _page("Der ewige Ticker", "<h1>Der ewige Ticker</h1>").replace(b"</body></html>\n", b"")
    return start + line * ((HUGE_BYTES - len(start)) // len(line) + 1) + b"</body></html>\n"


def _hang() -> bytes:
    """A picture drawn with blanks, line by line, and no word in it: a puzzle from an old editing system."""
    line = f"<p>{'<b>&nbsp;</b> ' * HANG_TAGS}</p>"
    return _page("Bilderrätsel", f"<article><h1>Bilderrätsel</h1>{line * HANG_LINES}</article>")


def _no_text() -> bytes:
    return _page("Karte der Gipfelorte", '<div id="app"></div><noscript>JavaScript?</noscript><script>go()</script>')


def _consent() -> bytes:
    return _page(
        "Ihre Zustimmung",
        "<main><h1>Wir und unsere 143 Partner brauchen Ihre Zustimmung</h1>"
        "<p>Mit Ihrer Zustimmung verwenden wir und unsere Partner Cookies und ähnliche Technologien, um Daten auf Ihrem"
        " Gerät zu speichern und Anzeigen zu personalisieren. Sie können Ihre Zustimmung jederzeit in den"
        " Datenschutz-Einstellungen widerrufen.</p><button>Alle akzeptieren</button> <button>Einstellungen</button>"
        '<p><a href="/de/">Datenschutz</a> <a href="/de/">Impressum</a></p></main>',
    )


def _soft_error() -> bytes:
    return _page(
        "Page not found",
        "<main><h1>Page not found</h1><p>Sorry, the page you are looking for does not exist or has been moved.</p>"
        '<p><a href="/en/">Back to the home page</a></p></main>',
        "en",
    )


def _forbidden() -> bytes:
    return _page(
        "Redaktionsplan",
        "<h1>Redaktionsplan (intern)</h1><p>Wer diese Zeilen liest, hat robots.txt nicht beachtet: Dieser Plan der"
        " Redaktion ist nicht für Suchmaschinen und Sammler bestimmt und gehört in keinen Index.</p>",
    )


def _pdf() -> bytes:
    """The smallest file that a PDF reader opens: one empty page."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def gone_page() -> bytes:
    """What stands at every address that does not exist."""
    return _page("Nicht gefunden", "<h1>404</h1><p>Diese Seite gibt es nicht (mehr).</p>")


GONE = Trap(LAGEBOTE, "/de/politik/vorab-beschluss.html", "Vorab: Der Beschluss im Wortlaut", 170, gone_page, status=404)
FORBIDDEN = Trap(LAGEBOTE, "/de/intern/redaktionsplan.html", "Redaktionsplan der Woche", 260, _forbidden)
HUGE = Trap(LAGEBOTE, "/de/technik/ewiger-ticker.html", "Der ewige Ticker: alle Meldungen seit Beginn", 330, _huge)
HANG = Trap(LAGEBOTE, "/de/panorama/bilderraetsel.html", "Bilderrätsel: Wo steht dieser Leuchtturm?", 420, _hang)
NO_TEXT = Trap(LAGEBOTE, "/de/politik/karte.html", "Interaktive Karte: Wo der Gipfel tagt", 140, _no_text)
CONSENT = Trap(LAGEBOTE, "/de/wirtschaft/boersenblick.html", "Börsenblick: Ein ruhiger Tag", 510, _consent)
SECTION = Trap(LAGEBOTE, "/de/technik/", "Alle Beiträge aus der Technik", 600, None)
PDF = Trap(
    COURIER, "/en/files/summit-declaration.pdf", "Summit declaration (PDF)", 80, _pdf, content_type="application/pdf"
)
SOFT_ERROR = Trap(COURIER, "/en/policy/leaked-agenda.html", "The agenda that was passed around", 700, _soft_error)
TRAPS = (GONE, FORBIDDEN, HUGE, HANG, NO_TEXT, CONSENT, SECTION, PDF, SOFT_ERROR)
