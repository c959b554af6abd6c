"""The command that shows the whole job on a bundled news site."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from app.output import print_json, say
from app.shell import Json, cli, wait_for


@cli.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End when everything is shown.")] = False,
    json: Json = False,
) -> None:
    """The whole job on a bundled news site: crawl, enrich, index, search, alert. Needs no network and no config."""
    from app.demo import demo_folder, run_demo, serve_again
    from app.demo_view import demo_json, print_demo

    folder = demo_folder()
    report = wait_for(run_demo(folder))
    if json:
        print_json(demo_json(report))
    else:
        print_demo(report)
    if once:
        return
    with serve_again(folder) as server:
        say(f"\nThe news site is served at {server.origin} until Ctrl-C; `lagebild demo --once` ends by itself.")
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
