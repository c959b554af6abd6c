"""What a desk is: everything its operator wants, read and checked, and where each thing was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.models import Alert, Channel, Entity, Settings, Source, Topic

Kind = Literal["source", "entity", "topic", "alert", "channel"]


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk. Mappings keep the order of their files; ``channels`` always has ``file``.

    ``folder`` is absolute; relative paths in settings and channels are meant from it (see ``path``).
    """

    folder: Path
    settings: Settings
    sources: Mapping[str, Source]
    entities: Mapping[str, Entity]
    topics: Mapping[str, Topic]
    alerts: Mapping[str, Alert]
    channels: Mapping[str, Channel]
    places: Mapping[tuple[str, str, str], tuple[Path, int]]

    def where(self, kind: Kind, id: str, key: str = "") -> tuple[Path, int] | tuple[None, None]:
        """Return file (as shown in messages) and line at which a thing, or one key of it, is written.

        A key that is not written stands where its thing begins; two Nones if no file states the thing.
        """
        return self.places.get((kind, id, key)) or self.places.get((kind, id, "")) or (None, None)

    @property
    def protected(self) -> frozenset[str]:
        """The names that analysis never stems or splits."""
        return frozenset(
            name.name for entity in self.entities.values() for name in entity.names if "protected" in name.flags
        )

    def path(self, written: str) -> Path:
        """Return a path from the config, made absolute from the desk's folder."""
        return self.folder / Path(written).expanduser()
