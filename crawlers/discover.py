"""How a site's lists are found from one of its addresses: what it advertises, what robots.txt names, what is usual."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urljoin

from articles.errors import NotSo, Transient
from articles.outcome import Killed
from articles.page import Links, Page
from articles.url import canonicalise, host, registrable_domain, same_site
from crawlers.robots import RobotsAnswer, origin_of, understand
from egress.client import Answer, Client
from egress.guard import EgressRefused
from extract.pool import ReaderPool

ListKind = Literal["feed", "sitemap", "page"]

USUAL = (
    *("/feed/", "/rss.xml", "/feed.xml", "/rss", "/atom.xml", "/index.xml", "/feed"),
    *("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml"),
)
"""Where feeds and news sitemaps lie if nothing says so: WordPress, Drupal, Ghost, Hugo, and the news systems' habit."""

MOST_TRIED = 12
"""Requests that are made at most to look at what was found."""

_COMMENTS = re.compile(r"comment|kommentar|podcast", re.IGNORECASE)
_NEWS = re.compile(r"news|aktuell", re.IGNORECASE)
_FEED_WORDS = re.compile(r"[\s|»›:–-]*\b(?:rss|atom)?[\s-]*(?:news)?feeds?\b.*$|[\s|»›:–-]*\brss\b.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A list that was looked at and has links."""

    kind: ListKind
    url: str
    title: str
    links: Links


async def discover_source(url: str, client: Client, pool: ReaderPool) -> dict[str, Any]:
    """Return a source, in the form of its YAML, for the address of a page, feed or news sitemap.

    Keys: ``id`` and ``name`` from host and stated title, ``languages`` if the lists state any, ``addresses``. The first
    usable feed and the first usable news sitemap are taken; a page itself only if its site has neither. At most
    ``MOST_TRIED`` requests. Raises NotSo if the site lists nothing that can be read, Transient, EgressRefused or Wrong
    if the address itself cannot be asked.
    """
    looker = _Looker(client, pool)
    answer = await client.get(url)
    if answer.status != 200:
        raise Transient(f"{url} answers with status {answer.status}: nothing was added")
    page = _page(url, answer)
    advertised = await pool.discover(page)
    stated = [] if isinstance(advertised, Killed) else advertised
    found = await looker.first_of_each(_worth_trying(stated, page.final_url))
    if not found:
        named = await looker.sitemaps_of_robots(page.final_url)
        found = await looker.first_of_each([("sitemap", address, "") for address in named])
    if not found:
        guesses = [urljoin(page.final_url, path) for path in USUAL]
        found = await looker.first_of_each([("sitemap" if "sitemap" in g else "feed", g, "") for g in guesses])
    if not found:
        found = await looker.first_of_each([("page", page.final_url, "")])
    if not found:
        raise NotSo(
            f"{url} advertises no feed and no news sitemap that can be read; write config/sources/<id>.yaml by hand,"
            " with kind: page and a selector of its links"
        )
    return _source(page.final_url, found)


class _Looker:
    """Looks at candidates until each kind has one that is usable, or the requests are used up."""

    def __init__(self, client: Client, pool: ReaderPool) -> None:
        self._client, self._pool, self._left = client, pool, MOST_TRIED
        self._tried: set[str] = set()

    async def first_of_each(self, candidates: Iterable[tuple[ListKind, str, str]]) -> list[Found]:
        found: dict[ListKind, Found] = {}
        for kind, url, title in candidates:
            if kind in found or (one := await self._look(kind, url, title)) is None:
                continue
            found[kind] = one
        return list(found.values())

    async def _look(self, kind: ListKind, url: str, title: str) -> Found | None:
        page = await self._fetch(url)
        if page is None:
            return None
        links = await self._pool.links(page, kind)
        if isinstance(links, Killed) or not links.links:
            return None
        return Found(kind, page.final_url, title, links)

    async def sitemaps_of_robots(self, url: str) -> Sequence[str]:
        """Return the sitemaps that robots.txt names, news sitemaps first."""
        page = await self._fetch(f"{origin_of(url)}/robots.txt")
        if page is None:
            return ()
        packed = page.header("content-encoding") is not None
        named = understand(RobotsAnswer(page.status, page.body, packed), page.fetched_at).sitemaps
        return sorted((s for s in named if same_site(s, url)), key=lambda address: not _NEWS.search(address))

    async def _fetch(self, url: str) -> Page | None:
        if self._left <= 0 or url in self._tried:
            return None
        self._left -= 1
        self._tried.add(url)
        try:
            answer = await self._client.get(url)
        except (Transient, EgressRefused):
            return None  # one address of several: the next may do
        return _page(url, answer) if answer.status == 200 else None


def _page(url: str, answer: Answer) -> Page:
    return Page(url, answer.url, answer.status, answer.headers, answer.body, datetime.now(UTC))


def _worth_trying(advertised: Sequence[tuple[str, str, str]], url: str) -> list[tuple[ListKind, str, str]]:
    """Return what was advertised without comment feeds, the site's own and news sitemaps first."""
    kept: list[tuple[ListKind, str, str]] = [
        ("sitemap" if kind == "sitemap" else "feed", address, title)
        for kind, address, title in advertised
        if not _COMMENTS.search(f"{address} {title}")
    ]
    kept.sort(key=lambda one: (not same_site(one[1], url), one[0] == "sitemap" and not _NEWS.search(one[1])))
    return kept


def _source(url: str, found: Sequence[Found]) -> dict[str, Any]:
    source: dict[str, Any] = {"id": source_id(url), "name": _name(url, found)}
    languages = Counter(link.language.split("-")[0].lower() for one in found for link in one.links.links if link.language)
    if languages:
        source["languages"] = [language for language, _ in languages.most_common()]
    source["addresses"] = [{"kind": one.kind, "url": one.url} for one in found]
    return source


def source_id(url: str) -> str:
    """Return an id for the source at an address: its host without ``www.`` and public suffix, as in ``blog-zeitung``."""
    name = host(url).strip("[]")
    domain = registrable_domain(url)
    if "." in domain and not domain.replace(".", "").isdecimal():
        suffix = domain.partition(".")[2]
        name = name.removesuffix(f".{suffix}")
    name = re.sub(r"[^a-z0-9]+", "-", name.removeprefix("www.").lower()).strip("-")
    return name[:64] or "source"


def _name(url: str, found: Sequence[Found]) -> str:
    stated = next((one.title for one in found if one.title), "")
    name = _FEED_WORDS.sub("", stated).strip(" |»›:–-")
    return name or host(canonicalise(url)).removeprefix("www.")
