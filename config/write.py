"""How a source is written: one YAML file, named by its id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from articles.errors import Transient, Wrong
from config.models import Id, Source


def checked_id(text: str) -> str:
    """Return an id that may name a source's file; raises Wrong for any other."""
    try:
        return TypeAdapter(Id).validate_python(text)
    except ValidationError as error:
        raise Wrong(f"{text!r} is no id: lower-case letters, digits, . _ - as in zeitung-politik", field="--id") from error


def write_source(folder: Path, source: Mapping[str, Any]) -> Path:
    """Write ``config/sources/<id>.yaml`` below a desk's folder and return its path.

    ``source`` has the keys of ``config.models.Source``. Raises Wrong if there is such a file already, Transient if the
    disk refuses it.
    """
    checked = Source.model_validate(source)
    file = folder / "config" / "sources" / f"{checked.id}.yaml"
    text = yaml.safe_dump(
        {key: value for key, value in source.items() if key != "id"}, allow_unicode=True, sort_keys=False, width=120
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError as error:
        raise Wrong(f"there is a source '{checked.id}' already; edit it, or remove the file", file=file) from error
    except OSError as error:
        raise Transient(f"cannot write {file}: {error.strerror or error}") from error
    return file
