"""Every golden page comes out as its author meant it: one folder, one page, one expected.json, none untested."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from articles.article import Article
from articles.outcome import Rejected
from articles.page import Link, Page
from config.models import Source
from extract.page import extract
from tests.extract.shingles import f1

GOLDEN = Path(__file__).parent / "golden"
FOLDERS = sorted(path for path in GOLDEN.iterdir() if path.is_dir())
LEAST_F1 = 0.97


def load(folder: Path) -> tuple[Page, Source | None, dict[str, Any]]:
    """Return the page, its source if it has one, and what is expected of it."""
    case = json.loads((folder / "expected.json").read_text("utf-8"))
    headers = tuple(case.get("headers", {"Content-Type": "text/html"}).items())
    fetched = datetime.fromisoformat(case["fetched_at"]) if "fetched_at" in case else datetime(2026, 1, 1, tzinfo=UTC)
    link = Link(**case["link"]) if "link" in case else None
    page = Page(
        case["url"], case["url"], case.get("status", 200), headers, (folder / "page.html").read_bytes(), fetched, link
    )
    return page, Source.model_validate(case["source"]) if "source" in case else None, case["expected"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_golden_page_is_read_as_its_author_meant_it(folder: Path) -> None:
    page, source, expected = load(folder)
    result = extract(page, source)
    if "rejected" in expected:
        assert result == Rejected(expected["rejected"])
        return
    assert isinstance(result, Article), result
    assert _stated(result, expected) == {key: value for key, value in expected.items() if key not in ("text", "absent")}
    everything = "\n".join(result.part(name) for name in ("title", "kicker", "lead", "text", "author"))
    assert [name for name in expected.get("absent", ()) if name in everything] == []
    if "text" in expected:
        wanted = "\n\n".join(expected["text"])
        assert f1(result.text or "", wanted) >= LEAST_F1, f"\n--- read\n{result.text}\n--- expected\n{wanted}"
    for entry in result.entries or ():
        assert (result.text or "")[entry.start : entry.end].strip()


def _stated(article: Article, expected: dict[str, Any]) -> dict[str, Any]:
    """Return of the article what the expectation speaks of."""
    found: dict[str, Any] = {}
    for key in expected:
        if key in ("text", "absent"):
            continue
        value = getattr(article, key)
        if key in ("published", "modified") and value is not None:
            value = value.at
        elif key == "entries" and value is not None:
            value = [entry.at for entry in value]
        elif isinstance(value, tuple):
            value = list(value)
        found[key] = value
    return found
