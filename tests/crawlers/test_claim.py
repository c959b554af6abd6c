"""Stories about who crawls a source: the living, the dead and the one that comes after."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from articles.errors import Transient
from crawlers.claim import claim

CRAWL = """
import sys, time
from pathlib import Path
from crawlers.claim import claim
with claim(Path(sys.argv[1]), "zeitung"):
    print("claimed", flush=True)
    time.sleep(60)
"""


def test_a_claim_that_ended_leaves_nothing_behind(tmp_path: Path) -> None:
    for _ in range(2):
        with claim(tmp_path / "marks", "zeitung") as left_behind:
            assert left_behind is False
    with pytest.raises(RuntimeError), claim(tmp_path / "marks", "zeitung"):
        raise RuntimeError("a fault in the crawl")
    assert list((tmp_path / "marks").iterdir()) == []


def test_a_living_crawl_keeps_its_claim_and_a_killed_one_leaves_it_behind(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CRAWL, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "claimed\n"
            with claim(tmp_path, "zeitung") as left_behind:
                assert left_behind is False
            assert (tmp_path / "zeitung.crawling").exists()
        finally:
            other.kill()
            other.wait()
    with claim(tmp_path, "zeitung") as left_behind:
        assert left_behind is True
    with claim(tmp_path, "zeitung") as left_behind:
        assert left_behind is False


def test_a_disk_that_refuses_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Transient, match="cannot note"), claim(tmp_path / "file", "zeitung"):
        raise AssertionError("was claimed")
