"""Stories about when a source is due and which sources share a crawler."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from articles.errors import Wrong
from articles.outcome import Outcome
from config.models import Address, Source
from crawlers.due import due, groups
from ledger.values import ListMemory, ListState

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)


def source(id: str, *urls: str, **more: Any) -> Source:
    addresses = tuple(Address(kind="feed", url=url) for url in urls or (f"https://{id}.example/feed",))
    return Source(**{"id": id, "name": id, "addresses": addresses, **more})


def read(minutes_ago: float, next_in: float | None = None) -> ListState:
    at = NOW - timedelta(minutes=minutes_ago)
    following = None if next_in is None else NOW + timedelta(minutes=next_in)
    return ListState(3, at, at, Outcome("listed", "4"), following)


@pytest.mark.parametrize(
    ("state", "is_due"),
    [
        (None, True),
        (read(20), True),
        (read(14), True),  # a tick a little early is no reason to wait for a whole further one
        (read(10), False),
        (read(20, next_in=5), False),
        (read(5, next_in=-1), True),
    ],
)
def test_a_list_is_due_after_its_interval_or_when_a_retry_is(state: ListState | None, is_due: bool) -> None:
    found = due([source("a")], lambda _: state, NOW)
    assert bool(found) is is_due


def test_a_list_is_due_when_what_it_published_lately_says_so() -> None:
    for learnt, is_due in ((10, True), (60, False)):
        state = replace(read(20), memory=ListMemory(every=timedelta(minutes=learnt)))
        assert bool(due([source("a")], lambda _, state=state: state, NOW)) is is_due  # type: ignore[misc]  # a default binds it


def test_only_the_addresses_that_are_due_are_visited() -> None:
    states = {"https://a.example/one": read(3), "https://a.example/two": read(30)}
    (found,) = due([source("a", "https://A.example/one", "https://a.example/two")], states.get, NOW)
    assert [address.url for address in found.addresses] == ["https://a.example/two"]


def test_a_source_switched_off_is_visited_only_by_name() -> None:
    sources = [source("a", enabled=False), source("b")]
    assert [s.id for s in due(sources, lambda _: read(1), NOW)] == []
    assert [s.id for s in due(sources, lambda _: None, NOW)] == ["b"]
    assert [s.id for s in due(sources, lambda _: read(1), NOW, only=["a"])] == ["a"]


def test_an_unknown_name_is_told_with_its_neighbour() -> None:
    with pytest.raises(Wrong, match="did you mean 'zeitung'"):
        due([source("zeitung")], lambda _: None, NOW, only=["zeitng"])


def test_sources_that_share_a_host_or_a_group_share_a_crawler() -> None:
    sources = [
        source("a", "https://verlag.example/a"),
        source("b", "https://andere.example/b", group="netz"),
        source("c", "https://verlag.example/c", "https://dritte.example/c"),
        source("d", "https://vierte.example/d", group="netz"),
        source("e", "https://dritte.example/e"),
        source("f", "https://allein.example/f"),
    ]
    assert [[s.id for s in group] for group in groups(sources)] == [["a", "c", "e"], ["b", "d"], ["f"]]


def test_a_later_source_joins_two_groups() -> None:
    sources = [
        source("a", "https://eins.example/"),
        source("b", "https://zwei.example/"),
        source("c", "https://eins.example/", "https://zwei.example/"),
    ]
    assert [[s.id for s in group] for group in groups(sources)] == [["a", "b", "c"]]
    assert groups([]) == []
