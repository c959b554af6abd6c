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
from articles.url import article_id, canonicalise, registrable_domain, same_site
from config.models import Source
from egress.guard import Guard
from ledger.values import Known, Planned

EDIT_PAUSE = timedelta(hours=1)
"""A list that calls every item updated at every poll makes its articles be visited at most this often."""

ARCHIVE_PAUSE = timedelta(hours=24)
FEW_SITEMAPS = 3
"""A sitemap of whose change nothing is said is read again at every poll only if it is one of few or a news sitemap, else
once a day: an index may name hundreds of archives."""

SEVERAL = 4
"""From so many items on, two of them must have been there at the last poll."""

_NEWS = re.compile(r"news|aktuell|latest|current", re.IGNORECASE)
_MONTH = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})([-_/]?)(0[1-9]|1[0-2])(?:\2(?:0[1-9]|[12][0-9]|3[01]))?(?![0-9])")

_FILES = frozenset(
    """.7z .avi .bmp .css .doc .docx .eps .epub .exe .gif .gz .ico .ics .jpeg .jpg .js .m4a .m4v .mov .mp3 .mp4 .mpeg .ogg
    .pdf .png .ppt .pptx .rar .rtf .svg .tar .tif .tiff .wav .webm .webp .wmv .xls .xlsx .zip""".split()  # noqa: SIM905  one suffix per line would fill a screen
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list's links are judged by: whose list, what the ledger knows, when it was first asked for (``begun``).

    ``shown`` are the marks of what its last reading showed, None if that is not known.
    """

    source: Source
    known: Mapping[str, Known]
    begun: datetime
    now: datetime
    read_before: bool = False
    guard: Guard = field(default_factory=Guard)
    shown: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What holds for every link of one list: the source's own addresses, the sites that count as its own (None: any)."""

    reading: Reading
    own: frozenset[str]
    sites: frozenset[str] | None
    sitemaps: int


def plan(links: Sequence[Link], reading: Reading) -> list[Planned]:
    """Decide for every link of one list, in order: visit it, read it as a list, or skip it for one of ``SKIPPED``."""
    urls = [_canonical(link) for link in links]
    own = frozenset(canonicalise(address.url) for address in reading.source.addresses)
    judged = _Judged(reading, own, _sites(urls, own, reading.source), sum(link.kind == "sitemap" for link in links))
    seen: set[str] = set()
    planned = []
    for link, url in zip(links, urls, strict=True):
        if url is None:
            planned.append(Planned(link, link.url, "skip", "not_http"))
            continue
        reason = "duplicate" if url in seen else _reason(link, url, judged)
        seen.add(url)
        if reason is not None:
            planned.append(Planned(link, url, "skip", reason))
        else:
            planned.append(Planned(link, url, "list" if link.kind == "sitemap" else "visit"))
    return planned


def gap(planned: Sequence[Planned], reading: Reading) -> str | None:
    """Return what may have been missed: a list read before that shows no item of its last reading, else None.

    An item that only another list showed proves nothing, and one item alone is no proof in a list of several: it may be
    pinned, or an old one that was dated anew. If the last reading is not remembered, any known item counts; a list that was
    empty and has a few items has lost none, but one that filled up meanwhile may have run over.
    """
    articles = items(planned)
    if not reading.read_before or not articles:
        return None
    if reading.shown == frozenset() and len(articles) < SEVERAL:
        return None
    if reading.shown is None:
        seen_again, needed = sum(url in reading.known for url in articles), 1
    else:
        seen_again = sum(article_id(url) in reading.shown for url in articles)
        needed = 2 if min(len(articles), len(reading.shown)) >= SEVERAL else 1
    if seen_again >= needed:
        return None
    return f"{seen_again} of {len(articles)} items were there at the last poll: items may have come and gone in between"


def items(planned: Sequence[Planned]) -> list[str]:
    """Return the canonical addresses of a list's items, in its order."""
    return [
        entry.url for entry in planned if entry.link.kind == "article" and entry.reason not in ("not_http", "duplicate")
    ]


def news_sitemaps(urls: Sequence[str], near: Sequence[str]) -> list[str]:
    """Return those sitemaps that are news sitemaps by name and lie on the site of one of the addresses ``near``, at most
    ``FEW_SITEMAPS``: what may fill a gap.
    """
    found = [url for url in dict.fromkeys(urls) if _NEWS.search(urlsplit(url).path)]
    return [url for url in found if any(same_site(url, other) for other in near)][:FEW_SITEMAPS]


def canonical_urls(links: Sequence[Link]) -> list[str]:
    """Return the canonical addresses of the links that have one: what to ask the ledger for before planning."""
    return [url for link in links if (url := _canonical(link)) is not None]


def _canonical(link: Link) -> str | None:
    try:
        return canonicalise(link.url)
    except Wrong:
        return None


def _reason(link: Link, url: str, judged: _Judged) -> str | None:
    reading = judged.reading
    known = reading.known.get(url)
    if known is not None and known.state == "forgotten":
        return "forgotten"
    parts = urlsplit(url)
    if reading.guard.refuses_literally(parts.hostname or ""):
        return "private"
    if _is_cut(link.url, reading.source):
        return "filtered"
    included = bool(reading.source.include)  # what the operator's own filter lets through is no stranger
    if judged.sites is not None and not included and _domain(parts.netloc) not in judged.sites:
        return "foreign"
    if link.kind == "article" and (url in judged.own or _is_no_article(parts)):
        return "not_an_article"
    if known is not None and not _is_new_again(link, url, known, judged):
        return "known"
    return "before_start" if _is_before(link, parts.path, reading.begun - reading.source.backfill) else None


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


def _is_new_again(link: Link, url: str, known: Known, judged: _Judged) -> bool:
    """Whether a known address is to be visited all the same: never visited for a reason that fell, or changed since."""
    now = judged.reading.now
    if known.state == "skipped":
        return known.reason not in ("before_start", "known")
    if known.state == "scheduled" and (link.kind == "sitemap" or known.next_visit is None or known.next_visit <= now):
        return False  # it will be visited anyway
    if known.last_visit is None:
        return known.state == "visited"
    changed = instant(link.updated)
    if link.kind == "sitemap" and changed is None:
        is_fresh = judged.sitemaps <= FEW_SITEMAPS or _NEWS.search(url) is not None
        return is_fresh or now - known.last_visit >= ARCHIVE_PAUSE
    if link.kind == "sitemap":
        return changed is not None and changed > known.last_visit
    return changed is not None and known.last_visit < changed <= now + EDIT_PAUSE and now - known.last_visit >= EDIT_PAUSE


def _is_before(link: Link, path: str, start: datetime) -> bool:
    """Whether a link is from before the source began; a bare date counts to its end.

    A sitemap is judged by its last change, or else by a month in its name.
    """
    if link.kind == "article":
        at = instant(link.published or link.updated, end_of_day=True)
    else:
        at = instant(link.updated, end_of_day=True) or _end_of_month(path)
    return at is not None and at < start


def _end_of_month(path: str) -> datetime | None:
    found = _MONTH.search(path)
    if found is None:
        return None
    year, month = int(found[1]), int(found[3])
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


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
