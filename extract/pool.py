"""Who reads the pages? Worker processes with a deadline and a memory cap, each replaced alone when a page kills it.

Plain child processes with pipes, not fork, forkserver or spawn of ``multiprocessing``: forking a process that has threads
(event loop, database, search engine) can deadlock the child, and spawn imports the caller's main module again. Answers are
JSON, so a child that hostile bytes took over can say wrong things but cannot run code here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from articles.article import Article
from articles.errors import Broken
from articles.outcome import Killed, Rejected
from articles.page import Links, Page
from config.models import Source
from extract import wire
from extract.links import ListKind

DEADLINE = 5
"""CPU seconds one page may cost (docs/decisions/0030): the slowest honest page of two public sets took 1.1."""
LINEAR_DEADLINE = 3
"""CPU seconds for the linear reader after that; together below the 10 s that any page may cost."""
MEMORY = 1 << 30
"""Bytes of address space a page may add to an idle worker."""
_WALL_FACTOR = 8
"""Seconds of wall time per CPU second allowed: a busy machine is slow, a worker that sleeps is ill."""
_RETIRE = 250 * 1024 * 1024
"""Resident bytes above which a worker is replaced after its page: one huge page must not cost memory for ever."""
_START_SECONDS = 120
_ROOT = Path(__file__).resolve().parent.parent


class _Worker:
    """One child process and its pipes."""

    def __init__(self, process: asyncio.subprocess.Process, errors: IO[bytes]) -> None:
        self._process, self._errors = process, errors

    @classmethod
    async def start(cls, memory: int) -> Self:
        """Start a process and wait until it can read; raises Broken with its last words if it cannot."""
        errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the worker
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "extract.worker", str(memory),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=errors,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))},
                start_new_session=True,  # Ctrl-C reaches the parent only
            )  # fmt: skip
        except BaseException:  # cancelled, or no process to be had
            errors.close()
            raise
        worker = cls(process, errors)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await worker._receive()
        except (EOFError, TimeoutError) as error:
            words = worker.last_words()
            await worker.kill()
            raise Broken(f"a reader process did not start: {words}") from error
        except BaseException:
            await worker.kill()
            raise
        return worker

    async def ask(self, request: wire.Json, body: bytes, seconds: int) -> wire.Json:
        """Return the answer to one request; raises EOFError if the process ended, TimeoutError if it sleeps."""
        assert self._process.stdin is not None
        async with asyncio.timeout(seconds * _WALL_FACTOR):
            try:
                self._process.stdin.write(wire.frame(wire.pack({**request, "seconds": seconds})) + wire.frame(body))
                await self._process.stdin.drain()
            except (BrokenPipeError, ConnectionResetError) as error:
                raise EOFError from error
            return await self._receive()

    async def _receive(self) -> wire.Json:
        assert self._process.stdout is not None
        try:
            (length,) = wire.LENGTH.unpack(await self._process.stdout.readexactly(wire.LENGTH.size))
            if length > wire.FRAME_LIMIT:
                raise EOFError
            return wire.unpack(await self._process.stdout.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionResetError) as error:
            raise EOFError from error

    async def verdict(self) -> wire.Json:
        """Return why the process ended; waits for its end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._process.wait()
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return {"killed": "deadline"}
        if code == -signal.SIGKILL:  # nobody but the kernel's out-of-memory killer
            return {"killed": "memory", "detail": "killed by the system"}
        return {"killed": "parser", "detail": f"the reader process ended with {code}: {self.last_words()}"}

    def last_words(self) -> str:
        """Return the end of what the process wrote to standard error."""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 400))
        return self._errors.read().decode("utf-8", "replace").strip()

    async def kill(self) -> None:
        """End the process and wait for it, also when cancelled meanwhile."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.shield(self._process.wait())
        self._errors.close()


class ReaderPool:
    """Reads pages, feeds and sitemaps in worker processes; belongs to one event loop.

    Workers start when first needed and stay. A page that exceeds its limits costs its own worker only. Use as
    ``async with ReaderPool(2) as pool`` or call `close`.
    """

    def __init__(self, workers: int = 0, *, deadline: int = DEADLINE, memory: int = MEMORY) -> None:
        self.workers = workers or min(4, os.cpu_count() or 1)
        self._deadline, self._memory = deadline, memory
        self._free = asyncio.Semaphore(self.workers)
        self._idle: list[_Worker] = []
        self._closed = False

    async def extract(self, page: Page, source: Source | None) -> Article | Rejected | Killed:
        """Read one page; a page that kills the tree reader is read again by the linear one and marked ``truncated``."""
        request: wire.Json = {"do": "extract", "page": wire.page_json(page), "source": wire.source_json(source)}
        answer = await self._ask(request, page.body, self._deadline)
        if "killed" not in answer:
            return wire.reading_from(answer)
        if not answer.get("final"):
            again = await self._ask({**request, "do": "extract_linear"}, page.body, LINEAR_DEADLINE)
            result = None if "killed" in again else wire.reading_from(again)
            # a rejection by a reader this simple says only that it saw too little
            if isinstance(result, Article) or (
                isinstance(result, Rejected) and result.reason not in ("no_text", "section")
            ):
                return result
        return wire.killed_from(answer)

    async def links(self, page: Page, kind: ListKind, selector: str | None = None) -> Links | Killed:
        """Read one feed, sitemap or list page."""
        request: wire.Json = {"do": "links", "page": wire.page_json(page), "kind": kind, "selector": selector}
        answer = await self._ask(request, page.body, self._deadline)
        if "killed" in answer:
            return wire.killed_from(answer)
        return await asyncio.to_thread(wire.links_from, answer)  # 50,000 links take a second

    async def discover(self, page: Page) -> list[tuple[str, str, str]] | Killed:
        """Return ``(kind, url, title)`` of the feeds and sitemaps a page advertises."""
        answer = await self._ask({"do": "discover", "page": wire.page_json(page)}, page.body, self._deadline)
        if "killed" in answer:
            return wire.killed_from(answer)
        return [(str(kind), str(url), str(title)) for kind, url, title in answer.get("found", ())]

    async def _ask(self, request: wire.Json, body: bytes, seconds: int) -> wire.Json:
        """Return a worker's answer, or ``killed`` with the reason."""
        async with self._free:
            if self._closed:
                raise Broken("the pool of reader processes is closed")
            worker = self._idle.pop() if self._idle else await _Worker.start(self._memory)
            keep = False
            try:
                answer = await worker.ask(request, body, seconds)
                keep = not self._closed and int(answer.get("resident") or 0) < _RETIRE
            except EOFError:
                return await worker.verdict()
            except TimeoutError:
                return {"killed": "deadline", "detail": "no answer in time"}
            finally:  # a cancelled request leaves a worker in the middle of a page: it goes too
                if keep:
                    self._idle.append(worker)
                else:
                    await worker.kill()
        return answer

    async def close(self) -> None:
        """End all workers; requests under way are theirs to cancel."""
        self._closed = True
        while self._idle:
            await self._idle.pop().kill()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
