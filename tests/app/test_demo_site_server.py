"""The server of the demo site: what it answers over a socket, how it starts and how it ends."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.demo_site import Site, SiteServer
from app.demo_site.__main__ import main
from app.demo_site.traps import HUGE
from articles.errors import Wrong

BASE = datetime(2025, 6, 25, 12, 30, tzinfo=UTC)
EDITED = "/en/policy/air-defence-budget.html"


@pytest.fixture
def server() -> Iterator[SiteServer]:
    with SiteServer(BASE) as running:
        yield running


def ask(
    server: SiteServer, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_it_serves_exactly_what_the_site_answers(server: SiteServer) -> None:
    site = Site(server.origin, BASE)
    for path in ("/", "/robots.txt", "/de/feed.rss", "/de/wirtschaft/munitionswerk-anwohner.html"):
        status, headers, body = ask(server, path)
        expected = site.respond(path, {})
        assert (status, body) == (expected.status, expected.body)
        assert expected.headers.items() <= headers.items()


def test_it_keeps_a_list_of_requests(server: SiteServer) -> None:
    ask(server, "/de/politik/artikel-118.html")
    ask(server, "/no/such/page")
    assert server.requests == [("/de/politik/artikel-118.html", 301), ("/no/such/page", 404)]


def test_bare_umlauts_and_escaped_ones_are_one_address(server: SiteServer) -> None:
    bare = b"/de/panorama/\xc3\xbcber-den-d\xc3\xa4chern-von-m\xc3\xbchlfurt.html"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(b"GET " + bare + b" HTTP/1.0\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 200"
    assert ask(server, "/de/panorama/%C3%BCber-den-d%C3%A4chern-von-m%C3%BChlfurt.html")[0] == 200


def test_validators_work_over_the_wire(server: SiteServer) -> None:
    _, headers, _ = ask(server, EDITED)
    status, again, body = ask(server, EDITED, headers={"If-None-Match": headers["ETag"]})
    assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    server.edition = 2
    status, _, body = ask(server, EDITED, headers={"If-None-Match": headers["ETag"]})
    assert status == 200
    assert b"310 million crowns" in body


def test_head_tells_the_length_and_sends_nothing(server: SiteServer) -> None:
    status, headers, body = ask(server, "/de/", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(ask(server, "/de/")[2])


def test_a_client_that_hangs_up_in_the_huge_page_is_no_error(
    server: SiteServer, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
            line.sendall(f"GET {HUGE.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            line.recv(1000)
    assert ask(server, "/de/")[0] == 200
    assert capsys.readouterr().err == ""


def test_it_ends_at_once_though_a_client_keeps_its_connection_open() -> None:
    with SiteServer(BASE) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/")
        connection.getresponse().read()
        started = time.monotonic()
    assert time.monotonic() - started < 2
    connection.close()


def test_it_listens_on_loopback_only(server: SiteServer) -> None:
    assert server.origin == f"http://127.0.0.1:{server.port}"


def test_the_port_is_free_again_afterwards() -> None:
    with SiteServer(BASE) as first:
        port = first.port
        ask(first, "/")
    with SiteServer(BASE, port) as second:
        assert second.port == port


def test_a_taken_port_is_named_in_the_error(server: SiteServer) -> None:
    with pytest.raises(Wrong, match=rf"port {server.port} on 127\.0\.0\.1 is in use by another program"):
        SiteServer(BASE, server.port).__enter__()


def test_a_port_that_cannot_be_is_named_in_the_error() -> None:
    with pytest.raises(Wrong, match="port 70000"):
        SiteServer(BASE, 70000).__enter__()


def test_the_command_says_that_the_port_is_taken(server: SiteServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", str(server.port)]) == 2
    assert "is in use" in capsys.readouterr().err


def test_the_command_prints_its_addresses_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "app.demo_site", "--base", "2025-06-25T12:30"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ}) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(6)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert lines[0].startswith("lagebote: feed http://127.0.0.1:")
    assert lines[0].endswith("/de/feed.rss\n")
    assert [line.partition(":")[0] for line in lines[1:5]] == [
        "lagebote",
        "defence-courier",
        "defence-courier",
        "kuestenblatt",
    ]
