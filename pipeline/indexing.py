"""How the index follows the ledger: it may lag, fail or be of an older version, and nothing is lost by that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from articles.errors import Transient
from index.document import Document
from index.drain import drain
from ledger.values import Filed
from pipeline.services import Services


@dataclass(frozen=True, slots=True)
class IndexReport:
    """How many changes the index took, how many it is still behind, and why if it could not go on."""

    taken: int
    behind: int
    error: str | None = None
    rebuilt: bool = False


def index(services: Services) -> IndexReport:
    """Bring the index up to the ledger; make it if there is none, make it anew if its version is another.

    Never raises for the engine's sake: what it did not take waits in the spool.
    """
    taken, rebuilt = 0, False
    try:
        state = services.engine.status().state
        if state == "absent":
            services.engine.migrate()
        elif state in ("stale", "broken"):
            services.engine.rebuild(documents(services))
            rebuilt = True
        ended = drain(services.ledger.spool, services.engine, lambda id_: _document_of(services, id_)).ended
        taken = sum(ended.values())
    except Transient as error:
        return IndexReport(taken, services.ledger.spool.behind(), str(error), rebuilt)
    return IndexReport(taken, services.ledger.spool.behind(), None, rebuilt)


def rebuild(services: Services) -> IndexReport:
    """Make the index anew whatever its version, then take what was filed meanwhile; errors are reported as in ``index``."""
    try:
        services.engine.rebuild(documents(services))
    except Transient as error:
        return IndexReport(0, services.ledger.spool.behind(), str(error))
    return replace(index(services), rebuilt=True)


def documents(services: Services) -> Iterator[Document]:
    """Yield the document of every live article's latest revision, from the ledger."""
    return (_document(services, filed) for filed in services.ledger.files.every())


def _document_of(services: Services, id_: str) -> Document | None:
    filed = services.ledger.files.latest(id_)
    return None if filed is None else _document(services, filed)


def _document(services: Services, filed: Filed) -> Document:
    return Document.of(filed.annotated, services.analysed(filed.annotated), filed.seq)
