"""A desk on a search server, end to end: the server may be away for hours, crawl and alerts go on, and it catches up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.status_view import engine_json
from articles.errors import Transient
from pipeline.find import Wanted, search
from pipeline.indexing import index
from pipeline.services import Services
from tests.index.elastic_places import server_for
from tests.pipeline.desks import TEXT, Office, opened, write_desk
from tests.services.elastic_proxy import Proxy, Request


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Proxy]:
    """The way to the server, which may be cut."""
    proxy = Proxy(server_for(tmp_path, "9").hosts[0])
    yield proxy
    proxy.close()


@pytest_asyncio.fixture
async def office(tmp_path: Path, way: Proxy) -> AsyncIterator[Office]:
    folder = write_desk(tmp_path)
    prefix = server_for(tmp_path, "9").prefix
    (folder / "lagebild.yaml").write_text(f"workers: 1\nengine: {way.url}/{prefix}\nengine_timeout: 5s\n", encoding="utf-8")
    async with opened(folder) as office:
        yield office


def file_some(office: Office, begin: int, count: int) -> list[str]:
    words = [" ".join(f"Wort{number}{n}" for n in range(30)) for number in range(begin, begin + count)]
    return [office.settle(f"/{begin + n}.html", f"{TEXT} {words[n]}", title=f"Werk {begin + n}").id for n in range(count)]


def found(office: Office) -> list[str]:
    office.services.engine.refresh()
    return sorted(seen.hit.id for seen in search(office.services, "Helsing", Wanted(limit=100)).seen)


async def test_a_server_that_is_away_loses_nothing_and_holds_nobody_up(office: Office, way: Proxy) -> None:
    ids = file_some(office, 0, 2)
    assert (index(office.services).taken, found(office)) == (2, sorted(ids))

    way.rule = lambda request: None
    office.later(hours=5)
    ids += file_some(office, 2, 3)
    assert len(office.services.ledger.outbox.rows()) == 5, "alerts go on"
    report = index(office.services)
    assert (report.taken, report.behind) == (0, 3)
    assert "out of reach" in (report.error or "")
    with pytest.raises(Transient, match="out of reach"):
        found(office)
    told = engine_json(office.services)
    assert (told["state"], told["behind"]) == ("unreachable", 3)

    way.rule = Request.forward
    report = index(office.services)
    assert (report.taken, report.behind, report.error) == (3, 0, None)
    assert found(office) == sorted(ids)
    assert engine_json(office.services)["behind"] == 0
    assert office.gaps() == ()


async def test_another_version_is_built_beside_the_old_one_which_answers_meanwhile(
    office: Office, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = file_some(office, 0, 3)
    index(office.services)
    office.services.engine.close()
    del office.services.__dict__["engine"]
    monkeypatch.setattr(Services, "index_version", "next")
    answers: list[list[str]] = []

    def looked_at(request: Request) -> object:
        answer = request.forward()
        if request.bulk:
            way.rule = Request.forward
            answers.append(found(office))
            way.rule = looked_at  # type: ignore[assignment]  # the same shape
        return answer

    way.rule = looked_at  # type: ignore[assignment]  # the same shape
    report = index(office.services)
    assert (report.rebuilt, report.error) == (True, None)
    assert answers
    assert all(answer == sorted(ids) for answer in answers)
    assert found(office) == sorted(ids)


async def test_nothing_is_sent_to_the_server_before_it_is_needed(office: Office, way: Proxy) -> None:
    file_some(office, 0, 1)
    assert office.services.engine is not None
    assert way.seen == []
