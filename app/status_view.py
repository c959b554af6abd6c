"""How the state of a desk looks, in JSON and in a terminal."""

from __future__ import annotations

from collections import Counter

from app.output import columns, counted
from articles.errors import Transient
from pipeline.services import Services


def engine_json(services: Services) -> dict[str, object]:
    """Return what is known of the engine; an engine out of reach is said, not raised."""
    behind = services.ledger.spool.behind()
    try:
        found = services.engine.status()
    except Transient as error:
        return {"name": services.desk.settings.engine, "state": "unreachable", "behind": behind, "error": str(error)}
    return {
        "name": found.name,
        "place": found.place,
        "state": found.state,
        "documents": found.documents,
        "bytes": found.bytes,
        "version": found.version,
        "wanted": found.wanted,
        "behind": behind,
    }


def status_json(services: Services) -> dict[str, object]:
    """Return the public form (docs/reference.md)."""
    found, desk = services.ledger.status(services.clock()), services.desk
    return {
        "desk": str(desk.folder),
        "ledger": {
            "visits": dict(found.visits),
            "articles": found.articles,
            "waiting": {"pages": found.waiting.pages, "bytes": found.waiting.bytes},
            "due": found.due,
            "head": found.head,
            "last_visit_at": found.last_visit_at.isoformat() if found.last_visit_at else None,
            "last_filed_at": found.last_filed_at.isoformat() if found.last_filed_at else None,
        },
        "engine": engine_json(services),
        "sources": {
            "all": len(desk.sources),
            "enabled": sum(source.enabled for source in desk.sources.values()),
            "visited": len(found.sources),
            "health": by_health(services),
        },
        "outbox": dict(found.outbox),
        "versions": {"analysis": services.analyser.version},
        "proxy": desk.settings.proxy,
    }


def by_health(services: Services) -> dict[str, int]:
    """Return how many enabled sources are in which state, as last noted; one that nobody looked at yet is unjudged."""
    noted = services.ledger.history.health()
    enabled = [source.id for source in services.desk.sources.values() if source.enabled]
    return dict(Counter(noted[id].state if id in noted else "unjudged" for id in enabled).most_common())


def _health_line(services: Services) -> str:
    counts = by_health(services)
    if not set(counts) - {"unjudged"}:
        return "not looked at yet; `lagebild sources doctor` does"
    return ", ".join(f"{count} {state}" for state, count in counts.items())


def print_status(services: Services) -> None:
    """Print where things stand, the most asked for first."""
    found, desk, engine = services.ledger.status(services.clock()), services.desk, engine_json(services)
    enabled = sum(source.enabled for source in desk.sources.values())
    last = found.last_visit_at
    rows = [
        ("desk", str(desk.folder)),
        ("sources", f"{enabled} switched on of {len(desk.sources)}, {len(found.sources)} visited so far"),
        ("health", _health_line(services)),
        ("articles", f"{found.articles:,}"),
        ("last visit", f"{last.astimezone(services.zone):%Y-%m-%d %H:%M}" if last else "never; `lagebild run` begins"),
        ("waiting", f"{counted(found.waiting.pages, 'page')} to refine, {counted(found.due, 'visit')} due"),
        ("engine", f"{engine['name']}, {engine['state']}, {engine['behind']} behind"),
        ("outbox", ", ".join(f"{count} {state}" for state, count in sorted(found.outbox.items())) or "empty"),
    ]
    if desk.settings.keep_raw is not None:
        day = services.archive.first_day()
        rows.append(("archive", f"reaches back to {day}" if day else "empty"))
    if desk.settings.proxy:
        rows.append(("proxy", f"{desk.settings.proxy}; which addresses are contacted is then guarded there"))
    for line in columns(rows):
        print(line)
