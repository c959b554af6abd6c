"""How an address becomes a source: looked at through the guard, and written as one YAML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from articles.errors import Wrong
from articles.url import canonicalise
from config.write import checked_id, write_source
from crawlers.discover import Advertised, discover_source, free_id
from pipeline.asking import asking
from pipeline.services import Services


@dataclass(frozen=True, slots=True)
class Added:
    """The source that was written, as its YAML has it with its id, its file, and further lists that the site names."""

    source: dict[str, Any]
    file: Path
    others: tuple[Advertised, ...]


async def add(services: Services, url: str, wanted: Sequence[str] = (), id_: str | None = None) -> Added:
    """Find feed or news sitemap from an address and write ``config/sources/<id>.yaml``.

    ``wanted`` are the lists to take instead of those that are found first. What the desk has already is not taken again;
    where the host's name is taken, the id says more: ``zeitung-politik``. Raises Wrong (all of it is on the desk already,
    there is such a source, no such id can be, the guard refuses the address), NotSo (no list there, robots.txt forbids
    it), Transient (no answer).
    """
    canonicalise(url)  # what is no address is told as such, before anybody is asked
    name = checked_id(id_) if id_ is not None else None
    sources = services.desk.sources
    known = {canonicalise(address.url): source.id for source in sources.values() for address in source.addresses}
    for address in wanted:
        if (whose := known.get(canonicalise(address))) is not None:
            raise Wrong(f"{address} belongs to the source '{whose}' already", field="--feed")
    async with asking(services) as asks:
        found = await discover_source(url, asks, services.pool, known=known, wanted=wanted)
    source = found.source | {"id": name or free_id(found.source["addresses"][0]["url"], sources)}
    return Added(source, write_source(services.desk.folder, source), found.others)
