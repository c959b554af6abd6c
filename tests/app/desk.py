"""A desk over one site; its commands run beside the site's server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.app.commanding import Told, command
from tests.crawlers.sites import Site


@dataclass
class Desk:
    """The desk's folder and the site it watches."""

    folder: Path
    site: Site

    async def command(self, *arguments: object) -> Told:
        """Give one command on this desk."""
        return await asyncio.to_thread(command, "-C", self.folder, *arguments)

    def source(self, id_: str) -> dict[str, object]:
        """Return what a source's file says."""
        found: dict[str, object] = yaml.safe_load((self.folder / "config" / "sources" / f"{id_}.yaml").read_text("utf-8"))
        return found

    def files(self) -> list[str]:
        """Return the paths of all that lies in the folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
