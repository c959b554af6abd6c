"""What a search server may do to us, with a proxy of ours before a real one: nothing is lost, doubled or told wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from articles.errors import NotSo, Transient
from index import elastic_bulk, elastic_indices
from index.document import Document
from index.drain import drain
from index.elastic import ElasticEngine
from index.elastic_address import Credentials, Server
from index.elastic_mapping import written
from index.engine import Removal
from language.query_plan import AllOf, Terms
from tests.index.conftest import SERVER, annotated, document
from tests.index.elastic_places import server_for
from tests.index.spool import Ledger
from tests.services.elastic_proxy import Answer, Proxy, Request, Rule, busy, first, lost, slow

EVERYTHING = AllOf(())
Open = Callable[..., tuple[ElasticEngine, Proxy]]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait little between tries."""
    monkeypatch.setattr(elastic_bulk, "WAIT", 0.01)


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Open]:
    """Return what opens an engine over an empty index behind a proxy, and that proxy."""
    opened: list[ElasticEngine | Proxy] = []

    def open(rule: Rule | None = None, **options: object) -> tuple[ElasticEngine, Proxy]:
        server = server_for(tmp_path, SERVER)
        proxy = Proxy(server.hosts[0])
        engine = ElasticEngine(replace(server, hosts=(proxy.url,), **options), "a1")  # type: ignore[arg-type]  # passed on
        engine.migrate()
        proxy.rule = rule or proxy.rule
        opened.extend((engine, proxy))
        return engine, proxy

    yield open
    for one in opened:
        one.close()


def some(count: int) -> list[Document]:
    return [document(annotated(f"{number}", text=f"Gipfel Nummer {number}"), number + 1) for number in range(count)]


def found(engine: ElasticEngine) -> set[str]:
    engine.refresh()
    return {hit.id for hit in engine.search(EVERYTHING, limit=10_000).hits}


@pytest.mark.parametrize("trouble", [lost, busy(2), busy(3), slow(0)])
def test_lost_answers_and_waves_of_overload_lose_and_double_nothing(behind: Open, trouble: Rule) -> None:
    engine, _ = behind(first(4, trouble))
    report = engine.put(some(60))
    assert report.counts() == {"put": 60}
    assert [verdict.id for verdict in report.verdicts] == [f"{number}" for number in range(60)]
    assert found(engine) == {f"{number}" for number in range(60)}
    assert engine.count(EVERYTHING) == 60


def test_an_answer_that_comes_too_late_is_asked_for_again(behind: Open) -> None:
    engine, proxy = behind(first(1, slow(4.0)), timeout=3.0)  # a busy machine may need a second for the others
    assert engine.put(some(5)).counts() == {"put": 5}
    sent = [request.body for request in proxy.seen if request.bulk]
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert found(engine) == {"0", "1", "2", "3", "4"}


def test_a_server_that_stays_overloaded_leaves_the_rest_in_the_spool(behind: Open) -> None:
    engine, proxy = behind(first(1_000, busy(1)))
    ledger = Ledger()
    for number in range(10):
        ledger.file(f"{number}", "Gipfel")
    drained = drain(ledger, engine, ledger.document)
    assert (dict(drained.ended), drained.again) == ({}, 10)
    proxy.rule = Request.forward
    assert drain(ledger, engine, ledger.document).ended == {"put": 10}


def test_a_request_that_is_too_large_is_halved(behind: Open) -> None:
    def small_only(request: Request) -> Answer:
        return Answer.error(413, "", "too large") if request.bulk and len(request.body) > 9_000 else request.forward()

    engine, proxy = behind(small_only)
    assert engine.put(some(100)).counts() == {"put": 100}
    assert sum(len(request.body) > 9_000 for request in proxy.seen if request.bulk) <= 4
    assert len(found(engine)) == 100


def test_requests_have_bounded_bytes(behind: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic_bulk, "MOST_BYTES", 10_000)
    engine, proxy = behind()
    engine.put([*some(50), document(annotated("lang", text="Gipfel " * 5_000), 99)])
    sent = sorted(len(request.body) for request in proxy.seen if request.bulk)
    assert sent[-2] <= 10_000 < sent[-1]
    assert len(found(engine)) == 51


def test_refused_words_leave_an_article_that_is_found_by_the_rest(behind: Open) -> None:
    def refuses(request: Request) -> Answer:
        if request.bulk and b"Unwort" in request.body:
            head, line, *rest = request.body.split(b"\n")
            request.body = b"\n".join((head, line.replace(b"{", b'{"sonst":1,', 1), *rest))
        return request.forward()

    engine, _ = behind(refuses)
    report = engine.put([document(annotated("a", "Unwort"), 1), document(annotated("b", "Gipfel"), 2)])
    refused, put = report.verdicts
    assert (refused.ended, put.ended) == ("refused", "put")
    assert "sonst" in (refused.why or "")
    assert "without its words" in (refused.why or "")
    assert found(engine) == {"a", "b"}
    assert engine.count(Terms("title", "x", ("unwort",))) == 0
    (hit,) = [hit for hit in engine.search(EVERYTHING).hits if hit.id == "a"]
    assert hit.title == "Unwort"


def test_a_full_disk_keeps_everything_in_the_spool_until_it_has_room(behind: Open) -> None:
    engine, _ = behind()
    ledger = Ledger()
    ledger.file("a", "Gipfel")
    name = engine._indices.standing().current
    assert name is not None
    for block in ("read_only_allow_delete", "write", "read_only"):
        engine._client.indices.put_settings(index=name.name, settings={f"index.blocks.{block}": True})
        with pytest.raises(Transient, match="takes nothing for now"):
            drain(ledger, engine, ledger.document)
        assert len(ledger.batch(10)) == 1
        engine._client.indices.put_settings(index=name.name, settings={f"index.blocks.{block}": None})
    assert drain(ledger, engine, ledger.document).ended == {"put": 1}


def test_a_server_out_of_reach_is_told(tmp_path: Path) -> None:
    engine = ElasticEngine(Server(("http://127.0.0.1:9",), "desk"), "a1")
    for attempt in (engine.status, engine.migrate, lambda: engine.put(some(1)), lambda: engine.count(EVERYTHING)):
        with pytest.raises(Transient, match=r"http://127.0.0.1:9/desk: cannot .*: out of reach"):
            attempt()
    engine.close()


def test_another_host_answers_when_one_is_gone(behind: Open, tmp_path: Path) -> None:
    _, proxy = behind()
    server = replace(server_for(tmp_path, SERVER), hosts=("http://127.0.0.1:9", proxy.url))
    engine = ElasticEngine(server, "a1")
    for _ in range(3):
        assert engine.put(some(3)).counts() == {"put": 3}
        assert found(engine) == {"0", "1", "2"}
    engine.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer.error(401, "security_exception", "unable to authenticate user"), "LAGEBILD_ENGINE_API_KEY"),
        (
            Answer.error(403, "security_exception", "action [x] is unauthorized for user [desk]"),
            "lacks a privilege: action",
        ),
        (Answer.error(503, "no_shard_available_action_exception", "all shards failed"), "part of the cluster is down"),
        (Answer.error(503, "master_not_discovered_exception", "null"), "part of the cluster is down"),
        (Answer.error(429, "circuit_breaking_exception", "data too large"), "overloaded"),
        (Answer.error(400, "media_type_header_exception", "Invalid media-type"), f"engine_compat: {SERVER}"),
        (Answer(200, b"<html>hello</html>", {"content-type": "text/html"}), "no Elasticsearch"),
    ],
)
def test_each_refusal_is_told_in_words(behind: Open, answer: Answer, said: str) -> None:
    engine, proxy = behind()
    engine.put(some(1))
    proxy.rule = lambda request: answer
    for attempt in (engine.status, lambda: engine.put(some(1)), lambda: engine.search(EVERYTHING)):
        with pytest.raises(Transient, match=said):
            attempt()


def test_an_index_of_that_name_that_is_not_ours_is_told(tmp_path: Path) -> None:
    server = server_for(tmp_path, SERVER)
    engine = ElasticEngine(server, "a1")
    engine._client.indices.create(index=server.stem)
    with pytest.raises(Transient, match="another prefix"):
        engine.migrate()
    engine._client.indices.delete(index=server.stem)
    engine.close()


def test_a_credential_is_sent(behind: Open) -> None:
    _, proxy = behind(credentials=Credentials(user="desk", password="geheim"))
    assert {request.headers.get("authorization", "")[:6] for request in proxy.seen} == {"Basic "}
    _, proxy = behind(credentials=Credentials(api_key="abc"))
    assert {request.headers.get("authorization") for request in proxy.seen} == {"ApiKey abc"}


def test_a_server_that_goes_between_two_pages_is_told_and_goes_on_where_it_was(behind: Open) -> None:
    engine, proxy = behind()
    engine.put(some(9))
    engine.refresh()
    page = engine.search(EVERYTHING, limit=4)
    proxy.rule = lambda request: None
    with pytest.raises(Transient, match="cannot search: out of reach"):
        engine.search(EVERYTHING, limit=4, after=page.next)
    proxy.rule = Request.forward
    rest = engine.search(EVERYTHING, limit=9, after=page.next)
    assert {hit.id for hit in page.hits} | {hit.id for hit in rest.hits} == {f"{number}" for number in range(9)}
    assert len(rest.hits) == 5


def test_a_closed_index_takes_nothing_and_loses_nothing(behind: Open) -> None:
    engine, proxy = behind()
    ledger = Ledger()
    ledger.file("a", "Gipfel")
    current = engine._indices.standing().current
    assert current is not None

    def closed_meanwhile(request: Request) -> Answer:
        if request.bulk:
            engine._client.indices.close(index=current.name)
        return request.forward()

    proxy.rule = closed_meanwhile
    for attempt in (
        lambda: drain(ledger, engine, ledger.document),
        lambda: drain(ledger, engine, ledger.document),
        lambda: engine.search(EVERYTHING),
        lambda: engine.count(EVERYTHING),
        engine.refresh,
        engine.status,
        engine.migrate,
    ):
        with pytest.raises(Transient, match=r"is closed; open it"):
            attempt()
    proxy.rule = Request.forward
    engine._client.indices.open(index=current.name)
    assert drain(ledger, engine, ledger.document).ended == {"put": 1}
    engine._client.indices.close(index=current.name)
    assert engine.rebuild([document(annotated("b", text="Gipfel"), 2)]).documents == 1
    assert found(engine) == {"b"}


def test_an_index_without_its_shard_takes_nothing_and_loses_nothing(behind: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic_bulk, "PATIENCE", "1s")
    engine, _ = behind()
    ledger = Ledger()
    ledger.file("a", "Gipfel")
    made, indices = engine._indices, engine._client.indices
    current = made.standing().current
    assert current is not None
    made.drop(current.name)
    nowhere = {"index.routing.allocation.require._name": "nobody"}
    aliases: dict[str, Any] = {made.read: {}, made.write: {}, written(engine._server, current.name): {}}
    aliases.pop(current.name, None)  # elsewhere than on OpenSearch an index is written to by its own name
    indices.create(index=current.name, settings=nowhere, aliases=aliases, wait_for_active_shards="0")
    for attempt in (
        lambda: drain(ledger, engine, ledger.document),
        lambda: engine.search(EVERYTHING),
        lambda: engine.count(EVERYTHING),
        engine.status,
    ):
        with pytest.raises(Transient, match="part of the cluster is down"):
            attempt()
    indices.put_settings(index=current.name, settings=dict.fromkeys(nowhere))
    engine._client.cluster.health(index=current.name, wait_for_status="yellow")
    assert drain(ledger, engine, ledger.document).ended == {"put": 1}


def test_an_index_whose_alias_was_taken_away_is_not_found_and_is_made_anew(behind: Open) -> None:
    engine, _ = behind()
    engine.put(some(1))
    current = engine._indices.standing().current
    assert current is not None
    engine._client.indices.delete_alias(index=current.name, name=[engine._indices.read, engine._indices.write])
    for attempt in (lambda: engine.put(some(1)), lambda: engine.search(EVERYTHING)):
        with pytest.raises(NotSo, match="lagebild index migrate"):
            attempt()
    assert engine.migrate().state == "ready"
    assert engine.put(some(2)).counts() == {"put": 2}
    assert found(engine) == {"0", "1"}


# -- a rebuild while others write ----------------------------------------------------------------------------------------


def test_what_is_written_during_a_rebuild_is_in_both_indices(behind: Open) -> None:
    engine, _ = behind()
    engine.put(some(3))

    def meanwhile() -> Iterator[Document]:
        yield document(annotated("0", text="Gipfel alt"), 1)
        engine.put([document(annotated("0", text="Gipfel neu"), 50), document(annotated("spät", text="Gipfel"), 51)])
        engine.delete([Removal("1", 52)])
        assert found(engine) == {"0", "2", "spät"}
        yield document(annotated("1", text="Gipfel"), 2)
        yield document(annotated("2", text="Gipfel"), 3)

    assert engine.rebuild(meanwhile()).documents == 3
    assert found(engine) == {"0", "2", "spät"}
    assert engine.count(Terms("text", "x", ("neu",))) == 1


def test_of_two_rebuilds_the_later_one_wins(behind: Open) -> None:
    engine, _ = behind()
    engine.put(some(1))

    def overtaken() -> Iterator[Document]:
        yield document(annotated("früh", text="Gipfel"), 5)
        engine.rebuild([document(annotated("spät", text="Gipfel"), 6)])

    with pytest.raises(Transient, match="another rebuild"):
        engine.rebuild(overtaken())
    assert found(engine) == {"spät"}


def test_a_new_index_that_lacks_articles_never_answers(behind: Open) -> None:
    def forgetful(request: Request) -> Answer:
        answer = request.forward()
        if request.bulk:
            index = request.path.split("/")[1]
            Request(
                "DELETE", f"/{index}/_doc/1?refresh=true&version=9&version_type=external", {}, b"", _url(request)
            ).forward()
        return answer

    engine, proxy = behind()
    engine.put(some(3))
    proxy.rule = forgetful
    with pytest.raises(Transient, match="lacks 1 of 3 articles"):
        engine.rebuild(some(3))
    proxy.rule = Request.forward
    assert found(engine) == {"0", "1", "2"}


def _url(request: Request) -> str:
    return request.backend


def test_a_dead_rebuild_of_another_version_is_given_up(behind: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, _ = behind()
    other = ElasticEngine(engine._server, "a2")
    name = other._indices.following()
    with pytest.raises(Transient, match="another version"):
        engine.put(some(1))
    monkeypatch.setattr(elastic_indices, "GIVEN_UP", timedelta(0))
    assert engine.put(some(1)).counts() == {"put": 1}
    with pytest.raises(Transient, match="another rebuild"):
        other._indices.replace(name)
    other.close()


def test_a_replaced_index_stays_for_seven_days(behind: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, _ = behind()
    engine.put(some(1))
    engine.rebuild(some(1))
    (left,) = engine._indices.standing().left
    assert left.retired is not None
    later = left.retired + timedelta(days=7, minutes=1)
    engine._indices.sweep(later - timedelta(minutes=2))
    assert len(engine._indices.standing().left) == 1
    engine._indices.sweep(later)
    assert engine._indices.standing().left == ()
    assert found(engine) == {"0"}


def test_people_find_titles_and_texts_with_tools_of_their_own(behind: Open) -> None:
    engine, _ = behind()
    engine.put([document(annotated("a", "Gipfel endet", "Ohne Zusage der Länder."))])
    engine.refresh()
    answer = engine._client.search(index=engine._indices.read, query={"match": {"text": "länder"}})
    (hit,) = answer["hits"]["hits"]
    assert hit["_source"]["title"] == "Gipfel endet"
    assert not {"text_x", "text_s", "text_p", "words", "stored"} & hit["_source"].keys()
    assert len(json.dumps(hit["_source"])) < 500


def test_nobody_makes_an_index_by_writing_to_it(behind: Open) -> None:
    engine, _ = behind()
    current = engine._indices.standing().current
    assert current is not None
    engine._indices.drop(current.name)
    with pytest.raises(NotSo):
        engine.put(some(1))
    with pytest.raises(elastic_bulk.Missing):
        engine._bulk.take(current.name, some(1))
    assert engine.status().state == "absent"
