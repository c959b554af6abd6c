"""How the index follows the ledger: it may lag, fail or be of an older version, and nothing is lost by that."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from articles.errors import Broken, Transient
from index.document import Document
from index.drain import drain
from ledger.values import Filed
from pipeline.renamed import put_again, remember, remembered
from pipeline.services import Services

log = logging.getLogger("lagebild.index")


@dataclass(frozen=True, slots=True)
class IndexReport:
    """How many changes the index took, how many it is still behind, and why if it could not go on."""

    taken: int
    behind: int
    error: str | None = None
    rebuilt: bool = False


def index(services: Services) -> IndexReport:
    """Bring the index up to the ledger; make it if there is none, make it anew if it is broken or its version is another.

    Where protected names changed, the articles that hold a changed form are put again (``pipeline.renamed``).
    Never raises for the engine's sake: what it did not take waits in the spool.
    """
    taken, rebuilt = 0, False
    try:
        state = services.engine.status().state
        names, known = services.analyser.protected, remembered(services.data) if state == "ready" else None
        if state == "absent":
            services.engine.migrate()
        elif known is None:  # stale, broken, or made with names that nobody knows any more
            services.engine.rebuild(documents(services))
            rebuilt = True
        else:
            taken = put_again(services.engine, known ^ names, services.analyser.languages, partial(_document_of, services))
        if known != names:
            remember(services.data, names)
        taken += _drain(services)
        if state == "absent" and services.engine.status().documents < services.ledger.status(services.clock()).articles:
            services.engine.rebuild(documents(services))  # the index was lost after it had taken what the spool had
            rebuilt, taken = True, taken + _drain(services)
        services.engine.refresh()  # a search server shows what it took a second late otherwise
    except (Transient, Broken) as error:
        return IndexReport(taken, services.ledger.spool.behind(), str(error), rebuilt)
    return IndexReport(taken, services.ledger.spool.behind(), None, rebuilt)


def rebuild(services: Services) -> IndexReport:
    """Make the index anew whatever its version, then take what was filed meanwhile; errors are reported as in ``index``."""
    try:
        services.engine.rebuild(documents(services))
        remember(services.data, services.analyser.protected)
    except (Transient, Broken) as error:
        return IndexReport(0, services.ledger.spool.behind(), str(error))
    return replace(index(services), rebuilt=True)


def _drain(services: Services) -> int:
    """Offer the engine what it has not taken, say which documents it refused, and return how many changes it took."""
    drained = drain(services.ledger.spool, services.engine, partial(_document_of, services))
    for verdict in drained.refused:
        log.warning("the index cannot keep the article %s: %s", verdict.id, verdict.why)
    return sum(drained.ended.values())


def documents(services: Services) -> Iterator[Document]:
    """Yield the document of every live article's latest revision, from the ledger."""
    return (_document(services, filed) for filed in services.ledger.files.every())


def _document_of(services: Services, id_: str) -> Document | None:
    filed = services.ledger.files.latest(id_)
    return None if filed is None else _document(services, filed)


def _document(services: Services, filed: Filed) -> Document:
    return Document.of(filed.annotated, services.analysed(filed.annotated), filed.seq)
