"""A desk as a person makes one: `lagebild init`, its own sources instead of the catalogue, the example alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.app.commanding import done


def new_desk(folder: Path, sources: Iterable[Mapping[str, Any]] = ()) -> Path:
    """Make a desk in a new folder that watches only these sources."""
    done("init", folder)
    for file in (folder / "config" / "sources").iterdir():
        file.unlink()
    for source in sources:
        text = yaml.safe_dump({key: value for key, value in source.items() if key != "id"})
        (folder / "config" / "sources" / f"{source['id']}.yaml").write_text(text, encoding="utf-8")
    return folder


def watched(id_: str, *urls: str, kind: str = "feed", **more: Any) -> dict[str, Any]:
    """A source of these addresses that is asked without a pause."""
    return {"id": id_, "name": id_, "addresses": [{"kind": kind, "url": url} for url in urls], "delay": 0} | more
