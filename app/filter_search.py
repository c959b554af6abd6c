"""An index of its own, which a folder stands for: built from articles, asked by files of queries, read leniently."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.json_lines import error_json, row_of
from app.output import print_json
from app.shell import Chosen
from articles.errors import LagebildError, NotSo, Transient, Wrong
from articles.wire import from_json
from config.desk import Desk
from index.document import Document
from index.elastic_address import read
from index.engine import Engine
from pipeline.lenient import ask
from pipeline.services import Services

EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Memory:
    """What the folder remembers: ``engine`` is ``embedded`` (it is in the folder) or the address of a server with a prefix
    that no other index has; ``compat`` is which server that is, as in the settings; ``analysis`` is what it was built by;
    it is ``whole`` once the build has ended.
    """

    engine: str
    compat: str
    analysis: str
    whole: bool

    @classmethod
    def of(cls, folder: Path) -> Memory | None:
        """Read it, None if there is none; raises Wrong for a file that is none."""
        file = folder / "lagebild-index.json"
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            return cls(str(told["engine"]), str(told["compat"]), str(told["analysis"]), bool(told["whole"]))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Wrong(f"cannot be read ({error}); build the index into a new folder", file=file) from error

    def write(self, folder: Path) -> None:
        """Keep it."""
        (folder / "lagebild-index.json").write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")


def build_index(desk: Desk, folder: Path, engine_name: str) -> dict[str, Any]:
    """Read articles from standard input into a new index; bad lines are counted and told.

    A build that was broken off is begun anew in the same place. Raises Transient where the server did not take all of it.
    """
    services, started = Services(desk), time.monotonic()
    memory = _begin(desk, folder, engine_name, services.analyser.version)
    bad: list[dict[str, Any]] = []
    engine = _opened(desk, memory.engine, memory.compat, folder)
    try:
        if engine.migrate().documents:
            engine.rebuild(())
        report = engine.put(_documents(services, bad))
        engine.refresh()
    finally:
        engine.close()
    counts = report.counts()
    if left := counts.get("again", 0):
        raise Transient(f"{memory.engine} did not take {left:,} of the articles; build the index again")
    replace(memory, whole=True).write(folder)
    return {
        "into": str(folder),
        "engine": memory.engine,
        "documents": counts.get("put", 0),
        "refused": [{"id": v.id, "why": v.why} for v in report.verdicts if v.ended == "refused"],
        "bad_lines": bad,
        "seconds": round(time.monotonic() - started, 2),
    }


def _begin(desk: Desk, folder: Path, engine_name: str, analysis: str) -> Memory:
    """Return what the folder remembers of a build that is not whole, or have it remember a new one."""
    address = engine_name
    if engine_name != EMBEDDED:
        hosts, prefix = _server(engine_name)
        address = f"{','.join(hosts)}/{prefix}-{uuid.uuid4().hex[:8]}"
    before = Memory.of(folder)
    if before is not None and before.whole:
        raise Wrong(f"{folder} holds an index already; name a new folder")
    if before is not None and EMBEDDED not in (before.engine, address):
        address = _moved(before.engine, engine_name)
    memory = Memory(address, _compat(desk, address, folder), analysis, whole=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        memory.write(folder)
    except OSError as error:
        raise Wrong(f"cannot make {folder}: {error.strerror or error}", field="--into") from error
    return memory


def _documents(services: Services, bad: list[dict[str, Any]]) -> Iterator[Document]:
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            annotated = services.with_language(from_json(row_of(line)))
        except LagebildError as error:
            bad.append({"line": number, "error": error_json(error)})
            continue
        yield Document.of(annotated, services.analysed(annotated), number)


def search_queries(chosen: Chosen, folder: Path, queries: Path, limit: int, engine_name: str | None) -> None:
    """Answer each line of a file of queries with one JSON line; the folder remembers its engine.

    A server that fails is told in the line of each query that it did not answer, and at the end: raises Transient.
    """
    memory = Memory.of(folder)
    if memory is None:
        raise NotSo(f"{folder} holds no index; `lagebild index build --into {folder}` makes one")
    if not memory.whole:
        raise NotSo(f"the index of {folder} was never finished; `lagebild index build --into {folder}` begins it anew")
    try:
        lines = queries.read_bytes().split(b"\n")
    except OSError as error:
        raise Wrong(f"cannot read {queries}: {error.strerror or error}", field="--queries") from error
    services = Services(chosen.desk_or_bundled())
    engine = _opened(services.desk, _asked(memory.engine, engine_name), memory.compat, folder)
    failed: Transient | None = None
    try:
        for line in lines[:-1] if lines[-1] == b"" else lines:
            answer, trouble = _answer(services, engine, line.decode("utf-8", "replace").rstrip("\r"), limit)
            failed = trouble or failed
            print_json(answer)
    finally:
        engine.close()
    if failed is not None:
        raise failed


def _answer(services: Services, engine: Engine, text: str, limit: int) -> tuple[dict[str, Any], Transient | None]:
    started, failed = time.perf_counter(), None
    answer: dict[str, Any] = {"query": text, "total": 0, "hits": []}
    try:
        asked = ask(engine, text, services.query_context(), limit=limit)
        if asked.plan is None:
            raise Wrong("there is nothing to search for")
        hits = [{"id": hit.id, "score": round(hit.score, 4)} for hit in asked.hits.hits]
        answer |= {"total": asked.hits.total, "hits": hits}
        if asked.notes:
            answer["note"] = "; ".join(asked.notes)
    except LagebildError as error:
        answer["error"] = error_json(error)
        failed = error if isinstance(error, Transient) else None
    return answer | {"ms": round(1000 * (time.perf_counter() - started), 2)}, failed


def _opened(desk: Desk, address: str, compat: str, folder: Path) -> Engine:
    settings = desk.settings.model_copy(update={"engine_compat": compat})
    return Services(replace(desk, settings=settings)).open_engine(address, folder / "index")


def _compat(desk: Desk, address: str, folder: Path) -> str:
    """Return which server it is by what it says of itself: there may be no desk whose settings tell."""
    if address == EMBEDDED:
        return desk.settings.engine_compat
    engine = _opened(desk, address, "opensearch", folder)  # plain JSON, which every server understands
    try:
        name = engine.status().name
    finally:
        engine.close()
    return "opensearch" if name.startswith("OpenSearch") else "8" if " 8." in name else "9"


def _asked(engine: str, engine_name: str | None) -> str:
    """Return the engine to ask: the one remembered, which a server's address says where to find now."""
    if engine_name is None or engine_name == engine:
        return engine
    if EMBEDDED in (engine_name, engine):
        raise Wrong(f"this index is in {engine}, not in {engine_name}", field="--engine")
    return _moved(engine, engine_name)


def _moved(engine: str, engine_name: str) -> str:
    """Return the address of an index whose server has another name by now."""
    return f"{','.join(_server(engine_name)[0])}/{read(engine)[1]}"


def _server(engine_name: str) -> tuple[tuple[str, ...], str]:
    try:
        return read(engine_name)
    except Wrong as error:
        raise Wrong(f"{error.message}; or 'embedded'", field="--engine") from error
