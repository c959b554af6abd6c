"""How an answer to a search looks: in JSON for scripts, in a terminal for people."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from app.output import console, counted, safe
from index.highlight import highlights, passages
from pipeline.find import Answer, Seen

BAR = 30
"""Characters of the longest bar of the histogram."""


def answer_json(answer: Answer) -> dict[str, object]:
    """Return the public form (docs/reference.md)."""
    result: dict[str, object] = {"query": answer.query}
    if answer.notes:
        result["note"] = "; ".join(answer.notes)
    result |= {
        "total": answer.total,
        "hits": [_hit_json(seen) for seen in answer.seen],
        "facets": {name: {c.value: c.count for c in counts} for name, counts in answer.facets.items()},
        "histogram_unit": answer.unit,
        "histogram": [{"from": bucket.start.isoformat(), "count": bucket.count} for bucket in answer.histogram],
    }
    if answer.next:
        result["next"] = answer.next
    return result


def _hit_json(seen: Seen) -> dict[str, object]:
    hit = seen.hit
    marks = highlights(seen.annotated.article, seen.spans) if seen.annotated else []
    return {
        "id": hit.id,
        "score": round(hit.score, 4),
        "url": hit.url,
        "title": hit.title,
        "published": hit.published,
        "source": hit.source,
        "highlights": [mark.to_json() for mark in marks],
    }


def print_answer(answer: Answer, zone: ZoneInfo) -> None:
    """Print hits with their passages, then what was counted."""
    out = console()
    for note in answer.notes:
        out.print(Text(safe(note), "yellow"))
    out.print(Text(counted(answer.total, "article"), "bold"))
    for seen in answer.seen:
        for line in hit_lines(seen, zone):
            out.print(line)
    for name, counts in answer.facets.items():
        out.print(Text(f"\n{name}: ", "bold") + Text(", ".join(f"{safe(c.value)} {c.count}" for c in counts) or "none"))
    if len(answer.histogram) > 1:
        out.print(Text(f"\nby the {answer.unit}:", "bold"))
        most = max(bucket.count for bucket in answer.histogram)
        for bucket in answer.histogram:
            bar = "█" * round(BAR * bucket.count / most)
            out.print(Text(f"{bucket.start:%Y-%m-%d} ", "dim") + Text(f"{bar} {bucket.count}"))
    if answer.next:
        out.print(Text(f"\nmore: --after {answer.next}", "dim"))


def hit_lines(seen: Seen, zone: ZoneInfo, most: int = 2) -> list[Text]:
    """Return a hit as lines: its title, where and when, and its best passages with the words marked."""
    hit = seen.hit
    where = " · ".join(part for part in (hit.source, when(hit.published, zone), hit.id) if part)
    lines = [Text(), Text(safe(hit.title or hit.url), "bold"), Text(safe(where), "dim"), Text(safe(hit.url), "dim blue")]
    if seen.annotated is not None:
        for passage in passages(seen.annotated.article, seen.spans, most=most):
            if passage.field == "title":
                continue
            line = Text("  …" if passage.cut_before else "  ")
            for words, marked in passage.pieces():
                line.append(" ".join(safe(words).split("\n")), "bold magenta" if marked else "")
            lines.append(line + Text("…" if passage.cut_after else ""))
    return lines


def when(at: str | None, zone: ZoneInfo) -> str | None:
    """Return a stated time as people of the desk's zone read it; a bare date stays one."""
    if at is None or "T" not in at:
        return at
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d %H:%M}"
