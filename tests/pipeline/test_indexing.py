"""The index follows the ledger: it may lag, be locked, broken or lost, and is made whole again by itself."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from articles.errors import Broken, NotSo
from index.embedded import EmbeddedEngine
from pipeline.find import Wanted, search
from pipeline.indexing import index, rebuild
from pipeline.services import Services
from tests.pipeline.desks import TEXT, Office, opened, write_desk


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(write_desk(tmp_path)) as office:
        yield office


def file_some(office: Office, count: int = 3) -> list[str]:
    words = [" ".join(f"Wort{number}{n}" for n in range(30)) for number in range(count)]
    return [office.settle(f"/{n}.html", f"{TEXT} {words[n]}", title=f"Werk {n}").id for n in range(count)]


def found(office: Office, query: str = "Helsing") -> list[str]:
    return sorted(seen.hit.id for seen in search(office.services, query, Wanted(limit=100)).seen)


async def test_the_first_indexing_makes_the_index_and_the_next_brings_what_is_new(office: Office) -> None:
    with pytest.raises(NotSo):
        found(office)
    ids = file_some(office)
    report = index(office.services)
    assert (report.taken, report.behind, report.error, report.rebuilt) == (3, 0, None, False)
    assert found(office) == sorted(ids)
    assert index(office.services).taken == 0
    office.settle(
        "/0.html", "Nun steht hier etwas ganz anderes über Pferde und Wagen auf dem Lande im Sommer.", title="Anders"
    )
    assert index(office.services).taken == 1
    assert found(office) == sorted(ids[1:])
    assert found(office, "Pferde") == [ids[0]]


async def test_an_index_of_an_older_version_is_made_anew(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = file_some(office)
    index(office.services)
    office.services.engine.close()
    del office.services.__dict__["engine"]
    monkeypatch.setattr(Services, "index_version", "next")
    report = index(office.services)
    assert report.rebuilt
    assert (office.services.engine.status().version or "").endswith("next")
    assert found(office) == sorted(ids)


async def test_an_index_that_was_lost_is_made_anew_from_the_ledger(office: Office) -> None:
    ids = file_some(office)
    index(office.services)
    office.services.engine.close()
    del office.services.__dict__["engine"]
    shutil.rmtree(office.services.data / "index")
    report = index(office.services)
    assert (report.rebuilt, report.behind) == (True, 0)
    assert found(office) == sorted(ids)


async def test_a_broken_index_is_made_anew_from_the_ledger(office: Office) -> None:
    ids = file_some(office)
    index(office.services)
    office.services.engine.close()
    del office.services.__dict__["engine"]
    for file in (office.services.data / "index").rglob("*"):
        if file.is_file() and file.name != "desk":
            file.write_bytes(b"\xff" * 7)
    report = index(office.services)
    assert (report.rebuilt, report.error) == (True, None)
    assert found(office) == sorted(ids)


async def test_an_index_that_another_process_writes_to_is_left_and_the_spool_waits(office: Office) -> None:
    index(office.services)
    other = EmbeddedEngine(office.services.data / "index", office.services.index_version)
    office.services.engine.close()
    other.put([])
    ids = file_some(office)
    report = index(office.services)
    assert (report.taken, report.behind) == (0, 3)
    assert report.error is not None
    assert rebuild(office.services).error is not None
    other.close()
    assert index(office.services).behind == 0
    assert found(office) == sorted(ids)


async def test_an_engine_that_breaks_down_is_reported_and_nothing_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(office.services)
    ids = file_some(office)

    def panic(*_: object) -> None:
        raise Broken("tantivy panicked")

    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedEngine, "put", panic)
        report = index(office.services)
    assert (report.error, report.behind) == ("tantivy panicked", 3)
    assert index(office.services).behind == 0
    assert found(office) == sorted(ids)


async def test_a_forgotten_article_leaves_the_index(office: Office) -> None:
    ids = file_some(office)
    index(office.services)
    office.services.ledger.forget(ids[0], "asked to", office.now, office.services.archive)
    hits = search(office.services, "Helsing", Wanted(limit=100)).seen
    assert [seen.annotated for seen in hits if seen.hit.id == ids[0]] == [None]  # not yet, but its words are gone
    index(office.services)
    assert found(office) == sorted(ids[1:])
