"""How an article is forgotten everywhere: ledger, archived pages, index, and the archived lists that quote it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from articles.errors import Broken, NotSo
from articles.outcome import Killed
from articles.page import Page
from articles.url import canonicalise
from crawlers.plan import canonical_urls
from ledger.values import Forgotten, KeptList
from pipeline.indexing import IndexReport, index
from pipeline.quoting import marks, may_name
from pipeline.services import Services


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was removed, how many archived lists that quoted it were erased, and whether the index follows."""

    gone: Forgotten
    lists: int
    index: IndexReport


async def forget(services: Services, id_or_url: str, reason: str) -> ForgetReport:
    """Remove an article for good; doing it again takes what came in since. Raises as ``Ledger.forget``.

    A feed, sitemap or list page, of whatever source, that names one of its addresses may quote headline and teaser, so its
    archived body is erased as a whole: nothing reads it again. Every list that was archived since one of the addresses was
    first seen is searched, a millisecond of CPU for 33 kB, and read, which is ten times as dear, only if it may name one.
    """
    gone = services.ledger.forget(id_or_url, reason, services.clock(), services.archive)
    erased, urls, wanted = 0, frozenset(gone.urls), marks(gone.urls)
    for kept in services.ledger.files.lists_since(gone.id):
        if await _names(services, kept, urls, wanted):
            erased += services.archive.erase(kept.record)
    return ForgetReport(gone, erased, index(services))


async def _names(services: Services, kept: KeptList, urls: frozenset[str], wanted: Collection[bytes]) -> bool:
    """Whether a list names one of the addresses; one that cannot be read names none that anybody could."""
    try:
        page: Page = services.archive.read(kept.record)
        if not may_name(page, wanted):
            return False
    except (Broken, NotSo):
        return False
    links = await services.pool.links(page, kept.kind, _selector(services, kept))
    return not isinstance(links, Killed) and not urls.isdisjoint(canonical_urls(links.links))


def _selector(services: Services, kept: KeptList) -> str | None:
    source = services.desk.sources.get(kept.source)
    addresses = source.addresses if source else ()
    return next((one.selector for one in addresses if canonicalise(one.url) == kept.url), None)
