"""How lists of feeds go in and out as OPML (http://opml.org/spec2.opml), the form every feed reader knows.

OPML carries feeds only: name, address, language and, as a folder, the tier; the rest of a source is Lagebild's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from articles.errors import Wrong
from config.models import Source, Tier
from config.shapes import public_address

MOST_BYTES = 20 * 1024 * 1024
"""A list of 50,000 feeds is 10 MB; larger files are no list of feeds."""

_TIERS = frozenset(get_args(Tier))
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of an OPML file and the line it stands in; ``site`` is the page it belongs to, if the file says."""

    name: str
    url: str
    site: str | None
    language: str | None
    tier: str | None
    line: int


def read_opml(data: bytes, file: Path) -> tuple[list[Outline], list[str]]:
    """Return the feeds of an OPML file in order, and a sentence for each outline whose address cannot be used.

    Raises Wrong with file and line for anything that is no OPML. A document type is refused: entities may hide anything.
    """
    if len(data) > MOST_BYTES:
        raise Wrong(f"larger than {MOST_BYTES // 2**20} MB: this is no list of feeds", file=file)
    reading = _Reading(file)
    try:
        reading.parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Wrong(f"is not XML: {error}", file=file, line=reading.line) from error
    if not reading.is_opml:
        raise Wrong("is no OPML file: it has no <opml> element", file=file, line=1)
    return reading.outlines, reading.unusable


class _Reading:
    """One file being read: which folders are open, and what was found."""

    def __init__(self, file: Path) -> None:
        self._file, self._folders = file, list[str]()
        self.outlines: list[Outline] = []
        self.unusable: list[str] = []
        self.is_opml = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber

    def _refuse(self, *_: object) -> None:
        raise Wrong("has a document type, which is not read; remove the <!DOCTYPE ...>", file=self._file, line=self.line)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.is_opml = self.is_opml or tag.lower() == "opml"
        if tag.lower() != "outline":
            return
        said = {name.lower(): value.strip() for name, value in attributes.items()}
        name = said.get("title") or said.get("text") or ""
        self._folders.append(name)
        if url := said.get("xmlurl"):
            self._feed(name, url, said)

    def _end(self, tag: str) -> None:
        if tag.lower() == "outline":
            self._folders.pop()

    def _feed(self, name: str, url: str, said: Mapping[str, str]) -> None:
        try:
            public_address(url)
        except ValueError as error:
            self.unusable.append(f"line {self.line}: {error}")
            return
        tiers = [*(part.strip(" /") for part in said.get("category", "").split(",")), *reversed(self._folders[-4:-1])]
        tier = next((part.lower() for part in tiers if part.lower() in _TIERS), None)
        language = said.get("language", "")[:2].lower()
        self.outlines.append(
            Outline(
                name or url,
                url,
                _usable(said.get("htmlurl")),
                language if re.fullmatch("[a-z]{2}", language) else None,
                tier,
                self.line,
            )
        )


def _usable(site: str | None) -> str | None:
    try:
        return public_address(site) if site else None
    except ValueError:
        return None


def as_sources(outlines: Iterable[Outline], id_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return sources in the form of their YAML: the feeds of one site, as ``id_of`` its address says, are one source."""
    sources: dict[str, dict[str, Any]] = {}
    for one in outlines:
        id_ = id_of(one.site or one.url)
        source = sources.setdefault(id_, {"id": id_, "name": one.name, "languages": [], "addresses": []})
        if one.language and one.language not in source["languages"]:
            source["languages"].append(one.language)
        if one.tier:
            source.setdefault("tier", one.tier)
        address = {"kind": "feed", "url": one.url}
        if address not in source["addresses"]:
            source["addresses"].append(address)
    return list(sources.values())


def write_opml(sources: Iterable[Source]) -> str:
    """Return the feeds of these sources as an OPML 2.0 file, a folder per tier; sources without a feed are left out."""
    folders: dict[str, list[str]] = {}
    for source in sources:
        for address in source.addresses:
            if address.kind == "feed":
                language = f" language={_quoted(source.languages[0])}" if source.languages else ""
                name = _quoted(source.name)
                line = f'<outline type="rss" text={name} title={name} xmlUrl={_quoted(address.url)}{language}/>'
                folders.setdefault(source.tier, []).append(f"      {line}")
    body = [
        line
        for tier, feeds in sorted(folders.items())
        for line in (f"    <outline text={_quoted(tier)}>", *feeds, "    </outline>")
    ]
    head = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">', "  <head><title>Lagebild</title></head>"]
    return "\n".join([*head, "  <body>", *body, "  </body>", "</opml>", ""])


def _quoted(value: str) -> str:
    return quoteattr(_UNWRITABLE.sub("\ufffd", value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
