"""How one article looks in a terminal, with everything known of it, and its raw bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

from rich.text import Text

from app.conduct_view import asked_line
from app.output import console, safe
from app.search_view import when
from articles.article import Moment
from articles.errors import NotSo
from ledger.values import Asked, Filed
from pipeline.edits import Edit, compare
from pipeline.services import Services
from pipeline.word_diff import Change


def print_article(filed: Filed, zone: ZoneInfo, asked: Sequence[Asked] = ()) -> None:
    """Print head, text, what enrichment found, and by which rules its page was last asked for."""
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
        "asked": "\n             ".join(asked_line(one, zone) for one in asked),
    }
    for name, value in facts.items():
        if value:
            out.print(Text(f"{name:>11}  ", "dim") + Text("\n".join(map(safe, value.split("\n")))))
    for part in (article.lead, article.text):
        if part:
            out.print(Text("\n" + safe(part)))


def print_versions(versions: Sequence[Filed], zone: ZoneInfo, asked: Sequence[Asked] = ()) -> None:
    """Print the first revision whole, then of each later one what it changed and whether that matters."""
    print_article(versions[0], zone, asked)
    out = console()
    for filed, edit in edits(versions):
        at = f", {filed.filed_at.astimezone(zone):%Y-%m-%d %H:%M}" if filed.filed_at else ""
        why = f" ({'; '.join(map(str, edit.reasons))})" if edit.reasons else ""
        out.print(Text(safe(f"\nrevision {filed.revision}{at}: {edit.verdict}{why}"), "bold"))
        for change in edit.changes:
            out.print(_diff(change))


def edits(versions: Sequence[Filed]) -> Iterator[tuple[Filed, Edit]]:
    """Yield every revision but the first with what it changed."""
    for before, after in pairwise(versions):
        yield after, compare(before.annotated.article, after.annotated.article)


def edit_json(edit: Edit) -> dict[str, object]:
    """Return the public form of an edit (docs/reference.md)."""
    return {
        "verdict": edit.verdict,
        "reasons": [{"kind": reason.kind, "detail": reason.detail or None} for reason in edit.reasons],
        "changes": [{"field": one.field, "before": one.before, "after": one.after} for one in edit.changes],
    }


def _diff(change: Change) -> Text:
    """The words that went and came between their neighbours; brackets tell them apart where there is no colour."""
    line = Text(f"{change.field:>11}  ", "dim") + Text(safe(f"{change.lead} ").replace("\n", " "), "")
    if change.before:
        line += Text(safe(f"[-{change.before}-]"), "red") + Text(" ")
    if change.after:
        line += Text(safe(f"{{+{change.after}+}}"), "green") + Text(" ")
    return line + Text(safe(change.tail).replace("\n", " "))


def write_raw(services: Services, id_: str) -> None:
    """Write the bytes of the article's latest page as they came to standard output."""
    ref = services.ledger.files.raw(id_)
    if ref is None:
        raise NotSo(f"the archive has no page of {id_}")
    sys.stdout.buffer.write(services.archive.read(ref).body)


def _moment(moment: Moment | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else f"{when(moment.at, zone)} (to the {moment.precision}, from {moment.source})"
