"""How rightly are pages read? Body, title, time, kind and phantom names, on golden pages and, if asked, on unseen ones.

``python -m benchmarks.reading [golden | unseen | unseen2 | unseen3]`` scores a folder of `tests/extract`. The first taught
the reader; the others were written without sight of it, and their scores stand in docs/decisions/0031, 0035 and 0036: a set
that was scored three times is a regression set like the first. ``--failures`` prints what went wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

from articles.article import Article, Moment
from articles.page import Link, Page
from config.models import Source
from extract.page import extract
from tests.extract.shingles import harmonic, precision_recall

PAGES = Path(__file__).parents[1] / "tests" / "extract"
FETCHED = datetime(2026, 11, 25, tzinfo=UTC)
"""When a page was fetched that does not say so: after all of them were written."""
_SPOKEN = ("title", "kicker", "lead", "text", "author")


@dataclass(frozen=True, slots=True)
class Score:
    """What one page got right; None where its author expected nothing. ``wrong`` says in words what was read instead."""

    name: str
    kind: bool
    precision: float | None
    recall: float | None
    title: bool | None
    published: bool | None
    authors: bool | None
    kicker: bool | None
    entries: bool | None
    phantoms: tuple[str, ...]
    names: int
    wrong: tuple[str, ...]


def main(words: list[str]) -> int:
    """Print a table; return 0."""
    name = next((word for word in words if not word.startswith("-")), "golden")
    scores = [score(folder) for folder in sorted((PAGES / name).iterdir()) if folder.is_dir()]
    print("\n".join(report(name, scores)))
    if "--failures" in words:
        print("\n".join(f"  {each.name}: {line}" for each in scores for line in each.wrong))
    return 0


def report(name: str, scores: list[Score]) -> Iterable[str]:
    """Yield the lines of the table."""
    bodies = [(s.precision, s.recall) for s in scores if s.precision is not None and s.recall is not None]
    precision, recall = fmean(p for p, _ in bodies), fmean(r for _, r in bodies)
    yield f"{name}: {len(scores)} pages, {len(bodies)} with a body"
    f1 = harmonic(precision, recall)
    yield f"  body F1      {f1:.3f}   (4-gram shingles; precision {precision:.3f}, recall {recall:.3f})"
    for label in ("title", "published", "kind", "authors", "kicker", "entries"):
        found = [value for s in scores if (value := getattr(s, label)) is not None]
        if found:
            yield f"  {label:<12} {sum(found) / len(found):.3f}   ({sum(found)} of {len(found)})"
    phantoms = [name for s in scores for name in s.phantoms]
    yield f"  phantoms     {len(phantoms):5d}   (of {sum(s.names for s in scores)} names that belong to other articles)"


def score(folder: Path) -> Score:
    """Read one page and compare it with what its author expected."""
    page, source, expected = load(folder)
    result = extract(page, source)
    article = result if isinstance(result, Article) else None
    kind = result.kind if isinstance(result, Article) else f"rejected({result.reason})"
    wanted = f"rejected({expected['rejected']})" if "rejected" in expected else expected.get("kind", "article")
    wrong = [] if kind == wanted else [f"kind {kind}, expected {wanted}"]
    if "rejected" in expected:
        return Score(folder.name, kind == wanted, *(None,) * 7, (), 0, tuple(wrong))
    body = _body(article, expected, wrong)
    same = {key: _same(article, expected, key, wrong) for key in ("title", "authors", "kicker")}
    published = _published(article, expected, wrong)
    entries = _entries(article, expected, wrong)
    spoken = "\n".join(article.part(part) for part in _SPOKEN) if article else ""
    phantoms = tuple(name for name in expected.get("absent", ()) if name in spoken)
    wrong += [f"phantom name {name!r}" for name in phantoms]
    return Score(
        folder.name, kind == wanted, *body, same["title"], published, same["authors"], same["kicker"], entries,
        phantoms, len(expected.get("absent", ())), tuple(wrong),
    )  # fmt: skip


def load(folder: Path) -> tuple[Page, Source | None, dict[str, Any]]:
    """Return a page, its source if it has one, and what is expected, in the words of the unseen set."""
    case = json.loads((folder / "expected.json").read_text("utf-8"))
    headers = tuple(case.get("headers", {"Content-Type": "text/html"}).items())
    fetched = datetime.fromisoformat(case["fetched_at"]) if "fetched_at" in case else FETCHED
    link = Link(**case["link"]) if "link" in case else None
    body = (folder / "page.html").read_bytes()
    page = Page(case["url"], case["url"], case.get("status", 200), headers, body, fetched, link)
    return page, Source.model_validate(case["source"]) if "source" in case else None, _expectation(case)


def _expectation(case: dict[str, Any]) -> dict[str, Any]:
    """Return one form for all sets: some nest, call the body ``text``, write a time as a string, say ``liveblog``."""
    expected = dict(case.get("expected", case))
    if "text" in expected:
        expected["body"] = expected.pop("text")
    if expected.get("kind") == "liveblog":
        expected["kind"] = "live"
    if isinstance(expected.get("published"), str):
        at = expected["published"]
        expected["published"] = {"at": at, "precision": "minute" if "T" in at else "day"}
    return expected


def _body(article: Article | None, expected: dict[str, Any], wrong: list[str]) -> tuple[float | None, float | None]:
    """Compare lead and text; a lead only the page's head states counts neither way."""
    if not expected.get("body"):
        return None, None
    shown = expected.get("lead")
    wanted = "\n\n".join([*([shown] if shown else []), *expected["body"]])
    read = (article.text or "") if article else ""
    if article and shown and article.lead:
        read = f"{article.lead}\n\n{read}"
    precision, recall = precision_recall(read, wanted)
    if min(precision, recall) < 0.97:
        wrong.append(f"body precision {precision:.3f}, recall {recall:.3f}")
        lines, true = read.split("\n\n"), wanted.split("\n\n")
        wrong += [f"  + {line[:140]!r}" for line in lines if line not in true]
        wrong += [f"  - {line[:140]!r}" for line in true if line not in lines]
    return precision, recall


def _same(article: Article | None, expected: dict[str, Any], key: str, wrong: list[str]) -> bool | None:
    if key not in expected:
        return None
    read = getattr(article, key) if article else None
    if isinstance(read, tuple):
        read = list(read)
    if read != expected[key]:
        wrong.append(f"{key} {read!r}, expected {expected[key]!r}")
    return bool(read == expected[key])


def _entries(article: Article | None, expected: dict[str, Any], wrong: list[str]) -> bool | None:
    if not expected.get("entries"):
        return None
    read = [entry.at for entry in (article.entries or ())] if article else []
    right = [_instant(at) for at in read] == [_instant(at) for at in expected["entries"]]
    wrong += [] if right else [f"entries {read}"]
    return right


def _published(article: Article | None, expected: dict[str, Any], wrong: list[str]) -> bool | None:
    """A minute is right within sixty seconds, a day when it is that day."""
    wanted = expected.get("published")
    if not wanted:
        return None
    read: Moment | None = article.published if article else None
    right = read is not None and (
        read.at[:10] == wanted["at"][:10]
        if wanted["precision"] == "day"
        else abs(_instant(read.at) - _instant(wanted["at"])) <= timedelta(minutes=1)
    )
    if not right:
        wrong.append(f"published {read and read.at}, expected {wanted['at']}")
    return right


def _instant(at: str | None) -> datetime:
    moment = datetime.fromisoformat(at) if at else datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
