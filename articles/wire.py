"""The JSON form of an article, as docs/reference.md promises it: to JSON and back without loss.

Unknown keys are ignored, absent keys are null, and only ``id`` with ``title`` or ``text`` is required.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from articles.article import (
    Annotated,
    Annotations,
    Article,
    Entity,
    Entry,
    FacetValue,
    Moment,
    Span,
    Topic,
)
from articles.errors import Wrong

Json = dict[str, Any]
"""A decoded JSON object; its values are checked where they are read."""


def to_json(annotated: Annotated) -> Json:
    """Return the public JSON object of an article with its annotations."""
    article, notes = annotated.article, annotated.annotations
    return {
        "id": article.id,
        "url": article.url,
        "source": article.source,
        "revision": article.revision,
        "title": article.title,
        "kicker": article.kicker,
        "lead": article.lead,
        "text": article.text,
        "authors": list(article.authors),
        "published": _moment_json(article.published),
        "modified": _moment_json(article.modified),
        "seen_at": article.seen_at.isoformat() if article.seen_at else None,
        "language": notes.language or article.language,
        "kind": article.kind,
        "entries": None
        if article.entries is None
        else [
            {"at": e.at, "start": e.start, "end": e.end} | ({"day_inferred": True} if e.day_inferred else {})
            for e in article.entries
        ],
        "access": {"claimed_free": article.claimed_free, "teaser": article.teaser}
        | ({"tdm_reserved": True} if article.tdm_reserved else {}),
        "origin": article.origin,
        "truncated": article.truncated,
        "agreement": article.agreement,
        "entities": [
            {
                "id": e.id,
                "type": e.type,
                "name": e.name,
                "how": e.how,
                "score": e.score,
                "mentions": _spans_json(e.mentions),
            }
            for e in notes.entities
        ],
        "topics": [{"id": t.id, "score": t.score, "evidence": _spans_json(t.evidence)} for t in notes.topics],
        "facets": {
            name: [{"value": v.value, "mentions": _spans_json(v.mentions)} for v in values] for name, values in notes.facets
        },
        "copy_of": notes.copy_of,
        "story": notes.story,
        "versions": ({"extract": article.extract_version} if article.extract_version else {}) | dict(notes.versions),
    }


def without_text(data: Json) -> Json:
    """Return an article's JSON object as it may leave the desk when its site reserves text and data mining."""
    return data | {"text": None, "lead": None, "entries": None}


def from_json(data: object) -> Annotated:
    """Read an article's JSON object; raises Wrong naming the field that is missing or of the wrong type."""
    if not isinstance(data, Mapping):
        raise Wrong("an article is a JSON object")
    try:
        article = _article(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Wrong(f"not the form of an article: {error!r}") from error
    return Annotated(article, _annotations(data))


def _article(data: Mapping[str, Any]) -> Article:
    if _text(data, "id") is None:
        raise Wrong("missing", field="id")
    if _text(data, "title") is None and _text(data, "text") is None:
        raise Wrong("an article needs a title or a text", field="title")
    access, versions, entries = _object(data, "access"), _object(data, "versions"), data.get("entries")
    return Article(
        id=str(data["id"]),
        url=_text(data, "url") or "",
        source=_text(data, "source"),
        title=_text(data, "title"),
        text=_text(data, "text"),
        seen_at=_instant(data, "seen_at"),
        revision=int(data.get("revision") or 1),
        kicker=_text(data, "kicker"),
        lead=_text(data, "lead"),
        authors=tuple(str(name) for name in _list(data, "authors")),
        published=_moment(data, "published"),
        modified=_moment(data, "modified"),
        language=_text(data, "language"),
        kind=data.get("kind") or "article",
        entries=None
        if entries is None
        else tuple(
            Entry(e.get("at"), int(e["start"]), int(e["end"]), bool(e.get("day_inferred"))) for e in _list(data, "entries")
        ),
        claimed_free=access.get("claimed_free"),
        teaser=bool(access.get("teaser")),
        origin=_text(data, "origin"),
        truncated=bool(data.get("truncated")),
        tdm_reserved=bool(access.get("tdm_reserved")),
        extract_version=versions.get("extract"),
        agreement=None if (alike := data.get("agreement")) is None else float(alike),
    )


def _annotations(data: Mapping[str, Any]) -> Annotations:
    try:
        return Annotations(
            language=_text(data, "language"),
            entities=tuple(
                Entity(e.get("id"), e["type"], e["name"], e["how"], float(e["score"]), _spans(e["mentions"]))
                for e in _list(data, "entities")
            ),
            topics=tuple(Topic(t["id"], float(t["score"]), _spans(t["evidence"])) for t in _list(data, "topics")),
            facets=tuple(
                (name, tuple(FacetValue(v["value"], _spans(v["mentions"])) for v in values))
                for name, values in _object(data, "facets").items()
            ),
            copy_of=_text(data, "copy_of"),
            story=_text(data, "story"),
            versions=tuple((k, str(v)) for k, v in _object(data, "versions").items() if k != "extract"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Wrong(f"not the form of an article's annotations: {error!r}") from error


def _moment_json(moment: Moment | None) -> Json | None:
    if moment is None:
        return None
    said: Json = {"at": moment.at, "precision": moment.precision, "from": moment.source}
    return said | {"suspect": True} if moment.suspect else said


def _spans_json(spans: tuple[Span, ...]) -> list[Json]:
    return [{"field": s.field, "start": s.start, "end": s.end} for s in spans]


def _spans(items: Any) -> tuple[Span, ...]:
    return tuple(Span(s["field"], int(s["start"]), int(s["end"])) for s in items)


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise Wrong(f"must be a string, not {type(value).__name__}", field=name)
    return value or None


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    if value is not None and not isinstance(value, list):
        raise Wrong(f"must be a list, not {type(value).__name__}", field=name)
    return value or []


def _object(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise Wrong(f"must be an object, not {type(value).__name__}", field=name)
    return value or {}


def _instant(data: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(data, name)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise Wrong(f"not an ISO 8601 time: {text!r}", field=name) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _moment(data: Mapping[str, Any], name: str) -> Moment | None:
    """Accept the object of the contract; a bare string is read too, as people write one by hand."""
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        value = {"at": value}
    if not isinstance(value, Mapping) or not isinstance(value.get("at"), str):
        raise Wrong('must be {"at", "precision", "from"}', field=name)
    at = value["at"]
    try:
        datetime.fromisoformat(at)
    except ValueError as error:
        raise Wrong(f"not an ISO 8601 time: {at!r}", field=name) from error
    precision = value.get("precision") or ("day" if len(at) == len("2025-06-25") else "minute")
    return Moment(at, "day" if precision == "day" else "minute", value.get("from") or "meta", bool(value.get("suspect")))
