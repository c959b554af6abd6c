"""What commands say of a desk that keeps its raw pages for a while only."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

from pipeline.retention import drop_old
from tests.app.commanding import command, done
from tests.pipeline.desks import PAGE, SITE, TEXT, opened, write_desk


async def with_a_dropped_day(folder: Path) -> tuple[str, str]:
    """Write a desk with an article whose page was dropped and one whose page is kept; return their ids."""
    write_desk(folder, alerts={"alerts": []})
    (folder / "lagebild.yaml").write_text("workers: 1\nkeep_raw: 30d\n", encoding="utf-8")
    async with opened(folder, datetime(2020, 1, 1, 8, tzinfo=UTC)) as office:
        old = office.settle("/alt.html", TEXT)
        office.later(days=31)
        new = office.settle("/neu.html", f"{TEXT} Ein zweites folgt.")
        office.later(days=1)
        assert len(drop_old(office.services)) == 1
    return old.id, new.id


def test_what_is_no_longer_kept_is_said_plainly(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    old, new = asyncio.run(with_a_dropped_day(folder))
    assert done("-C", folder, "show", new, "--raw").raw == PAGE.format(title="Titel von /neu.html", text=TEXT * 3).encode()
    gone = command("-C", folder, "show", old, "--raw")
    assert (gone.code, gone.raw) == (1, b"")
    assert f"{old}, fetched 2020-01-01, is no longer kept: it was dropped 2020-02-02, as `keep_raw` says" in gone.err
    assert f"{SITE}/alt.html" in done("-C", folder, "show", old).out
    assert "reaches back to 2020-02-01" in done("-C", folder, "status").out
    assert "nothing is missing" in done("-C", folder, "check").out

    again = command("-C", folder, "reprocess", "--stage", "enrich", "--json")
    assert (again.code, again.json["pages"], again.json["not_kept"]) == (0, 1, 1), again.err
    told = command("-C", folder, "reprocess", "--stage", "enrich").out
    assert "1 page read again" in told
    assert "1 raw page is no longer kept (`keep_raw`); what was filed of them stays as it is" in told
    later = command("-C", folder, "reprocess", "--since", "2020-01-15").out
    assert "no longer kept" not in later

    forgotten = done("-C", folder, "forget", old, "--reason", "ordered by a court").out
    assert "is forgotten: 1 revision, 0 raw pages" in forgotten
    assert "nothing is missing" in done("-C", folder, "check").out


def test_an_archive_without_pages_is_called_empty(tmp_path: Path) -> None:
    folder = write_desk(tmp_path)
    (folder / "lagebild.yaml").write_text("keep_raw: 30d\n", encoding="utf-8")
    assert re.search(r"^ *archive +empty$", done("-C", folder, "status").out, re.MULTILINE)
    (folder / "lagebild.yaml").write_text("workers: 1\n", encoding="utf-8")
    assert not re.search(r"^ *archive ", done("-C", folder, "status").out, re.MULTILINE)
