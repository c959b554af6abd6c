"""How a filter reads and answers: one line out for each line in, order kept, and no line that stops it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import IO, Any

from app.output import print_json
from articles.errors import LagebildError, Transient, Wrong

Row = Mapping[str, Any]
Work = Callable[[Row], Awaitable[dict[str, Any]]]
"""Answers one line; raises Wrong for a line that lacks or mistypes a field."""

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of one line: a 10 MiB page in base64 with room to spare; a longer one is a bad line."""

log = logging.getLogger("lagebild.filter")


async def filter_lines(work: Work, side_by_side: int = 1, stream: IO[bytes] | None = None) -> None:
    """Answer every line of standard input on standard output, up to ``side_by_side`` at work at once."""
    waiting: deque[asyncio.Task[dict[str, Any]]] = deque()
    try:
        async for number, line in _numbered(stream or sys.stdin.buffer):
            waiting.append(asyncio.create_task(_answer(work, number, line)))
            while waiting and (waiting[0].done() or len(waiting) >= side_by_side):
                print_json(await waiting.popleft())
        while waiting:
            print_json(await waiting.popleft())
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _numbered(stream: IO[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    """Yield lines with their numbers from 1, read in a thread, so that answers go out while the next line is awaited."""
    number = 0
    while line := await asyncio.to_thread(stream.readline, LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while rest := await asyncio.to_thread(stream.readline, LONGEST_LINE):
                if rest.endswith(b"\n"):
                    break
            line = b""
        yield number, line


async def _answer(work: Work, number: int, line: bytes) -> dict[str, Any]:
    """Answer one line. The filters' broad except: one line's fault is that line's answer."""
    try:
        return await work(_row(line))
    except Transient:
        raise
    except LagebildError as error:
        return {"line": number, "error": error_json(error)}
    except Exception as error:
        log.exception("line %d", number)
        return {"line": number, "error": {"message": f"a fault of Lagebild itself: {type(error).__name__}: {error}"}}


def _row(line: bytes) -> Row:
    if len(line) == 0:
        raise Wrong(f"longer than {LONGEST_LINE:,} bytes")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Wrong(f"not a JSON object but {type(value).__name__}")
    return value


def text_of(row: Row, name: str, *, needed: bool = False) -> str | None:
    """Return a field that must be a string; raises Wrong if it is something else, or absent but needed."""
    value = row.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str):
        raise Wrong("missing" if value is None else f"must be a string, not {type(value).__name__}", field=name)
    return value


def error_json(error: LagebildError) -> dict[str, Any]:
    """Return the one form of an error in JSON: its message, and its position if it has one."""
    told: dict[str, Any] = {"message": str(error)}
    if (position := getattr(error, "position", None)) is not None:
        told["position"] = position
    return told
