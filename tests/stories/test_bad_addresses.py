"""Whatever stands at an address, the run ends with 0, the visit with a recorded outcome, and the summary says so."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web

from crawlers import run as crawl_run
from crawlers import settings as crawl_settings
from tests.app.commanding import LOOPBACK, command, done, environment
from tests.crawlers.sites import Site, serve
from tests.stories.desks import new_desk, watched

T = TypeVar("T")
WORDS = "Das Ministerium prüft Drohnen von Helsing, teilte ein Sprecher am Montag in Karlsmünde mit. " * 4
PAGE = (
    '<html lang="de"><head><title>Gipfel endet ohne Zusage</title></head>'
    f"<body><article><h1>Gipfel endet ohne Zusage</h1><p>{WORDS}</p></article></body></html>"
)
HTML = {"Content-Type": "text/html; charset=utf-8"}


@contextmanager
def in_thread(server: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """Run an async server beside the test, which gives its commands synchronously."""
    loop, ready, stop = asyncio.new_event_loop(), Future[T](), asyncio.Event()

    async def live() -> None:
        async with server as running:
            ready.set_result(running)
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(live(),))
    thread.start()
    try:
        yield ready.result(30)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.fixture(autouse=True)
def loopback() -> Iterator[None]:
    with environment(**LOOPBACK):
        yield


@pytest.fixture
def site() -> Iterator[Site]:
    with in_thread(serve()) as site:
        yield site


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def ended(desk: Path, *arguments: str) -> dict[str, int]:
    """Run, and return how every visit ended; exit code 0, sums that hold, and a summary for people that says the same."""
    told = done("-C", desk, "run", *arguments, "--json")
    assert done("-C", desk, "check", "--json").json["gaps"] == []
    visits: dict[str, int] = told.json["visits"]
    return visits


def of_article(
    site: Site, tmp_path: Path, answer: web.Response | Callable[..., Any] | str, **source: Any
) -> dict[str, int]:
    """Run over a feed that lists a good article and one that answers so; return how the visits ended."""
    site.pages["/feed"] = site.feed("/good-1.html", "/bad-2.html", date=format_datetime(datetime.now(UTC)))
    site.pages["/good-1.html"], site.pages["/bad-2.html"] = web.Response(text=PAGE, headers=HTML), answer
    visits = ended(new_desk(tmp_path / "desk", [watched("zeitung", f"{site.url}/feed", **source)]))
    assert visits.pop("listed") == 1
    assert visits.pop("article(new)") >= 1
    return visits


def test_the_summary_for_people_says_how_every_visit_ended(site: Site, tmp_path: Path) -> None:
    site.pages["/feed"] = site.feed("/a-1.html", "/b-2.html")
    site.pages["/a-1.html"] = web.Response(status=500)
    told = done("-C", new_desk(tmp_path / "desk", [watched("zeitung", f"{site.url}/feed")]), "run")
    lines = [line.strip() for line in told.out.splitlines()]
    assert {"1  http(404)", "1  http(500)", "1  listed"} <= set(lines)
    assert lines[0].startswith("1 source, 3 visits in ")


def test_a_port_where_nobody_listens(tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "desk", [watched("zeitung", f"http://127.0.0.1:{closed_port()}/feed")])
    assert ended(desk) == {"unreachable(refused)": 1}


def test_a_server_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = crawl_settings.scrapy_settings

    def impatient(*given: Any) -> dict[str, Any]:
        return real(*given) | {"DOWNLOAD_TIMEOUT": 1}

    monkeypatch.setattr(crawl_run, "scrapy_settings", impatient)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/feed"
        assert ended(new_desk(tmp_path / "desk", [watched("zeitung", url)])) == {"unreachable(timeout)": 1}


@pytest.mark.parametrize("status", [404, 410, 403, 500, 503])
def test_an_answer_that_is_an_error(site: Site, tmp_path: Path, status: int) -> None:
    assert of_article(site, tmp_path, web.Response(status=status, text="no")) == {f"http({status})": 1}


def test_a_list_that_is_gone_is_asked_again_at_its_time_only(site: Site, tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "desk", [watched("zeitung", f"{site.url}/feed")])
    assert ended(desk) == {"http(404)": 1}
    assert ended(desk) == {}
    assert ended(desk, "--source", "zeitung") == {"http(404)": 1}


def test_what_robots_txt_forbids_is_not_asked_for(site: Site, tmp_path: Path) -> None:
    site.pages["/robots.txt"] = web.Response(text="User-agent: *\nDisallow: /bad", content_type="text/plain")
    assert of_article(site, tmp_path, PAGE) == {"forbidden(robots)": 1}
    assert site.count("/bad-2.html") == 0


def test_a_private_address_is_forbidden_unless_it_was_allowed(site: Site, tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "desk", [watched("zeitung", f"{site.url}/feed", delay=1)])
    with environment(LAGEBILD_ALLOW_PRIVATE=""):
        assert ended(desk) == {"forbidden(egress)": 1}
    assert site.asked == []


def test_what_is_no_html(site: Site, tmp_path: Path) -> None:
    pdf = web.Response(body=b"%PDF-1.4\n1 0 obj", headers={"Content-Type": "application/pdf"})
    assert of_article(site, tmp_path, pdf) == {"rejected(not_html)": 1}


def test_a_feed_that_is_html(site: Site, tmp_path: Path) -> None:
    site.pages["/feed"] = web.Response(text=PAGE, headers=HTML)
    desk = new_desk(tmp_path / "desk", [watched("zeitung", f"{site.url}/feed")])
    assert ended(desk) == {"rejected(not_a_list)": 1}


def test_a_page_of_twelve_megabytes(site: Site, tmp_path: Path) -> None:
    huge = web.Response(body=b"<html><p>" + b"Ein Ticker. " * (1 << 20) + b"</p></html>", headers=HTML)
    assert of_article(site, tmp_path, huge) == {"too_large": 1}


def test_a_page_that_says_nothing_of_its_twelve_megabytes(site: Site, tmp_path: Path) -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers=HTML)
        await answer.prepare(request)
        try:
            for _ in range(200):
                await answer.write(b"<p>Ein Ticker ohne Ende.</p>" * 2500)
        except ConnectionError:
            pass
        return answer

    assert of_article(site, tmp_path, stream) == {"too_large": 1}


def test_a_gzip_bomb(site: Site, tmp_path: Path) -> None:
    bomb = gzip.compress(b"<html>" + b"\0" * (300 << 20), 9)
    assert len(bomb) < 1 << 20
    answer = web.Response(body=bomb, headers=HTML | {"Content-Encoding": "gzip"})
    visits = of_article(site, tmp_path, answer)
    assert set(visits) <= {"too_large", "broken(memory)"}
    assert sum(visits.values()) == 1


def test_bytes_that_are_no_utf8_are_read_as_well_as_they_can_be(site: Site, tmp_path: Path) -> None:
    body = PAGE.encode().replace("prüft".encode(), b"pr\xff\xfeft\x00")
    assert of_article(site, tmp_path, web.Response(body=body, headers=HTML)) == {}
    found = done("-C", tmp_path / "desk", "search", "Helsing", "--json").json
    assert found["total"] >= 1


def test_a_page_without_text(site: Site, tmp_path: Path) -> None:
    empty = '<html><head><title>Karte</title></head><body><div id="app"></div><script>go()</script></body></html>'
    assert of_article(site, tmp_path, web.Response(text=empty, headers=HTML)) == {"rejected(no_text)": 1}


def test_a_circle_of_redirects(site: Site, tmp_path: Path) -> None:
    there = web.Response(status=302, headers={"Location": "/bad-2.html"})
    assert of_article(site, tmp_path, there) == {"unreachable(redirects)": 1}


def test_sources_add_says_what_is_wrong_with_an_address_and_writes_nothing(site: Site, tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "desk")
    site.pages["/page"] = web.Response(text="<html><p>nothing</p></html>", headers=HTML)
    for url, code in (
        (f"{site.url}/page", 1),
        (f"{site.url}/gone", 3),
        (f"http://127.0.0.1:{closed_port()}/", 3),
        ("http://10.0.0.1/", 2),
    ):
        told = command("-C", desk, "sources", "add", url)
        assert (told.code, told.out) == (code, ""), f"{url}: {told.err}"
        assert told.err.startswith("lagebild: ")
    assert list((desk / "config" / "sources").iterdir()) == []
