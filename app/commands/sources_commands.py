"""Commands about sources: list, check, doctor, add, capture, import, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from app.output import columns, counted, print_json, safe, say
from app.shell import Json, chosen, opened, sources, wait_for
from articles.errors import NotSo, Transient, Wrong


@sources.command("list")
def list_sources(context: typer.Context, json: Json = False) -> None:
    """The catalogue, and when each source was last visited."""
    rows = []
    with opened(context) as services:
        last = services.ledger.status(services.clock()).sources
        for source in services.desk.sources.values():
            at = last.get(source.id)
            if json:
                print_json(source.model_dump(mode="json") | {"last_visit": at.isoformat() if at else None})
            visited = f"{at.astimezone(services.zone):%Y-%m-%d %H:%M}" if at else "never"
            on = "on" if source.enabled else "off"
            rows.append((source.id, on, source.tier, "/".join(source.languages), visited, source.name))
    if not json:
        header = ("source", "", "tier", "lang", "visited", "name")
        for line in columns([header, *rows]) if rows else ["no sources; `lagebild sources add URL` adds one"]:
            print(line)


@sources.command("check")
def check_sources(context: typer.Context, json: Json = False) -> None:
    """Is the catalogue valid, and is every golden page read as expected? Asks no site.

    Exit 2 with file, line and field if a file cannot be read, 1 if a golden page is read otherwise.
    """
    from extract.selectors import check
    from pipeline.golden import Misread, reread
    from pipeline.services import open_services

    desk = chosen(context).desk()
    check(desk)
    enabled = sum(source.enabled for source in desk.sources.values())

    async def one() -> tuple[int, list[Misread]]:
        async with open_services(desk) as services:
            return await reread(services)

    pages, misread = wait_for(one())
    if json:
        shown = [
            {"page": str(m.folder.relative_to(desk.folder)), "field": m.field, "expected": m.expected, "read": m.read}
            for m in misread
        ]
        counts = {"sources": len(desk.sources), "enabled": enabled, "golden": pages}
        print_json({"ok": not misread, **counts, "misread": shown})
    else:
        print(f"{counted(len(desk.sources), 'source')}, {enabled} switched on: every file can be read")
        for m in misread:
            print(safe(f"{m.folder.relative_to(desk.folder)}: {m.field}: expected {m.expected!r}, read {m.read!r}"))
    if misread:
        wrong = len({m.folder for m in misread})
        raise NotSo(f"{wrong} of {counted(pages, 'golden page')} read otherwise than expected")
    if pages and not json:
        print(f"{counted(pages, 'golden page')} read as expected")


@sources.command("doctor")
def doctor(context: typer.Context, json: Json = False) -> None:
    """How every source is, why, since when, and what might help. Asks no site; changes are noted and told once."""
    from app.health_view import HowAsked, health_json, print_health
    from articles.url import canonicalise
    from crawlers.health import Health
    from pipeline.health import health
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one() -> tuple[list[Health], HowAsked]:
        async with open_services(desk) as services:
            asked = services.ledger.visits.asked
            return await health(services), {
                source.id: [one for address in source.addresses for one in asked(canonicalise(address.url))]
                for source in desk.sources.values()
                if source.enabled
            }

    found, conduct = wait_for(one())
    if json:
        for source in found:
            print_json(health_json(source, conduct[source.source]))
    else:
        print_health(found, ZoneInfo(desk.settings.time_zone), conduct)


@sources.command("add")
def add_source(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, a feed, or a news sitemap.")],
    feed: Annotated[
        list[str] | None, typer.Option(help="Take this feed, sitemap or list page, not the first; may be repeated.")
    ] = None,
    id_: Annotated[str | None, typer.Option("--id", help="The source's id; else made from its host.")] = None,
    json: Json = False,
) -> None:
    """Find feed or news sitemap from an address and write config/sources/<id>.yaml."""
    from pipeline.add_source import Added, add
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one() -> Added:
        async with open_services(desk) as services:
            return await add(services, url, feed or (), id_)

    added = wait_for(one())
    source, others = added.source, [{"kind": o.kind, "url": o.url, "title": o.title} for o in added.others]
    if json:
        print_json({"id": source["id"], "file": str(added.file), "addresses": source["addresses"], "others": others})
        return
    print(f"wrote {added.file}")
    for address in source["addresses"]:
        print(safe(f"  {address['kind']}: {address['url']}"))
    print(f"  lagebild run --source {source['id']}   # read it now")
    if others:
        print(f"the site names {counted(len(others), 'further list')}; `lagebild sources add URL --feed LIST` adds one:")
        for other in others:
            print(safe(f"  {other['kind']}: {other['url']}  {other['title']}".rstrip()))


@sources.command("capture")
def capture_page(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page of a source.")],
    source: Annotated[str | None, typer.Option(help="Whose page it is; else the source of the same site.")] = None,
    json: Json = False,
) -> None:
    """Keep a page and what the reader makes of it as a golden page under golden/<source>/."""
    from pipeline.golden import capture
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one() -> tuple[Path, str]:
        async with open_services(desk) as services:
            return await capture(services, url, source)

    folder, outcome = wait_for(one())
    if json:
        print_json({"folder": str(folder), "outcome": outcome})
        return
    print(f"kept {folder}, read as {outcome}")
    print(f"  {folder / 'expected.json'}   # correct what was read wrongly")
    print("  lagebild sources check   # is it read so?")


@sources.command("import")
def import_opml(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="Feeds, as every feed reader writes them.")],
    json: Json = False,
) -> None:
    """Write a source for each site of an OPML file; what the desk has already is left as it is."""
    from config.opml import as_sources, read_opml
    from config.write import write_source
    from crawlers.discover import free_id, source_id

    desk = chosen(context).desk()
    outlines, skipped = read_opml(_bytes(file), file)
    known = {address.url: one.id for one in desk.sources.values() for address in one.addresses}
    skipped += [f"line {o.line}: {o.url} belongs to the source '{known[o.url]}'" for o in outlines if o.url in known]
    written: list[tuple[str, Path]] = []
    for made in as_sources([outline for outline in outlines if outline.url not in known], source_id):
        made["id"] = free_id(made["addresses"][0]["url"], desk.sources) if made["id"] in desk.sources else made["id"]
        written.append((made["id"], write_source(desk.folder, made)))
    if json:
        print_json({"written": [{"id": id_, "file": str(path)} for id_, path in written], "skipped": skipped})
        return
    for _, path in written:
        print(f"wrote {path}")
    for why in skipped:
        say(f"left out: {why}")
    print(f"{counted(len(written), 'source')} written, {len(skipped)} left out")


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise Wrong("no such file", file=file) from error
    except OSError as error:
        raise Transient(f"cannot read {file}: {error.strerror or error}") from error


@sources.command("export")
def export_opml(context: typer.Context) -> None:
    """Print the feeds of all sources that are switched on as OPML, for any feed reader."""
    from config.opml import write_opml

    enabled = [one for one in chosen(context).desk().sources.values() if one.enabled]
    print(write_opml(enabled), end="")
    without = sum(all(address.kind != "feed" for address in one.addresses) for one in enabled)
    if without:
        say(f"left out: {counted(without, 'source')} without a feed, which OPML cannot carry")
