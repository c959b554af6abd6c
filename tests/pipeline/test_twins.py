"""Two addresses of one article, in whatever order they come: the ledger ends the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from articles.url import article_id
from extract.pool import ReaderPool
from pipeline.refine import refine
from tests.crawlers.sites import Site
from tests.pipeline import running
from tests.pipeline.desks import SITE, Office, Unread, opened, write_desk

TEXT = "<p>Helsing baut in Karlsmünde ein zweites Werk für Drohnen, teilte der Hersteller am Montag in der Stadt mit.</p>"

pytestmark = pytest.mark.asyncio(loop_scope="module")


def page(canonical: str | None, kicker: str = "", site: str = SITE) -> str:
    """A page that names its canonical address; the kicker makes its wording its own."""
    named = f'<link rel=canonical href="{site}{canonical}">' if canonical else ""
    meta = '<meta property="og:type" content="article">'
    body = f"<article><h1>{kicker} Neues Werk in Karlsmünde</h1>{TEXT * 4}</article>"
    return f"<html lang=de><head><title>Neues Werk in Karlsmünde</title>{meta}{named}</head><body>{body}</body></html>"


CASES: dict[str, dict[str, tuple[str | None, str | None]]] = {
    "a copy": {"/a.html": ("/a.html", None), "/amp/a.html": ("/a.html", None)},
    "two copies": {"/a.html": (None, None), "/b.html": ("/a.html", None), "/c.html": ("/a.html", None)},
    "a chain": {"/a.html": ("/a.html", None), "/b.html": ("/a.html", None), "/c.html": ("/b.html", None)},
    "a ring": {"/a.html": ("/b.html", None), "/b.html": ("/a.html", None)},
    "a redirect": {"/a.html": ("/a.html", None), "/alt.html": (None, "/a.html")},
}
"""Address: the canonical one it names, and where it was redirected to."""


@dataclass
class _Shared:
    """The pool of readers of all stories, which no single desk may close."""

    extract: Any

    async def close(self) -> None:
        pass


async def end_state(
    folder: Path, pool: ReaderPool, case: dict[str, tuple[str | None, str | None]], order: Sequence[str]
) -> tuple[list[Any], dict[str, Any]]:
    async with opened(write_desk(folder)) as office:
        office.services.__dict__.update(enricher=Unread(office.services), pool=_Shared(pool.extract))
        for path in order:
            canonical, final = case[path]
            office.fetch(path, page(canonical, kicker=final or path), final)
            office.later(seconds=1)
        await refine(office.services)
        assert office.gaps() == ()
        return state_of(office, [SITE + path for path in case])


def state_of(office: Office, urls: list[str]) -> tuple[list[Any], dict[str, Any]]:
    files, known = office.services.ledger.files, office.services.ledger.visits.known(urls)
    filed = [
        (one.annotated.article.id, one.annotated.article.url, one.annotated.article.title, one.revision)
        for one in files.every()
    ]
    return sorted(filed), {url: (known[url].article_id, known[url].last_outcome) for url in sorted(known)}


@pytest.mark.parametrize("name", CASES)
async def test_the_order_in_which_pages_are_read_decides_nothing(tmp_path: Path, pool: ReaderPool, name: str) -> None:
    case = CASES[name]
    orders = enumerate(permutations(sorted(case)))
    ends = [await end_state(tmp_path / str(number), pool, case, order) for number, order in orders]
    assert all(end == ends[0] for end in ends), ends
    (filed, _), *_ = ends
    assert [revision for *_, revision in filed] == [1]


async def test_of_two_copies_of_what_is_never_read_the_first_is_the_article_and_nobody_waits(
    tmp_path: Path, pool: ReaderPool
) -> None:
    case: dict[str, tuple[str | None, str | None]] = {"/b.html": ("/a.html", None), "/c.html": ("/a.html", None)}
    id_ = article_id(f"{SITE}/a.html")
    for first, second in permutations(case):
        filed, known = await end_state(tmp_path / first.strip("/"), pool, case, (first, second))
        assert [(one[0], one[3]) for one in filed] == [(id_, 1)]
        assert (known[SITE + first][1], known[SITE + second][1]) == ("article(new)", f"alias({id_})")


async def test_a_copy_waits_for_its_original_while_that_is_still_to_be_fetched(tmp_path: Path, site: Site) -> None:
    fetched = asyncio.Event()

    async def copy(_: web.Request) -> web.Response:
        fetched.set()
        return web.Response(text=page("/a.html", "Kopie", site.url), content_type="text/html")

    async def original(_: web.Request) -> web.Response:
        await fetched.wait()
        await asyncio.sleep(0.5)
        return web.Response(text=page("/a.html", "Original", site.url), content_type="text/html")

    running.write_desk(tmp_path, {"eins": [running.feed(site)]})
    site.pages = {"/feed": site.feed("/b.html", "/a.html"), "/b.html": copy, "/a.html": original}
    async with running.opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        report = await desk.run()
        id_ = article_id(f"{site.url}/a.html")
        assert (report.outcomes["article(new)"], report.outcomes["alias"]) == (1, 1)
        filed = desk.services.ledger.files.article(f"{site.url}/b.html")
        assert filed is not None
        assert (filed.annotated.article.id, filed.revision) == (id_, 1)


async def test_a_copy_whose_original_cannot_be_fetched_now_waits_for_nobody(tmp_path: Path, site: Site) -> None:
    running.write_desk(tmp_path, {"eins": [running.feed(site)]})
    site.pages = {
        "/feed": site.feed("/b.html", "/a.html"),
        "/b.html": page("/a.html", site=site.url),
        "/a.html": web.Response(status=503),
    }
    async with running.opened(tmp_path) as desk:
        desk.services.__dict__["enricher"] = Unread(desk.services)
        assert (await desk.run()).outcomes["article(new)"] == 1
