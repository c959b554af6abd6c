"""Names become protected, or no longer: only articles that hold a changed form are put again, and all of those."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.article import Annotated, Annotations, Article, Moment
from articles.errors import Transient
from articles.outcome import Outcome
from articles.page import Link, Page
from articles.url import article_id
from config.init import write_desk
from config.load import load
from config.models import Entity, EntityName
from index.document import Document
from index.embedded import EmbeddedEngine
from index.engine import PutReport, Verdict
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.query_judge import find
from language.query_plan import Terms
from ledger.values import Filing, Planned
from pipeline.indexing import index, rebuild
from pipeline.renamed import MEMORY, concerned
from pipeline.services import Services
from tests.index.conftest import BERLIN, annotated

NOW = datetime(2025, 7, 1, tzinfo=UTC)
TEXTS = (
    "Rheinmetall liefert, die Rheinmetalls Werke warten.",
    "Der Rheinmetallkonzern baut Panzer aus Metall.",
    "Helsinger Bürger fragen nach Helsing.",
    "Der Luchs fährt, viele Luchse auch, sogar Lüchse.",
    "Der Hafen wird im Sommer gesperrt.",
)


class Newsroom:
    """A desk whose articles are filed in a real ledger, opened with other protected names each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_desk(folder)
        self._opened: list[Services] = []

    def with_names(self, *names: str) -> Services:
        entities = {
            name.lower(): Entity(
                id=name.lower(), type="ORG", names=(EntityName(name=name, flags=frozenset(["protected"])),)
            )
            for name in names
        }
        desk = replace(load(self.folder, {}), entities=entities, alerts={})
        self._opened.append(services := Services(desk, lambda: NOW))
        return services

    def close(self) -> None:
        for services in self._opened:
            for name in ("engine", "archive", "ledger"):
                if name in services.__dict__:
                    getattr(services, name).close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path / "desk")
    yield made
    made.close()


def file(services: Services, texts: Iterable[str]) -> None:
    """Take articles of these texts into the ledger as crawl and refine do."""
    site, visits = "https://zeitung.example", services.ledger.visits
    wanted = {f"{site}/{number}": text for number, text in enumerate(texts)}
    feed = visits.open_list("zeitung", f"{site}/feed", "feed", NOW)
    planned = [Planned(Link(url), url, "visit") for url in wanted]
    visits.list_done(feed, outcome=Outcome("listed", str(len(planned))), planned=planned, now=NOW)
    for visit in visits.take(["zeitung"], len(planned), NOW):
        record = services.archive.append(Page(visit.url, visit.url, 200, (), b"x", NOW))
        visits.fetched(visit, record, visit.url, 200, visit.validators, NOW)
    services.archive.sync()
    for ref in visits.lease(len(planned), NOW):
        moment = Moment("2025-06-25T14:30:00+02:00", "minute", "json-ld")
        made = Article(article_id(ref.url), ref.url, "zeitung", None, wanted[ref.url], published=moment, language="de")
        filing = Filing(ref, Outcome("article", "new"), Annotated(made, Annotations("de")), (ref.url,), ref.url)
        assert services.ledger.files.file(filing, NOW)


def put_counts(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the texts of what the engine is given from now on."""
    given: list[str] = []
    put = services.engine.put

    def noting(documents: Iterable[Document]) -> PutReport:
        listed = list(documents)
        given.extend(one.streams["text_x"] for one in listed)
        return put(listed)

    monkeypatch.setattr(services.engine, "put", noting)
    return given


def has(services: Services, token: str) -> int:
    return services.engine.count(Terms("text", "s", (token,)))


def test_only_articles_with_a_form_of_the_name_are_put_again(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    before = room.with_names()
    file(before, TEXTS)
    assert index(before).taken == 5
    assert has(before, "de|rheinmetall") == 1
    before.engine.close()
    after = room.with_names("Helsing")
    assert after.engine.status().state == "ready", "the index is not made anew for a name"
    given = put_counts(after, monkeypatch)
    report = index(after)
    assert (report.taken, report.rebuilt, report.error) == (1, False, None)
    assert given == ["helsinger buerger fragen nach helsing"]
    assert has(after, "de|helsing") == 1
    assert index(after).taken == 0, "and once is enough"


def test_names_nobody_wrote_down_make_the_index_anew(room: Newsroom) -> None:
    services = room.with_names("Helsing")
    file(services, TEXTS)
    index(services)
    (services.data / MEMORY).write_text('["hels', encoding="utf-8")
    assert index(services).rebuilt
    assert json.loads((services.data / MEMORY).read_text("utf-8")) == ["helsing"]
    assert not index(services).rebuilt


def test_a_rebuild_knows_its_names(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    before = room.with_names("Helsing")
    file(before, TEXTS)
    index(before)
    before.engine.close()
    after = room.with_names("Rheinmetall")
    given = put_counts(after, monkeypatch)
    assert rebuild(after).rebuilt
    assert given == []


def test_what_the_engine_does_not_take_now_is_put_again_later(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    before = room.with_names()
    file(before, TEXTS)
    index(before)
    before.engine.close()
    after = room.with_names("Helsing")
    with monkeypatch.context() as busy:
        full = PutReport((Verdict("a", 1, "again", "too many requests"),))
        busy.setattr(after.engine, "put", lambda documents: full if list(documents) else PutReport(()))
        report = index(after)
    assert report.error is not None
    assert index(after).taken == 1


names = st.sets(st.sampled_from(("Rheinmetall", "Helsing", "Luchs", "Metall", "HX", "Panzer", "Hafen")), max_size=4)
words = st.sampled_from(
    (
        *("Rheinmetall", "Rheinmetalls", "Rheinmetallkonzern", "Metall", "Metalle", "Schwermetall", "Helsing", "Helsings"),
        *("Helsinger", "Helsinggründer", "Luchs", "Luchse", "Lüchse", "HX", "HX-2", "HXs", "Panzer", "Panzers", "der"),
        *("Panzerhafen", "Kampfpanzer", "Hafen", "Häfen", "Hafenamt"),
    )
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(before=names, after=names, text=st.lists(words, min_size=1, max_size=4))
def test_an_article_whose_tokens_change_is_one_that_is_put_again(
    analysers: dict[frozenset[str], Analyser], before: set[str], after: set[str], text: list[str]
) -> None:
    one = annotated("a", title=" ".join(text), text=" ".join(text))
    old, new = (
        analyse_article(one, analysers.setdefault(frozenset(some), Analyser(some)), None, BERLIN)
        for some in (before, after)
    )
    changed = analysers[frozenset(before)].protected ^ analysers[frozenset(after)].protected
    if old.fields != new.fields:
        assert any(find(concerned(name, ("de", "en")), old).holds for name in changed)


@pytest.fixture(scope="module")
def analysers() -> dict[frozenset[str], Analyser]:
    """Analysers that were made already, by their names."""
    return {}


def test_a_full_disk_is_told_and_nothing_is_forgotten(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    before = room.with_names()
    file(before, TEXTS)
    index(before)
    before.engine.close()
    after = room.with_names("Helsing")
    with monkeypatch.context() as full:
        full.setattr("pipeline.indexing.remember", _no_space)
        assert index(after).error == "no space"
    assert index(after).taken == 1


def _no_space(data: Path, names: object) -> None:
    raise Transient("no space")


def test_the_engine_of_a_desk_is_named_by_code_and_lexicon_only(room: Newsroom) -> None:
    one, other = room.with_names("Helsing"), room.with_names("Rheinmetall")
    assert one.index_version == other.index_version
    assert one.analyser.version != other.analyser.version
    assert isinstance(one.engine, EmbeddedEngine)
