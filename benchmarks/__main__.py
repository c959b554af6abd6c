"""``python -m benchmarks [NAME ...]``: every measurement, or those named, each in a process of its own, as tables.

``python -m benchmarks real-dates FOLDER`` and ``real-pages FOLDER`` read pages that belong to others and are not shipped.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence

EACH = (
    "commands",
    "whole_path",
    "extract",
    "reading",
    "enrich",
    "analysis",
    "query",
    "alerts",
    "index",
    "elastic",
    "relevance",
    "crawl_week",
)
"""The modules of this folder that print a table."""
OF_A_FOLDER = ("real-dates", "real-pages")
"""Those that read a folder of real pages: never among all, for nobody has the folder who did not fetch it."""


def main(names: Sequence[str]) -> int:
    """Run those named, or all, and return 1 if one of them failed, 2 if there is none of that name."""
    if names and names[0] in OF_A_FOLDER:
        module = f"benchmarks.{names[0].replace('-', '_')}"
        return subprocess.run([sys.executable, "-m", module, *names[1:]], check=False).returncode
    if unknown := [name for name in names if name not in EACH]:
        print(f"no measurement is called {', '.join(unknown)}; there are: {', '.join(EACH)}", file=sys.stderr)
        return 2
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    print(f"load before: {os.getloadavg()[0]:.1f}; figures are CPU time where nothing else is said\n")
    failed = []
    for name in names or EACH:
        print(f"── {name} ", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
        print(flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
