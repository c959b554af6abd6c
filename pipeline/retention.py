"""How long raw pages are kept: the archive drops whole days that are older than ``keep_raw`` says."""

from __future__ import annotations

import logging
from datetime import UTC
from typing import TYPE_CHECKING

from articles.errors import Transient
from ledger.visits import CRAWL_TTL

if TYPE_CHECKING:
    from pipeline.services import Services

log = logging.getLogger("lagebild.retention")


def drop_old(services: Services) -> list[str]:
    """Drop the segments whose whole day, in UTC, is older than ``keep_raw``, and return their names; none without it.

    A segment that another writer holds, or of which a page is still to be read, waits for a later pass. So does one that
    cannot be removed now: that is logged, for it is no fault of the pass.
    """
    kept = services.desk.settings.keep_raw
    if kept is None:
        return []
    now = services.clock()
    oldest = now - max(kept, CRAWL_TTL)  # what a crawl has appended and not filed yet is no older than its lease

    def noted(segment: str) -> bool:
        return services.ledger.files.drop_segment(segment, now)

    try:
        return services.archive.drop(oldest.astimezone(UTC).date(), noted)
    except Transient as error:
        log.warning("%s", error)
        return []
