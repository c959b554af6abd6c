"""What editors must know of the config: a JSON Schema for each kind of file."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from config.load import LISTS
from config.models import Settings, Source

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Return a JSON Schema (draft 2020-12) per file: ``lagebild``, ``source`` and each list of the ``config`` folder."""
    found = {"lagebild": _schema(Settings), "source": _schema(Source)}
    found["source"]["required"] = [name for name in found["source"]["required"] if name != "id"]  # the file's name is it
    for _, name, model in LISTS:
        item = _schema(model)
        definitions = item.pop("$defs", {})
        del item["$schema"]
        found[name] = {
            "$schema": DIALECT,
            "type": "object",
            "properties": {name: {"type": "array", "items": item}},
            "additionalProperties": False,
            "$defs": definitions,
        }
    return found


def _schema(model: Any) -> dict[str, Any]:
    return {"$schema": DIALECT, **TypeAdapter(model).json_schema()}
