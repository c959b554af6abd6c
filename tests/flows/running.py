"""A `lagebild up` that runs in a process of its own, and desks for it to watch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from app.demo_site.sources import sources

Seen = TypeVar("Seen")

PATIENCE = 240.0
"""Seconds for what takes 15 on an idle machine."""


class Up:
    """A running `lagebild up`, the lines it told, and the processes it started."""

    def __init__(self, desk: Path, home: Path, **env: str) -> None:
        self.desk, self.home = desk, home
        self.lines: list[str] = []
        # A user who has Prefect already, at an address where nothing answers.
        theirs = {"HOME": str(home), "PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_API_KEY": "pnu_theirs"}
        code = "import sys; from pathlib import Path; from app.commands.up import up; up(Path(sys.argv[1]))"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(desk)],
            env=kept | theirs | env,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as told:
            self.lines.extend(iter(told.readline, ""))

    def said(self, text: str) -> str:
        """Wait for a line that contains the text, and return it."""
        return wait_for(
            lambda: next((line for line in self.lines if text in line), None), f"{text!r} in {self.lines}", self
        )

    @property
    def pages(self) -> str:
        """The address of the Prefect server's pages."""
        return self.said("Prefect's pages").split("pages: ")[1].strip()

    def family(self) -> list[psutil.Process]:
        """The process and all it started."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code; fails if a process is left behind."""
        family = self.family() if self.process.poll() is None else []
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._listener.join(60)
        _, left = psutil.wait_procs(family, timeout=20)
        assert not left, f"left behind: {[process.cmdline() for process in left]}"
        return code


def wait_for(look: Callable[[], Seen | None], what: str, up: Up | None = None) -> Seen:
    """Look until there is something to see."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (seen := look()) is not None and seen is not False:
            return seen
        assert up is None or up.process.poll() is None, f"ended with {up.process.returncode}: {up.lines}"
        time.sleep(0.3)
    raise AssertionError(f"never came: {what}")


def write_desk(folder: Path, origin: str, every: str) -> Path:
    """Write a desk that watches the demo site's feeds."""
    catalogue = folder / "config" / "sources"
    catalogue.mkdir(parents=True)
    (folder / "lagebild.yaml").write_text("allow_private: [127.0.0.0/8]\n", encoding="utf-8")
    for source in sources(origin):
        written = {key: value for key, value in source.items() if key != "id"} | {"every": every}
        (catalogue / f"{source['id']}.yaml").write_text(json.dumps(written), encoding="utf-8")  # JSON is YAML
    return folder
