"""Commands about alerts: list, check, test, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.output import columns, counted, print_json, safe
from app.shell import Json, alerts, chosen, opened
from articles.errors import NotSo, Wrong, nearest

if TYPE_CHECKING:
    from alerts.compiled import CompiledAlert
    from pipeline.services import Services


@alerts.command("list")
def list_alerts(context: typer.Context, json: Json = False) -> None:
    """The alerts of this desk."""
    desk = chosen(context).desk()
    if json:
        for alert in desk.alerts.values():
            print_json(alert.model_dump(mode="json"))
        return
    rows = [
        (a.id, "on" if a.enabled else "off", ", ".join(a.channels) or "(match only)", a.query) for a in desk.alerts.values()
    ]
    for line in columns([("alert", "", "channels", "query"), *rows]) if rows else ["no alerts; see config/alerts.yaml"]:
        print(line)


@alerts.command("check")
def check_alerts(context: typer.Context, json: Json = False) -> None:
    """Is every alert's query valid? Exit 2 with file, line and position if not."""
    with opened(context) as services:
        compiled = _compiled(services)
    if json:
        print_json({"ok": True, "alerts": len(compiled)})
    else:
        print(f"{counted(len(compiled), 'alert')}: every query can be asked")


@alerts.command("test")
def try_alerts(
    context: typer.Context,
    alert: Annotated[list[str] | None, typer.Argument(metavar="[ALERT]...", help="Only these.")] = None,
    json: Json = False,
) -> None:
    """Do the alerts match their own examples, and nothing of what they must not? Exit 1 if one fails."""
    from alerts.examples import try_examples

    with opened(context) as services:
        compiled = _chosen_alerts(_compiled(services), alert)
        tried = [one for each in compiled for one in try_examples(each, services.enricher.enrich_one)]
    for one in tried:
        if json:
            print_json(
                {"alert": one.alert, "text": one.text, "wanted": one.wanted, "matched": one.matched, "words": one.words}
            )
        elif not one.right:
            should = "should match" if one.wanted else f"should not match, but does by {', '.join(one.words)}"
            print(f"WRONG  {one.alert}: {should}: {safe(one.text)}")
    wrong = sum(not one.right for one in tried)
    if wrong:
        raise NotSo(f"{counted(wrong, 'example')} of {len(tried)} went wrong")
    if not json:
        without = [each.alert.id for each in compiled if not each.alert.must_match]
        print(f"{counted(len(tried), 'example')} of {counted(len(compiled), 'alert')}: all right")
        if without:
            print(f"without an example to match: {', '.join(without)}")


@alerts.command("explain")
def explain_alert(
    context: typer.Context,
    alert: Annotated[str, typer.Argument(metavar="ALERT")],
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="An article's id.")],
) -> None:
    """Why does, or does not, this alert match this article?"""
    from language.query_explain import explain
    from language.query_parse import parse

    with opened(context) as services:
        (compiled,) = _chosen_alerts(_compiled(services), [alert])
        filed = services.ledger.files.article(article)
        if filed is None:
            raise NotSo(f"no article has the id {article!r}")
        parsed = parse(compiled.alert.query, strict=True, names=services.names)
        print(f"{compiled.title}: {compiled.alert.query}\n")
        print(explain(parsed, services.query_context(), services.analysed(filed.annotated)).text)


def _compiled(services: Services) -> tuple[CompiledAlert, ...]:
    from alerts.compiled import compile_alerts

    return compile_alerts(services.desk.alerts.values(), services.query_context(), {}, services.desk)


def _chosen_alerts(compiled: tuple[CompiledAlert, ...], ids: list[str] | None) -> tuple[CompiledAlert, ...]:
    if not ids:
        return compiled
    known = {each.alert.id: each for each in compiled}
    for id_ in ids:
        if id_ not in known:
            raise Wrong(f"no alert '{id_}'{nearest(id_, known)}")
    return tuple(known[id_] for id_ in ids)
