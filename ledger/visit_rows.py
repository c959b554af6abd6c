"""How one visit is written down: begun, leased, and ended exactly once, each with its entry in the journal."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from articles.outcome import Outcome
from articles.page import ArchiveRef, Link, PageRef, Validators, Visit
from ledger.schema import Instant, addresses, journal, key, visits
from ledger.store import Store, new_ids
from ledger.values import Asked

# The statements of every visit are built once: building one anew takes longer than running it.
_HELD = sa.and_(
    visits.c.id == sa.bindparam("v_visit"),
    visits.c.lease == sa.bindparam("v_lease"),
    visits.c.state == sa.bindparam("v_state"),
)
_HOLD = sa.select(visits).where(_HELD).with_for_update()
_CHANGE_HELD = sa.update(visits).where(_HELD)
_HAND_BACK = _CHANGE_HELD.values(state="fetched", leased_until=None, refinings=visits.c.refinings - 1)
_CHANGE = sa.update(visits).where(visits.c.id == sa.bindparam("v_visit"))
_ENTER = sa.insert(journal)
_NOTE = sa.update(addresses).where(addresses.c.key == sa.bindparam("v_key"))
_NOTE_VISIT = _NOTE.values(
    visits=addresses.c.visits + 1,
    first_visit=sa.func.coalesce(addresses.c.first_visit, sa.bindparam("v_now", type_=Instant)),
)


def begin(store: Store, connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> list[int]:
    """Queue visits and return their ids; an address that has an open visit gets no second one.

    Each row gives url, source, kind, due_at and may give any other column.
    """
    full = [
        {"work": "visit", "state": "queued", "attempt": 1, "lease": 0, "begun_at": now, "link": None, "why": None}
        | dict(row)
        | {"key": key(row["url"])}
        for row in rows
    ]
    ids = new_ids(connection, store.insert_new(visits), visits.c.id, full)
    if ids:
        connection.execute(_ENTER, [{"visit_id": id_, "word": "begun", "at": now, "matches": 0} for id_ in sorted(ids)])
    return ids


def holds(connection: Connection, visit: int, lease: int, state: str) -> Row[Any] | None:
    """Return the visit's row, locked until the transaction ends, if it is in this state under this lease; else None."""
    return connection.execute(_HOLD, {"v_visit": visit, "v_lease": lease, "v_state": state}).one_or_none()


def change_held(connection: Connection, visit: int, lease: int, state: str, values: Mapping[str, Any]) -> bool:
    """Change the visit if it is in this state under this lease, and return whether it was."""
    fence = {"v_visit": visit, "v_lease": lease, "v_state": state}
    return connection.execute(_CHANGE_HELD, {**fence, **values}).rowcount == 1


def hand_back(connection: Connection, visit: int, lease: int) -> bool:
    """Let a page leased to be refined wait again, as if it never was, and return whether the lease was held."""
    return connection.execute(_HAND_BACK, {"v_visit": visit, "v_lease": lease, "v_state": "refining"}).rowcount == 1


def end(
    connection: Connection,
    visit: int,
    outcome: Outcome,
    now: datetime,
    *,
    article_id: str | None = None,
    matches: int = 0,
    values: Mapping[str, Any] | None = None,
) -> None:
    """End a visit that the caller holds; the journal's key makes a second ending impossible."""
    ended = {"state": "ended", "ended_at": now, "leased_until": None, "outcome": str(outcome), "article_id": article_id}
    connection.execute(_CHANGE, {"v_visit": visit, **ended, **(values or {})})
    entry = {"word": "ended", "at": now, "outcome": str(outcome), "article_id": article_id, "matches": matches}
    connection.execute(_ENTER, {"visit_id": visit, **entry})


def note_visit(
    connection: Connection, url: str, now: datetime, outcome: Outcome | None, believed: Validators | None = None
) -> None:
    """Note on the address that it was visited now, how that ended if it has, and the validators of a believed answer."""
    values = {"v_key": key(url), "v_now": now, "last_visit": now, **_validators(believed)}
    connection.execute(_NOTE_VISIT, values if outcome is None else {**values, "last_outcome": str(outcome)})


def note_outcome(connection: Connection, url: str, outcome: Outcome, believed: Validators | None = None) -> None:
    """Note on the address how the fetched page was judged, and the validators if the answer is believed."""
    connection.execute(_NOTE, {"v_key": key(url), "last_outcome": str(outcome), **_validators(believed)})


def _validators(believed: Validators | None) -> dict[str, str | None]:
    return {} if believed is None else {"etag": believed.etag, "last_modified": believed.last_modified}


def note_addresses(
    store: Store, connection: Connection, rows: Iterable[tuple[str, str, str, str | None]], now: datetime
) -> None:
    """File addresses as (url, source, state, reason) that have no row yet; those that have one stay as they are."""
    fresh = [
        {
            "key": key(url),
            "url": url,
            "source": source,
            "state": state,
            "reason": reason,
            "first_seen": now,
            "visits": 0,
        }
        for url, source, state, reason in rows
    ]
    if fresh:
        fresh.sort(key=lambda row: str(row["key"]))  # one order for all writers, so that none waits in a ring
        connection.execute(store.insert_new(addresses), fresh)


def forget_addresses(store: Store, connection: Connection, wanted: Sequence[str], source: str, now: datetime) -> None:
    """Mark addresses as never to be fetched again."""
    note_addresses(store, connection, [(url, source, "skipped", "forgotten") for url in wanted], now)
    connection.execute(
        sa.update(addresses)
        .where(addresses.c.key.in_([key(url) for url in wanted]))
        .values(state="skipped", reason="forgotten", etag=None, last_modified=None)
    )


def link_json(link: Link | None) -> dict[str, Any] | None:
    """Return a link as JSON, without what is absent."""
    if link is None:
        return None
    return {name: value for name, value in dataclasses.asdict(link).items() if value not in (None, ())}


def as_link(data: Mapping[str, Any] | None) -> Link | None:
    """Read a link back."""
    if data is None:
        return None
    return Link(**{**data, "keywords": tuple(data.get("keywords", ()))})


def as_visit(row: Row[Any], lease: int, attempt: int, validators: Validators) -> Visit:
    """Return the visit of a row that was just leased."""
    return Visit(row.id, row.url, row.source, row.kind, attempt, lease, validators, as_link(row.link))


def as_record(row: Row[Any]) -> ArchiveRef | None:
    """Return where a visit's bytes lie, None if it brought none."""
    return None if row.segment is None else ArchiveRef(row.segment, row.record_offset, row.record_length)


def as_page_ref(row: Row[Any], lease: int) -> PageRef:
    """Return the page of a row that was just leased for refining."""
    record = as_record(row)
    assert record is not None
    assert row.fetched_at is not None
    return PageRef(
        visit=row.id,
        lease=lease,
        url=row.url,
        final_url=row.final_url,
        source=row.source,
        record=record,
        fetched_at=row.fetched_at,
        kind=row.work,
        link=as_link(row.link),
        tdm=row.tdm,
    )


def asked_columns(asked: Sequence[Asked]) -> dict[str, Any]:
    """Return the columns that say how a visit was made; none if nothing was asked."""
    if not asked:
        return {}
    told = [_asked_json(one) for one in asked]
    return {"conduct": told, "tdm": next((one.tdm for one in reversed(asked) if one.tdm), None)}


def as_asked(told: Sequence[Mapping[str, Any]] | None) -> list[Asked]:
    """Read back how a visit was made."""
    return [Asked(**{**one, **_times(one)}) for one in told or ()]


def _times(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(told[name]) for name in ("at", "alone_until") if told.get(name)}


def _asked_json(asked: Asked) -> dict[str, Any]:
    told = {name: value for name, value in dataclasses.asdict(asked).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}


def record_columns(record: ArchiveRef | None) -> dict[str, Any]:
    """Return the columns that say where a visit's bytes lie; none for no record."""
    if record is None:
        return {}
    return {"segment": record.segment, "record_offset": record.offset, "record_length": record.length}
