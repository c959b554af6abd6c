"""How a filter reads and answers: one line out for each line in, order kept, and no line that stops it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import json
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
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
    """Answer every line of standard input on standard output, up to ``side_by_side`` at work at once.

    An answer goes out as soon as it and those before it are ready, whether or not a further line has come.
    """
    begun: asyncio.Queue[asyncio.Task[dict[str, Any]] | None] = asyncio.Queue()
    free = asyncio.Semaphore(side_by_side)

    async def begin() -> None:
        lines = _lines_of(stream or sys.stdin.buffer)
        number = 0
        while (line := await lines.get()) is not None:
            if isinstance(line, OSError):
                raise Transient(f"standard input cannot be read: {line.strerror}") from line
            number += 1
            await free.acquire()
            begun.put_nowait(asyncio.create_task(_answer(work, number, line)))

    beginning = asyncio.create_task(begin())
    beginning.add_done_callback(lambda _: begun.put_nowait(None))
    try:
        while (answer := await begun.get()) is not None:
            print_json(await answer)
            free.release()
        await beginning
    finally:
        left = [beginning, *(begun.get_nowait() for _ in range(begun.qsize()))]
        for task in filter(None, left):
            task.cancel()
        await asyncio.gather(*filter(None, left), return_exceptions=True)


def _lines_of(stream: IO[bytes]) -> asyncio.Queue[bytes | OSError | None]:
    """Return a queue to which a thread brings each line and, at the end, None; it waits while two are not yet taken.

    The thread is a daemon: reading cannot be broken off, and a filter that ends for another reason must not wait for it.
    """
    queue: asyncio.Queue[bytes | OSError | None] = asyncio.Queue(2)
    loop = asyncio.get_running_loop()

    def bring() -> None:
        with contextlib.suppress(RuntimeError, concurrent.futures.CancelledError):  # the loop has ended meanwhile
            while True:
                try:
                    line: bytes | OSError | None = _whole_line(stream)
                except OSError as error:
                    line = error
                asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()
                if not isinstance(line, bytes):
                    return

    threading.Thread(target=bring, name="lines", daemon=True).start()
    return queue


def _whole_line(stream: IO[bytes]) -> bytes | None:
    """Read one line, None at the end; of one that is too long nothing is kept but that it was there."""
    line = stream.readline(LONGEST_LINE + 1)
    if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
        while rest := stream.readline(LONGEST_LINE):
            if rest.endswith(b"\n"):
                break
        return b""
    return line or None


async def _answer(work: Work, number: int, line: bytes) -> dict[str, Any]:
    """Answer one line. The filters' broad except: one line's fault is that line's answer."""
    try:
        return await work(row_of(line))
    except Transient:
        raise
    except LagebildError as error:
        return {"line": number, "error": error_json(error)}
    except Exception as error:
        log.exception("line %d", number)
        return {"line": number, "error": {"message": f"a fault of Lagebild itself: {type(error).__name__}: {error}"}}


def row_of(line: bytes) -> Row:
    """Read one line; raises Wrong if it is no JSON object."""
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
