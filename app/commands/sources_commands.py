"""Commands about sources: list, check, doctor, add, capture, import, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from app.output import columns, counted, print_json
from app.shell import Json, chosen, opened, sources, wait_for


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
    """Is the catalogue valid? Exit 2 with file, line and field if not. Asks no site."""
    desk = chosen(context).desk()
    enabled = sum(source.enabled for source in desk.sources.values())
    if json:
        print_json({"ok": True, "sources": len(desk.sources), "enabled": enabled})
    else:
        print(f"{counted(len(desk.sources), 'source')}, {enabled} switched on: every file can be read")


@sources.command("doctor")
def doctor(context: typer.Context, json: Json = False) -> None:
    """How every source is, why, since when, and what might help. Asks no site; changes are noted and told once."""
    from app.health_view import health_json, print_health
    from crawlers.health import Health
    from pipeline.health import health
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one() -> list[Health]:
        async with open_services(desk) as services:
            return await health(services)

    found = wait_for(one())
    if json:
        for source in found:
            print_json(health_json(source))
    else:
        print_health(found, ZoneInfo(desk.settings.time_zone))


@sources.command("add")
def add_source(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, a feed, or a news sitemap.")],
    json: Json = False,
) -> None:
    """Find feed or news sitemap from an address and write config/sources/<id>.yaml."""
    from pipeline.add_source import add
    from pipeline.services import open_services

    desk = chosen(context).desk()

    async def one() -> tuple[str, Path]:
        async with open_services(desk) as services:
            return await add(services, url)

    id_, file = wait_for(one())
    if json:
        print_json({"id": id_, "file": str(file)})
        return
    print(f"wrote {file}")
    print(f"  lagebild run --source {id_}   # read it now")
