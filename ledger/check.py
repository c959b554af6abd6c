"""Whether the sums of law 2 hold: everything is accounted for, or a plain sentence says what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from articles.errors import Broken, LagebildError, NotSo
from articles.outcome import Outcome
from ledger import sequence, sums, visit_rows
from ledger.dropped import IS_DROPPED
from ledger.schema import addresses, articles, gaps, key, outbox, visits
from ledger.status import counts
from ledger.store import Store
from ledger.values import CheckReport, Gap

if TYPE_CHECKING:  # reading WARC costs every command that asks the ledger a twentieth of a second
    from ledger.archive import Archive

_EXAMPLES = 5
"""Cases named per broken law; the rest are counted."""

_same = visits.alias()
_IS_RESERVED = sa.exists().where(
    _same.c.segment == visits.c.segment,
    _same.c.record_offset == visits.c.record_offset,
    _same.c.outcome == "forbidden(tdm)",
)
"""Of a visit: its page turned out to be reserved, at first sight or when it was read anew, and was not to be kept."""


def check(store: Store, archive: Archive | None = None) -> CheckReport:
    """Prove the sums over one unchanging state of the ledger, and with an archive read every record it refers to.

    Visits are compared with the journal, which is only ever added to and does not know the visits' state column; numbers
    with the counter that gave them; matches with the counts filed beside them.
    """
    with store.read() as connection:
        return report(connection, archive)


def report(connection: Connection, archive: Archive | None = None) -> CheckReport:
    """Prove the sums over what this transaction sees."""
    found = [sentence for law in sums.LAWS for sentence in _broken(connection, law)]
    found += _unknown_outcomes(connection)
    found += _holes(connection)
    records = None
    if archive is not None:
        records, unread = _records(connection, archive)
        found += unread
    noted = connection.execute(sa.select(gaps).order_by(gaps.c.id))
    return CheckReport(
        visits=counts(connection, visits.c.state),
        outcomes=_by_outcome(connection),
        articles=counts(connection, articles.c.state),
        matches=counts(connection, outbox.c.state),
        head=sequence.head(connection),
        records=records,
        gaps=tuple(found),
        missed=tuple(Gap(row.source, row.url, row.at, row.text) for row in noted),
    )


def _broken(connection: Connection, law: sums.Law) -> Iterator[str]:
    broken = law.broken.subquery()
    number = connection.execute(sa.select(sa.func.count()).select_from(broken)).scalar_one()
    if number:
        some = connection.execute(sa.select(broken).limit(_EXAMPLES)).scalars().all()
        named = ", ".join(str(one) for one in some)
        more = f" and {number - len(some)} more" if number > len(some) else ""
        yield f"{law.says}: {law.what} {named}{more}"


def _by_outcome(connection: Connection) -> dict[str, int]:
    """Count ended visits by outcome; numbers of links, ids and reasons of people are left out."""
    found: dict[str, int] = {}
    for outcome, number in counts(connection, visits.c.outcome).items():
        kind = outcome.partition("(")[0]
        name = kind if kind in ("listed", "alias", "removed") else outcome
        if name != "None":
            found[name] = found.get(name, 0) + number
    return found


def _unknown_outcomes(connection: Connection) -> Iterator[str]:
    outcomes = sa.select(visits.c.outcome, sa.func.count()).where(visits.c.outcome.is_not(None))
    for outcome, number in connection.execute(outcomes.group_by(visits.c.outcome)):
        try:
            Outcome.parse(outcome)
        except LagebildError:
            yield f"a visit ends in one of the known outcomes: {number} ended as {outcome!r}"


def _holes(connection: Connection) -> Iterator[str]:
    """Numbers run from 1 to the head without a hole: a reader that has come to N has missed nothing below it."""
    first, last, number = connection.execute(sums.NUMBERS).one()
    head = sequence.head(connection)
    if (number, last or 0) != (head, head) or (number and first != 1):
        yield f"the numbers 1 to {head} are all in the spool: {number} are, from {first} to {last}"


def _records(connection: Connection, archive: Archive) -> tuple[int, list[str]]:
    """Read every record that is kept of a visit; each is the page of its address, or removed: forgotten, or reserved."""
    wanted = (
        sa.select(visits, addresses.c.reason, _IS_RESERVED.label("reserved"))
        .outerjoin(addresses, addresses.c.key == visits.c.key)
        .where(visits.c.segment.is_not(None), visits.c.work == "visit", ~IS_DROPPED)
        .order_by(visits.c.segment, visits.c.record_offset)
        .execution_options(yield_per=500)
    )
    found, number = [], 0
    for row in connection.execute(wanted):
        record = visit_rows.as_record(row)
        assert record is not None
        forgotten = row.kind == "article" and row.reason == "forgotten"
        may_be_gone = forgotten or row.reserved or row.kind != "article"  # a list that quoted such an article goes whole
        number += 1
        try:
            page = archive.read(record)
        except NotSo:
            if not may_be_gone:
                found.append(f"the raw page of visit {row.id} ({row.url}) was removed, but the address was not forgotten")
        except Broken as error:
            found.append(f"the raw page of visit {row.id} ({row.url}) cannot be read: {error}")
        else:
            if forgotten:
                found.append(f"the raw page of visit {row.id} is still there, though {row.url} was forgotten: forget again")
            elif row.reserved:
                found.append(f"the raw page of visit {row.id} is still there, though it ended forbidden(tdm): {row.url}")
            elif key(page.url) != row.key and page.final_url != row.final_url:
                found.append(f"the record of visit {row.id} ({row.url}) holds another page: {page.url}")
    return number, found
