"""A search server that is killed, restarted or full in the middle of work: what it took stays, the rest comes after."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.errors import Transient
from index import elastic_bulk
from index.document import Document
from index.drain import drain
from index.elastic import ElasticEngine
from index.elastic_address import Server
from language.query_plan import AllOf
from tests.index.conftest import annotated, document
from tests.index.spool import FileSpool
from tests.services.elastic import Elastic, missing

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]
EVERYTHING = AllOf(())


@pytest.fixture(scope="module")
def node() -> Iterator[Elastic]:
    """A server of this file's own, to be killed."""
    if why := missing("9"):
        pytest.skip(why)
    server = Elastic("9")
    yield server.start()
    server.close()


@pytest.fixture(autouse=True)
def small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small requests and little patience, so that a kill comes in the middle of something."""
    monkeypatch.setattr(elastic_bulk, "BATCH", 20)
    monkeypatch.setattr(elastic_bulk, "WAIT", 0.02)


def engine_of(node: Elastic, prefix: str) -> ElasticEngine:
    return ElasticEngine(Server((node.url,), prefix, timeout=10), "a1")


def found(engine: ElasticEngine) -> set[str]:
    engine.refresh()
    return {hit.id for hit in engine.search(EVERYTHING, limit=10_000).hits}


def in_a_while(seconds: float, node: Elastic) -> threading.Timer:
    timer = threading.Timer(seconds, node.kill)
    timer.start()
    return timer


@pytest.mark.parametrize("after", [0.2, 0.6])
def test_a_server_killed_in_the_middle_of_writing_loses_nothing(node: Elastic, tmp_path: Path, after: float) -> None:
    engine = engine_of(node, f"bulk-{int(after * 10)}")
    engine.migrate()
    spool = FileSpool(tmp_path / "done", 3_000)
    killed = in_a_while(after, node)
    with pytest.raises(Transient, match="cannot"):
        drain(spool, engine, spool.document)
    killed.join()
    crossed_off = {str(seq) for seq in spool.crossed_off()}
    node.start()
    assert crossed_off <= found(engine), "a row was crossed off before the server had it durably"
    drain(spool, engine, spool.document)
    assert found(engine) == {str(number) for number in range(1, 3_001)}
    engine.close()


def test_a_server_killed_in_the_middle_of_a_rebuild_answers_from_the_old_index(node: Elastic) -> None:
    engine = engine_of(node, "rebuild")
    engine.migrate()
    engine.put([document(annotated("alt", text="Gipfel"), 1)])

    def many() -> Iterator[Document]:
        killed = None
        for number in range(100_000):
            killed = killed or in_a_while(0.5, node)
            yield document(annotated(f"{number}", text="Gipfel"), number + 2)

    with pytest.raises(Transient, match="cannot"):
        engine.rebuild(many())
    time.sleep(0.6)
    node.start()
    assert found(engine) == {"alt"}
    assert engine._indices.standing().following is not None, "the half-filled index is there"
    engine.put([document(annotated("neu", text="Gipfel"), 200_000)])
    assert found(engine) == {"alt", "neu"}
    assert engine.rebuild([document(annotated("ganz", text="Gipfel"), 5)]).documents == 1
    standing = engine._indices.standing()
    assert (standing.following, len(standing.left)) == (None, 1)
    engine.close()


def test_an_orderly_restart_keeps_everything(node: Elastic) -> None:
    engine = engine_of(node, "restart")
    engine.migrate()
    engine.put([document(annotated(f"{number}", text="Gipfel"), number + 1) for number in range(30)])
    assert len(found(engine)) == 30
    page = engine.search(EVERYTHING, limit=10)
    assert page.next
    node.stop()
    with pytest.raises(Transient, match="out of reach"):
        engine.count(EVERYTHING)
    node.start()
    assert len(found(engine)) == 30
    rest = engine.search(EVERYTHING, limit=100, after=page.next)
    assert {hit.id for hit in page.hits} | {hit.id for hit in rest.hits} == found(engine)
    engine.close()
