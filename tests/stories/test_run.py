"""A desk of one's own, command by command: init, sources add, run, search, show, export, reprocess, forget, rebuild."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.demo_site.server import SiteServer
from app.demo_site.sources import sources
from tests.app.commanding import LOOPBACK, Told, command, done, environment
from tests.stories.desks import new_desk

HELSING = "/de/politik/nato-gipfel-karlsmuende.html"
CRICKET = "/en/life/village-cricket.html"


@pytest.fixture(scope="module", autouse=True)
def loopback() -> Iterator[None]:
    with environment(**LOOPBACK):
        yield


@pytest.fixture(scope="module")
def site() -> Iterator[SiteServer]:
    with SiteServer(datetime.now(UTC) - timedelta(hours=2)) as server:
        yield server


@pytest.fixture(scope="module")
def desk(site: SiteServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk that found one title's feed by itself; the other titles' feeds were written by hand."""
    folder = tmp_path_factory.mktemp("home") / "desk"
    new_desk(folder, [source for source in sources(site.origin) if source["id"] != "lagebote"])
    added = done("-C", folder, "sources", "add", f"{site.origin}/de/", "--json").json
    assert Path(added["file"]) == folder / "config" / "sources" / f"{added['id']}.yaml"
    with Path(added["file"]).open("a", encoding="utf-8") as written:
        written.write("delay: 0\nexclude: ['/ewiger-ticker', '/bilderraetsel']\n")
    return folder


@pytest.fixture(scope="module")
def ran(desk: Path) -> dict[str, Any]:
    """What the first pass told, as a script reads it."""
    return done("-C", desk, "run", "--json").json


@pytest.fixture
def lagebild(desk: Path, ran: dict[str, Any]) -> Callable[..., Told]:
    """Give a command to the desk after its first pass."""
    return lambda *arguments: command("-C", desk, *arguments)


def notices(desk: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (desk / "data" / "notices.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_run_over_the_demo_site_s_feeds_works_without_demo(ran: dict[str, Any], desk: Path) -> None:
    assert ran["sources"] == 3
    assert ran["visits"]["article(new)"] == ran["articles"]["new"] >= 40
    assert {"forbidden(robots)", "http(404)", "rejected(consent)", "rejected(no_text)", "listed"} <= set(ran["visits"])
    assert ran["indexed"] >= ran["articles"]["new"]
    assert ran["index_behind"] == 0
    assert ran["notices"] == len(notices(desk)) > 0


def test_the_next_run_finds_nothing_new_and_says_so(lagebild: Callable[..., Told], desk: Path) -> None:
    before = notices(desk)
    told = lagebild("run")
    assert told.code == 0
    assert "Nothing is due; `lagebild run --source ID` reads a source all the same." in told.out
    again = lagebild("run", "--source", "defence-courier", "--json")
    assert again.code == 0
    assert again.json["articles"] == {"new": 0, "revised": 0, "unchanged": 0}
    assert again.json["visits"] == {"not_modified": 2}
    assert notices(desk) == before


def test_the_summary_is_for_people_too(site: SiteServer, tmp_path: Path) -> None:
    (kueste,) = [source for source in sources(site.origin) if source["id"] == "kuestenblatt"]
    told = done("-C", new_desk(tmp_path / "desk", [kueste]), "run")
    assert told.out.startswith("1 source, ")
    assert re.search(r"^ +\d+  article\(new\)$", told.out, re.MULTILINE)
    assert re.search(r"^ +1  listed$", told.out, re.MULTILINE)
    assert " indexed, " in told.out


def test_search_finds_the_article_with_its_words_facets_and_days(lagebild: Callable[..., Told], site: SiteServer) -> None:
    answer = lagebild("search", "Helsing", "--facet", "source,lang", "--json").json
    assert answer["query"] == "Helsing"
    assert answer["total"] >= len(answer["hits"]) > 0
    assert sum(answer["facets"]["lang"].values()) == answer["total"]
    assert sum(bucket["count"] for bucket in answer["histogram"]) == answer["total"]
    assert answer["histogram_unit"] in ("day", "week", "month")
    (hit,) = [hit for hit in answer["hits"] if hit["url"] == site.origin + HELSING]
    assert all(mark["text"].startswith("Helsing") for mark in hit["highlights"])
    shown = lagebild("search", "Helsing").out
    assert shown.startswith(f"{answer['total']} articles\n")
    assert hit["title"] in shown


def test_a_search_goes_on_page_by_page(lagebild: Callable[..., Told]) -> None:
    whole = lagebild("search", "Helsing", "--limit", "100", "--sort", "newest", "--json").json
    ids: list[str] = []
    after: list[str] = []
    while True:
        page = lagebild("search", "Helsing", "--limit", "3", "--sort", "newest", *after, "--json").json
        ids += [hit["id"] for hit in page["hits"]]
        if "next" not in page:
            break
        after = ["--after", page["next"]]
    assert ids == [hit["id"] for hit in whole["hits"]]


def test_a_word_nobody_wrote_is_no_error(lagebild: Callable[..., Told]) -> None:
    told = lagebild("search", "Quastenflosser", "--json")
    assert (told.code, told.json["total"], told.json["hits"]) == (0, 0, [])


def test_show_tells_all_that_is_known_of_an_article(lagebild: Callable[..., Told], site: SiteServer) -> None:
    article = lagebild("show", site.origin + HELSING, "--json").json
    assert article["url"] == site.origin + HELSING
    assert "helsing" in {entity["id"] for entity in article["entities"]}
    assert lagebild("show", article["id"], "--json").json == article
    shown = lagebild("show", article["id"]).out
    assert article["title"] in shown
    assert article["text"][:80] in shown
    raw = lagebild("show", article["id"], "--raw").raw
    assert raw == site.site.respond(HELSING, {}).body
    told = lagebild("show", "0123456789abcdef")
    assert (told.code, told.out) == (1, "")
    assert "no article has the id or address '0123456789abcdef'" in told.err


def test_export_gives_every_article_once(lagebild: Callable[..., Told], ran: dict[str, Any]) -> None:
    told = lagebild("export")
    ids = [article["id"] for article in told.lines]
    assert told.code == 0
    assert len(set(ids)) == len(ids) >= 40
    assert len(lagebild("export", "--since", "1d").lines) == len(ids)
    assert lagebild("export", "--since", "2999-01-01").lines == []


def test_status_check_and_outbox_agree(lagebild: Callable[..., Told], desk: Path) -> None:
    status, check = lagebild("status", "--json").json, lagebild("check", "--json").json
    assert check["ok"]
    assert check["gaps"] == []
    assert status["desk"] == str(desk)
    assert status["engine"]["behind"] == 0
    assert status["outbox"]["delivered"] == check["matches"]["delivered"] == len(notices(desk))
    rows = lagebild("outbox", "--limit", "1000", "--json").lines
    assert sum(row["state"] == "delivered" for row in rows) == len(notices(desk))
    assert "nothing is missing" in lagebild("check").out
    assert "0 behind" in lagebild("status").out
    assert lagebild("outbox", "--dead").out == "nothing\n"
    told = lagebild("outbox", "--retry", "424242")
    assert (told.code, "no dead notice has the number 424242" in told.err) == (1, True)


def test_reading_the_archive_again_tells_nobody_and_changes_nothing(lagebild: Callable[..., Told], desk: Path) -> None:
    before, articles = notices(desk), lagebild("export").out
    for stage in ("extract", "enrich"):
        again = lagebild("reprocess", "--stage", stage, "--json")
        assert again.code == 0
        assert again.json["pages"] == sum(again.json["outcomes"].values()) >= 40
        assert set(again.json["outcomes"]) & {"article(new)", "article(revised)"} == set()
    assert lagebild("reprocess", "--since", "2999-01-01", "--json").json["pages"] == 0
    assert lagebild("export").out == articles
    assert lagebild("deliver", "--json").json["delivered"] == 0
    assert notices(desk) == before
    assert lagebild("check").code == 0


def test_the_index_can_be_made_anew_at_any_time(lagebild: Callable[..., Told], desk: Path) -> None:
    before = lagebild("search", "Drohne", "--limit", "100", "--json").json
    assert lagebild("index", "status", "--json").json["behind"] == 0
    rebuilt = lagebild("index", "rebuild", "--json")
    assert (rebuilt.code, rebuilt.json["rebuilt"], rebuilt.json["behind"]) == (0, True, 0)
    shutil.rmtree(desk / "data" / "index")
    told = lagebild("search", "Drohne")
    assert told.code == 1
    assert "lagebild index" in told.err
    assert lagebild("index", "migrate", "--json").json["behind"] == 0
    after = lagebild("search", "Drohne", "--limit", "100", "--json").json
    assert {hit["id"] for hit in after["hits"]} == {hit["id"] for hit in before["hits"]}


def test_the_example_alerts_pass_their_own_examples(lagebild: Callable[..., Told], site: SiteServer) -> None:
    assert lagebild("alerts", "check").code == 0
    assert "all right" in lagebild("alerts", "test").out
    assert {alert["id"] for alert in lagebild("alerts", "list", "--json").lines} >= {"helsing", "autonomous-systems"}
    article = lagebild("show", site.origin + HELSING, "--json").json["id"]
    assert "Helsing" in lagebild("alerts", "explain", "helsing", article).out
    assert "Helsing" in lagebild("query", "explain", "Helsing", "--article", article).out


def test_a_forgotten_article_is_gone_everywhere_and_is_never_fetched_again(
    lagebild: Callable[..., Told], site: SiteServer, desk: Path
) -> None:
    article = lagebild("show", site.origin + CRICKET, "--json").json
    words = article["text"][:50]
    assert any(words.encode() in raw for raw in archived(desk))
    removed = lagebild("forget", site.origin + CRICKET, "--reason", "court order 12/34", "--json").json
    assert removed["id"] == article["id"]
    assert removed["records"] >= 1
    assert lagebild("show", removed["id"]).code == 1
    found = lagebild("search", "cricket OR Kricket OR village", "--limit", "100", "--json").json
    assert removed["id"] not in {hit["id"] for hit in found["hits"]}
    assert removed["id"] not in {one["id"] for one in lagebild("export").lines}
    assert not any(words.encode() in raw for raw in archived(desk))
    assert not any(words in file.read_bytes().decode("latin-1") for file in (desk / "data").glob("ledger*"))
    asked = site.requests.count((CRICKET, 200))
    site.edition = 2  # every list has changed, so that its links are read again
    try:
        assert lagebild("run", "--source", "defence-courier", "--json").json["visits"]["listed"] >= 1
    finally:
        site.edition = 1
    assert site.requests.count((CRICKET, 200)) == asked
    check = lagebild("check", "--json").json
    assert check["ok"]
    assert check["articles"]["removed"] == 1


def archived(desk: Path) -> list[bytes]:
    """Every file of the archive, decompressed."""
    files = [file for file in (desk / "data" / "archive").rglob("*") if file.is_file()]
    assert files
    return [gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes() for file in files]
