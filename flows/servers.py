"""Which Prefect server the service speaks to: the user's, or its own, which is started and stopped with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from articles.errors import Transient
from flows import quiet

_ROOT = Path(__file__).parents[1]
_START = "import sys; sys.path.append(sys.argv.pop(1)); from flows.server import main; main()"
"""What the child runs: our rooms are found last, wherever they are installed, and its current folder holds no code."""

STOPPING = 15.0
"""Seconds the server has to end by itself; measured: 3 to 5."""


class Server(Protocol):
    """A running Prefect server; ``pages`` is the address for people."""

    pages: str

    async def died(self) -> None:
        """Wait until the service cannot go on because this server is gone; then raise Transient."""
        ...


class UsersServer:
    """A server that the user runs; it comes and goes as the user likes."""

    def __init__(self, api: str) -> None:
        self.pages = api.removesuffix("/api")

    async def died(self) -> None:
        """Wait for ever: what does not answer is asked again."""
        await asyncio.Event().wait()


class OwnServer:
    """A server of our own: ``api`` is its address for programs."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
        self._process, self._log = process, log
        self.pages = f"http://127.0.0.1:{port}"
        self.api = f"{self.pages}/api"

    async def died(self) -> None:
        """Wait until the server ends by itself, and raise Transient: without it nothing is ever run."""
        code = await self._process.wait()
        raise Transient(f"the Prefect server ended (exit code {code}); its log is {self._log}")


@asynccontextmanager
async def own_server(home: Path) -> AsyncIterator[OwnServer]:
    """Run a Prefect server with its files in ``home``; the environment must be that of ``quiet.set_apart``.

    It takes the port of last time if that is free. Raises Transient if it does not come up within ``quiet.START_UP``.
    """
    home.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before anything else runs in this loop
    log, remembered = home / "server.log", home / "port"
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", _START, str(_ROOT), _last_port(remembered)),
            cwd=home,  # Prefect reads .env, prefect.toml and pyproject.toml of its current folder
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,  # Ctrl-C in the terminal is for the service, which then stops the server last
            env=os.environ,
        )
    try:
        port = await _port(process, log)
        remembered.write_text(f"{port}\n", encoding="ascii")
        yield OwnServer(process, port, log)
    finally:
        await asyncio.shield(_stop(process))


def _last_port(remembered: Path) -> str:
    with suppress(OSError, ValueError):
        return str(int(remembered.read_text(encoding="ascii")))
    return "0"


async def _port(process: asyncio.subprocess.Process, log: Path) -> int:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), quiet.START_UP)
        return int(line)
    except (TimeoutError, ValueError) as error:
        raise Transient(f"the Prefect server did not start; its log is {log}") from error


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOPPING)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
