"""How a desk's folder is read: every file, the environment, and all references between them, checked at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from articles.errors import Wrong, nearest
from config import references
from config.desk import Desk, Kind
from config.environment import from_environment
from config.groups import switch_on
from config.mistakes import Mistake, of_model, of_wrong, tell
from config.models import Alert, Channel, Entity, FileChannel, Settings, Source, Topic
from config.yaml_places import Document, read

BUNDLED = Path(__file__).parent
"""The folder of the config that comes with Lagebild; it is laid out as a desk's ``config`` folder."""

LISTS: tuple[tuple[Kind, str, Any], ...] = (
    ("entity", "entities", Entity),
    ("topic", "topics", Topic),
    ("alert", "alerts", Alert),
    ("channel", "channels", Channel),
)
"""Kind, name of the file and of its one key, and model, of the files that hold a list."""

_FALL_BACK = frozenset({"entities", "topics"})


def load(folder: Path, env: Mapping[str, str] = os.environ) -> Desk:
    """Read the desk in ``folder``; files it lacks are the bundled ones (entities, topics) or empty.

    Raises Wrong with every mistake found, one line each, the first of them as its file, line and field.
    """
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        raise Wrong(f"no such folder: {folder}; `lagebild init {folder}` makes a desk there")
    if not (folder / "lagebild.yaml").is_file() and not (folder / "config").is_dir():
        raise Wrong(f"{folder} is no desk: it has neither lagebild.yaml nor config/; `lagebild init` writes them")
    reading = _Reading(folder)
    settings = reading.settings(env)
    desk = reading.desk(folder / "config", settings)
    reading.mistakes.extend(references.check(desk))
    if reading.mistakes:
        raise tell(reading.mistakes)
    return desk


def load_alerts(file: Path) -> dict[str, Alert]:
    """Read a file of alerts alone, as the filter ``match`` does; their channels are not looked up.

    Raises Wrong with every mistake found, one line each.
    """
    reading = _Reading(Path.cwd())
    if not file.is_file():
        raise Wrong("no such file", file=file)
    alerts = reading.alerts(file)
    if reading.mistakes:
        raise tell(reading.mistakes)
    return alerts


@cache
def bundled() -> Desk:
    """Return the desk of the config that comes with Lagebild, for filters that have no desk of their own.

    Its sources, entities and topics are the bundled ones; it has no alerts, and the default settings.
    """
    reading = _Reading(BUNDLED)
    desk = reading.desk(BUNDLED, Settings(), own=False)
    if reading.mistakes:
        raise tell(reading.mistakes)
    return desk


class _Reading:
    """One reading of a desk: collects values, where they stand, and every mistake."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.mistakes: list[Mistake] = []
        self._places: dict[tuple[str, str, str], tuple[Path, int]] = {}

    def settings(self, env: Mapping[str, str]) -> Settings:
        """Read lagebild.yaml with the environment above it."""
        file = self._folder / "lagebild.yaml"
        document = self._read(file) if file.is_file() else None
        written = document.value if document and document.value is not None else {}
        if document and not isinstance(written, dict):
            self.mistakes.append(Mistake("is not a mapping of keys to values", document.file, 1))
            written = {}
        values = dict(written) if isinstance(written, dict) else {}
        found = self._model(Settings, values, document, (), "") if document else Settings()
        settings, mistakes = from_environment(found or Settings(), env)
        self.mistakes.extend(mistakes)
        return settings

    def alerts(self, file: Path) -> dict[str, Alert]:
        """Read one file of alerts."""
        return self._list("alert", "alerts", Alert, file)

    def desk(self, config: Path, settings: Settings, own: bool = True) -> Desk:
        """Read everything below a config folder; without ``own`` its lists are left for the bundled ones."""
        self._unknown_files(config)
        found: dict[str, dict[str, Any]] = {}
        for kind, name, model in LISTS:
            file = config / f"{name}.yaml"
            if own and file.is_file():
                found[name] = self._list(kind, name, model, file)
            elif name in _FALL_BACK:
                found[name], places = _bundled_list(kind, name, model)
                self._places.update(places)
            else:
                found[name] = {}
        return Desk(
            folder=self._folder,
            settings=settings,
            sources=switch_on(self._sources(config / "sources"), settings.sources),
            channels={"file": FileChannel(id="file", kind="file"), **found.pop("channels")},
            places=self._places,
            **found,
        )

    def _unknown_files(self, config: Path) -> None:
        """A file that nobody reads is a mistake: alert.yaml or alerts.yml would silently alert nobody."""
        if not config.is_dir() or config == BUNDLED:
            return
        valid = [f"{name}.yaml" for _, name, _ in LISTS]
        for file in sorted(config.iterdir()):
            if file.suffix in (".yaml", ".yml") and file.name not in valid:
                hint = nearest(file.name, valid)
                self.mistakes.append(Mistake(f"no such config file{hint}", self._shown(file)))

    def _sources(self, folder: Path) -> dict[str, Source]:
        sources: dict[str, Source] = {}
        for file in sorted(folder.glob("*.y*ml")) if folder.is_dir() else ():
            if file.suffix != ".yaml":
                self.mistakes.append(Mistake("is not read; name it with .yaml at its end", self._shown(file)))
                continue
            document = self._read(file)
            source = self._source(document) if document else None
            if document and source:
                sources[source.id] = source
                self._place("source", source.id, document, ())
                self._place_all(source.id, document)
        return sources

    def _source(self, document: Document) -> Source | None:
        id = document.file.stem
        value = document.value
        if not isinstance(value, dict):
            self.mistakes.append(Mistake("is not a mapping of keys to values", document.file, 1))
            return None
        written = value.setdefault("id", id)
        if written != id:
            hint = f"id is {written!r}, but a source has the name of its file: {id}"
            self.mistakes.append(Mistake(hint, document.file, document.line(("id",)), "id"))
            return None
        found: Source | None = self._model(Source, value, document, (), "")
        return found

    def _list(self, kind: Kind, name: str, model: Any, file: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for document, index, value in self._items(name, file):
            path = (name, index)
            label = value.get("id", index + 1) if isinstance(value, dict) else index + 1
            item = self._model(model, value, document, path, f"{name}.{label}")
            if item is None:
                continue
            if item.id in found:
                first = self._places[kind, item.id, ""][1]
                message = f"the id '{item.id}' stands already in line {first}"
                self.mistakes.append(Mistake(message, document.file, document.line((*path, "id")), f"{name}.{item.id}"))
                continue
            found[item.id] = item
            self._place(kind, item.id, document, path)
        return found

    def _items(self, name: str, file: Path) -> Iterator[tuple[Document, int, Any]]:
        document = self._read(file)
        if document is None or document.value is None:
            return
        value = document.value
        if not isinstance(value, dict):
            self.mistakes.append(Mistake(f"must begin with the key '{name}:'", document.file, 1))
            return
        for key in value:
            if key != name:
                message = "no such key" + (nearest(key, [name]) or f"; the file's one key is '{name}'")
                self.mistakes.append(Mistake(message, document.file, document.line((key,)), key))
        items = value.get(name)
        if isinstance(items, list):
            yield from ((document, index, item) for index, item in enumerate(items))
        elif items is not None:
            self.mistakes.append(Mistake("is not a list of entries", document.file, document.line((name,)), name))

    def _model(self, model: Any, value: object, document: Document, path: tuple[str | int, ...], name: str) -> Any:
        try:
            return _adapter(model).validate_python(value)
        except ValidationError as error:
            self.mistakes.extend(of_model(error, model, document, path, name))
            return None

    def _place(self, kind: Kind, id: str, document: Document, path: tuple[str | int, ...]) -> None:
        """Remember where a thing and each of its keys is written."""
        self._places[kind, id, ""] = (document.file, document.line(path))
        value = document.value
        for key in path:
            value = value[key]  # type: ignore[index]  # the path was walked when the file was read
        for key in value if isinstance(value, dict) else ():
            self._places[kind, id, key] = (document.file, document.line((*path, key)))

    def _place_all(self, source: str, document: Document) -> None:
        """Remember where everything in a source's file stands: ``addresses.1.selector``, counted from 1."""
        for path, line in document.lines.items():
            key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
            self._places["source", source, key] = (document.file, line)

    def _read(self, file: Path) -> Document | None:
        try:
            return read(file, self._shown(file))
        except Wrong as error:
            self.mistakes.append(of_wrong(error))
            return None

    def _shown(self, file: Path) -> Path:
        return file.relative_to(self._folder) if file.is_relative_to(self._folder) else file


@cache
def _bundled_list(kind: Kind, name: str, model: Any) -> tuple[dict[str, Any], dict[tuple[str, str, str], tuple[Path, int]]]:
    """Return a bundled list and where its things are written; read once, for it is the largest part of a desk."""
    reading = _Reading(BUNDLED)
    return reading._list(kind, name, model, BUNDLED / f"{name}.yaml"), reading._places


@cache
def _adapter(model: Any) -> TypeAdapter[BaseModel]:
    return TypeAdapter(model)
