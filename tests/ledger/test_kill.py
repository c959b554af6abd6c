"""A process killed with -9 in the middle of its work leaves a ledger and an archive in which nothing is missing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.archive import Archive
from ledger.book import Ledger
from tests.ledger.conftest import SITE

PAGES = 60
WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from articles.outcome import Outcome
from articles.page import Link
from ledger.archive import Archive
from ledger.book import Ledger
from ledger.values import Planned
from tests.ledger.conftest import SITE, Clock, Desk, decision, page

url, folder, run = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
clock = Clock(datetime(2026, 3, 2, 8, tzinfo=UTC).replace(day=2 + run))
ledger, archive = Ledger.open(url, desk="d"), Archive(folder, "w")
desk = Desk(url, ledger, archive, clock)
archive.repair(ledger.visits.known_end)
print("begun", flush=True)
feed = ledger.visits.open_list("zeitung", SITE + "/feed", "feed", clock.now)
links = [SITE + f"/{number}" for number in range(PAGES)]
known = ledger.visits.known(links)
planned = [Planned(Link(url), url, "visit" if url not in known else "skip", "known") for url in links]
ledger.visits.list_done(feed, outcome=Outcome("listed", str(len(links))), planned=planned, now=clock.now)
for _ in range(PAGES):
    for visit in ledger.visits.take(["zeitung"], 3, clock.now):
        record = archive.append(page(visit.url, visit.url.encode() * 500, clock.now))
        archive.sync()
        ledger.visits.fetched(visit, record, visit.url, 200, None, clock.now)
    for ref in desk.refs(3):
        desk.file(ref, f"text of {ref.url}", decisions=[decision()])
    for row in ledger.outbox.claim(3, clock.now):
        with open(folder.parent / "told", "a") as told:
            told.write(row.notice.id + "\\n")
        ledger.outbox.delivered(row, clock.now)
    ledger.spool.done([row.seq for row in ledger.spool.batch(3)])
archive.close()
ledger.close()
print("done", flush=True)
"""


def start(url: str, folder: Path, run: int) -> subprocess.Popen[str]:
    """Start the worker and return once it is at work."""
    script = WORKER.replace("PAGES", str(PAGES))
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-c", script, url, str(folder), str(run)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_ten_kills_at_random_points_lose_nothing(url: str, folder: Path) -> None:
    archive_folder, chance = folder / "archive", random.Random(7)
    killed = 0
    for run in range(10):
        process = start(url, archive_folder, run)
        time.sleep(chance.uniform(0.0, 0.6))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        with Ledger.open(url, desk="d") as ledger:
            archive = Archive(archive_folder, "look")
            archive.repair(ledger.visits.known_end)
            assert ledger.check(archive).gaps == ()
    assert killed >= 5, "the worker was at work when it was killed"

    last = start(url, archive_folder, 20)
    said, _ = last.communicate(timeout=120)
    assert (last.returncode, said) == (0, "done\n")
    now = datetime(2026, 3, 30, tzinfo=UTC) + timedelta(days=1)
    with Ledger.open(url, desk="d") as ledger:
        report = ledger.check(Archive(archive_folder, "look"))
        assert report.gaps == ()
        assert report.articles == {"live": PAGES}
        assert report.matches == {"delivered": PAGES}
        assert {filed.annotated.article.url for filed in ledger.files.every()} == {f"{SITE}/{n}" for n in range(PAGES)}
        assert ledger.spool.behind() == 0
        assert ledger.visits.take(["zeitung"], 10, now) == []
    told = (folder / "told").read_text().split()
    assert len(set(told)) == PAGES
    assert len(told) <= PAGES + killed, "only what was sent and not yet marked may be sent again, under the same id"


@pytest.mark.chaos
def test_a_commit_that_was_answered_survives_the_kill(url: str, folder: Path) -> None:
    process = start(url, folder / "archive", 0)
    deadline = time.monotonic() + 60
    head = 0
    while head < 5 and time.monotonic() < deadline:
        with Ledger.open(url) as ledger:
            head = ledger.spool.head()
    process.kill()
    process.communicate()
    with Ledger.open(url) as ledger:
        assert ledger.spool.head() >= head >= 5
        assert ledger.check(Archive(folder / "archive", "look")).gaps == ()
