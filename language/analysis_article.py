"""What a query may ask of one article: its fields analysed, its keyword values and its times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from articles.article import TEXT_FIELDS, Annotated, Moment
from config.models import Source
from language.analysis import Analyser
from language.tokens import Analysed, Analysis

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def analyse_article(annotated: Annotated, analyser: Analyser, source: Source | None, zone: ZoneInfo) -> Analysed:
    """Return what queries are judged on; ``source`` is the article's source as configured today, if it still is.

    ``zone`` is the desk's: a publication time without one, and the midnight of a bare date, are counted in it.
    Names of authors have exact tokens only, being names. Raises ValueError if a time is no ISO 8601.
    """
    article = annotated.article
    language = annotated.annotations.language or article.language
    fields: dict[str, Analysis] = {name: analyser.analyse(article.part(name), language) for name in TEXT_FIELDS}
    fields["author"] = analyser.analyse(article.part("author"), None)
    published = _published(article.published, zone)
    seen = None if article.seen_at is None else _milliseconds(article.seen_at)
    return Analysed(
        id=article.id,
        fields=fields,
        keywords=_keywords(annotated, language, source),
        published=published,
        seen=seen,
        time=seen if published is None or (_is_suspect(article.published) and seen is not None) else published,
    )


def _keywords(annotated: Annotated, language: str | None, source: Source | None) -> dict[str, frozenset[str]]:
    article, annotations = annotated.article, annotated.annotations
    return {
        "source": _some(article.source),
        "tier": _some(source.tier if source else None),
        "country": _some(source.country if source else None),
        "lang": _some(language),
        "kind": _some(article.kind),
        "entity": frozenset(entity.id for entity in annotations.entities if entity.id is not None),
        "topic": frozenset(topic.id for topic in annotations.topics),
        "story": _some(annotations.story),
    }


def _some(value: str | None) -> frozenset[str]:
    return frozenset((value,)) if value else frozenset()


def _published(moment: Moment | None, zone: ZoneInfo) -> int | None:
    if moment is None:
        return None
    at = datetime.fromisoformat(moment.at)
    return _milliseconds(at if at.tzinfo is not None else at.replace(tzinfo=zone))


def _is_suspect(moment: Moment | None) -> bool:
    """Whether a page contradicts itself about its time: such an article is sorted by when it was first seen."""
    return moment is not None and moment.suspect


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
