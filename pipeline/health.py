"""How the sources are: their histories are gathered and judged, changes noted, and the operator told once of each."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from alerts.channel import Refused, TryLater
from articles.errors import Broken, NotSo
from articles.match import Notice
from articles.outcome import Outcome, Rejected
from articles.url import canonicalise
from config.models import Address, Source
from crawlers import health_text
from crawlers.health import Health, History, ListHistory, judge
from ledger.source_history import HealthChange, Poll
from pipeline.services import Services

REMEMBERED = timedelta(weeks=16)
"""Days that are looked at: twice what the volume model needs, so that a change point is seen from both sides."""
POLLS = 50
PAGES = 20
PAGES_SINCE = timedelta(days=14)
AGREEMENTS = 32
"""Older articles per source whose agreement is looked at: four times what is compared with them."""

ALERT = "sources:health"
"""What stands for the alert in a notice about a source; no alert's id may hold a colon."""

NOT_A_LIST = Outcome("rejected", "not_a_list")

log = logging.getLogger("lagebild.health")


async def health(services: Services) -> list[Health]:
    """Return the health of every enabled source, in the desk's order, note what changed, and tell the operator.

    What cannot be told now is told by the next look. Raises Transient (disk, database).
    """
    found = await examine(services)
    channel, now = services.desk.settings.operator_channel, services.clock()
    known = [one for one in found if one.state != "unvisited"]
    changes = [HealthChange(one.source, one.state, one.since, one.why, one.repair, now) for one in known]
    services.ledger.history.note_health(changes, tell=channel is not None)
    if channel is not None:
        await _tell(services, channel)
    return found


async def examine(services: Services) -> list[Health]:
    """Return the health of every enabled source, in the desk's order; nothing is noted and nobody told."""
    now, history = services.clock(), services.ledger.history
    offset = now.astimezone(services.zone).utcoffset() or timedelta(0)
    since = now - REMEMBERED
    found, last = history.found_days(since, offset), history.last_found()
    alike = history.agreements(since, health_text.PAGES, AGREEMENTS)
    healths = []
    for source in services.desk.sources.values():
        if not source.enabled:
            continue
        lists = [await _list(services, address) for address in source.addresses]
        known = History(
            source=source,
            lists=tuple(lists),
            pages=tuple(history.pages(source.id, now - PAGES_SINCE, PAGES)),
            agreements=tuple(alike.get(source.id, ())),
            found=found.get(source.id, {}),
            polled=history.polled_days([one.url for one in lists], since, offset),
            last_found=last.get(source.id),
            zone=services.zone,
        )
        healths.append(judge(known, now))
    return healths


async def _list(services: Services, address: Address) -> ListHistory:
    url = canonicalise(address.url)
    polls = services.ledger.history.polls(url, POLLS)
    wall = await _wall(services, polls[0]) if polls and polls[0].outcome == NOT_A_LIST else None
    return ListHistory(address, url, tuple(polls), wall)


async def _wall(services: Services, poll: Poll) -> str | None:
    """Return what the reader calls a body that is no list: ``consent``, ``error_page``, or nothing of that kind."""
    if poll.record is None:
        return None
    try:
        page = services.archive.read(poll.record)
    except (Broken, NotSo):  # an archive that lost or dropped the page says nothing of the source
        return None
    read = await services.pool.extract(page, None)
    return read.reason if isinstance(read, Rejected) and read.reason in ("consent", "error_page") else None


async def _tell(services: Services, channel: str) -> None:
    history = services.ledger.history
    for change in history.untold():
        source = services.desk.sources.get(change.source)
        if source is not None:
            try:
                await services.senders[channel].send(notice(change, source, channel), again=True)
            except TryLater as error:
                log.warning("the operator is not told yet of %s: %s", change.source, error)
                continue
            except Refused as error:
                log.warning("the operator cannot be told of %s: %s", change.source, error)
        history.told(change, services.clock())


def notice(change: HealthChange, source: Source, channel: str) -> Notice:
    """Return what is said of a change; the same change has the same id however often it is tried."""
    why = change.why or "all is well again"
    return Notice(
        id=hashlib.sha256(f"{ALERT}\n{channel}\n{change.source}\n{change.id}".encode()).hexdigest()[:32],
        alert=ALERT,
        alert_title="Source health",
        channel=channel,
        article=f"source:{change.source}",
        url=source.addresses[0].url,
        title=f"{source.name}: {change.state}",
        source=change.source,
        published=None,
        spans=(),
        why=f"{why}. {change.repair}" if change.repair else why,
        at=change.at,
    )
