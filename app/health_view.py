"""How the health of the sources looks, in JSON and in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.conduct_view import asked_json, asked_line
from app.output import columns, counted, safe
from crawlers.health import WORST_FIRST, Health
from crawlers.health_volume import WEEKDAYS, Volume
from ledger.values import Asked

HowAsked = Mapping[str, Sequence[Asked]]
"""Per source how its lists were last asked for."""


def health_json(health: Health, asked: Sequence[Asked] = ()) -> dict[str, object]:
    """Return the public form of one source's health (docs/reference.md)."""
    return {
        "source": health.source,
        "state": health.state,
        "since": health.since.isoformat(),
        "why": health.why,
        "repair": health.repair,
        "last_visit": health.last_visit.isoformat() if health.last_visit else None,
        "last_outcome": str(health.last_outcome) if health.last_outcome else None,
        "volume": _volume_json(health.volume),
        "asked": [asked_json(one) for one in asked],
    }


def _volume_json(volume: Volume | None) -> dict[str, object] | None:
    if volume is None:
        return None
    return {
        "usual": dict(zip(WEEKDAYS, volume.usual, strict=True)),
        "spread": {name: round(value, 2) for name, value in zip(WEEKDAYS, volume.spread, strict=True)},
        "days": volume.days,
        "since": volume.since.isoformat() if volume.since else None,
        "changes": [day.isoformat() for day in volume.changes],
    }


def print_health(found: Sequence[Health], zone: ZoneInfo, conduct: HowAsked) -> None:
    """Print who is ill, the worst first, with what might help and how it was asked; then how many are well."""
    ill = sorted((one for one in found if one.why), key=lambda one: (WORST_FIRST.index(one.state), one.since))
    unvisited = [one for one in ill if one.state == "unvisited"]
    for one in ill:
        if one.state == "unvisited":
            continue
        print(safe(f"{one.source}: {one.state} since {_shown(one.since, zone)}"))
        print(safe(f"    {one.why}"))
        print(safe(f"    -> {one.repair}"))
        for asked in conduct.get(one.source, ()):
            print(safe(f"    asked {asked_line(asked, zone)}"))
    if unvisited:
        names = ", ".join(one.source for one in unvisited[:5]) + (", ..." if len(unvisited) > 5 else "")
        print(f"{counted(len(unvisited), 'source')} not visited yet: {safe(names)}; `lagebild run` visits what is due")
    counts = Counter(one.state for one in found)
    for line in (
        columns([(str(counts[state]), state) for state in WORST_FIRST if counts[state]]) if found else ["no sources"]
    ):
        print(line)


def _shown(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
