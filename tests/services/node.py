"""A search server of the tests as a process on loopback: started, awaited, stopped, killed and restarted by its pid."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.services.cache import ServiceError

_START_SECONDS = 180
_PR_SET_PDEATHSIG = 1


class Node(ABC):
    """One server. ``start`` after ``stop`` or ``kill`` keeps its data and its port; ``close`` removes everything."""

    name: str
    """What it is, and of which version, for messages."""

    def __init__(self, heap: str = "512m") -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lbes-"))
        self.data = Path(tempfile.mkdtemp(prefix="lbes-", dir=_memory()))
        self.port = _free_port()
        self.heap = heap
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # Elasticsearch refuses to run as root
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    @abstractmethod
    def pid(self) -> int:
        """The server's own pid."""

    @abstractmethod
    def configure(self) -> None:
        """Write its configuration into ``home``."""

    @abstractmethod
    def launch(self) -> subprocess.Popen[bytes]:
        """Start it by ``run``; raises ServiceError where a part is missing."""

    def start(self) -> Self:
        """Start and wait until it answers; raises ServiceError with the end of its log."""
        (self.home / "tmp").mkdir(exist_ok=True)
        self.configure()
        if self._user is not None:
            for path in (self.data, self.home, *self.home.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        self._process = self.launch()
        try:
            self._await(self._process)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Shut down in order."""
        if self._process is None:
            return
        try:
            os.kill(self.pid, signal.SIGTERM)
            self._process.wait(60)
        except (FileNotFoundError, ProcessLookupError, subprocess.TimeoutExpired):
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL, as in a crash; whatever was started with it is in the same process group."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def close(self) -> None:
        """Stop and remove data, logs and configuration."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def log(self) -> str:
        """The end of what it wrote."""
        return (self.home / "console.log").read_text(errors="replace")[-4000:]

    def run(self, command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Run a command of the server's in the background, with what it says in a log."""
        user = self._user
        as_user: dict[str, Any] = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        told = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": str(self.home)}
        with (self.home / "console.log").open("ab") as console:
            return subprocess.Popen(
                command,
                cwd=folder,
                env=told | dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # out of reach of the terminal's Ctrl-C, and killed as a group
                preexec_fn=_end_with_us,
                **as_user,
            )

    def healthy(self) -> bool:
        """Whether it answers and has its shards; raises OSError or ValueError while it cannot say so."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s", timeout=5) as answer:
            return json.load(answer)["status"] in ("yellow", "green")

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ServiceError(f"{self.name} ended while starting:\n{self.log()}")
            try:
                if self.healthy():
                    return
            except (OSError, ValueError):  # refused, 408, 503, half an answer
                pass
            time.sleep(0.1)
        raise ServiceError(f"{self.name} is not ready:\n{self.log()}")


def _memory() -> Path | None:
    """Data lie in memory where there is room: each new index is a dozen fsyncs, and here no machine loses its power."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3 else None


def _end_with_us() -> None:
    """Ask the kernel to stop it when the process of the tests is killed (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
