"""A slip in a selector is told with file, line and field before anything is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.errors import Wrong
from config.load import bundled, load
from extract.selectors import check
from pipeline.passes import run_pass
from tests.pipeline.desks import opened, write_desk

SOURCE = """\
name: Zeitung
addresses:
- kind: feed
  url: https://zeitung.example/feed
- kind: page
  url: https://zeitung.example/
  selector: "{list}"
text_selector: "{text}"
layouts:
- valid_until: 2025-12-31
  title_selector: "{title}"
  remove:
  - .werbung
  - "{remove}"
"""
RIGHT = {
    "list": "h2.t > a:first-child",
    "text": "article .text, [data-x='1'] p:contains('a')",
    "title": "h1",
    "remove": "aside",
}


def desk_of(folder: Path, **wrong: str) -> Path:
    write_desk(folder)
    (folder / "config" / "sources" / "zeitung.yaml").write_text(SOURCE.format(**(RIGHT | wrong)), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "field", "line"),
    [
        ("list", "addresses.2.selector", 7),
        ("text", "text_selector", 8),
        ("title", "layouts.1.title_selector", 11),
        ("remove", "layouts.1.remove.2", 14),
    ],
)
@pytest.mark.parametrize("selector", ["div[", "p:nonsense", "a >", ".1x"])
def test_a_wrong_selector_is_told_where_it_stands(tmp_path: Path, name: str, field: str, line: int, selector: str) -> None:
    with pytest.raises(Wrong, match="is no CSS selector") as caught:
        check(load(desk_of(tmp_path, **{name: selector}), {}))
    assert (str(caught.value.file), caught.value.line, caught.value.field) == ("config/sources/zeitung.yaml", line, field)
    assert "leave it out" in str(caught.value)


def test_right_ones_pass(tmp_path: Path) -> None:
    check(load(desk_of(tmp_path), {}))
    check(bundled())


async def test_a_pass_does_not_begin_with_a_wrong_one(tmp_path: Path) -> None:
    async with opened(desk_of(tmp_path, list="div[", text="p:nonsense")) as office:
        with pytest.raises(Wrong, match=r"zeitung.yaml:8: text_selector: 'p:nonsense'"):
            await run_pass(office.services)
        assert office.services.ledger.status(office.now).visits == {}
