"""Which flow runs when: one monitor per group of sources that share a host, health every hour, reprocess on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from articles.errors import Wrong
from config.desk import Desk
from config.models import Source
from crawlers.due import groups

HEALTH_EVERY = timedelta(hours=1)

APART = timedelta(seconds=2)
"""Two groups begin this far apart at most, so that a start does not begin every crawl in one second."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A deployment to be made: which flow under which name, with which parameters, first how long from now, and how often.

    ``after`` and ``every`` are None for a flow that runs only when somebody asks for it.
    """

    flow: Literal["monitor", "health", "reprocess"]
    name: str
    parameters: Mapping[str, Any]
    after: timedelta | None = None
    every: timedelta | None = None
    sources: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What people call it: the flow and, if there are several of that flow, its name."""
        return f"{self.flow} {self.name}" if self.flow == "monitor" else self.flow

    @property
    def watched(self) -> str:
        """The sources, as the end of a line: empty if there are none or the name says it already."""
        return f", with {', '.join(self.sources[1:])}" if len(self.sources) > 1 else ""


def plan(desk: Desk) -> list[Planned]:
    """Return what is to be deployed for a desk. Raises Wrong if no source is enabled, for then nothing would ever run.

    A group is named for its first source and ticks as often as its most frequent source asks; each source is still read
    only when it is due itself.
    """
    enabled = [source for source in desk.sources.values() if source.enabled]
    if not enabled:
        raise Wrong(
            f"{desk.folder}: no source is enabled, so there is nothing to watch; `lagebild sources add URL` adds one"
        )
    gathered = groups(enabled)
    common = {"desk": str(desk.folder)}
    monitors = [_monitor(members, common, place, len(gathered)) for place, members in enumerate(gathered)]
    health = Planned("health", "health", common, min(HEALTH_EVERY, _shortest(monitors)), HEALTH_EVERY)
    return [*monitors, health, Planned("reprocess", "reprocess", common)]


def _monitor(members: Sequence[Source], common: Mapping[str, Any], place: int, count: int) -> Planned:
    every = min(source.every for source in members)
    ids = tuple(source.id for source in members)
    return Planned(
        "monitor",
        ids[0],
        {**common, "sources": list(ids), "every": every.total_seconds()},
        place * min(every / count, APART),
        every,
        ids,
    )


def _shortest(monitors: Sequence[Planned]) -> timedelta:
    """Health is first told when the first monitors have run."""
    return min(monitor.every for monitor in monitors if monitor.every)


def spoken(interval: timedelta) -> str:
    """Write an interval as the config does: 90 minutes are 1h30m."""
    left, parts = round(interval.total_seconds()), []
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
