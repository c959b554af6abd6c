"""How YAML is read so that every value keeps its line, and so that no file can hurt the reader.

A deliberately small YAML: one document, no anchors, no tags, plain words as in YAML 1.2's core schema. So ``country: NO``
is Norway and ``12:30`` is a time of day, where YAML 1.1 reads *false* and *750*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

import yaml
from yaml import events

from articles.errors import Wrong

Path = tuple[str | int, ...]
"""Keys and list positions that lead to a value from the top of its file."""

MAX_BYTES = 4 * 1024 * 1024
"""A config file above this is no config file; the bundled entities, the largest we know, take a twentieth of it."""
MAX_DEPTH = 32
"""The deepest config of ours nests five levels."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times quicker, where the wheel has it
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """A file's value and the line (from 1) of every key and list item in it; the empty path is the file itself."""

    file: FilePath
    value: object
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Return the line of ``path``, or of the nearest thing around it that has one."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def read(file: FilePath, shown: FilePath | None = None) -> Document:
    """Read one YAML file; ``shown`` is the name used in messages. Raises Wrong with the line of what is amiss."""
    shown = shown or file
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Wrong(f"cannot be read: {error.strerror or error}", file=shown) from error
    if len(data) > MAX_BYTES:
        raise Wrong(f"is larger than {MAX_BYTES // 1024 // 1024} MB, too large for a config file", file=shown)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Wrong("is not UTF-8 here; save the file as UTF-8", file=shown, line=line) from error
    return parse(text, shown)


def parse(text: str, file: FilePath) -> Document:
    """Read YAML text; raises Wrong that names ``file`` and the line."""
    try:
        return _Builder(file).build(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else None
        raise Wrong(f"is not valid YAML: {_problem(error)}", file=file, line=line) from error


def _problem(error: yaml.YAMLError) -> str:
    problem, context = getattr(error, "problem", None), getattr(error, "context", None)
    if problem is None:
        return str(error).splitlines()[0]
    started = getattr(error, "context_mark", None)
    since = f" that began in line {started.line + 1}" if started and context else ""
    return f"{problem}" + (f" ({context}{since})" if context else "")


class _Open:
    """A mapping or list that is being read."""

    __slots__ = ("key", "path", "value")

    def __init__(self, value: dict[str, object] | list[object], path: Path) -> None:
        self.value, self.path = value, path
        self.key: str | None = None


class _Builder:
    """Turns parser events into values without recursion, so that nesting cannot exhaust the stack."""

    def __init__(self, file: FilePath) -> None:
        self._file = file
        self._lines: dict[Path, int] = {(): 1}
        self._open: list[_Open] = []
        self._value: object = None

    def build(self, stream: Iterator[events.Event]) -> Document:
        documents = 0
        for event in stream:
            if isinstance(event, events.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._wrong(event, "a second document begins here; a config file holds one")
            elif isinstance(event, events.NodeEvent):
                self._node(event)
            elif isinstance(event, events.CollectionEndEvent):
                self._open.pop()
        return Document(self._file, self._value, self._lines)

    def _node(self, event: events.NodeEvent) -> None:
        if event.anchor is not None:
            raise self._wrong(event, "anchors and aliases (& and *) are not supported; write the value out, or in quotes")
        if getattr(event, "tag", None) not in (None, "!"):
            raise self._wrong(event, "tags (!) are not supported; write the value in quotes")
        if isinstance(event, events.ScalarEvent):
            self._scalar(event)
        else:
            self._collection(event)

    def _scalar(self, event: events.ScalarEvent) -> None:
        holder = self._open[-1] if self._open else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self._key(holder, event)
        else:
            self._put(event, _plain(event.value) if event.implicit[0] else event.value)

    def _key(self, holder: _Open, event: events.ScalarEvent) -> None:
        path = (*holder.path, event.value)
        if path in self._lines:
            raise self._wrong(event, f"the key '{event.value}' stands already in line {self._lines[path]}")
        self._lines[path] = _line(event)
        holder.key = event.value

    def _collection(self, event: events.NodeEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._wrong(event, f"is nested deeper than {MAX_DEPTH} levels")
        value: dict[str, object] | list[object] = {} if isinstance(event, events.MappingStartEvent) else []
        self._open.append(_Open(value, self._put(event, value)))

    def _put(self, event: events.NodeEvent, value: object) -> Path:
        if not self._open:
            self._value = value
            return ()
        holder = self._open[-1]
        if isinstance(holder.value, list):
            path: Path = (*holder.path, len(holder.value))
            self._lines[path] = _line(event)
            holder.value.append(value)
            return path
        if holder.key is None:
            raise self._wrong(event, "a key must be plain text")
        path = (*holder.path, holder.key)
        holder.value[holder.key] = value
        holder.key = None
        return path

    def _wrong(self, event: events.Event, message: str) -> Wrong:
        return Wrong(message, file=self._file, line=_line(event))


def _line(event: events.Event) -> int:
    """Return the event's line, from 1; marks are there for every event that a parser made."""
    return event.start_mark.line + 1 if event.start_mark else 1


def _plain(text: str) -> object:
    """Resolve an unquoted scalar: null, boolean, number, else text (YAML 1.2 core schema without octal and hex)."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if len(text) <= 18 and _INT.match(text):  # a longer number is an identifier, and quadratic to convert
        return int(text)
    if len(text) <= 32 and _FLOAT.match(text):
        return float(text)
    return text
