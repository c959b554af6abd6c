"""How our own Prefect server is started and stopped with the service, from the parent's side (see ``flows.server``)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from articles.errors import Transient
from flows import quiet

STOPPING = 15.0
"""Seconds the server has to end by itself; measured: 3 to 5."""


class OwnServer:
    """A running Prefect server: ``api`` and ``pages`` are its addresses."""

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
            *(sys.executable, "-P", "-m", "flows.server", _last_port(remembered)),
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
