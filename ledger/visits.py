"""The life of visits on the crawl's side: queued, fetching, fetched, or ended without a page to refine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from articles.outcome import SKIPPED, Outcome
from articles.page import ArchiveRef, Link, Validators, Visit, VisitKind
from ledger import known, list_memory, visit_rows
from ledger.refining import Refining
from ledger.schema import IS_OPEN, addresses, gaps, key, visits
from ledger.values import Asked, ListMemory, Planned

CRAWL_TTL = timedelta(minutes=15)
"""A visit that was not ended by then belongs to a crawl that died: over five redirects at 30 s each and the waiting
between them, and far over the delay between two requests."""

_LIST_OUTCOMES = frozenset({"listed", "not_modified"})


class Visits(Refining, known.Memory):
    """Every visit from queued to its end; each method is one transaction and fenced by the visit's lease."""

    def open_list(self, source: str, url: str, kind: VisitKind, now: datetime) -> Visit:
        """Begin a visit to a feed, sitemap or list page, leased for CRAWL_TTL.

        A queued visit to the address is begun; one that is being fetched is taken over, which fences the other crawl.
        """
        with self._store.write() as connection:
            visit_rows.note_addresses(self._store, connection, [(url, source, "scheduled", None)], now)
            still = sa.select(visits).where(visits.c.key == key(url), IS_OPEN).with_for_update()
            leased: list[Visit] = []
            while not leased:  # again only if the open visit ended while its row was awaited
                row = {"url": url, "source": source, "kind": kind, "due_at": now}
                visit_rows.begin(self._store, connection, [row], now)
                leased = _lease(connection, still, now)
            (visit,) = leased
            if visit.kind != kind:  # the address was also listed as if it were an article
                connection.execute(sa.update(visits).where(visits.c.id == visit.id).values(kind=kind))
            return replace(visit, kind=kind)

    def list_done(
        self,
        visit: Visit,
        *,
        outcome: Outcome,
        planned: Sequence[Planned] = (),
        validators: Validators | None = None,
        record: ArchiveRef | None = None,
        now: datetime,
        retry_at: datetime | None = None,
        gap: str | None = None,
        final_url: str | None = None,
        status: int | None = None,
        memory: ListMemory | None = None,
        asked: Sequence[Asked] = (),
    ) -> bool:
        """End a visit to a list and file every link it showed, with the list's validators, in one transaction.

        A decision ``visit`` queues an article visit, ``list`` a sitemap visit (neither if one is open or the address was
        forgotten), ``skip`` only the reason. ``retry_at`` queues this list again. ``gap`` notes that items may have been
        missed; ``memory`` is what its next poll needs. Returns False, and writes nothing, if the lease is no longer this
        visit's; the caller then erases the record it appended.
        """
        with self._store.write() as connection:
            if visit_rows.holds(connection, visit.id, visit.lease, "fetching") is None:
                return False
            values = visit_rows.record_columns(record) | {"final_url": final_url, "status": status}
            values |= visit_rows.asked_columns(asked)
            visit_rows.end(connection, visit.id, outcome, now, values=values | ({"fetched_at": now} if record else {}))
            believed = validators if outcome.kind in _LIST_OUTCOMES else None
            visit_rows.note_visit(connection, visit.url, now, outcome, believed)
            self._file_links(connection, visit, planned, now)
            if gap is not None:
                connection.execute(
                    sa.insert(gaps).values(visit_id=visit.id, source=visit.source, url=visit.url, at=now, text=gap)
                )
            if memory is not None:
                list_memory.keep(self._store, connection, visit, memory)
            self._queue_again(connection, visit, retry_at, now)
            return True

    def list_goes_on(self, visit: Visit, planned: Sequence[Planned], now: datetime) -> bool:
        """File a part of a long list's links while its visit goes on; False, and nothing written, if the lease is lost.

        Should the crawl die before ``list_done``, the next one finds these links known.
        """
        with self._store.write() as connection:
            if visit_rows.holds(connection, visit.id, visit.lease, "fetching") is None:
                return False
            self._file_links(connection, visit, planned, now)
            return True

    def take(self, sources: Sequence[str], limit: int, now: datetime) -> list[Visit]:
        """Lease up to ``limit`` due visits of these sources, the longest due first; an expired lease is taken again."""
        if not sources or limit < 1:
            return []
        due = sa.or_(
            sa.and_(visits.c.state == "queued", visits.c.due_at <= now),
            sa.and_(visits.c.state == "fetching", visits.c.leased_until <= now),
        )
        wanted = (
            sa.select(visits)
            .where(visits.c.source.in_(list(sources)), visits.c.work == "visit", due)
            .order_by(visits.c.due_at, visits.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._store.write() as connection:
            return _lease(connection, wanted, now)

    def waiting_sources(self, now: datetime) -> set[str]:
        """Return the sources with visits that are due, or that somebody is making or died over."""
        waits = sa.or_(sa.and_(visits.c.state == "queued", visits.c.due_at <= now), visits.c.state == "fetching")
        with self._store.read() as connection:
            return set(connection.execute(sa.select(visits.c.source).where(waits).distinct()).scalars())

    def fetched(
        self,
        visit: Visit,
        record: ArchiveRef,
        final_url: str,
        status: int,
        validators: Validators | None,
        now: datetime,
        redirects: Sequence[str] = (),
        asked: Sequence[Asked] = (),
    ) -> bool:
        """Note that the page's bytes lie in the archive and wait to be refined; False if the lease is lost.

        The validators are believed, for the next conditional GET, only once refining has found an article in the page.
        After False the caller erases the record it appended: the ledger will never refer to it, and the address may have
        been forgotten meanwhile. Raises ValueError for a list: it ends by ``list_done`` and is never refined.
        """
        if visit.kind != "article":
            raise ValueError(f"a {visit.kind} is not refined")
        held = validators or Validators()
        values = {
            "state": "fetched",
            "leased_until": None,
            "final_url": final_url,
            "status": status,
            "redirects": list(redirects) or None,
            "etag": held.etag,
            "last_modified": held.last_modified,
            "fetched_at": now,
            **visit_rows.record_columns(record),
            **visit_rows.asked_columns(asked),
        }
        with self._store.write() as connection:
            if not visit_rows.change_held(connection, visit.id, visit.lease, "fetching", values):
                return False
            visit_rows.note_visit(connection, visit.url, now, None)
            return True

    def ended(
        self,
        visit: Visit,
        outcome: Outcome,
        now: datetime,
        retry_at: datetime | None = None,
        validators: Validators | None = None,
        final_url: str | None = None,
        asked: Sequence[Asked] = (),
    ) -> bool:
        """End a visit that brought no page: http, unreachable, forbidden, too_large, not_modified; False if fenced.

        ``retry_at`` queues the next visit, one attempt further; ``validators`` count only with not_modified.
        """
        with self._store.write() as connection:
            if visit_rows.holds(connection, visit.id, visit.lease, "fetching") is None:
                return False
            visit_rows.end(
                connection, visit.id, outcome, now, values={"final_url": final_url} | visit_rows.asked_columns(asked)
            )
            believed = validators if outcome.kind == "not_modified" else None
            visit_rows.note_visit(connection, visit.url, now, outcome, believed)
            self._queue_again(connection, visit, retry_at, now)
            return True

    def release(self, visit: Visit) -> bool:
        """Put a visit that was not finished back into the queue; False if the lease is lost."""
        with self._store.write() as connection:
            queued = {"state": "queued", "leased_until": None}
            return visit_rows.change_held(connection, visit.id, visit.lease, "fetching", queued)

    def schedule(self, url: str, source: str, now: datetime, at: datetime, why: str, link: Link | None = None) -> None:
        """Queue a further visit to an article's address at ``at``; a queued one is moved there if that is sooner.

        ``link`` is what a list said of it: the evidence the reader weighs. Nothing happens for an address that was
        forgotten on request.
        """
        with self._store.write() as connection:
            visit_rows.note_addresses(self._store, connection, [(url, source, "scheduled", None)], now)
            if known.forgotten(connection, [url]):
                return
            _reschedule(connection, [url])
            connection.execute(
                sa.update(visits)
                .where(visits.c.key == key(url), visits.c.state == "queued", visits.c.due_at > at)
                .values(due_at=at, why=why)
            )
            evidence = visit_rows.link_json(link)
            row = {"url": url, "source": source, "kind": "article", "due_at": at, "why": why, "link": evidence}
            visit_rows.begin(self._store, connection, [row], now)

    def _queue_again(self, connection: Connection, visit: Visit, at: datetime | None, now: datetime) -> None:
        if at is None or known.forgotten(connection, [visit.url]):
            return
        row = {
            "url": visit.url,
            "source": visit.source,
            "kind": visit.kind,
            "due_at": at,
            "attempt": visit.attempt + 1,
            "link": visit_rows.link_json(visit.link),
            "why": "retry",
        }
        visit_rows.begin(self._store, connection, [row], now)

    def _file_links(self, connection: Connection, visit: Visit, planned: Sequence[Planned], now: datetime) -> None:
        """File the links: whatever was decided, each address has a row that says so."""
        for link in planned:
            if link.decision == "skip" and link.reason not in SKIPPED:
                raise ValueError(f"no such reason to skip a link: {link.reason!r}")
        wanted = {link.url: link for link in planned if link.decision != "skip"}
        for url in known.forgotten(connection, list(wanted)):
            del wanted[url]
        skipped = {link.url: link.reason for link in planned if link.url not in wanted}
        visit_rows.note_addresses(
            self._store,
            connection,
            [
                *((url, visit.source, "skipped", reason) for url, reason in skipped.items()),
                *((url, visit.source, "scheduled", None) for url in wanted),
            ],
            now,
        )
        _reschedule(connection, list(wanted))
        _bring_forward(connection, list(wanted), now)
        rows = [
            {
                "url": url,
                "source": visit.source,
                "kind": "article" if link.decision == "visit" else "sitemap",
                "due_at": now,
                "link": visit_rows.link_json(link.link),
            }
            for url, link in wanted.items()
        ]
        visit_rows.begin(self._store, connection, rows, now)


def _reschedule(connection: Connection, wanted: Sequence[str]) -> None:
    """An address that was skipped before and is wanted now is scheduled."""
    for part in known.portions([key(url) for url in wanted]):
        connection.execute(
            sa.update(addresses)
            .where(addresses.c.key.in_(part), addresses.c.state == "skipped")
            .values(state="scheduled", reason=None)
        )


def _bring_forward(connection: Connection, wanted: Sequence[str], now: datetime) -> None:
    """A list says that an article changed: the look that is queued for later comes now; a retry keeps its patience."""
    for part in known.portions([key(url) for url in wanted]):
        later = visits.c.key.in_(part), visits.c.state == "queued", visits.c.why == "revisit", visits.c.due_at > now
        connection.execute(sa.update(visits).where(*later).values(due_at=now))


def _lease(connection: Connection, wanted: sa.Select[tuple[object, ...]], now: datetime) -> list[Visit]:
    """Lease the visits, each with the validators of its address; an attempt that was under way counts as one more."""
    rows = connection.execute(wanted).all()
    validators = known.validators(connection, [row.url for row in rows])
    leased = [
        visit_rows.as_visit(
            row, row.lease + 1, row.attempt + (row.state == "fetching"), validators.get(row.url, Validators())
        )
        for row in rows
    ]
    if leased:
        connection.execute(
            sa.update(visits)
            .where(visits.c.id == sa.bindparam("v_id"))
            .values(
                state="fetching",
                leased_until=now + CRAWL_TTL,
                lease=sa.bindparam("v_lease"),
                attempt=sa.bindparam("v_attempt"),
            ),
            [{"v_id": visit.id, "v_lease": visit.lease, "v_attempt": visit.attempt} for visit in leased],
        )
    return leased
