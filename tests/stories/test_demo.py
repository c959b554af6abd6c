"""The whole job: the demo's site is crawled, read, enriched, filed, indexed, found again, and alerts are said once."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.demo import DemoReport, run_demo
from app.demo_view import demo_json, print_demo
from articles.errors import Wrong


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "lagebild-demo"


@pytest.fixture(scope="module")
def first(folder: Path) -> DemoReport:
    return asyncio.run(run_demo(folder))


@pytest.fixture(scope="module")
def facts(first: DemoReport) -> dict[str, Any]:
    """What `--json` prints, as a script reads it."""
    read: dict[str, Any] = json.loads(json.dumps(demo_json(first), default=str))
    return read


def outcomes(report: DemoReport) -> dict[str, str]:
    return {url.removeprefix(report.origin): str(outcome) for url, outcome in report.pages.items()}


def test_every_accident_of_a_real_site_ends_in_its_outcome(first: DemoReport) -> None:
    ended = outcomes(first)
    assert ended["/de/politik/nato-gipfel-karlsmuende.html"] == "article(new)"
    assert ended["/de/intern/redaktionsplan.html"] == "forbidden(robots)"
    assert ended["/de/politik/vorab-beschluss.html"] == "http(404)"
    assert ended["/de/technik/ewiger-ticker.html"] == "too_large"
    assert ended["/de/panorama/bilderraetsel.html"] == "broken(deadline)"
    assert ended["/de/politik/karte.html"] == "rejected(no_text)"
    assert ended["/de/wirtschaft/boersenblick.html"] == "rejected(consent)"
    assert ended["/en/policy/leaked-agenda.html"] == "rejected(error_page)"
    assert ended["/de/technik/"] == "rejected(section)"
    # One article at two addresses, the second being its rel=canonical: which of them is read first is the crawl's luck.
    copy, original = ended["/de/wirtschaft/otter-wirtschaft.html"], ended["/de/technik/nebelkamm-bodenroboter.html"]
    assert (copy[:6], original) in {("alias(", "article(new)"), ("articl", "article(revised)")}
    assert first.articles == 45
    assert sum(outcome == "article(new)" for outcome in ended.values()) >= 40


def test_the_edited_article_is_a_second_revision(first: DemoReport) -> None:
    assert [url.removeprefix(first.origin) for url in first.edited] == ["/en/policy/air-defence-budget.html"]


def test_nothing_is_missing(first: DemoReport) -> None:
    assert first.proof is not None
    assert first.proof.gaps == ()


def test_the_reader_s_article_comes_out_right(facts: dict[str, Any], folder: Path) -> None:
    """The German report on a NATO summit of the product's own description."""
    found = [hit for hit in facts["search"]["hits"] if "nato-gipfel-karlsmuende" in hit["url"]]
    alerts = {notice["alert"] for notice in facts["alerts"] if "nato-gipfel-karlsmuende" in notice["url"]}
    assert alerts == {"helsing", "autonomous-systems"}
    assert len(found) == 1
    assert found[0]["highlights"][0]["text"] == "Helsing"
    names = {entity["name"] for entity in facts["entities"]}
    assert {"NATO", "Helsing", "Rheinmetall", "Quantum Systems", "Anduril Industries"} <= names
    assert any(topic["title"] == "NATO-Gipfel" for topic in facts["topics"])


def test_helsingborg_rings_no_bell(facts: dict[str, Any]) -> None:
    assert not any("helsingborg" in notice["url"] for notice in facts["alerts"])
    assert all("helsingborg" not in hit["url"] for hit in facts["search"]["hits"])


def test_every_notice_shows_the_words_that_are_its_reason(facts: dict[str, Any], first: DemoReport) -> None:
    lines = [json.loads(line) for line in first.notices_file.read_text(encoding="utf-8").splitlines()]
    assert lines == facts["alerts"]
    for notice in lines:
        assert notice["spans"]
        assert all(span["text"] in notice["why"] for span in notice["spans"])
    assert max(Counter((n["alert"], n["article"]) for n in lines).values()) == 1


def test_a_second_run_sees_the_same_site_and_says_nothing_twice(first: DemoReport, folder: Path) -> None:
    before = first.notices_file.read_bytes()
    second = asyncio.run(run_demo(folder))
    assert second.origin == first.origin
    assert not second.first_run
    assert second.notices == []
    assert second.articles == first.articles
    assert second.notices_file.read_bytes() == before
    assert second.proof is not None
    assert second.proof.ok


def test_people_are_told_the_same(first: DemoReport, capsys: pytest.CaptureFixture[str]) -> None:
    print_demo(first)
    shown = capsys.readouterr().out
    for text in ("nothing is missing", "Helsing", "forbidden", "too_large", str(first.notices_file), "new revision"):
        assert text in shown


def test_a_port_taken_since_the_first_run_is_told_with_the_way_out(first: DemoReport, folder: Path) -> None:
    port = int(first.origin.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)), pytest.raises(Wrong, match=f"port {port}.*in use") as caught:
        asyncio.run(run_demo(folder))
    assert str(folder) in str(caught.value)


def test_a_folder_that_is_not_the_demo_s_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(Wrong, match="is not the demo's"):
        asyncio.run(run_demo(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
