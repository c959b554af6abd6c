"""Desks on disk, written file by file as an operator would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = """\
name: Zeitung
country: DE
languages: [de]
addresses:
- kind: feed
  url: https://zeitung.example/feed/
"""

WriteDesk = Callable[..., Path]


@pytest.fixture
def desk_with(tmp_path: Path) -> WriteDesk:
    """Return a function that writes files into a desk: names relative to it, with ``/`` as ``__`` or as given."""

    def write(files: dict[str, str]) -> Path:
        folder = tmp_path / "desk"
        for name, text in {"lagebild.yaml": "", **files}.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return folder

    return write
