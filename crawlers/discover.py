"""How a site's lists are found from one of its addresses: what it advertises, what robots.txt names, what is usual."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from articles.errors import NotSo, Transient, Wrong
from articles.outcome import Killed
from articles.page import Links, Page
from articles.url import canonicalise, host, registrable_domain, same_site
from crawlers.asking import Asking
from egress.client import Answer
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

_NO_NAME = frozenset(
    "feed feeds rss rss2 xml atom rdf index html php news sitemap sitemaps aktuell json".split()  # noqa: SIM905  words read best as words
)
"""Words of a list's address that tell it from no other."""


@dataclass(frozen=True, slots=True)
class Found:
    """A list that was looked at and has links: the address that answered, and the one that was asked."""

    kind: ListKind
    url: str
    title: str
    links: Links
    asked: str


@dataclass(frozen=True, slots=True)
class Advertised:
    """A list that a page names; the title is empty if none is stated."""

    kind: ListKind
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Discovered:
    """A source in the form of its YAML, without id, and the lists that the page names besides those of the source."""

    source: dict[str, Any]
    others: tuple[Advertised, ...] = ()


async def discover_source(
    url: str, asks: Asking, pool: ReaderPool, *, known: Mapping[str, str], wanted: Sequence[str] = ()
) -> Discovered:
    """Return a source for the address of a page, feed or news sitemap.

    Keys: ``name`` from stated title or host, ``languages`` if the lists state any, ``addresses``. The first usable feed
    and the first usable news sitemap are taken, the page itself only if its site has neither; or those in ``wanted``. What
    stands in ``known`` (canonical address to source) is passed over. At most ``MOST_TRIED`` requests besides robots.txt.
    Raises NotSo if the site lists nothing that can be read or forbids the address, Wrong if it is known, Transient or
    EgressRefused if it cannot be asked.
    """
    looker = _Looker(asks, pool, known)
    answer = await asks.get(url)
    if answer.status != 200:
        raise Transient(f"{url} answers with status {answer.status}: nothing was added")
    page = _page(url, answer)
    stated = await pool.discover(page)
    advertised = _worth_trying([] if isinstance(stated, Killed) else stated, page.final_url)
    if wanted:
        found = [await looker.chosen(address, advertised) for address in wanted]
    else:
        found = await _first_usable(looker, page, advertised)
    if not found:
        if looker.passed_over:
            address, source = looker.passed_over[0]
            raise Wrong(f"{address} belongs to the source '{source}' already, and nothing else was found at {url}")
        raise NotSo(
            f"{url} advertises no feed and no news sitemap that can be read, and links to no articles; name a list with"
            " --feed ADDRESS, or write config/sources/<id>.yaml by hand, with kind: page and a selector of its links"
        )
    taken = {canonicalise(one.url) for one in found} | {canonicalise(one.asked) for one in found} | known.keys()
    others = tuple(one for one in advertised if canonicalise(one.url) not in taken)
    return Discovered(_source(page.final_url, found), others)


async def _first_usable(looker: _Looker, page: Page, advertised: Sequence[Advertised]) -> list[Found]:
    """Return the first list of each kind: of what the page names, robots.txt names, or usually is; else the page."""
    if found := await looker.first_of_each(advertised):
        return found
    if found := await looker.first_of_each(await looker.sitemaps_of_robots(page.final_url)):
        return found
    guesses = [urljoin(page.final_url, path) for path in USUAL]
    usual = [Advertised("sitemap" if "sitemap" in guess else "feed", guess, "") for guess in guesses]
    if found := await looker.first_of_each(usual):
        return found
    as_page = await looker.read(page, Advertised("page", page.final_url, ""))
    return [as_page] if as_page else []


class _Looker:
    """Looks at candidates until each kind has one that is usable, or the requests are used up."""

    def __init__(self, asks: Asking, pool: ReaderPool, known: Mapping[str, str]) -> None:
        self._asks, self._pool, self._known, self._left = asks, pool, known, MOST_TRIED
        self._tried: set[str] = set()
        self.passed_over: list[tuple[str, str]] = []

    async def first_of_each(self, candidates: Iterable[Advertised]) -> list[Found]:
        """Return the first usable list of each kind."""
        found: dict[ListKind, Found] = {}
        for one in candidates:
            if one.kind in found or self._left <= 0 or one.url in self._tried:
                continue
            self._tried.add(one.url)
            if (whose := self._known.get(canonicalise(one.url))) is not None:
                self.passed_over.append((one.url, whose))
                continue
            self._left -= 1
            page = await self._fetch(one.url)
            if page is not None and (usable := await self.read(page, one)) is not None:
                found[one.kind] = usable
        return list(found.values())

    async def chosen(self, url: str, advertised: Sequence[Advertised]) -> Found:
        """Return the list that a person chose; raises NotSo if it is none."""
        page = _page(url, await self._asks.get(url))
        said = next((one for one in advertised if canonicalise(one.url) == canonicalise(url)), None)
        itself = await self._pool.discover(page)
        kind: ListKind = "page"
        if not isinstance(itself, Killed) and [address for _, address, _ in itself] == [page.final_url]:
            kind = "sitemap" if itself[0][0] == "sitemap" else "feed"
        found = await self.read(page, Advertised(kind, url, said.title if said else "")) if page.status == 200 else None
        if found is None:
            raise NotSo(f"{url} is no list that can be read (status {page.status}): nothing was added")
        return found

    async def read(self, page: Page, named: Advertised) -> Found | None:
        """Return what a fetched list says, None if it has no links."""
        if (whose := self._known.get(canonicalise(page.final_url))) is not None:
            self.passed_over.append((page.final_url, whose))
            return None
        links = await self._pool.links(page, named.kind)
        if isinstance(links, Killed) or not links.links:
            return None
        return Found(named.kind, page.final_url, named.title, links, named.url)

    async def sitemaps_of_robots(self, url: str) -> list[Advertised]:
        """Return the sitemaps that robots.txt names, news sitemaps first."""
        named = (await self._asks.rules(url)).sitemaps
        near = sorted((s for s in named if same_site(s, url)), key=lambda address: not _NEWS.search(address))
        return [Advertised("sitemap", address, "") for address in near]

    async def _fetch(self, url: str) -> Page | None:
        try:
            answer = await self._asks.get(url)
        except (Transient, EgressRefused, NotSo):
            return None  # one address of several: the next may do
        return _page(url, answer) if answer.status == 200 else None


def _page(url: str, answer: Answer) -> Page:
    return Page(url, answer.url, answer.status, answer.headers, answer.body, datetime.now(UTC))


def _worth_trying(stated: Sequence[tuple[str, str, str]], url: str) -> list[Advertised]:
    """Return what was advertised without comment feeds, the site's own and news sitemaps first."""
    kept = [
        Advertised("sitemap" if kind == "sitemap" else "feed", address, title)
        for kind, address, title in stated
        if not _COMMENTS.search(f"{address} {title}")
    ]
    kept.sort(key=lambda one: (not same_site(one.url, url), one.kind == "sitemap" and not _NEWS.search(one.url)))
    return kept


def _source(url: str, found: Sequence[Found]) -> dict[str, Any]:
    source: dict[str, Any] = {"name": _name(url, found)}
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


def free_id(url: str, taken: Container[str]) -> str:
    """Return an id for the source of a list that no other source has: with the list's own words, or a number, added."""
    short = source_id(url)
    parts = urlsplit(url)
    words = [word for word in re.findall("[a-z0-9]+", f"{parts.path} {parts.query}".lower()) if word not in _NO_NAME]
    longer = "-".join([short, *words])[:60].rstrip("-")
    numbered = (f"{longer}-{n}" for n in count(2))
    return next(id_ for id_ in chain((short, longer), numbered) if id_ not in taken)


def _name(url: str, found: Sequence[Found]) -> str:
    stated = next((one.title for one in found if one.title), "")
    name = _FEED_WORDS.sub("", stated).strip(" |»›:–-")
    return name or host(canonicalise(url)).removeprefix("www.")
