"""How an index catches up with the ledger: the spool is offered to the engine in batches and crossed off once durable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from index.document import Document
from index.engine import Ended, Engine, Removal, Verdict

BATCH = 500
"""Rows offered at once (docs/decisions/0020: a commit per 500 documents)."""


class Row(Protocol):
    """One thing the index must still take: ``seq`` numbers the ledger's decision about the article ``id``."""

    @property
    def seq(self) -> int: ...  # noqa: D102  # told above
    @property
    def op(self) -> Literal["put", "delete"]: ...  # noqa: D102  # told above
    @property
    def id(self) -> str: ...  # noqa: D102  # told above


class Spool(Protocol):
    """What the ledger keeps for the index (``ledger.spool``)."""

    def batch(self, limit: int) -> Sequence[Row]:
        """Return the rows with the smallest numbers that are not done, in order."""
        ...

    def done(self, seqs: Sequence[int]) -> None:
        """Cross rows off; the same again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Drained:
    """What draining did: how many rows ended in each way, which documents the engine refused, and what it left over.

    ``again`` is the number of rows that the engine did not take this time; they wait in the spool.
    """

    ended: Mapping[Ended, int]
    refused: tuple[Verdict, ...]
    again: int


def drain(spool: Spool, engine: Engine, make_document: Callable[[str], Document | None]) -> Drained:
    """Offer everything in the spool to the engine, batch by batch, until it is empty or the engine takes no more.

    ``make_document`` gives an article's latest revision from the ledger, None if it is no longer there. A row is crossed
    off after the engine has it durably: a kill in between offers it again, which changes nothing. A refused document is
    crossed off too and reported, as it would be refused for ever. Raises what the engine raises; the spool then still has
    every row of the batch.
    """
    ended: Counter[Ended] = Counter()
    refused: list[Verdict] = []
    while rows := spool.batch(BATCH):
        verdicts = _offer(engine, rows, make_document)
        settled = [row.seq for row in rows if verdicts[row.id].ended != "again"]
        spool.done(settled)
        ended.update(verdicts[row.id].ended for row in rows)
        refused += [verdict for verdict in verdicts.values() if verdict.ended == "refused"]
        if len(settled) < len(rows):
            break
    again = ended.pop("again", 0)
    return Drained(dict(ended), tuple(refused), again)


def _offer(engine: Engine, rows: Sequence[Row], make_document: Callable[[str], Document | None]) -> dict[str, Verdict]:
    """Offer each article of the rows once, as the last row about it has it, and return the verdicts by id."""
    last = {row.id: row for row in rows}
    documents: list[Document] = []
    removals: list[Removal] = []
    for row in last.values():
        document = make_document(row.id) if row.op == "put" else None
        if document is None:
            removals.append(Removal(row.id, row.seq))
        else:
            documents.append(document)
    reports = [engine.put(documents)] if documents else []
    if removals:
        reports.append(engine.delete(removals))
    return {verdict.id: verdict for report in reports for verdict in report.verdicts}
