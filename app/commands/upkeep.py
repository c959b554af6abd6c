"""Commands of upkeep: status, check, outbox, index, upgrade, forget, export."""

from __future__ import annotations

from typing import Annotated

import typer

from app.output import columns, counted, print_json, safe, say
from app.shell import Json, chosen, cli, index, opened, wait_for
from articles.errors import NotSo, Wrong


@cli.command()
def status(context: typer.Context, json: Json = False) -> None:
    """Where things stand."""
    from app.status_view import print_status, status_json

    with opened(context) as services:
        if json:
            print_json(status_json(services))
        else:
            print_status(services)


@cli.command()
def check(context: typer.Context, json: Json = False) -> None:
    """Prove that nothing is missing: every visit and every match is open or ended in exactly one way."""
    with opened(context) as services:
        report = services.ledger.check(services.archive)
    if json:
        print_json(
            {
                "ok": report.ok,
                "visits": dict(report.visits),
                "outcomes": dict(report.outcomes),
                "articles": dict(report.articles),
                "matches": dict(report.matches),
                "head": report.head,
                "records": report.records,
                "gaps": list(report.gaps),
            }
        )
    else:
        for name, sums in (("visits", report.visits), ("articles", report.articles), ("matches", report.matches)):
            print(f"{name:>9}  " + ", ".join(f"{count:,} {state}" for state, count in sorted(sums.items())))
        for gap in report.missed:
            print(f"perhaps missed  {gap.at:%Y-%m-%d %H:%M} {safe(gap.source)}: {safe(gap.text)}")
        for text in report.gaps:
            print(f"GAP  {text}")
    if not report.ok:
        raise NotSo(f"{counted(len(report.gaps), 'gap')} found")
    if not json:
        print("nothing is missing")


@cli.command()
def outbox(
    context: typer.Context,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    retry: Annotated[int | None, typer.Option(metavar="ID", help="Open a dead notice again.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown, the newest first.")] = 50,
    json: Json = False,
) -> None:
    """What is still to be said, and how each notice ended."""
    with opened(context) as services:
        if retry is not None:
            if not services.ledger.outbox.requeue(retry, services.clock()):
                raise NotSo(f"no dead notice has the number {retry}")
            print(f"notice {retry} is open again; `lagebild deliver` sends it")
            return
        rows = services.ledger.outbox.rows("dead" if dead else None, limit)
    if json:
        for row in rows:
            print_json(
                {
                    "row": row.row,
                    "alert": row.alert,
                    "channel": row.channel,
                    "article": row.article,
                    "title": row.title,
                    "state": row.state,
                    "reason": row.reason,
                    "attempts": row.attempts,
                    "due": row.due.isoformat(),
                    "error": row.error,
                }
            )
        return
    shown = [
        (
            str(r.row),
            r.state + (f"({r.reason})" if r.reason else ""),
            r.alert,
            r.channel or "-",
            r.title or r.article,
            r.error or "",
        )
        for r in rows
    ]
    for line in columns([("no", "state", "alert", "channel", "article", "error"), *shown]) if shown else ["nothing"]:
        print(line)


@index.command("status")
def index_status(context: typer.Context, json: Json = False) -> None:
    """Which engine, which version, how far behind."""
    from app.status_view import engine_json

    with opened(context) as services:
        facts = engine_json(services)
    if json:
        print_json(facts)
    else:
        for name, value in facts.items():
            print(f"{name:>10}  {value}")


@index.command("migrate")
def index_migrate(context: typer.Context, json: Json = False) -> None:
    """Make the index if there is none, and bring it up to the ledger."""
    from pipeline.indexing import index as bring_up

    with opened(context) as services:
        _tell(bring_up(services), json)


@index.command("rebuild")
def index_rebuild(context: typer.Context, json: Json = False) -> None:
    """Make the index anew from the ledger beside the old one, which answers until the switch."""
    from pipeline.indexing import rebuild

    with opened(context) as services:
        _tell(rebuild(services), json)


def _tell(report: object, json: bool) -> None:
    from articles.errors import Transient
    from pipeline.indexing import IndexReport

    assert isinstance(report, IndexReport)
    if report.error:
        raise Transient(report.error)
    if json:
        print_json({"taken": report.taken, "behind": report.behind, "rebuilt": report.rebuilt})
    else:
        print(f"{'made anew; ' if report.rebuilt else ''}{counted(report.taken, 'change')} taken, {report.behind:,} behind")


@cli.command()
def upgrade(context: typer.Context) -> None:
    """Bring the ledger's schema up to date (SQLite does so by itself, after a backup)."""
    from ledger.book import Ledger
    from pipeline.services import database_url

    backup = Ledger.upgrade(database_url(chosen(context).desk()))
    print("the ledger is up to date" + (f"; the one before is in {backup}" if backup else ""))


@cli.command()
def forget(
    context: typer.Context,
    article: Annotated[str, typer.Argument(metavar="ID|URL")],
    reason: Annotated[str, typer.Option(help="Kept for ever beside the outcome `removed`.")],
    json: Json = False,
) -> None:
    """Remove an article for good: text, annotations, raw page and lists that quote it; its hash and the reason stay."""
    from articles.url import canonicalise
    from pipeline.forget import ForgetReport
    from pipeline.forget import forget as forget_article
    from pipeline.services import open_services

    if not reason.strip():
        raise Wrong("say why; it is kept for ever", field="--reason")
    desk = chosen(context).desk()

    async def one() -> ForgetReport:
        async with open_services(desk) as services:
            return await forget_article(services, canonicalise(article) if "://" in article else article, reason)

    report = wait_for(one())
    gone, told = report.gone, {"id": report.gone.id, "urls": list(report.gone.urls)}
    if json:
        print_json(told | {"revisions": gone.revisions, "records": gone.records, "lists": report.lists})
    else:
        pages, lists = counted(gone.records, "raw page"), counted(report.lists, "list")
        print(f"{gone.id} is forgotten: {counted(gone.revisions, 'revision')}, {pages}, {lists} that named it")
    if report.lists:
        say("while a list of its source still names it, new copies of that list come in; forget it again then")
    if report.index.error:
        say(f"the index still has it ({report.index.error}); the next run takes it out")


@cli.command()
def export(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="Only what was first seen since: 2026-01-31 or 7d.")] = None,
) -> None:
    """Every article as one JSON line, in the order of its last change; without text where the site reserves it (`tdm`)."""
    from app.commands.passes import parse_since
    from articles.wire import to_json, without_text

    start = parse_since(since)
    with opened(context) as services:
        obeys = services.desk.settings.tdm != "ignore"
        for filed in services.ledger.files.every():
            if start is None or filed.first_seen >= start:
                told = to_json(filed.annotated)
                print_json(without_text(told) if obeys and filed.annotated.article.tdm_reserved else told)
