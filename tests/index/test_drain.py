"""The spool becomes the index: in batches, crossed off only once durable, and nothing lost whenever it is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from articles.errors import Transient
from index import drain as draining
from index.drain import Drained, drain
from index.embedded import EmbeddedEngine
from index.engine import Engine, PutReport, Verdict
from language.query_plan import AllOf, Terms
from tests.index.conftest import annotated, document
from tests.index.spool import FileSpool, Ledger

EVERYTHING = AllOf(())


def found(engine: Engine) -> set[str]:
    engine.refresh()
    return {hit.id for hit in engine.search(EVERYTHING, limit=10_000).hits}


def test_what_was_filed_is_found_and_what_was_forgotten_is_not(engine: Engine) -> None:
    ledger = Ledger()
    for number in range(5):
        ledger.file(f"{number}", "Gipfel")
    ledger.forget("3")
    assert drain(ledger, engine, ledger.document) == Drained({"put": 4, "deleted": 2}, (), 0)
    assert found(engine) == {"0", "1", "2", "4"}
    assert ledger.batch(10) == []
    assert drain(ledger, engine, ledger.document) == Drained({}, (), 0)


def test_many_rows_about_one_article_make_one_document(engine: Engine) -> None:
    ledger = Ledger()
    for revision in range(50):
        ledger.file("live", f"Stand {revision}")
    assert drain(ledger, engine, ledger.document).ended == {"put": 50}
    assert ledger.made == 1
    engine.refresh()
    assert engine.count(Terms("text", "x", ("49",))) == 1


def test_a_spool_longer_than_a_batch_is_emptied(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "BATCH", 7)
    ledger = Ledger()
    for number in range(30):
        ledger.file(f"{number}", "Gipfel")
    assert drain(ledger, engine, ledger.document).ended == {"put": 30}
    assert len(found(engine)) == 30


class Moody:
    """An engine in front of the real one that answers some of its puts otherwise."""

    def __init__(self, engine: Engine, answer: Callable[[Verdict], Verdict | None]) -> None:
        self._engine, self._answer = engine, answer

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def put(self, documents: object) -> PutReport:
        report = self._engine.put(documents)  # type: ignore[arg-type]  # passed on
        return PutReport(tuple(self._answer(verdict) or verdict for verdict in report.verdicts))


def test_a_refused_document_is_told_and_holds_nobody_up(engine: Engine) -> None:
    ledger = Ledger()
    for number in range(3):
        ledger.file(f"{number}", "Gipfel")
    refusal = Verdict("1", 2, "refused", "a field that cannot be")
    moody = Moody(engine, lambda verdict: refusal if verdict.id == "1" else None)
    drained = drain(ledger, moody, ledger.document)  # type: ignore[arg-type]  # passes everything else on
    assert drained == Drained({"put": 2, "refused": 1}, (refusal,), 0)
    assert ledger.batch(10) == []


def test_what_the_engine_would_not_take_now_waits(engine: Engine) -> None:
    ledger = Ledger()
    for number in range(3):
        ledger.file(f"{number}", "Gipfel")
    moody = Moody(engine, lambda v: Verdict(v.id, v.seq, "again", "too many requests") if v.id == "1" else None)
    drained = drain(ledger, moody, ledger.document)  # type: ignore[arg-type]  # passes everything else on
    assert (drained.ended, drained.again) == ({"put": 2}, 1)
    assert [row.id for row in ledger.batch(10)] == ["1"]
    assert drain(ledger, engine, ledger.document).ended == {"put": 1}


def test_an_engine_that_fails_leaves_the_spool_as_it_was(engine: Engine) -> None:
    ledger = Ledger()
    ledger.file("a", "Gipfel")

    def unreachable(verdict: Verdict) -> Verdict:
        raise Transient("the connection broke after the engine had taken it")

    with pytest.raises(Transient):
        drain(ledger, Moody(engine, unreachable), ledger.document)  # type: ignore[arg-type]  # passes everything else on
    assert len(ledger.batch(10)) == 1
    assert drain(ledger, engine, ledger.document).ended == {"put": 1}
    assert found(engine) == {"a"}


DRAINING = """
import sys
from pathlib import Path
from index import drain, embedded_writer
from index.embedded import EmbeddedEngine
from tests.index.spool import FileSpool
drain.BATCH = embedded_writer.BATCH = 10
engine = EmbeddedEngine(Path(sys.argv[1]) / "index", "a1")
spool = FileSpool(Path(sys.argv[1]) / "done", 400)
print("ready", flush=True)
drain.drain(spool, engine, spool.document)
"""


def kill(program: str, place: Path, after: float) -> bool:
    """Start a program, kill it that many seconds after it is ready, and return whether it was still at work."""
    child = subprocess.Popen([sys.executable, "-c", program, str(place)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"ready\n"
        time.sleep(after)
        os.kill(child.pid, signal.SIGKILL)
        return child.wait() == -signal.SIGKILL


@pytest.mark.chaos
def test_a_writer_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    first = EmbeddedEngine(tmp_path / "index", "a1")
    first.migrate()
    first.close()
    killed = [kill(DRAINING, tmp_path, after) for after in (0.02, 0.05, 0.1, 0.15, 0.2)]
    assert any(killed)
    spool = FileSpool(tmp_path / "done", 400)
    engine = EmbeddedEngine(tmp_path / "index", "a1")
    crossed_off = {str(seq) for seq in spool.crossed_off()}
    assert crossed_off <= found(engine), "a row was crossed off before the index had it"
    drain(spool, engine, spool.document)
    assert found(engine) == {str(number) for number in range(1, 401)}
    assert engine.status().documents == 400
    engine.close()


REBUILDING = """
import sys
from pathlib import Path
from index.embedded import EmbeddedEngine
from tests.index.spool import FileSpool
engine = EmbeddedEngine(Path(sys.argv[1]) / "index", "a2")
spool = FileSpool(Path(sys.argv[1]) / "none", 100_000)
print("ready", flush=True)
engine.rebuild(spool.document(str(number)) for number in range(100_000))
"""


@pytest.mark.chaos
def test_a_rebuild_killed_in_the_middle_leaves_the_old_index_answering(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "index", "a1")
    engine.migrate()
    engine.put([document(annotated("alt", text="Gipfel"))])
    engine.close()
    assert kill(REBUILDING, tmp_path, after=0.5)
    assert len(list((tmp_path / "index").glob("articles-*"))) == 2
    engine = EmbeddedEngine(tmp_path / "index", "a2")
    assert engine.status().state == "stale"
    assert found(engine) == {"alt"}
    engine.rebuild([document(annotated("neu", text="Gipfel"))])
    assert found(engine) == {"neu"}
    assert len(list((tmp_path / "index").glob("articles-*"))) == 1
    engine.close()


def test_a_document_is_made_of_an_article_that_is_still_there(engine: Engine) -> None:
    ledger = Ledger()
    ledger.file("a", "Gipfel")
    del ledger.texts["a"]
    assert drain(ledger, engine, ledger.document).ended == {"deleted": 1}
    assert found(engine) == set()


def test_draining_offers_documents_with_the_ledgers_number(engine: Engine) -> None:
    ledger = Ledger()
    ledger.file("a", "eins")
    ledger.file("a", "zwei")
    drain(ledger, engine, ledger.document)
    assert engine.put([document(annotated("a", text="eins"), 1)]).counts() == {"older": 1}
