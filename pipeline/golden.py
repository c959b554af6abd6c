"""How a golden page is kept and read again: a page's bytes beside what the reader is expected to make of them.

A folder ``golden/<source>/<id>/`` of the desk holds ``page.html`` and ``expected.json``, as the reader's own tests do.
A person corrects ``expected.json`` where the reader was wrong; from then on ``lagebild sources check`` says whether it
is read so, and shows what a change of the source's YAML does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from articles.article import Article
from articles.errors import NotSo, Transient, Wrong
from articles.outcome import Killed, Rejected
from articles.page import Page
from articles.url import article_id, canonicalise, same_site
from config.models import Source
from crawlers.discover import source_id
from pipeline.asking import asking
from pipeline.services import Services
from pipeline.word_diff import diff

FOLDER = "golden"
_KEPT_HEADERS = frozenset({"content-type", "content-encoding", "content-language", "last-modified"})
"""What the reader heeds; cookies and the like have no place in a file that may be shared."""

_ALWAYS = ("title", "authors", "published", "kind", "language")
_IF_SET = ("kicker", "lead", "modified", "origin", "teaser", "truncated", "entries", "agreement")


@dataclass(frozen=True, slots=True)
class Misread:
    """A golden page that is not read as expected: in which field, what was expected, and what was read."""

    folder: Path
    field: str
    expected: str
    read: str


async def capture(services: Services, url: str, source: str | None = None) -> tuple[Path, str]:
    """Fetch one page, read it, and keep both; return the folder and how it was read (``article`` or ``rejected(...)``).

    ``source`` names whose page it is, else the source of the same site. Raises NotSo (robots.txt forbids it, it kills the
    reader), Wrong (no such source, kept already, refused by the guard), Transient (no answer).
    """
    whose = _source(services, url, source)
    page = await _fetch(services, url)
    read = await services.pool.extract(page, whose)
    if isinstance(read, Killed):
        raise NotSo(f"{url} cannot be read ({read.reason}): {read.detail}")
    case: dict[str, Any] = {
        "url": page.final_url,
        "fetched_at": page.fetched_at.isoformat(),
        "status": page.status,
        "headers": {name: value for name, value in page.headers if name.lower() in _KEPT_HEADERS},
    }
    if whose is not None:
        case["source"] = whose.model_dump(mode="json", exclude_defaults=True)
    id_ = whose.id if whose else source_id(url)
    folder = services.desk.folder / FOLDER / id_ / article_id(canonicalise(page.final_url))
    _write(folder, page.body, case | {"expected": _expected(read)})
    return folder, "article" if isinstance(read, Article) else f"rejected({read.reason})"


async def reread(services: Services) -> tuple[int, list[Misread]]:
    """Read every golden page of the desk with today's code and config; return how many, and what is not as expected."""
    folders = sorted(path.parent for path in (services.desk.folder / FOLDER).glob("*/*/expected.json"))
    misread: list[Misread] = []
    for folder in folders:
        page, expected, stated = _load(folder)
        whose = services.desk.sources.get(folder.parent.name, stated)
        read = await services.pool.extract(page, whose)
        misread += _differences(folder, expected, read)
    return len(folders), misread


def _source(services: Services, url: str, name: str | None) -> Source | None:
    sources = services.desk.sources
    if name is not None and name not in sources:
        raise Wrong(f"no source '{name}'; `lagebild sources list` shows them", field="--source")
    if name is not None:
        return sources[name]
    return next((one for one in sources.values() if any(same_site(a.url, url) for a in one.addresses)), None)


async def _fetch(services: Services, url: str) -> Page:
    canonicalise(url)  # raises Wrong for what is no address
    async with asking(services) as asks:
        answer = await asks.get(url)
    return Page(url, answer.url, answer.status, answer.headers, answer.body, services.clock())


def _expected(read: Article | Rejected) -> dict[str, Any]:
    if isinstance(read, Rejected):
        return {"rejected": read.reason}
    stated = {name: _plain(name, read) for name in (*_ALWAYS, *_IF_SET)}
    kept = {name: value for name, value in stated.items() if name in _ALWAYS or value}
    return kept | {"text": (read.text or "").split("\n\n")}


def _plain(name: str, article: Article) -> Any:
    value = getattr(article, name)
    if name in ("published", "modified"):
        return value.at if value else None
    if name == "entries":
        return [entry.at for entry in value] if value else None
    return list(value) if isinstance(value, tuple) else value


def _write(folder: Path, body: bytes, case: Mapping[str, Any]) -> None:
    try:
        folder.mkdir(parents=True)
        (folder / "page.html").write_bytes(body)
        text = json.dumps(case, ensure_ascii=False, indent=1) + "\n"
        (folder / "expected.json").write_text(text.encode("utf-8", "replace").decode(), encoding="utf-8")
    except FileExistsError as error:
        raise Wrong(f"{folder} is kept already; remove it to keep the page as it is now") from error
    except OSError as error:
        raise Transient(f"cannot write {folder}: {error.strerror or error}") from error


def _load(folder: Path) -> tuple[Page, dict[str, Any], Source | None]:
    file = folder / "expected.json"
    try:
        case = json.loads(file.read_text("utf-8"))
        stated = Source.model_validate(case["source"]) if "source" in case else None
        headers = tuple(case.get("headers", {}).items())
        fetched = datetime.fromisoformat(case["fetched_at"])
        body = (folder / "page.html").read_bytes()
        page = Page(case["url"], case["url"], case.get("status", 200), headers, body, fetched)
        return page, dict(case["expected"]), stated
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Wrong(f"is no golden page: {error}", file=file) from error


def _differences(folder: Path, expected: Mapping[str, Any], read: Article | Rejected | Killed) -> Iterator[Misread]:
    if not isinstance(read, Article) or "rejected" in expected:
        wanted = f"rejected({expected['rejected']})" if "rejected" in expected else "article"
        kind = "broken" if isinstance(read, Killed) else "rejected"
        found = "article" if isinstance(read, Article) else f"{kind}({read.reason})"
        if wanted != found:
            yield Misread(folder, "outcome", wanted, found)
        return
    for name, value in expected.items():
        if name == "absent":
            everything = "\n".join(read.part(part) for part in ("title", "kicker", "lead", "text", "author"))
            yield from (Misread(folder, "absent", "", words) for words in value if words in everything)
        elif name == "text":
            changes = diff("text", "\n\n".join(value), read.text or "")
            yield from (Misread(folder, "text", change.before, change.after) for change in changes)
        elif name == "agreement" and (read.agreement or 0.0) >= value:
            continue  # the more the better
        elif (found := _plain(name, read)) != value:
            yield Misread(folder, name, str(value), str(found))
