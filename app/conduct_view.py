"""How it looks by which rules an address was asked: who asked, what robots.txt says, which pause was kept."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ledger.values import Asked


def asked_json(asked: Asked) -> dict[str, object]:
    """Return the public form of one request on record (docs/reference.md)."""
    return {
        "at": asked.at.isoformat(),
        "url": asked.url,
        "agent": asked.agent,
        "robots": asked.robots,
        "delay": asked.delay,
        "tdm": asked.tdm,
        "policy": asked.policy,
        "alone_until": asked.alone_until.isoformat() if asked.alone_until else None,
    }


def asked_line(asked: Asked, zone: ZoneInfo) -> str:
    """Return one request on record as a sentence."""
    robots = "no robots.txt" if asked.robots == "absent" else f"robots.txt: {asked.robots}"
    said = f"{asked.at.astimezone(zone):%Y-%m-%d %H:%M} by {asked.agent}; {robots}; {asked.delay:g} s between two requests"
    if asked.tdm:
        said += f"; mining reserved by {asked.tdm}"
    if asked.alone_until:
        said += f"; wants to be left alone until {asked.alone_until.astimezone(zone):%Y-%m-%d %H:%M}"
    return said
