"""How rightly are the days, headlines and authors of real pages read, beside htmldate on the same pages?

``python -m benchmarks real-dates FOLDER [FOLDER] [--held-out] [--failures]``: a folder is a checkout of the Go module
github.com/markusmobius/go-htmldate (days) or go-trafilatura (headlines, authors, days), which ship pages with what people
read on them. The pages belong to their publishers, so none is here. They fall into halves by the SHA-1 of the file's name:
the odd one is held out, and only its sums are ever looked at.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from htmldate import find_date

from articles.article import Article
from articles.page import Page
from extract.dates import habits
from extract.decode import one_line
from extract.page import extract
from extract.titles import fold

_FETCHED = datetime(2026, 1, 1, tzinfo=UTC)
"""When the pages were fetched is not told; none is younger."""
_ENTRY = re.compile(r'^\t(?:\t?"(?P<url>[^"]+)": )?\{$|^\t\}, \{$|\{$')
_FIELD = re.compile(r"^\t\t(?P<key>\w+):\s+(?P<value>.+?),?$")
_LEADING, _BETWEEN = re.compile(r"^(?:von|by) ", re.I), re.compile(r"[,;&]|\s(?:und|and)\s", re.I)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`')


@dataclass(frozen=True, slots=True)
class Case:
    """One page and what people read on it; None where they noted nothing, and an empty ``day`` where it has none."""

    file: Path
    url: str
    title: str | None
    authors: tuple[str, ...] | None
    day: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one page."""

    case: Case
    article: Article | None
    other_day: str | None


def main(words: list[str]) -> int:
    """Print a table for each folder; return 2 if there is none."""
    folders = [Path(word) for word in words if not word.startswith("--")]
    if not folders:
        print("which folder? a checkout of github.com/markusmobius/go-htmldate or go-trafilatura", file=sys.stderr)
        return 2
    logging.disable(logging.CRITICAL)
    held_out = "--held-out" in words
    for folder in folders:
        started = time.process_time()
        half = [case for case in cases(folder) if is_held_out(case.file) == held_out]
        readings = [read(case) for case in sorted(half, key=lambda case: case.file)]
        print(f"{folder.name}, {'held out' if held_out else 'development'}: {len(readings)} pages, "
              f"{time.process_time() - started:.0f} s CPU")  # fmt: skip
        print("\n".join(report(readings)))
        if "--failures" in words and not held_out:
            print("\n".join(f"  {reading.case.file.name}: {line}" for reading in readings for line in wrong(reading)))
    return 0


def is_held_out(file: Path) -> bool:
    """Whether a page is one of the half that nobody looks at."""
    return int(hashlib.sha1(file.name.encode()).hexdigest()[0], 16) % 2 == 1


def cases(folder: Path) -> Iterator[Case]:
    """Yield the pages whose files are there, with what the module's own comparison says of each."""
    files = {path.name: path for path in folder.joinpath("test-files").rglob("*.htm*")}
    for data in sorted(folder.joinpath("scripts", "comparison").glob("data*.go")):
        for fields in _entries(data.read_text("utf-8")):
            file = files.get((fields.get("File") or ("",))[0])
            if file is None:
                continue
            url, day, title = (fields.get(key, (None,))[0] for key in ("URL", "Date", "Title"))
            yield Case(file, url or "", title, fields.get("Authors"), "" if day == "nan" else day)


def _entries(source: str) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield the composite literals of a Go file, each as its fields' strings; a map's key is the field ``URL``."""
    fields: dict[str, tuple[str, ...]] = {}
    for line in source.splitlines():
        if match := _FIELD.match(line):
            strings = tuple(_unquote(text) for text in _STRING.findall(match["value"]))
            if strings and strings != ("",):
                fields[match["key"]] = strings
        elif match := _ENTRY.match(line):
            yield fields
            fields = {"URL": (match["url"],)} if match["url"] else {}
    yield fields


def _unquote(literal: str) -> str:
    return literal[1:-1] if literal.startswith("`") else str(json.loads(literal, strict=False))


def read(case: Case) -> Reading:
    """Read one page by our reader and, for its day, by htmldate."""
    body = case.file.read_bytes()
    result = extract(Page(case.url, case.url, 200, (("Content-Type", "text/html"),), body, _FETCHED), None)
    article = result if isinstance(result, Article) else result.article
    other = None
    if case.day is not None:
        try:
            other = find_date(body.decode("utf-8", "replace"), original_date=True, url=case.url)
        except Exception:  # noqa: BLE001  # the other reader's faults are its misses
            other = None
    return Reading(case, article, other)


def report(readings: list[Reading]) -> Iterable[str]:
    """Yield the lines of the table."""
    dated = [reading for reading in readings if reading.case.day is not None]
    for name, days in (("ours", [_day(r) for r in dated]), ("htmldate", [r.other_day for r in dated])):
        truth = [r.case.day or None for r in dated]
        right = sum(day == true for day, true in zip(days, truth, strict=True))
        none = sum(day is None and true is not None for day, true in zip(days, truth, strict=True))
        yield f"  day, {name:<9}{right / len(dated):.3f} right ({right}), {len(dated) - right - none} wrong, {none} none"
    places: dict[str, list[tuple[bool, bool]]] = {}
    for reading in dated:
        if reading.article and (moment := reading.article.published):
            places.setdefault(moment.source, []).append((_day(reading) == reading.case.day, moment.precision == "minute"))
    for source, found in sorted(places.items()):
        right, minutes = (sum(column) for column in zip(*found, strict=True))
        yield f"    from {source:<10}{len(found):4d}, right {right / len(found):.3f}, with time and zone {minutes}"
    titled = [reading for reading in readings if reading.case.title]
    if titled:
        exact = sum(_title(r) == one_line(r.case.title) for r in titled)
        words = sum(fold(_title(r)) == fold(r.case.title or "") for r in titled)
        yield f"  title {exact / len(titled):.3f} exact ({exact} of {len(titled)}), {words / len(titled):.3f} same words"
    signed = [reading for reading in readings if _names(reading.case.authors or ())]
    if signed:
        right = sum(_people(r) == _names(r.case.authors or ()) for r in signed)
        some = sum(bool(_people(r) & _names(r.case.authors or ())) for r in signed)
        yield f"  authors {right / len(signed):.3f} right ({right} of {len(signed)}), {some / len(signed):.3f} at least one"


def wrong(reading: Reading) -> Iterator[str]:
    """Yield in words what was read wrongly."""
    case, article = reading.case, reading.article
    if case.day is not None and _day(reading) != (case.day or None):
        yield f"day {article and article.published}, expected {case.day!r} (htmldate {reading.other_day})"
    if case.title and _title(reading) != one_line(case.title):
        yield f"title {_title(reading)!r}, expected {case.title!r}"
    if (names := _names(case.authors or ())) and _people(reading) != names:
        yield f"authors {article and list(article.authors)}, expected {sorted(names)}"


def _day(reading: Reading) -> str | None:
    """Return the day as stated, or the readers' day where that is what people noted: 23:30Z is the next one in Rome."""
    moment = reading.article.published if reading.article else None
    if moment is None:
        return None
    days = [moment.at[:10]]
    if moment.precision == "minute":
        language, host = reading.article.language if reading.article else None, urlsplit(reading.case.url).hostname or ""
        site = habits(_FETCHED, None, None, language, host)
        days.append(datetime.fromisoformat(moment.at).astimezone(site.zone).date().isoformat())
    return next((day for day in days if day == reading.case.day), days[0])


def _title(reading: Reading) -> str:
    return (reading.article.title if reading.article else None) or ""


def _people(reading: Reading) -> set[str]:
    return {fold(name) for name in (reading.article.authors if reading.article else ())}


def _names(stated: Iterable[str]) -> set[str]:
    """Return the people named: full names only, as the reader's contract has them; no roles and no nicknames."""
    names = {fold(name) for line in stated for name in _BETWEEN.split(_LEADING.sub("", line))}
    return {name for name in names if " " in name}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
