"""What does a command cost before it does anything: CPU of ``lagebild --help``, and of a search on a small index.

    python -m benchmarks.commands

Goals: help under 0.2 s of CPU, search under 1.0 s. The yardstick is a Python that starts and imports typer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 5


def main() -> None:
    """Print the least of five runs each: what else the machine does can only add."""
    python = [sys.executable, "-c"]
    door = "import sys; from app.door import run; sys.exit(run(sys.argv[1:]))"
    rows = [
        ("python that imports typer", [*python, "import typer"], None),
        ("lagebild --help", [*python, door, "--help"], 0.2),
    ]
    with tempfile.TemporaryDirectory() as folder:
        desk = _desk(Path(folder))
        rows.append(("lagebild search, one word", [*python, door, "-C", str(desk), "search", "Drohne"], 1.0))
        for name, command, goal in rows:
            cpu = min(_cpu(command) for _ in range(ROUNDS))
            print(f"  {name:<28}{cpu:8.2f}   CPU s" + (f" (goal {goal})" if goal else ""))


def _cpu(command: list[str]) -> float:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime


def _desk(folder: Path) -> Path:
    """Make a desk whose index holds a few articles, filed through the ledger as the pipeline does."""
    from benchmarks.small_desk import make

    return make(folder / "desk", 40)


if __name__ == "__main__":
    main()
