"""The titles of the demo site, written as sources: the same shape as a file in ``config/sources/``."""

from __future__ import annotations

from typing import Any

from app.demo_site.titles import TITLES, Title


def sources(origin: str) -> list[dict[str, Any]]:
    """One source mapping per title, with addresses under ``origin`` (such as ``http://127.0.0.1:8080``)."""
    return [
        {
            "id": title.id,
            "name": title.name,
            "country": title.country,
            "languages": [title.lang],
            "tier": title.tier,
            "owner": "Lagebild demo",
            "addresses": _addresses(title, origin),
            "time_zone": title.zone,
            "day_first": True,
            "delay": 0,
        }
        for title in TITLES
    ]


def _addresses(title: Title, origin: str) -> list[dict[str, str]]:
    if title.feed is None or title.sitemap is None:
        return [{"kind": "page", "url": origin + title.home, "selector": "td.meldung a.titel"}]
    return [
        {"kind": "feed", "url": origin + title.feed},
        {"kind": "sitemap", "url": origin + title.sitemap},
    ]
