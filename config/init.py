"""How a new desk comes to be: the bundled config, written out to be edited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from articles.errors import Transient, Wrong
from config.load import BUNDLED, LISTS


def write_desk(folder: Path) -> list[Path]:
    """Write a desk into a new or empty folder and return the files written, in order.

    Raises Wrong if the folder holds anything or cannot be made, Transient if writing fails half-way (a full disk).
    """
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = next(folder.iterdir(), None)
    except OSError as error:
        raise Wrong(f"cannot make a desk in {folder}: {error.strerror or error}") from error
    if taken is not None:
        raise Wrong(f"{folder} is not empty (it has {taken.name}); name a new or empty folder for the desk")
    written = []
    try:
        for source, target in _files(folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            written.append(target)
    except OSError as error:
        raise Transient(f"the desk in {folder} is incomplete: {error.strerror or error}; empty it and try again") from error
    return written


def _files(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each bundled file and its place in the desk."""
    yield BUNDLED / "lagebild.yaml", folder / "lagebild.yaml"
    for _, name, _ in LISTS:
        yield BUNDLED / f"{name}.yaml", folder / "config" / f"{name}.yaml"
    for source in sorted((BUNDLED / "sources").glob("*.yaml")):
        yield source, folder / "config" / "sources" / source.name
