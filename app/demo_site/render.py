"""How the demo site's articles become pages, feeds and sitemaps: Jinja2 layouts fed with plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.demo_site.pieces import Block, Piece, pieces
from app.demo_site.titles import LABELS, TITLES, Title
from app.demo_site.traps import TRAPS, Trap

# fmt: off
MONTHS = {
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}
# fmt: on
TRACKER = "?utm_source=rss&utm_medium=feed&utm_campaign=schlagzeilen"
TEASERS = 6


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a feed or sitemap: what is said of an address, and its dates.

    Feeds state ``url`` (as editing systems do: old addresses, trackers, bare umlauts), sitemaps ``escaped_url``.
    """

    key: str
    url: str
    escaped_url: str
    headline: str
    summary: str
    authors: tuple[str, ...]
    section: str
    published: datetime
    changed: datetime
    is_article: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A block as a layout sees it; entries of a live blog have a headline and a time of their own."""

    kind: str
    text: str
    headline: str = ""
    at: datetime | None = None


@cache
def _layouts() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "layouts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["rfc2822"] = format_datetime
    return environment


class Renderer:
    """Renders for one origin, base moment and edition; every method returns the bytes of a body."""

    def __init__(self, origin: str, base: datetime, edition: int) -> None:
        self._origin, self._base, self._edition = origin, base, edition

    def changed(self, piece: Piece) -> datetime:
        """When the article last changed, as far as this edition goes; a live blog with its newest entry."""
        entries = [block.minutes for block in piece.body if block.minutes is not None]
        minutes = min([piece.minutes, *entries])
        if piece.edit and self._edition >= 2:
            minutes = min(minutes, piece.edit_minutes)
        return self._moment(minutes, piece.title_of)

    def article(self, piece: Piece) -> bytes:
        """The article's page in its own layout and charset."""
        others = [other for other in pieces() if other.title_of is piece.title_of and other is not piece]
        start = piece.minutes % len(others)  # so that neighbouring pages tease different articles
        teasers = (others + others)[start : start + TEASERS]
        published, changed = self._moment(piece.minutes, piece.title_of), self.changed(piece)
        values = {
            **self._frame(piece.title_of),
            "piece": piece,
            "url": self._url(piece.path),
            "canonical": self._url(piece.canonical or piece.path),
            "published": published,
            "changed": changed if changed != published else None,
            "blocks": self._blocks(piece),
            "teasers": teasers[: TEASERS // 2],
            "top": teasers[TEASERS // 2 :],
        }
        values["json_ld"] = _json_ld(values)
        return self._render(f"{piece.layout}.html", values, piece.charset)

    def home(self, title: Title) -> bytes:
        """A title's home page: its newest articles and the addresses of its feed."""
        mine = [piece for piece in pieces() if piece.title_of is title]
        return self._list_page(title, title.claim, mine)

    def section(self, title: Title, section: str) -> bytes:
        """The list page of one section."""
        mine = [piece for piece in pieces() if piece.title_of is title and piece.section == section]
        return self._list_page(title, title.sections[section], mine)

    def hub(self) -> bytes:
        """The page at ``/``: the titles of the house."""
        return self._render("hub.html", {"titles": TITLES, "notices": [LABELS[t.lang]["notice"] for t in TITLES[:2]]})

    def robots(self) -> bytes:
        """robots.txt: one folder is closed to everybody; the sitemaps are named."""
        sitemaps = [f"Sitemap: {self._origin}{title.sitemap}" for title in TITLES if title.sitemap]
        return "\n".join(["User-agent: *", "Disallow: /de/intern/", "", *sitemaps, ""]).encode()

    def listed(self, title: Title) -> list[Listed]:
        """Everything the title's feed could list, newest first: articles and traps."""
        entries = [self._listed_piece(piece) for piece in pieces() if piece.title_of is title]
        entries += [self._listed_trap(trap) for trap in TRAPS if trap.title_of is title]
        return sorted(entries, key=lambda entry: (entry.published, entry.url), reverse=True)

    def feed(self, title: Title, kind: str, entries: list[Listed]) -> bytes:
        """The title's feed; ``kind`` is ``rss`` or ``atom``."""
        return self._render(f"{kind}.xml", {**self._frame(title), "entries": entries})

    def sitemap(self, title: Title, entries: list[Listed]) -> bytes:
        """The title's Google News sitemap."""
        return self._render("sitemap.xml", {**self._frame(title), "entries": entries})

    def _moment(self, minutes: int, title: Title) -> datetime:
        return (self._base - timedelta(minutes=minutes)).astimezone(ZoneInfo(title.zone))

    def _url(self, path: str) -> str:
        return self._origin + quote(path)

    def _frame(self, title: Title) -> dict[str, Any]:
        return {"title_of": title, "labels": LABELS[title.lang], "origin": self._origin, "day": spelled_out}

    def _list_page(self, title: Title, heading: str, mine: list[Piece]) -> bytes:
        rows = [(piece, self._moment(piece.minutes, title)) for piece in mine]
        name = "list_classic.html" if title.feed is None else "list.html"
        return self._render(name, {**self._frame(title), "heading": heading, "rows": rows})

    def _blocks(self, piece: Piece) -> list[Shown]:
        blocks = [self._shown(block, piece.title_of) for block in piece.body]
        if piece.edit and self._edition >= 2:
            blocks.append(Shown("p", piece.edit))
        return blocks

    def _shown(self, block: Block, title: Title) -> Shown:
        if block.minutes is None:
            return Shown(block.kind, block.text)
        headline, _, text = block.text.partition("\n")
        return Shown(block.kind, text, headline, self._moment(block.minutes, title))

    def _listed_piece(self, piece: Piece) -> Listed:
        # A moved article stands in the feed under its old address, as feeds are often slow to learn.
        path = piece.moved_from or piece.path
        tracker = TRACKER if piece.tracked else ""
        published = self._moment(piece.minutes, piece.title_of)
        section = piece.title_of.sections[piece.section]
        return Listed(
            key=piece.path,
            url=self._origin + path + tracker,
            escaped_url=self._url(piece.path),
            headline=piece.title,
            summary=piece.lead,
            authors=piece.authors,
            section=section,
            published=published,
            changed=self.changed(piece),
            is_article=True,
        )

    def _listed_trap(self, trap: Trap) -> Listed:
        published = self._moment(trap.minutes, trap.title_of)
        url = self._url(trap.path)
        return Listed(trap.path, url, url, trap.headline, "", (), "", published, published, False)

    def _render(self, layout: str, values: dict[str, Any], charset: str = "utf-8") -> bytes:
        return _layouts().get_template(layout).render(values).encode(charset, "xmlcharrefreplace")


def spelled_out(moment: datetime, lang: str) -> str:
    """The date as a reader of the language expects it: ``25. Juni 2025, 14:30 Uhr``, ``25 June 2025, 14:30 BST``."""
    month = MONTHS[lang][moment.month - 1]
    if lang == "de":
        return f"{moment.day}. {month} {moment.year}, {moment:%H:%M} Uhr"
    return f"{moment.day} {month} {moment.year}, {moment:%H:%M %Z}"


def _json_ld(values: dict[str, Any]) -> dict[str, Any]:
    """What the page says of itself in schema.org terms."""
    piece: Piece = values["piece"]
    title = piece.title_of
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LiveBlogPosting" if piece.layout == "live" else "NewsArticle",
        "headline": piece.title,
        "description": piece.lead,
        "mainEntityOfPage": values["url"],
        "datePublished": values["published"].isoformat(),
        "dateModified": (values["changed"] or values["published"]).isoformat(),
        "author": [{"@type": "Person", "name": author} for author in piece.authors],
        "publisher": {"@type": "Organization", "name": title.name},
        "isAccessibleForFree": not piece.paywall,
        "inLanguage": title.lang,
    }
    if piece.layout == "live":
        data["liveBlogUpdate"] = [
            {
                "@type": "BlogPosting",
                "headline": entry.headline,
                "datePublished": entry.at.isoformat(),
                "articleBody": entry.text,
            }
            for entry in values["blocks"]
            if entry.at
        ]
    return data
