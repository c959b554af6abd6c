"""`lagebild up`: watch the desk until Ctrl-C or SIGTERM."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo


def up(folder: Path) -> None:
    """Run the service of the desk in ``folder``, telling on standard output what it does, until it is stopped.

    Raises what ``flows.service.serve`` and ``config.load.load`` raise.
    """
    from app.output import safe
    from config.load import load
    from flows.service import serve

    desk = load(folder)
    zone = ZoneInfo(desk.settings.time_zone)

    def tell(line: str) -> None:
        print(f"{datetime.now(zone):%H:%M:%S} {safe(line)}", flush=True)

    serve(desk, tell)
