"""`lagebild run` is killed or stopped at any moment: after the next run nothing is missing, and nothing is said twice."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.demo_site.server import SiteServer
from app.demo_site.sources import sources
from tests.app.commanding import LOOPBACK, child, done, environment, in_child
from tests.stories.desks import new_desk

KILLS = 4 if os.environ.get("LAGEBILD_SHORT") else 10
QUIET = ["/ewiger-ticker", "/bilderraetsel"]
"""Pages that take long on purpose: here the kill is the accident."""


@pytest.fixture(autouse=True)
def loopback() -> Iterator[None]:
    with environment(**LOOPBACK):
        yield


@pytest.fixture(scope="module")
def site() -> Iterator[SiteServer]:
    with SiteServer(datetime.now(UTC) - timedelta(hours=2)) as server:
        yield server


def desk_on(site: SiteServer, folder: Path) -> Path:
    return new_desk(folder, [source | {"exclude": QUIET} for source in sources(site.origin)])


class Undisturbed:
    """What a desk has and has said after a run that nobody disturbed, and how long that took."""

    def __init__(self, desk: Path) -> None:
        started = time.monotonic()
        told = in_child("-C", desk, "run", "--json")
        self.seconds = time.monotonic() - started
        assert told.code == 0, told.err
        self.articles, self.said = articles(desk), said(desk)
        self.outcomes = outcomes(desk)


@pytest.fixture(scope="module")
def undisturbed(site: SiteServer, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    with environment(**LOOPBACK):
        return Undisturbed(desk_on(site, tmp_path_factory.mktemp("undisturbed") / "desk"))


def articles(desk: Path) -> dict[str, str]:
    return {article["id"]: article["url"] for article in done("-C", desk, "export").lines}


def said(desk: Path) -> Counter[tuple[str, str]]:
    """(alert, article) of every line of the file channel; a torn line would be no JSON."""
    file = desk / "data" / "notices.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return Counter((notice["alert"], notice["article"]) for notice in map(json.loads, lines))


def outcomes(desk: Path) -> set[str]:
    """The kinds of outcomes there are.

    Whether an article is new, revised or another address of one depends on which of its two addresses is read first.
    """
    check: dict[str, Any] = done("-C", desk, "check", "--json").json
    plain = {re.sub(r"^(article|listed|alias).*", r"\1", outcome) for outcome in check["outcomes"]}
    return plain - {"not_modified", "alias"}


def assert_whole(desk: Path, undisturbed: Undisturbed) -> None:
    """Everything is there that an undisturbed run brings, and nothing was said twice."""
    check = done("-C", desk, "check", "--json").json
    assert check["gaps"] == []
    assert set(check["visits"]) <= {"ended", "queued"}  # queued: later looks at the same pages
    assert articles(desk) == undisturbed.articles
    assert said(desk) == undisturbed.said
    assert outcomes(desk) == undisturbed.outcomes
    found = done("-C", desk, "search", "NOT source:nobody", "--json").json
    assert found["total"] == len(undisturbed.articles)


@pytest.mark.chaos
def test_after_a_kill_at_any_moment_the_next_run_completes(
    site: SiteServer, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    chance = random.Random(20251124)
    survived = 0
    for number in range(KILLS):
        desk = desk_on(site, tmp_path / str(number))
        process = child("-C", desk, "run", "--json", start_new_session=True)
        # Moments are spread over the run, the later half a little denser: there everything happens at once.
        moment = undisturbed.seconds * (number + chance.random()) / KILLS * chance.choice((0.8, 1.0, 1.1))
        time.sleep(moment)
        survived += process.poll() is not None
        process.kill()
        process.communicate()
        assert done("-C", desk, "check", "--json").json["gaps"] == []
        told = in_child("-C", desk, "run", "--json")
        assert told.code == 0, f"killed after {moment:.2f} s: {told.err}"
        assert_whole(desk, undisturbed)
    assert survived <= KILLS // 2, "the kills came too late to prove anything"


@pytest.mark.chaos
def test_a_run_that_is_killed_again_and_again_gets_there_in_the_end(
    site: SiteServer, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    desk, chance = desk_on(site, tmp_path / "desk"), random.Random(7)
    for _ in range(3):
        process = child("-C", desk, "run", start_new_session=True)
        time.sleep(undisturbed.seconds * chance.uniform(0.3, 0.9))
        process.kill()
        process.communicate()
    assert in_child("-C", desk, "run").code == 0
    assert_whole(desk, undisturbed)


@pytest.mark.chaos
@pytest.mark.parametrize("share", [0.3, 0.6, 0.8])
def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(
    share: float, site: SiteServer, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    desk = desk_on(site, tmp_path / "desk")
    process = child("-C", desk, "run")
    time.sleep(undisturbed.seconds * share)
    process.send_signal(signal.SIGINT)
    stopped = time.monotonic()
    _, err = process.communicate(timeout=60)
    if process.returncode != 0:  # the run was not over
        assert process.returncode == 130, err.decode()
        assert err.decode() == "lagebild: interrupted; nothing is lost, the next run goes on from here\n"
    assert time.monotonic() - stopped < 10
    check = done("-C", desk, "check", "--json").json
    assert check["gaps"] == []
    assert not {"fetching", "refining"} & set(check["visits"])
    assert in_child("-C", desk, "run").code == 0
    assert_whole(desk, undisturbed)
