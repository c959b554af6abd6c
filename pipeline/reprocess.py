"""How archived pages are read again: work rows for the same refine, whose matches tell nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pipeline.refine import RefineReport, refine
from pipeline.services import Services

Stage = Literal["extract", "enrich"]
"""``extract`` reads every archived page anew, rejected ones included; ``enrich`` only those of articles."""


async def reprocess(services: Services, since: datetime | None, stage: Stage) -> RefineReport:
    """Read again what was fetched since then (None: everything) and return how each page ended."""
    services.ledger.files.reprocess(services.clock(), since, stage)
    return await refine(services)
