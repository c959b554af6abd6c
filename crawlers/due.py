"""Which sources are to be visited now, and which of them share a host and so one crawler."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from articles.errors import Wrong, nearest
from articles.url import canonicalise, host
from config.models import Address, Source
from crawlers.polls import interval
from ledger.values import ListState

SLACK = 0.1
"""A list is due when this share of its interval is still missing: a tick that comes a second early is no reason to
wait for a whole further one."""


def due(
    sources: Sequence[Source],
    last_read: Callable[[str], ListState | None],
    now: datetime,
    only: Collection[str] | None = None,
) -> list[Source]:
    """Return the sources to visit, each with those of its addresses that are due.

    ``last_read`` tells of a canonical address when it was last read. Sources named in ``only`` are visited with all
    their addresses, due, enabled or not; raises Wrong if one of them is unknown.
    """
    if only is not None:
        known = {source.id: source for source in sources}
        missing = next((name for name in only if name not in known), None)
        if missing is not None:
            raise Wrong(f"no source '{missing}'{nearest(missing, known)}")
        return [source for source in sources if source.id in only]
    found = []
    for source in sources:
        addresses = [a for a in source.addresses if is_due(a, source, last_read, now)] if source.enabled else []
        if addresses:
            found.append(source.model_copy(update={"addresses": tuple(addresses)}))
    return found


def is_due(address: Address, source: Source, last_read: Callable[[str], ListState | None], now: datetime) -> bool:
    """Return whether one address is to be read now: never read, its interval over, or its retry come."""
    state = last_read(canonicalise(address.url))
    if state is None:
        return True
    if state.next_at is not None:
        return now >= state.next_at
    return now >= state.last_read_at + interval(source, state.memory) * (1 - SLACK)


def groups(sources: Sequence[Source]) -> list[list[Source]]:
    """Return the sources in groups that share a host or a ``group``, in order: one crawler each, so delays are shared."""
    gathered: list[tuple[set[str], list[Source]]] = []
    for source in sources:
        marks = {f"host {host(address.url)}" for address in source.addresses}
        marks |= {f"group {source.group}"} if source.group else set()
        touching = [entry for entry in gathered if entry[0] & marks]
        members = [member for entry in touching for member in entry[1]]
        gathered = [entry for entry in gathered if entry not in touching]
        gathered.append((marks.union(*(entry[0] for entry in touching)), [*members, source]))
    order = {source.id: place for place, source in enumerate(sources)}
    found = [sorted(members, key=lambda source: order[source.id]) for _, members in gathered]
    return sorted(found, key=lambda members: order[members[0].id])
