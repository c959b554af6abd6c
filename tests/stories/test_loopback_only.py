"""The suite's own promise: no process of ours connects to anything but loopback (see tests/conftest.py)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

TRY = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"


def test_a_child_that_leaves_loopback_is_stopped_and_written_down(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    child = subprocess.run(
        [sys.executable, "-c", TRY],
        env=os.environ | {"LAGEBILD_TEST_AUDIT_LOG": str(log)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PermissionError" in child.stderr
    assert "192.0.2.1" in log.read_text(encoding="utf-8")


def test_this_process_is_guarded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAGEBILD_TEST_AUDIT_LOG", str(tmp_path / "audit.log"))
    with socket.socket() as sock, pytest.raises(PermissionError, match="loopback only"):
        sock.connect(("192.0.2.1", 9))


def test_loopback_itself_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
