"""An index of its own, on each engine: built from articles, asked by files of queries, remembered by its folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.app.commanding import Told, command, json_lines
from tests.index.elastic_places import url
from tests.services.elastic_proxy import Answer, Proxy, Request

ROWS = [{"id": f"a{n}", "title": f"Drohne {n}", "text": "Helsing baut." if n % 2 else "Niemand baut."} for n in range(40)]
SERVERS = ["9", pytest.param("8", marks=pytest.mark.deep)]


pytestmark = pytest.mark.usefixtures("no_desk")


@dataclass(frozen=True)
class Own:
    """A folder, and the engine that its index is in."""

    folder: Path
    engine: str

    def build(self, *rows: object) -> Told:
        return command("index", "build", "--into", self.folder, "--engine", self.engine, stdin=json_lines(*rows))

    def asked(self, *queries: str, options: tuple[object, ...] = ()) -> Told:
        file = self.folder.parent / "queries.txt"
        file.write_text("\n".join(queries) + "\n", encoding="utf-8")
        return command("search", "--index", self.folder, "--queries", file, *options)

    def answers(self, *queries: str, limit: int = 10) -> list[dict[str, Any]]:
        told = self.asked(*queries, options=("--limit", limit))
        assert told.code == 0, told.err
        assert [answer["query"] for answer in told.lines] == list(queries)
        return told.lines


@pytest.fixture(params=["embedded", *SERVERS])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Own]:
    """A folder without an index, and an engine for it."""
    if request.param == "embedded":
        yield Own(tmp_path / "own", "embedded")
    else:
        yield Own(tmp_path / "own", f"{url(request.param)}/own")


@pytest.fixture
def built(own: Own) -> Own:
    answer = own.build(*ROWS, b"{", {"id": "x"}, b"[" * 100_000)
    assert (answer.code, answer.json["documents"]) == (0, 40), answer.err
    assert [bad["line"] for bad in answer.json["bad_lines"]] == [41, 42, 43]
    return own


def test_each_query_is_answered_by_one_line_read_leniently(built: Own) -> None:
    helsing, everything, unclosed, nothing, blank = built.answers("Helsing", "baut", '"Helsing baut', "Quastenflosser", "")
    assert (helsing["total"], len(helsing["hits"])) == (20, 10)
    assert everything["total"] == 40
    assert unclosed["total"] == 20
    assert (nothing["total"], nothing["hits"]) == (0, [])
    assert blank["error"]["message"]
    assert {"query", "total", "hits", "ms"} <= set(blank)


def test_the_limit_goes_to_ten_thousand_and_the_total_is_exact(built: Own) -> None:
    (answer,) = built.answers("baut", limit=10_000)
    assert (answer["total"], len(answer["hits"])) == (40, 40)
    assert built.asked("baut", options=("--limit", 10_001)).code == 2


def test_two_folders_on_one_engine_know_nothing_of_each_other(built: Own, tmp_path: Path) -> None:
    other = Own(tmp_path / "other", built.engine)
    assert other.build({"id": "b", "title": "Helsing"}).code == 0
    assert [answer["total"] for answer in other.answers("Helsing", "baut")] == [1, 0]
    assert [answer["total"] for answer in built.answers("Helsing", "baut")] == [20, 40]


def test_a_folder_that_holds_an_index_is_not_built_into_again(built: Own) -> None:
    answer = built.build(*ROWS)
    assert answer.code == 2
    assert "name a new folder" in answer.err


def by_score(answer: dict[str, Any]) -> list[list[str]]:
    """The ids in their order, those of one score side by side in any; where nothing scores, the newest first."""
    return [
        [hit["id"] for hit in hits] if score == 0 else sorted(hit["id"] for hit in hits)
        for score, hits in groupby(answer["hits"], key=lambda hit: hit["score"])
    ]


@pytest.mark.parametrize("release", SERVERS)
def test_a_server_gives_the_same_hits_in_the_same_order(release: str, tmp_path: Path) -> None:
    """Of several words the order may differ: k1 and b are a server's own (docs/decisions/0023 has the figures)."""
    words = ("Drohne", "Panzer", "Haushalt", "Helsing", "Gipfel")
    rows = [
        {
            "id": f"a{n}",
            "title": f"{words[n % 5]} und {words[n * 7 % 5]}",
            "text": " ".join([words[n % 5]] * (n % 4) + [words[n * 3 % 5]] + ["sonst"] * 20),
            "published": {"at": f"2025-06-{n % 28 + 1:02}", "precision": "day", "from": "meta"},
        }
        for n in range(60)
    ]
    asked = [*words, "Haus*", "NOT Gipfel", '"Drohne und Panzer"', "lang:de", "until:2025-06-10", "Drohne Panzer"]
    here, there = Own(tmp_path / "here", "embedded"), Own(tmp_path / "there", f"{url(release)}/same")
    assert (here.build(*rows).code, there.build(*rows).code) == (0, 0)
    for mine, theirs in zip(here.answers(*asked, limit=100), there.answers(*asked, limit=100), strict=True):
        assert mine["total"] == theirs["total"]
        if mine["query"] == "Drohne Panzer":
            assert {hit["id"] for hit in mine["hits"]} == {hit["id"] for hit in theirs["hits"]}
        else:
            assert by_score(mine) == by_score(theirs), mine["query"]


def test_an_index_remembers_its_engine_and_names_of_other_places_are_told(tmp_path: Path) -> None:
    own = Own(tmp_path / "own", "embedded")
    assert own.build(*ROWS).code == 0
    assert own.asked("Helsing", options=("--engine", "embedded")).json["total"] == 20
    for line in (
        ("index", "build", "--into", tmp_path / "new", "--engine", "somewhere"),
        ("search", "--index", own.folder, "--queries", tmp_path / "queries.txt", "--engine", "https://search.example"),
        ("search", "Helsing", "--engine", "embedded"),
    ):
        answer = command(*line)
        assert answer.code == 2
        assert "--engine" in answer.err
    assert not (tmp_path / "new").exists()


def test_wrong_places_are_told(tmp_path: Path) -> None:
    own = Own(tmp_path / "own", "embedded")
    assert own.build(*ROWS).code == 0
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert command("index", "build", "--into", tmp_path / "file" / "x").code == 2
    assert command("search", "--index", tmp_path / "nothing", "--queries", tmp_path / "file").code == 1
    assert command("search", "--index", own.folder, "--queries", tmp_path / "nothing").code == 2
    assert command("search", "--index", own.folder).code == 2
    (own.folder / "lagebild-index.json").write_text("{", encoding="utf-8")
    assert own.asked("Helsing").code == 2


class TestAServerThatFails:
    @pytest.fixture
    def way(self) -> Iterator[Proxy]:
        proxy = Proxy(url("9"))
        yield proxy
        proxy.close()

    @pytest.fixture
    def own(self, tmp_path: Path, way: Proxy) -> Own:
        return Own(tmp_path / "own", f"{way.url}/failing")

    def test_a_build_that_was_broken_off_answers_nobody_and_is_begun_anew(self, own: Own, way: Proxy) -> None:
        def until_it_writes(request: Request) -> Answer | None:
            if request.bulk:
                request.forward()
                way.rule = lambda request: None
                return None
            return request.forward()

        way.rule = until_it_writes
        answer = own.build(*ROWS)
        assert (answer.code, answer.out) == (3, "")
        assert "out of reach" in answer.err
        told = own.asked("Helsing")
        assert (told.code, told.out) == (1, "")
        assert "never finished" in told.err
        way.rule = Request.forward
        assert own.build(*ROWS[:10]).json["documents"] == 10
        assert [answer["total"] for answer in own.answers("baut")] == [10]

    def test_one_that_goes_in_the_middle_of_the_queries_is_told_in_their_lines(self, own: Own, way: Proxy) -> None:
        own.build(*ROWS)
        left = [4]

        def for_a_while(request: Request) -> Answer | None:
            left[0] -= 1
            return request.forward() if left[0] > 0 else None

        way.rule = for_a_while
        told = own.asked("Helsing", "baut", "Drohne")
        first, *others = told.lines
        assert (told.code, first["total"]) == (3, 20)
        assert all("out of reach" in other["error"]["message"] for other in others)

    def test_a_server_that_has_moved_is_found_by_its_new_address(self, own: Own, way: Proxy) -> None:
        own.build(*ROWS)
        way.rule = lambda request: None
        assert own.asked("Helsing").code == 3
        assert own.asked("Helsing", options=("--engine", url("9"))).json["total"] == 20
