"""What is due is said: each channel by itself, in order, tried again when it fails, and given up only after days."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from alerts.backoff import WAITS
from alerts.channel import Refused, TryLater
from articles.errors import Transient
from articles.match import Notice
from pipeline.deliver import deliver
from tests.pipeline.desks import TEXT, Office, Recorder, claimed, connect, opened, write_desk

TWO = [
    {"id": "desk", "kind": "file", "path": "data/desk.jsonl"},
    {"id": "chief", "kind": "file", "path": "data/chief.jsonl"},
]
ALERTS = {"alerts": [{"id": "helsing", "query": "Helsing", "channels": ["desk", "chief"]}]}


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(write_desk(tmp_path, ALERTS, TWO)) as office:
        yield office


def file_articles(office: Office, count: int) -> list[str]:
    """File articles that the alert is about, a minute apart, and return their ids."""
    texts = [" ".join(f"Absatz{n}{word} {TEXT}" for word in range(9)) for n in range(count)]
    return [office.settle(f"/a-{n}.html", texts[n], title=f"Werk {n}").id for n in range(count)]


async def test_every_channel_hears_every_notice_once_and_in_order(office: Office) -> None:
    ids, desk, chief = file_articles(office, 4), Recorder(), Recorder()
    connect(office, desk=desk, chief=chief)
    report = await deliver(office.services)
    assert (report.delivered, report.retried, report.dead) == (8, 0, 0)
    assert [notice.article for notice in desk.heard] == [notice.article for notice in chief.heard] == ids
    assert (await deliver(office.services)).delivered == 0
    assert set(office.states()) == {"delivered"}
    assert office.gaps() == ()


async def test_a_channel_that_fails_waits_and_the_other_does_not(office: Office) -> None:
    ids, desk, chief = file_articles(office, 3), Recorder(errors=[TryLater("503")]), Recorder()
    connect(office, desk=desk, chief=chief)
    report = await deliver(office.services)
    assert (report.delivered, report.retried, report.errors) == (3, 3, {"desk": "503"})
    assert len(chief.heard) == 3
    assert desk.heard == []
    office.later(seconds=29)
    assert (await deliver(office.services)).delivered == 0
    office.later(seconds=1)
    assert (await deliver(office.services)).delivered == 3
    assert [notice.article for notice in desk.heard] == ids
    assert desk.again == [True, False, False]  # only the first may have been accepted before


async def test_a_receiver_that_asks_for_time_gets_it(office: Office) -> None:
    file_articles(office, 2)
    connect(office, desk=Recorder(errors=[TryLater("429", timedelta(minutes=5))]), chief=Recorder())
    await deliver(office.services)
    office.later(minutes=4, seconds=59)
    assert (await deliver(office.services)).delivered == 0
    office.later(seconds=1)
    assert (await deliver(office.services)).delivered == 2


async def test_a_notice_that_cannot_be_said_is_given_up_after_days_and_holds_nobody_up(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    ids = file_articles(office, 3)
    desk = Recorder(poison=frozenset({ids[0]}))
    connect(office, desk=desk, chief=Recorder())
    with caplog.at_level(logging.CRITICAL, "lagebild"):
        await deliver(office.services)
        assert [notice.article for notice in desk.heard] == ids[1:]
        for wait in WAITS:
            office.later(seconds=wait.total_seconds())
            await deliver(office.services)
    assert sorted(office.states()) == ["dead", *["delivered"] * 5]
    (dead,) = office.services.ledger.outbox.rows("dead")
    assert dead.error == "RuntimeError: cannot be said"
    assert office.gaps() == ()
    assert office.services.ledger.outbox.requeue(dead.row, office.now)
    desk.poison = frozenset()
    assert (await deliver(office.services)).delivered == 1


class OneIsTooMuch(Recorder):
    """A receiver that answers with an error to one notice for ever."""

    async def send(self, notice: Notice, *, again: bool) -> None:
        if notice.article in self.poison:
            raise TryLater("500")
        await Recorder.send(self, notice, again=again)


async def test_a_receiver_that_trips_over_one_notice_hears_the_others_all_the_same(office: Office) -> None:
    ids = file_articles(office, 3)
    desk = OneIsTooMuch(poison=frozenset({ids[0]}))
    connect(office, desk=desk, chief=Recorder())
    for _ in range(4):
        await deliver(office.services)
        office.later(seconds=31)
    assert [notice.article for notice in desk.heard] == ids[1:]


async def test_a_receiver_that_refuses_for_good_ends_the_notice(office: Office) -> None:
    file_articles(office, 2)
    connect(office, desk=Recorder(errors=[Refused("410 Gone")]), chief=Recorder())
    report = await deliver(office.services)
    assert (report.delivered, report.dead, report.errors) == (3, 1, {"desk": "410 Gone"})


async def test_a_channel_that_was_taken_out_of_the_config_is_told_as_such(office: Office) -> None:
    file_articles(office, 1)
    connect(office, desk=Recorder())
    report = await deliver(office.services)
    assert (report.delivered, report.dead) == (1, 1)
    assert report.errors == {"chief": "there is no channel 'chief' any more"}
    assert office.gaps() == ()


async def test_what_a_killed_delivery_was_saying_is_said_at_once_by_the_next_with_a_look_back(tmp_path: Path) -> None:
    folder = write_desk(tmp_path, ALERTS, TWO)
    async with opened(folder) as killed:
        file_articles(killed, 2)
        assert len(claimed(killed)) == 4  # and then its process was killed
        now = killed.now
    async with opened(folder, now) as office:
        desk = Recorder()
        connect(office, desk=desk, chief=Recorder())
        assert (await deliver(office.services)).delivered == 4
        assert desk.again == [True, True]


async def test_nothing_is_taken_from_a_delivery_that_lives(office: Office, tmp_path: Path) -> None:
    file_articles(office, 1)
    assert office.services.presence
    assert len(claimed(office)) == 2
    async with opened(tmp_path, office.now) as other:
        connect(other, desk=Recorder(), chief=Recorder())
        assert (await deliver(other.services)).delivered == 0


async def test_when_cancelled_what_nobody_tried_to_say_waits_with_its_attempts_uncounted(office: Office) -> None:
    file_articles(office, 3)
    begun = asyncio.Event()

    class Slow:
        async def send(self, notice: Notice, *, again: bool) -> None:
            begun.set()
            await asyncio.sleep(60)

    connect(office, desk=Slow(), chief=Recorder())
    task = asyncio.create_task(deliver(office.services))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rows = [row for row in office.services.ledger.outbox.rows() if row.channel == "desk"]
    assert sorted((row.state, row.attempts) for row in rows) == [("open", 0), ("open", 0), ("sending", 1)]


async def test_a_ledger_that_fails_ends_the_delivery_as_such(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    file_articles(office, 1)
    connect(office, desk=Recorder(), chief=Recorder())

    def full(*_: object) -> bool:
        raise Transient("the disk is full")

    monkeypatch.setattr(office.services.ledger.outbox, "delivered", full)
    with pytest.raises(Transient, match="the disk is full"):
        await deliver(office.services)
