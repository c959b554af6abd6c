"""How one article looks in a terminal, with everything known of it, and its raw bytes."""

from __future__ import annotations

import sys
from zoneinfo import ZoneInfo

from rich.text import Text

from app.output import console, safe
from app.search_view import when
from articles.article import Moment
from articles.errors import NotSo
from ledger.values import Filed
from pipeline.services import Services


def print_article(filed: Filed, zone: ZoneInfo) -> None:
    """Print head, text, and what enrichment found."""
    article, notes, out = filed.annotated.article, filed.annotated.annotations, console()
    if article.kicker:
        out.print(Text(safe(article.kicker), "dim"))
    out.print(Text(safe(article.title or "(no title)"), "bold"))
    facts = {
        "id": f"{article.id}, revision {filed.revision}, change {filed.seq}",
        "address": article.url,
        "source": article.source,
        "authors": ", ".join(article.authors),
        "published": _moment(article.published, zone),
        "modified": _moment(article.modified, zone),
        "first seen": f"{filed.first_seen.astimezone(zone):%Y-%m-%d %H:%M}",
        "language": notes.language,
        "kind": article.kind + (", teaser only" if article.teaser else "") + (", cut" if article.truncated else ""),
        "origin": article.origin,
        "entities": ", ".join(f"{e.name} ({e.type}{', model' if e.how == 'model' else ''})" for e in notes.entities),
        "topics": ", ".join(f"{t.id} {t.score:.2f}" for t in notes.topics),
        "story": notes.story if notes.story != article.id else None,
        "copy of": notes.copy_of,
        "versions": ", ".join(f"{k} {v}" for k, v in notes.versions),
    }
    for name, value in facts.items():
        if value:
            out.print(Text(f"{name:>11}  ", "dim") + Text(safe(value)))
    for part in (article.lead, article.text):
        if part:
            out.print(Text("\n" + safe(part)))


def write_raw(services: Services, id_: str) -> None:
    """Write the bytes of the article's latest page as they came to standard output."""
    ref = services.ledger.files.raw(id_)
    if ref is None:
        raise NotSo(f"the archive has no page of {id_}")
    sys.stdout.buffer.write(services.archive.read(ref).body)


def _moment(moment: Moment | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else f"{when(moment.at, zone)} (to the {moment.precision}, from {moment.source})"
