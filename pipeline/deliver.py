"""The last part of a pass: what is due is said, each channel by itself, and every notice ends or waits for its next try."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from alerts.backoff import next_try
from alerts.channel import ChannelSender, Refused, TryLater
from articles.errors import LagebildError
from articles.match import Notice, OutboxRow
from pipeline.services import Services

BATCH = 50
"""Notices claimed at once."""

Said = Callable[[Notice], None]

log = logging.getLogger("lagebild.deliver")


@dataclass(slots=True)
class DeliverReport:
    """How many notices were delivered, put off, or given up, and the last error of each channel that had one."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    late: int = 0
    by_alert: Counter[str] = field(default_factory=Counter)
    errors: dict[str, str] = field(default_factory=dict)


async def deliver(services: Services, said: Said | None = None) -> DeliverReport:
    """Send until nothing is due. Raises Transient only for the ledger's sake (disk, database)."""
    report = DeliverReport()
    services.presence  # noqa: B018 - what a killed run was about to say is said now
    while rows := services.ledger.outbox.claim(BATCH, services.clock()):
        by_channel: dict[str, list[OutboxRow]] = defaultdict(list)
        for row in rows:
            by_channel[row.notice.channel].append(row)
        try:
            async with asyncio.TaskGroup() as group:
                for channel, of_channel in by_channel.items():
                    group.create_task(_on_channel(services, channel, of_channel, report, said))
        except* LagebildError as faults:
            raise faults.exceptions[0] from None
    return report


async def _on_channel(
    services: Services, channel: str, rows: Sequence[OutboxRow], report: DeliverReport, said: Said | None
) -> None:
    """Say a channel's notices in order; after a failure the others wait too, untried, for they would fail alike.

    They wait less than the one that failed, so that a notice which always fails does not hold them up.
    """
    sender, left, after = services.senders.get(channel), deque(rows), None
    try:
        while left:
            failed = await _say(services, sender, left.popleft(), report, said)
            if failed is not None:
                after = failed.after
                break
    finally:  # also when cancelled: nobody tried to say these
        at = next_try(1, services.clock(), after) if left else None
        for row in left:
            report.retried += services.ledger.outbox.postpone(row, at or services.clock())


async def _say(
    services: Services, sender: ChannelSender | None, row: OutboxRow, report: DeliverReport, said: Said | None
) -> TryLater | None:
    """Send, then mark. The per-notice loop's broad except: one notice's fault must not silence the others."""
    outbox, now = services.ledger.outbox, services.clock
    if sender is None:
        _bury(services, row, f"there is no channel '{row.notice.channel}' any more", report)
        return None
    try:
        await sender.send(row.notice, again=row.attempts > 1)
    except TryLater as error:
        _put_off(services, row, error, report)
        return error
    except Refused as error:
        _bury(services, row, str(error), report)
        return None
    except Exception as error:
        log.exception("could not say notice %s", row.notice.id)
        _put_off(services, row, TryLater(f"{type(error).__name__}: {error}"), report)
        return None
    if not outbox.delivered(row, now()):
        report.late += 1
        return None
    report.delivered += 1
    report.by_alert[row.notice.alert] += 1
    if said:
        said(row.notice)
    return None


def _put_off(services: Services, row: OutboxRow, error: TryLater, report: DeliverReport) -> None:
    at = next_try(row.attempts, services.clock(), error.after)
    if at is None:
        _bury(services, row, str(error), report)
        return
    report.errors[row.notice.channel] = str(error)
    report.retried += services.ledger.outbox.retry(row, at, str(error))


def _bury(services: Services, row: OutboxRow, why: str, report: DeliverReport) -> None:
    report.errors[row.notice.channel] = why
    report.dead += services.ledger.outbox.dead(row, why, services.clock())
