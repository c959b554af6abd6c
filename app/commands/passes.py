"""Commands that make the desk work: init, run, deliver, reprocess, up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.output import counted, print_json, say
from app.shell import Json, chosen, cli, wait_for
from articles.errors import Transient

if TYPE_CHECKING:
    from pipeline.passes import PassReport
    from pipeline.reprocess import ReprocessReport


@cli.command()
def init(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="An empty or new folder.", metavar="[DIR]")] = None,
) -> None:
    """Write an editable desk: settings, source catalogue, entities, topics, example alerts."""
    from config.init import write_desk

    place = folder or chosen(context).place
    written = write_desk(place)
    print(f"A desk with {counted(len(written), 'file')} is in {place}. Next:")
    print(f"  lagebild -C {place} run           # one pass now")
    print(f"  {place / 'config' / 'alerts.yaml'}  # whom to tell of what")


@cli.command()
def run(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="Only this source, due or not; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """One pass now: crawl what is due, refine, index, deliver. Exit 0 even if pages failed: they have outcomes."""
    from app.progress import watching
    from pipeline.passes import run_pass
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one_pass() -> PassReport:
        async with open_services(desk) as services:
            with watching() as ended:
                return await run_pass(services, source or None, ended)

    report = wait_for(one_pass())
    if json:
        print_json(pass_json(report))
    else:
        print_pass(report)
    tell_troubles(report)


def pass_json(report: PassReport) -> dict[str, object]:
    """Return the public form of a pass (docs/reference.md)."""
    return {
        "sources": report.sources,
        "visits": dict(sorted(report.outcomes.items())),
        "articles": {reason: report.articles(reason) for reason in ("new", "revised", "unchanged")},
        "notices": report.said.delivered,
        "put_off": report.said.retried,
        "dead": report.said.dead,
        "indexed": report.index.taken,
        "index_behind": report.index.behind,
        "seconds": round(report.seconds, 2),
    }


def print_pass(report: PassReport) -> None:
    """Tell a person what one pass did: every visit is in one of the lines."""
    total = sum(report.outcomes.values())
    print(f"{counted(report.sources, 'source')}, {counted(total, 'visit')} in {report.seconds:.1f} s")
    for outcome, count in sorted(report.outcomes.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"{count:6,}  {outcome}")
    print(f"{counted(report.index.taken, 'change')} indexed, {counted(report.said.delivered, 'notice')} said")
    if report.sources == 0:
        print("Nothing is due; `lagebild run --source ID` reads a source all the same.")


def tell_troubles(report: PassReport) -> None:
    """Say what was put off; raises Transient if the engine was out of reach, after everything else was done."""
    for channel, error in report.said.errors.items():
        say(f"channel {channel}: {error}; `lagebild outbox` shows what waits")
    if report.index.rebuilt:
        say("the index was made anew from the ledger: it was lost or broken, or what it depends on has changed")
    if report.index.error:
        raise Transient(
            f"the index is {counted(report.index.behind, 'change')} behind: {report.index.error}; "
            "nothing is lost, the next run goes on"
        )


@cli.command()
def deliver(context: typer.Context, json: Json = False) -> None:
    """Send what is due."""
    from pipeline.deliver import DeliverReport
    from pipeline.deliver import deliver as send
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one() -> DeliverReport:
        async with open_services(desk) as services:
            return await send(services)

    report = wait_for(one())
    if json:
        print_json({"delivered": report.delivered, "put_off": report.retried, "dead": report.dead, "errors": report.errors})
        return
    print(f"{counted(report.delivered, 'notice')} said, {report.retried} put off, {report.dead} given up")
    for channel, error in report.errors.items():
        say(f"channel {channel}: {error}")


@cli.command()
def reprocess(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(help="Only pages fetched since then: 2026-01-31 or 7d.")] = None,
    stage: Annotated[
        Literal["extract", "enrich"], typer.Option(help="extract: also pages that were rejected; enrich: articles only.")
    ] = "extract",
    json: Json = False,
) -> None:
    """Read archived pages again with today's code and config; nobody is told of old news."""
    from pipeline.indexing import index
    from pipeline.reprocess import reprocess as read_again
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one() -> tuple[ReprocessReport, int, str | None]:
        async with open_services(desk) as services:
            report = await read_again(services, parse_since(since), stage)
            indexed = index(services)
            return report, indexed.taken, indexed.error

    report, taken, error = wait_for(one())
    outcomes, not_kept = dict(report.outcomes), report.not_kept
    if json:
        print_json({"pages": sum(outcomes.values()), "outcomes": outcomes, "not_kept": not_kept, "indexed": taken})
    else:
        print(f"{counted(sum(outcomes.values()), 'page')} read again, {counted(taken, 'change')} indexed")
        for outcome, count in sorted(outcomes.items()):
            print(f"{count:6,}  {outcome}")
        if not_kept:
            pages = "raw pages are" if not_kept > 1 else "raw page is"
            print(f"{not_kept:,} {pages} no longer kept (`keep_raw`); what was filed of them stays as it is")
    if error:
        raise Transient(f"the index is behind: {error}")


def parse_since(text: str | None) -> datetime | None:
    """Read ``7d``, ``12h``, a day or an ISO time (UTC where it names no zone); raises Wrong."""
    from articles.errors import Wrong
    from config.shapes import duration

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        age = duration(text)
    except ValueError as error:
        raise Wrong(f"{text!r} is no time; write 2026-01-31 or an age as in 7d", field="--since") from error
    from datetime import timedelta

    assert isinstance(age, timedelta)
    return datetime.now(UTC) - age


@cli.command()
def up(context: typer.Context) -> None:
    """The service: Prefect server, schedules and delivery in one command; Ctrl-C stops it cleanly."""
    from app.commands.up import up as serve

    serve(chosen(context).place)
