"""What all commands share: the command's groups, the chosen desk, and its services while a command works."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from app.place import desk_folder

if TYPE_CHECKING:
    from config.desk import Desk
    from pipeline.services import Services


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was said before the command."""

    folder: Path | None
    debug: bool

    @property
    def place(self) -> Path:
        """The desk's folder, existing or not."""
        return desk_folder(self.folder)

    def desk(self) -> Desk:
        """Read the desk; raises Wrong with every mistake in its config."""
        from config.load import load

        return load(self.place)

    def desk_or_bundled(self) -> Desk:
        """Read the desk, or without one the config that comes with Lagebild: what the filters work with."""
        from config.load import bundled, load

        place = self.place
        return load(place) if self.folder or (place / "lagebild.yaml").is_file() else bundled()


cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="""
    A news monitor for the defence press: crawl, enrich, search, alert, with nothing lost silently.
    """,
)


def group(name: str, about: str) -> typer.Typer:
    """Return a new group of commands below ``lagebild NAME``."""
    made = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, help=about)
    cli.add_typer(made, name=name)
    return made


alerts = group("alerts", "The alerts: list, check, test.")
sources = group("sources", "The catalogue of sources: list, check, doctor, add, capture, import, export.")
index = group("index", "The search index: status, migrate, rebuild, build.")
query = group("query", "Queries: explain.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@cli.callback()
def _chosen(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Option("-C", metavar="DIR", help="The desk's folder.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    context.obj = Chosen(folder, debug)


def chosen(context: typer.Context) -> Chosen:
    """Return what was said before the command."""
    found = context.obj
    assert isinstance(found, Chosen)
    return found


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine to its end; asyncio is imported only by the commands that wait (a third of `--help`'s time)."""
    import asyncio

    return asyncio.run(work)


@contextmanager
def opened(context: typer.Context, *, bundled: bool = False) -> Iterator[Services]:
    """Yield the services of the chosen desk to a command that does its work without waiting, and close them.

    ``bundled`` lets a command work without a desk, on the config that comes with Lagebild.
    """
    from pipeline.services import Services

    door = chosen(context)
    services = Services(door.desk_or_bundled() if bundled else door.desk())
    try:
        yield services
    finally:
        wait_for(services.close())
