"""How archived pages are read again: work rows for the same refine, whose matches tell nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.refine import RefineReport, refine
from pipeline.services import Services

Stage = Literal["extract", "enrich"]
"""``extract`` reads every archived page anew, rejected ones included; ``enrich`` only those of articles."""


@dataclass(slots=True)
class ReprocessReport(RefineReport):
    """How the pages ended; ``not_kept`` more could not be read again, for the archive has dropped them."""

    not_kept: int = 0


async def reprocess(services: Services, since: datetime | None, stage: Stage) -> ReprocessReport:
    """Read again what was fetched since then (None: everything) and return how each page ended.

    What is filed of a page that is no longer kept stays as it is.
    """
    files = services.ledger.files
    files.reprocess(services.clock(), since, stage)
    not_kept = files.not_kept(since, stage)
    refined = await refine(services)
    return ReprocessReport(refined.outcomes, refined.late, not_kept)
