"""Fetched pages are read and settled: one page's fault is that page's outcome, and what is broken off waits again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from articles.errors import Transient
from articles.outcome import Outcome
from articles.page import PageRef
from pipeline import refine as refine_module
from pipeline.refine import refine
from pipeline.reprocess import reprocess
from pipeline.settle import settle
from tests.pipeline.desks import TEXT, Office, opened, write_desk

CONSENT = "<html><head><title>Zustimmung</title></head><body><div id='app'></div><script>go()</script></body></html>"


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(write_desk(tmp_path)) as office:
        yield office
        assert office.gaps() == ()


async def test_every_page_ends_and_those_who_watch_are_told(office: Office) -> None:
    office.fetch("/a.html")
    office.fetch("/karte.html", CONSENT)
    office.fetch("/datei.html", "%PDF-1.4 1 0 obj")
    seen: dict[str, str] = {}
    report = await refine(office.services, lambda ref, outcome: seen.update({ref.url[-10:]: str(outcome)}))
    assert dict(report.outcomes) == {"article(new)": 1, "rejected(no_text)": 1, "rejected(not_html)": 1}
    assert (report.count("article", "new"), report.count("rejected", "consent"), report.late) == (1, 0, 0)
    assert sorted(seen.values()) == sorted(report.outcomes)
    assert (await refine(office.services)).outcomes == {}


async def test_one_page_that_our_code_cannot_settle_does_not_stop_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fragile(services: Any, ref: PageRef, read: Any) -> Any:
        if ref.url.endswith("/b.html"):
            raise KeyError("ours")
        return settle(services, ref, read)

    monkeypatch.setattr(refine_module, "settle", fragile)
    for name in "abc":
        office.fetch(f"/{name}.html")
    report = await refine(office.services)
    assert dict(report.outcomes) == {"article(new)": 2, "broken(parser)": 1}
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "quarantined https://zeitung.example/b.html: its bytes are kept in the archive"
    ]
    monkeypatch.undo()
    again = await reprocess(office.services, None, "extract")
    assert again.outcomes["article(new)"] == 1  # with mended code the kept bytes are read after all


@pytest.mark.parametrize("fault", [Transient("the disk is full"), OSError(28, "No space left on device")])
async def test_a_disk_that_fails_is_no_page_s_fault(
    office: Office, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def full(*_: object) -> None:
        raise fault

    monkeypatch.setattr(refine_module, "settle", full)
    for name in "abc":
        office.fetch(f"/{name}.html")
    with pytest.raises(Transient):
        await refine(office.services)
    monkeypatch.undo()
    assert (await refine(office.services)).outcomes == {"article(new)": 3}


async def test_what_cannot_be_loaded_is_no_page_s_fault_either(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    import enrich.enricher

    def missing(*_: object) -> None:
        raise ImportError("no spaCy")

    office.fetch("/a.html")
    with monkeypatch.context() as patched:
        patched.setattr(enrich.enricher, "Enricher", missing)
        with pytest.raises(ImportError):
            await refine(office.services)
    assert (await refine(office.services)).outcomes == {"article(new)": 1}


async def test_a_page_whose_bytes_are_gone_ends_as_broken(office: Office) -> None:
    office.fetch("/a.html")
    for segment in office.services.archive.folder.glob("*.warc.gz"):
        segment.write_bytes(b"\0" * segment.stat().st_size)
    assert (await refine(office.services)).outcomes == {"broken(parser)": 1}
    assert office.services.ledger.check(office.services.archive).gaps != ()  # and check says that bytes are damaged
    for segment in office.services.archive.folder.glob("*.warc.gz"):
        segment.unlink()
    office.__dict__["gaps"] = tuple  # this desk is not whole, and must not be


async def test_a_refine_that_is_cancelled_gives_its_leases_back_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def endless(*_: object) -> Outcome:
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError

    monkeypatch.setattr(office.services.pool, "extract", endless)
    for name in "abc":
        office.fetch(f"/{name}.html")
    task = asyncio.create_task(refine(office.services))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    monkeypatch.undo()
    assert (await refine(office.services)).outcomes == {"article(new)": 3}  # the clock has not moved


async def test_what_a_killed_refine_had_leased_is_refined_by_the_next_without_waiting(tmp_path: Path) -> None:
    folder = write_desk(tmp_path)
    async with opened(folder) as killed:
        killed.fetch("/a.html")
        assert len(killed.lease()) == 1  # and then its process was killed
    async with opened(folder) as office:
        assert (await refine(office.services)).outcomes == {"article(new)": 1}


async def test_reading_again_tells_nobody_and_forgets_nothing(office: Office) -> None:
    office.fetch("/a.html")
    await refine(office.services)
    assert office.states() == ["open"]
    office.later(hours=1)
    for _ in range(2):
        again = await reprocess(office.services, None, "enrich")
        assert again.outcomes == {"article(unchanged)": 1}
    assert office.states()[0] == "open"
    assert set(office.states()[1:]) <= {"suppressed", "collapsed"}
    (filed,) = office.services.ledger.files.every()
    assert TEXT in (filed.annotated.article.text or "")
