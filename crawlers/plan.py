"""Which links of a list are followed, and why each of the others is not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import SplitResult, urlsplit

from articles.errors import Wrong
from articles.page import Link
from articles.url import canonicalise, registrable_domain
from config.models import Source
from egress.guard import Guard
from ledger.values import Known, Planned

EDIT_PAUSE = timedelta(hours=1)
"""A list that calls every item updated at every poll makes its articles be visited at most this often."""

_FILES = frozenset(
    """.7z .avi .bmp .css .doc .docx .eps .epub .exe .gif .gz .ico .ics .jpeg .jpg .js .m4a .m4v .mov .mp3 .mp4 .mpeg .ogg
    .pdf .png .ppt .pptx .rar .rtf .svg .tar .tif .tiff .wav .webm .webp .wmv .xls .xlsx .zip""".split()  # noqa: SIM905  one suffix per line would fill a screen
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list's links are judged by: whose list, what the ledger knows, when it was first asked for (``begun``)."""

    source: Source
    known: Mapping[str, Known]
    begun: datetime
    now: datetime
    read_before: bool = False
    guard: Guard = field(default_factory=Guard)


def plan(links: Sequence[Link], reading: Reading) -> list[Planned]:
    """Decide for every link of one list, in order: visit it, read it as a list, or skip it for one of ``SKIPPED``."""
    urls = [_canonical(link) for link in links]
    own = frozenset(canonicalise(address.url) for address in reading.source.addresses)
    sites = _sites(urls, own, reading.source)
    seen: set[str] = set()
    planned = []
    for link, url in zip(links, urls, strict=True):
        if url is None:
            planned.append(Planned(link, link.url, "skip", "not_http"))
            continue
        reason = "duplicate" if url in seen else _reason(link, url, sites, own, reading)
        seen.add(url)
        if reason is not None:
            planned.append(Planned(link, url, "skip", reason))
        else:
            planned.append(Planned(link, url, "list" if link.kind == "sitemap" else "visit"))
    return planned


def gap(planned: Sequence[Planned], reading: Reading) -> str | None:
    """Return what may have been missed: a list read before that shows nothing the ledger knows, else None."""
    articles = [entry for entry in planned if entry.link.kind == "article" and entry.reason != "not_http"]
    if not reading.read_before or not articles or any(entry.url in reading.known for entry in articles):
        return None
    return f"none of the {len(articles)} items was known: items may have come and gone between two polls"


def canonical_urls(links: Sequence[Link]) -> list[str]:
    """Return the canonical addresses of the links that have one: what to ask the ledger for before planning."""
    return [url for link in links if (url := _canonical(link)) is not None]


def _canonical(link: Link) -> str | None:
    try:
        return canonicalise(link.url)
    except Wrong:
        return None


def _reason(link: Link, url: str, sites: frozenset[str] | None, own: frozenset[str], reading: Reading) -> str | None:
    known = reading.known.get(url)
    if known is not None and known.state == "forgotten":
        return "forgotten"
    parts = urlsplit(url)
    if _is_private(parts.hostname or "", reading.guard):
        return "private"
    if _is_cut(link.url, reading.source):
        return "filtered"
    included = bool(reading.source.include)  # what the operator's own filter lets through is no stranger
    if sites is not None and not included and _domain(parts.netloc) not in sites:
        return "foreign"
    if link.kind == "article" and (url in own or _is_no_article(parts)):
        return "not_an_article"
    if known is not None and not _is_new_again(link, known, reading.now):
        return "known"
    return "before_start" if _is_before(link, reading.begun - reading.source.backfill) else None


def _sites(urls: Sequence[str | None], addresses: frozenset[str], source: Source) -> frozenset[str] | None:
    """Return the domains that count as the source's own, or None for an aggregator, which has none.

    The domains of its addresses, and the one that most links of the list lead to: a feed may lie with a feed host.
    """
    if source.tier == "aggregator":
        return None
    own = {registrable_domain(address) for address in addresses}
    led_to = Counter(_domain(urlsplit(url).netloc) for url in urls if url is not None)
    most = led_to.most_common(1)
    if most and most[0][1] * 2 > led_to.total():
        own.add(most[0][0])
    return frozenset(own)


@lru_cache(1024)
def _domain(netloc: str) -> str:
    return registrable_domain(f"http://{netloc}/")


def _is_private(name: str, guard: Guard) -> bool:
    is_address = ":" in name or name.replace(".", "").isdecimal()
    return is_address and guard.refused(name) is not None


def _is_cut(stated: str, source: Source) -> bool:
    if any(_pattern(pattern).search(stated) for pattern in source.exclude):
        return True
    return bool(source.include) and not any(_pattern(pattern).search(stated) for pattern in source.include)


@lru_cache(1024)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)  # checked when the config was read


def _is_no_article(parts: SplitResult) -> bool:
    if parts.path == "/" and not parts.query and not parts.fragment:
        return True
    return PurePosixPath(parts.path).suffix.lower() in _FILES


def _is_new_again(link: Link, known: Known, now: datetime) -> bool:
    """Whether a known address is to be visited all the same: never visited for a reason that fell, or edited since.

    A sitemap named by an index is read again unless the index says that it has not changed.
    """
    if known.state == "skipped":
        return known.reason not in ("before_start", "known")
    if known.state != "visited":
        return False
    changed = instant(link.updated)
    if known.last_visit is None:
        return True
    if link.kind == "sitemap":
        return changed is None or changed > known.last_visit
    return changed is not None and known.last_visit < changed <= now + EDIT_PAUSE and now - known.last_visit >= EDIT_PAUSE


def _is_before(link: Link, start: datetime) -> bool:
    """Whether a link is from before the source began; a bare date counts to its end, a sitemap by its last change."""
    stated = link.updated if link.kind == "sitemap" else link.published or link.updated
    at = instant(stated, end_of_day=True)
    return at is not None and at < start


def instant(stated: str | None, *, end_of_day: bool = False) -> datetime | None:
    """Read an ISO 8601 time or bare date as a list states it; without a zone it counts as UTC. None if unreadable."""
    if not stated:
        return None
    try:
        if len(stated) == len("2025-06-25"):
            return datetime.combine(date.fromisoformat(stated), time.max if end_of_day else time.min, UTC)
        at = datetime.fromisoformat(stated)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
