"""How an article of the demo site is written: a head of ``key: value`` lines, then paragraphs (pages/<title>/*.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from app.demo_site.titles import TITLES, Title

_HEAD = re.compile(r"^---\n(.*?)\n---\n", re.DOTALL)
_NEEDED = {"section", "layout", "title", "minutes"}
_ALLOWED = _NEEDED | {"kicker", "lead", "authors", "agency", "paywall", "canonical", "tracked"}
_ALLOWED |= {"charset", "path", "moved_from", "edit", "edit_minutes"}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article's body; ``minutes`` (before the base moment) is set on the entries of a live blog."""

    kind: Literal["p", "h2", "quote", "entry"]
    text: str
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One article as its author wrote it. Times are minutes before the base moment; ``edit`` stands in edition 2 only."""

    title_of: Title
    path: str
    section: str
    layout: str
    title: str
    minutes: int
    body: tuple[Block, ...]
    kicker: str = ""
    lead: str = ""
    authors: tuple[str, ...] = ()
    agency: str = ""
    paywall: bool = False
    canonical: str = ""
    tracked: bool = False
    charset: str = "utf-8"
    moved_from: str = ""
    edit: str = ""
    edit_minutes: int = 0


def read_piece(text: str, title: Title, name: str) -> Piece:
    """Read one article file. Raises ``ValueError`` for a file without a head, an unknown key or a missing one."""
    head = _HEAD.match(text)
    if head is None:
        raise ValueError(f"{name}: no head between two lines of '---'")
    values = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head[1].splitlines())}
    unknown, missing = values.keys() - _ALLOWED, _NEEDED - values.keys()
    if unknown or missing or values["section"] not in title.sections:
        raise ValueError(f"{name}: unknown {sorted(unknown)}, missing {sorted(missing)}, section {values['section']}")
    body = tuple(_block(part) for part in re.split(r"\n{2,}", text[head.end() :].strip()))
    return Piece(
        title_of=title,
        path=values.get("path") or f"{title.section_path(values['section'])}{name}.html",
        section=values["section"],
        layout=values["layout"],
        title=values["title"],
        minutes=int(values["minutes"]),
        body=body,
        kicker=values.get("kicker", ""),
        lead=values.get("lead", ""),
        authors=tuple(author.strip() for author in values.get("authors", "").split(";") if author.strip()),
        agency=values.get("agency", ""),
        paywall=values.get("paywall") == "yes",
        canonical=values.get("canonical", ""),
        tracked=values.get("tracked") == "yes",
        charset=values.get("charset", "utf-8"),
        moved_from=values.get("moved_from", ""),
        edit=values.get("edit", ""),
        edit_minutes=int(values.get("edit_minutes", 0)),
    )


def _block(part: str) -> Block:
    """``## heading``, ``> quote``, ``@12 headline`` + text (an entry 12 minutes before the base), else a paragraph."""
    text = " ".join(part.split())
    if part.startswith("## "):
        return Block("h2", text[3:])
    if part.startswith("> "):
        return Block("quote", text[2:])
    if entry := re.match(r"@(\d+) (.*)", part, re.DOTALL):
        return Block("entry", entry[2].strip(), int(entry[1]))
    return Block("p", text)


@cache
def pieces() -> tuple[Piece, ...]:
    """All articles of the site, newest first."""
    found = [
        read_piece(file.read_text(encoding="utf-8"), title, file.stem)
        for title in TITLES
        for file in sorted((Path(__file__).parent / "pages" / title.folder).glob("*.md"))
    ]
    return tuple(sorted(found, key=lambda piece: (piece.minutes, piece.path)))
