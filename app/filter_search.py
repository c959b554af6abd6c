"""An index of its own in a folder: built from articles, asked by files of queries, read leniently."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.json_lines import error_json, row_of
from app.output import print_json
from app.shell import Chosen
from articles.errors import LagebildError, NotSo, Wrong
from articles.wire import from_json
from config.desk import Desk
from index.document import Document
from index.embedded import EmbeddedEngine
from pipeline.ask import ask
from pipeline.services import Services

MEMORY = "lagebild-index.json"


def build_index(desk: Desk, folder: Path, engine_name: str) -> dict[str, Any]:
    """Read articles from standard input into a new index; bad lines are counted and told."""
    _check_engine(engine_name)
    if (folder / MEMORY).exists():
        raise Wrong(f"{folder} holds an index already; name a new folder")
    services, started = Services(desk), time.monotonic()
    bad: list[dict[str, Any]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Wrong(f"cannot make {folder}: {error.strerror or error}", field="--into") from error
    engine = EmbeddedEngine(folder / "index", services.analyser.version)
    engine.migrate()
    report = engine.put(_documents(services, bad))
    engine.close()
    counts = report.counts()
    told = {"engine": "embedded", "analysis": services.analyser.version}
    (folder / MEMORY).write_text(json.dumps(told) + "\n", encoding="utf-8")
    return {
        "into": str(folder),
        "engine": "embedded",
        "documents": counts.get("put", 0),
        "refused": [{"id": v.id, "why": v.why} for v in report.verdicts if v.ended == "refused"],
        "bad_lines": bad,
        "seconds": round(time.monotonic() - started, 2),
    }


def _check_engine(name: str) -> None:
    """An index of its own is embedded: there is no other engine yet."""
    if name != "embedded":
        raise Wrong(f"no engine {name!r} for an index of its own; there is 'embedded'", field="--engine")


def _documents(services: Services, bad: list[dict[str, Any]]) -> Iterator[Document]:
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            annotated = services.with_language(from_json(row_of(line)))
        except LagebildError as error:
            bad.append({"line": number, "error": error_json(error)})
            continue
        yield Document.of(annotated, services.analysed(annotated), number)


def search_queries(chosen: Chosen, folder: Path, queries: Path, limit: int, engine_name: str | None) -> None:
    """Answer each line of a file of queries with one JSON line; the folder remembers its engine."""
    _check_engine(engine_name or "embedded")
    if not (folder / MEMORY).is_file():
        raise NotSo(f"{folder} holds no index; `lagebild index build --into {folder}` makes one")
    services = Services(chosen.desk_or_bundled())
    engine = EmbeddedEngine(folder / "index", services.analyser.version)
    try:
        lines = queries.read_bytes().split(b"\n")
    except OSError as error:
        raise Wrong(f"cannot read {queries}: {error.strerror or error}", field="--queries") from error
    for line in lines[:-1] if lines[-1] == b"" else lines:
        print_json(_answer(services, engine, line.decode("utf-8", "replace").rstrip("\r"), limit))
    engine.close()


def _answer(services: Services, engine: EmbeddedEngine, text: str, limit: int) -> dict[str, Any]:
    started, answer = time.perf_counter(), {"query": text, "total": 0, "hits": []}
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
    return answer | {"ms": round(1000 * (time.perf_counter() - started), 2)}
