"""How the sources are: when each was last visited, how that ended, and which of them need a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from articles.outcome import Outcome
from articles.url import canonicalise
from pipeline.services import Services

WELL = frozenset({"listed", "not_modified"})
"""How a visit to a list ends when all is well."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One enabled source: its last visit and how that ended; ``why`` says what is wrong, None if nothing is.

    Of several addresses the worst speaks for the source.
    """

    source: str
    last_visit: datetime | None
    last_outcome: Outcome | None
    why: str | None


async def health(services: Services) -> list[SourceHealth]:
    """Return the health of every enabled source, in the desk's order, from what the ledger knows of its lists."""
    return [
        _of_source(services, source.id, [address.url for address in source.addresses])
        for source in services.desk.sources.values()
        if source.enabled
    ]


def _of_source(services: Services, id: str, urls: list[str]) -> SourceHealth:
    states = [(url, services.ledger.visits.last_list(canonicalise(url))) for url in urls]
    visited = [(url, state) for url, state in states if state is not None]
    if not visited:
        return SourceHealth(id, None, None, "never visited")
    ill = [(url, state) for url, state in visited if state.last_outcome and state.last_outcome.kind not in WELL]
    url, state = (ill or visited)[0]
    why = f"{url} ended {state.last_outcome} at {state.last_read_at:%Y-%m-%d %H:%M} UTC" if ill else None
    return SourceHealth(id, max(state.last_read_at for _, state in visited), state.last_outcome, why)
