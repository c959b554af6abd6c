"""How tests give commands: through the front door of this process, with all that it says caught."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from app.door import run

ROOT = Path(__file__).parents[2]
LOOPBACK = {"LAGEBILD_ALLOW_PRIVATE": "127.0.0.0/8"}


@dataclass(frozen=True, slots=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that was printed."""
        (line,) = self.lines
        return line

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects that were printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def json_lines(*rows: object) -> bytes:
    """Return rows as JSON Lines; bytes stand for themselves."""
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def command(*arguments: object, stdin: bytes = b"") -> Told:
    """Give one command in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch.object(sys, "stdin", given):
        code = run([str(argument) for argument in arguments])
    out.flush()
    return Told(code, out.buffer.getvalue(), err.getvalue())


def done(*arguments: object, stdin: bytes = b"") -> Told:
    """Give a command that must end with exit code 0."""
    told = command(*arguments, stdin=stdin)
    assert told.code == 0, f"{arguments}: {told.code}\n{told.out}\n{told.err}"
    return told


def child(*arguments: object, **more: Any) -> subprocess.Popen[bytes]:
    """Begin the command in a process of its own; ``more`` goes to Popen."""
    environment = os.environ | LOOPBACK | more.pop("env", {})
    line = [sys.executable, "-c", "from app.door import main; main()", *map(str, arguments)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen(line, env=environment, cwd=pipes.pop("cwd", ROOT), **pipes)


def in_child(*arguments: object, stdin: bytes | None = None, **more: Any) -> Told:
    """Give the command in a process of its own and wait for its end."""
    process = child(*arguments, stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL, **more)
    out, err = process.communicate(stdin, timeout=100)
    return Told(process.returncode, out, err.decode())


@contextlib.contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set environment variables for the length of the block."""
    with mock.patch.dict(os.environ, values):
        yield
