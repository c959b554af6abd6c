"""What the visits to a source were like, day by day, and which changes of its health were noted and told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from articles.outcome import Outcome
from articles.page import ArchiveRef
from ledger import sequence, visit_rows
from ledger.schema import articles, key, revisions, source_health, visits
from ledger.store import Store

_DAY = 86_400_000_000
"""Microseconds."""

_EPOCH = date(1970, 1, 1)
_WELL = ("listed", "not_modified")
_LISTS = ("feed", "sitemap", "page")


@dataclass(frozen=True, slots=True)
class Poll:
    """One ended visit to a list: how it ended, which address answered (canonical, None if unknown), where its bytes lie."""

    at: datetime
    outcome: Outcome
    final_url: str | None = None
    record: ArchiveRef | None = None


@dataclass(frozen=True, slots=True)
class PageEnd:
    """One ended visit to a page of a source."""

    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike the text found on one article's page and the one the page states are, 0 to 1; when it was first seen."""

    at: datetime
    alike: float


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A source's health as it was noted when it changed; ``id`` is None until it is."""

    source: str
    state: str
    since: datetime
    why: str | None
    repair: str | None
    at: datetime
    id: int | None = None


class SourceHistory:
    """Questions about what happened with sources; each method is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def polls(self, url: str, limit: int) -> list[Poll]:
        """Return the last ended visits to the list at a canonical address, the newest first."""
        wanted = sa.select(visits).where(visits.c.key == key(url), visits.c.state == "ended", visits.c.kind.in_(_LISTS))
        with self._store.read() as connection:
            rows = connection.execute(wanted.order_by(visits.c.id.desc()).limit(limit)).all()
        return [Poll(r.ended_at, Outcome.parse(r.outcome), r.final_url, visit_rows.as_record(r)) for r in rows]

    def pages(self, source: str, since: datetime, limit: int) -> list[PageEnd]:
        """Return how the last visits to a source's pages ended that were due since then, the newest first."""
        ended = visits.c.state == "ended", visits.c.source == source, visits.c.due_at >= since
        wanted = sa.select(visits.c.ended_at, visits.c.outcome).where(
            *ended, visits.c.kind == "article", visits.c.work == "visit"
        )
        with self._store.read() as connection:
            rows = connection.execute(wanted.order_by(visits.c.due_at.desc(), visits.c.id.desc()).limit(limit)).all()
        return sorted((PageEnd(row.ended_at, Outcome.parse(row.outcome)) for row in rows), key=_when, reverse=True)

    def polled_days(self, urls: Sequence[str], since: datetime, offset: timedelta) -> frozenset[date]:
        """Return the days, at this offset from UTC, on which one of these lists was read without trouble."""
        day = _day(visits.c.ended_at, offset)
        well = sa.or_(*(visits.c.outcome.like(f"{kind}%") for kind in _WELL))
        wanted = sa.select(day).where(
            visits.c.key.in_([key(url) for url in urls]), visits.c.ended_at >= since, visits.c.kind.in_(_LISTS), well
        )
        with self._store.read() as connection:
            return frozenset(_EPOCH + timedelta(days=int(n)) for n in connection.execute(wanted.distinct()).scalars())

    def found_days(self, since: datetime, offset: timedelta) -> dict[str, dict[date, int]]:
        """Return per source how many new articles each day brought, at this offset from UTC; empty days are absent."""
        day = _day(articles.c.first_seen, offset)
        wanted = sa.select(articles.c.source, day, sa.func.count()).where(articles.c.first_seen >= since)
        found: dict[str, dict[date, int]] = defaultdict(dict)
        with self._store.read() as connection:
            for source, number, count in connection.execute(wanted.group_by(articles.c.source, day)):
                found[source or ""][_EPOCH + timedelta(days=int(number))] = int(count)
        return dict(found)

    def agreements(self, since: datetime, newest: int, others: int) -> dict[str, list[Agreement]]:
        """Return per source how the text of its articles first seen since then agreed with the stated one, newest first.

        Of each source the ``newest`` articles are asked, and about ``others`` spread evenly over the older ones; those
        whose page states no text are left out.
        """
        in_order = (articles.c.first_seen.desc(), articles.c.id)
        place = sa.func.row_number().over(partition_by=articles.c.source, order_by=in_order)
        all_ = sa.func.count().over(partition_by=articles.c.source)
        wanted = sa.select(articles, place.label("place"), all_.label("all"))
        ranked = wanted.where(articles.c.first_seen >= since, articles.c.state == "live").subquery()
        chosen = sa.or_(ranked.c.place <= newest, ranked.c.place % (ranked.c.all / others + 1) == 0)
        latest = sa.and_(revisions.c.article_id == ranked.c.id, revisions.c.number == ranked.c.revision)
        asked = sa.select(ranked.c.source, ranked.c.first_seen, revisions.c.body).join(revisions, latest).where(chosen)
        found: dict[str, list[Agreement]] = defaultdict(list)
        with self._store.read() as connection:
            for source, at, body in connection.execute(asked.order_by(ranked.c.place)):
                if body.get("agreement") is not None:
                    found[source or ""].append(Agreement(at, float(body["agreement"])))
        return dict(found)

    def last_found(self) -> dict[str, datetime]:
        """Return per source when its newest article was first seen."""
        newest = sa.func.max(articles.c.first_seen, type_=articles.c.first_seen.type)
        with self._store.read() as connection:
            rows = connection.execute(sa.select(articles.c.source, newest).group_by(articles.c.source)).all()
        return {row[0]: row[1] for row in rows if row[0] is not None}

    def health(self) -> dict[str, HealthChange]:
        """Return the health last noted of every source."""
        with self._store.read() as connection:
            return {row.source: _as_change(row) for row in connection.execute(_latest())}

    def note_health(self, changes: Sequence[HealthChange], *, tell: bool) -> list[HealthChange]:
        """Note the health of those sources whose state is another than last noted, and return what was noted.

        Without ``tell`` nobody is to be told; neither of a source that is well when first looked at.
        """
        noted = []
        with self._store.write() as connection:
            sequence.hold(connection)  # two looks at once must not both note one change
            before = {row.source: row for row in connection.execute(_latest())}
            for one in changes:
                last = before.get(one.source)
                if last is not None and last.state == one.state:
                    continue
                silent = not tell or (last is None and one.why is None)
                values = {name: getattr(one, name) for name in ("source", "state", "since", "why", "repair", "at")}
                row = {**values, "told_at": one.at if silent else None}
                made = connection.execute(sa.insert(source_health), row).inserted_primary_key
                assert made is not None
                noted.append(HealthChange(**values, id=made[0]))
        return noted

    def untold(self) -> list[HealthChange]:
        """Return what the operator was not told yet: of each source only what holds now."""
        with self._store.read() as connection:
            rows = connection.execute(_latest().where(source_health.c.told_at.is_(None))).all()
        return [_as_change(row) for row in rows]

    def told(self, change: HealthChange, now: datetime) -> None:
        """Note that the operator was told of this change, and need not be told of those before it."""
        so_far = source_health.c.source == change.source, source_health.c.id <= change.id
        with self._store.write() as connection:
            unsaid = sa.update(source_health).where(*so_far, source_health.c.told_at.is_(None))
            connection.execute(unsaid.values(told_at=now))


def _when(page: PageEnd) -> datetime:
    return page.at


def _day(column: sa.Column[Any], offset: timedelta) -> sa.ColumnElement[int]:
    """Days since 1970 of a time at an offset from UTC; whole-number division on both databases."""
    shift = offset // timedelta(microseconds=1)
    return sa.cast(sa.literal_column(f"({column.table.name}.{column.name} + {shift}) / {_DAY}"), sa.BigInteger)


def _latest() -> sa.Select[Any]:
    newest = sa.select(sa.func.max(source_health.c.id)).group_by(source_health.c.source)
    return sa.select(source_health).where(source_health.c.id.in_(newest)).order_by(source_health.c.source)


def _as_change(row: Row[Any]) -> HealthChange:
    return HealthChange(row.source, row.state, row.since, row.why, row.repair, row.at, row.id)
