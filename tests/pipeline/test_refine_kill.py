"""A story about a page that kills whoever reads it: it is found out alone, and its neighbours lose nothing by it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from ledger.refining import MOST_REFININGS
from tests.pipeline.desks import SITE, opened, write_desk

REFINE = """
import asyncio, os, signal, sys
from pathlib import Path
from articles.outcome import Rejected
from config.load import load
from pipeline.refine import refine
from pipeline.services import open_services
from tests.pipeline.desks import T0

class Reader:
    async def extract(self, page, source):
        if page.url.endswith("/boese.html"):
            os.kill(os.getpid(), signal.SIGKILL)
        return Rejected("no_text")

async def main():
    async with open_services(load(Path(sys.argv[1]), {}), clock=lambda: T0, env={}) as services:
        services.matcher
        services.__dict__.update(pool=Reader(), enricher=None)
        services.pool.close = lambda: asyncio.sleep(0)
        print(dict((await refine(services)).outcomes))

asyncio.run(main())
"""


def refine_in_a_process(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", REFINE, folder], capture_output=True, text=True, check=False)


async def test_only_the_page_that_kills_is_given_up_whatever_was_leased_with_it(tmp_path: Path) -> None:
    folder, pages = write_desk(tmp_path), ["a", "b", "boese", "c", "d"]
    async with opened(folder) as office:
        for name in pages:
            office.fetch(f"/{name}.html")
    for _ in range(MOST_REFININGS):
        killed = refine_in_a_process(folder)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
    last = refine_in_a_process(folder)
    assert last.returncode == 0, last.stderr
    async with opened(folder) as office:
        known = office.services.ledger.visits.known([f"{SITE}/{name}.html" for name in pages])
        ended = {url.rpartition("/")[2]: one.last_outcome for url, one in known.items()}
        assert ended.pop("boese.html") == "broken(deadline)"
        assert set(ended.values()) == {"rejected(no_text)"}
        assert office.gaps() == ()
