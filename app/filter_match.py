"""The filter over articles that tells which alerts they make true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alerts.compiled import compile_alerts
from alerts.matcher import Matcher
from app.json_lines import Row, filter_lines
from articles.wire import from_json
from config.desk import Desk
from config.load import load_alerts
from language.query_plan import AllOf, AnyOf, Except, Is, Plan
from pipeline.services import Services


async def match_articles(desk: Desk, file: Path) -> None:
    """Answer each article with its matches; raises Wrong for a wrong alert before the first line."""
    services = Services(desk)
    compiled = compile_alerts(load_alerts(file).values(), services.query_context(), {})
    matcher = Matcher(compiled)
    asks_annotations = any(asks_for_annotations(each.plan) for each in compiled)

    async def one(row: Row) -> dict[str, Any]:
        annotated = from_json(row)
        if asks_annotations and row.get("entities") is None:
            annotated, _ = services.enricher.enrich_one(annotated.article, settled=True)
        elif annotated.article.language is None:
            annotated = services.with_language(annotated)
        article = annotated.article
        return {
            "id": article.id,
            "matches": [
                {
                    "alert": match.alert,
                    "spans": [
                        {"field": s.field, "start": s.start, "end": s.end, "text": article.part(s.field)[s.start : s.end]}
                        for s in match.spans
                    ],
                }
                for match in matcher.match(services.analysed(annotated))
            ],
        }

    await filter_lines(one)


def asks_for_annotations(plan: Plan) -> bool:
    """Whether a plan asks what only enrichment can tell."""
    if isinstance(plan, AllOf | AnyOf):
        return any(asks_for_annotations(child) for child in plan.children)
    if isinstance(plan, Except):
        return asks_for_annotations(plan.child)
    return isinstance(plan, Is) and plan.field in ("entity", "topic", "story")
