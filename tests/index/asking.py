"""How tests ask an engine: plans of one word, and what comes back as ids."""

from __future__ import annotations

from collections.abc import Iterable

from index.engine import Engine
from index.fields import tie_of
from language.query_plan import AllOf, AnyOf, Plan, PlanField, Terms
from tests.index.conftest import document

EVERYTHING = AllOf(())
NOTHING = AnyOf(())


def says(word: str, field: PlanField = "text") -> Plan:
    """The plan of one exact word in one part."""
    return Terms(field, "x", (word,))


def ids(engine: Engine, plan: Plan, **options: object) -> list[str]:
    return [hit.id for hit in engine.search(plan, limit=100, **options).hits]  # type: ignore[arg-type]  # passed on


def put(engine: Engine, *articles: object, seq: int = 1) -> None:
    report = engine.put(document(article, seq + number) for number, article in enumerate(articles))  # type: ignore[arg-type]  # annotated articles
    assert set(report.counts()) <= {"put"}
    engine.refresh()


def paged(engine: Engine, plan: Plan, limit: int) -> list[str]:
    """The ids of every page, one after the other."""
    page = engine.search(plan, limit=limit)
    found = [hit.id for hit in page.hits]
    while page.next:
        page = engine.search(plan, limit=limit, after=page.next)
        found += [hit.id for hit in page.hits]
    return found


def by_tie(ids: Iterable[str]) -> list[str]:
    """Articles that nothing tells apart, in the order that every engine has."""
    return sorted(ids, key=tie_of)
