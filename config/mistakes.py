"""How a mistake in the config is told: file, line, field, what is wrong, and the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from articles.errors import Wrong, nearest
from config.yaml_places import Document, Path

SHOWN = 20
"""So many mistakes are told at once; more would push the first ones out of sight."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend, as the parts of a Wrong."""

    message: str
    file: FilePath | None = None
    line: int | None = None
    field: str | None = None

    def wrong(self) -> Wrong:
        """Return it as an error of its own."""
        return Wrong(self.message, file=self.file, line=self.line, field=self.field)


def of_wrong(error: Wrong) -> Mistake:
    """Return what an error said as a mistake, to be told together with others."""
    return Mistake(error.message, error.file, error.line, error.field)


def tell(mistakes: Sequence[Mistake]) -> Wrong:
    """Make one error of several mistakes, a line for each; its file, line and field are those of the first."""
    first, *others = mistakes
    lines = [str(mistake.wrong()) for mistake in others[: SHOWN - 1]]
    if len(mistakes) > SHOWN:
        lines.append(f"and {len(mistakes) - SHOWN} more mistakes")
    return Wrong("\n".join([first.message, *lines]), file=first.file, line=first.line, field=first.field)


def of_model(error: ValidationError, model: Any, document: Document, path: Path, name: str) -> list[Mistake]:
    """Tell what a model refused: ``path`` is where its value stands in the file, ``name`` how the value is called."""
    told = [_of_detail(detail, model, document, path, name) for detail in _causes(error.errors(include_url=False))]
    return sorted(told, key=lambda mistake: mistake.line or 0)


def _causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out what only follows from another mistake: a key that is missing because it is misspelt, a list left empty."""
    misspelt = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    return [
        detail
        for detail in details
        if not (detail["type"] == "missing" and any(_same_key(detail["loc"], other) for other in misspelt))
        and not (detail["type"] == "too_short" and detail["input"])
    ]


def _same_key(missing: tuple[str | int, ...], other: tuple[str | int, ...]) -> bool:
    return missing[:-1] == other[:-1] and bool(nearest(str(other[-1]), [str(missing[-1])]))


def _of_detail(detail: ErrorDetails, model: Any, document: Document, path: Path, name: str) -> Mistake:
    written: Path = ()
    for key in detail["loc"]:  # pydantic adds names of union members, which nobody wrote
        if (*path, *written, key) in document.lines or key == detail["loc"][-1]:
            written = (*written, key)
    if detail["type"] == "union_tag_invalid":
        written = (*written, "kind")
    line = document.line((*path, *written))
    field = ".".join(str(part) for part in (name, *_counted(written)) if part != "")
    return Mistake(_sentence(detail, _holder(model, written[:-1], detail)), document.file, line, field)


def _counted(path: Path) -> list[str]:
    """Show list positions from 1, as people count."""
    return [str(key + 1) if isinstance(key, int) else key for key in path]


def _sentence(detail: ErrorDetails, holder: type[BaseModel] | None) -> str:
    kind, context, given = detail["type"], detail.get("ctx", {}), detail["input"]
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    fields = holder.model_fields if holder else {}
    match kind:
        case "extra_forbidden":
            return "no such key" + nearest(key, fields)
        case "missing":
            about = fields[key].description if key in fields else None
            return "is missing" + (f": {about}" if about else "")
        case "value_error":
            return str(context["error"])
        case "literal_error" | "union_tag_invalid":
            valid = _quoted(str(context.get("expected") or context.get("expected_tags")))
            tag = given.get("kind") if kind == "union_tag_invalid" and isinstance(given, dict) else given
            return f"{tag!r} is not one of {', '.join(valid)}{nearest(str(tag), valid)}"
        case "union_tag_not_found":
            return "kind is missing: file, webhook or mail"
        case "string_type":
            return _not_text(given)
        case "string_pattern_mismatch":
            about = fields[key].description if key in fields else None
            return f"{given!r} does not fit: {about or context['pattern']}"
    return _range_or_type(detail, given)


def _range_or_type(detail: ErrorDetails, given: object) -> str:
    wanted = {
        "bool": "true or false",
        "int": "a whole number",
        "float": "a number",
        "date": "a date, as in 2025-06-25",
        "dict": "a mapping of keys to values",
        "model": "a mapping of keys to values",
    }
    shape = re.sub(r"(_from_datetime)?(_type|_parsing|_inexact|_attributes_type)$", "", detail["type"])
    if shape in ("tuple", "frozen_set", "list"):
        return f"{_shown(given)} is not a list; write it in brackets, as in [{given if isinstance(given, str) else 'a, b'}]"
    if shape in wanted:
        return f"{_shown(given)} is not {wanted[shape]}"
    if detail["type"] == "too_short":
        return "needs at least one entry"
    said = detail["msg"].removeprefix("Input ")
    return f"{_shown(given)} {said}"


def _not_text(given: object) -> str:
    if isinstance(given, int | float):
        return f"{given!r} is read as a number or truth value; write it in quotes: '{given}'"
    return f"{_shown(given)} is not text"


def _shown(given: object) -> str:
    if given is None:
        return "nothing (an empty value)"
    text = repr(given)
    return text if len(text) <= 60 else text[:57] + "..."


def _quoted(listed: str) -> list[str]:
    """Read pydantic's ``'a', 'b' or 'c'`` back into names."""
    return [part for part in listed.replace(" or ", ", ").replace("'", "").split(", ") if part]


def _holder(model: Any, path: Path, detail: ErrorDetails) -> type[BaseModel] | None:
    """Return the model whose field the path's next key would be, to know that field's neighbours."""
    if get_origin(model) is not None and not _is_model(model):
        tag = detail["loc"][0] if detail["loc"] else ""
        model = next((found for found in _models_in(model) if tag in _kinds(found)), None)
    for key in path:
        if not _is_model(model):
            return None
        if isinstance(key, str) and key in model.model_fields:
            model = next(iter(_models_in(model.model_fields[key].annotation)), model)
    return model if _is_model(model) else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if _is_model(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _kinds(model: type[BaseModel]) -> Mapping[object, object]:
    kind = model.model_fields.get("kind")
    return dict.fromkeys(get_args(kind.annotation)) if kind else {}
