"""Pages for tests, made from a few words."""

from __future__ import annotations

from datetime import UTC, datetime

from articles.page import Link, Page

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URL = "https://zeitung.example/politik/gipfel-endet-ohne-zusage-1.html"
PROSE = "Die Minister haben sich am Abend auf einen Plan verständigt, der die Lieferung unbemannter Systeme regelt. "


def page(body: bytes | str, url: str = URL, *, link: Link | None = None, status: int = 200, **headers: str) -> Page:
    """Return a page as fetched; header names are written with underscores."""
    raw = body.encode() if isinstance(body, str) else body
    stated = tuple((name.replace("_", "-"), value) for name, value in {"content_type": "text/html", **headers}.items())
    return Page(url, url, status, stated, raw, FETCHED, link)


def html(body: str, head: str = "", lang: str = "de") -> str:
    """Return a document with the given body and head."""
    return f"<!doctype html><html lang='{lang}'><head>{head}</head><body>{body}</body></html>"


def article(inner: str = "", head: str = "", paragraphs: int = 5, lang: str = "de") -> str:
    """Return an article page with a headline, the given markup and some paragraphs of prose."""
    prose = "".join(f"<p>{PROSE}({number})</p>" for number in range(paragraphs))
    return html(
        f"<main><article><h1>Gipfel endet ohne Zusage</h1>{inner}{prose}</article></main>",
        f"<meta property='og:type' content='article'>{head}",
        lang,
    )
