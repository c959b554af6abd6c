"""Stories about the guarded client: what it fetches, what it refuses, and what it says of a failure."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import aiohttp
import pytest

from articles.errors import Wrong
from egress.client import Client, TooLarge, Unanswered
from egress.failure import reason_of
from egress.guard import EgressRefused, Guard
from tests.egress.conftest import Trap

GUARD = Guard.allowing(["127.0.0.1/32"])


async def test_a_page_comes_with_its_headers_and_says_who_asked(site: str) -> None:
    async with Client(GUARD, "Lagebild/1 (+mail)") as client:
        answer = await client.get(f"{site}/")
    assert (answer.status, answer.body) == (200, b"<p>Guten Tag</p>")
    assert answer.header("etag") == '"1"'
    assert answer.header("x-agent") == "Lagebild/1 (+mail)"
    assert answer.header("absent") is None


async def test_a_body_is_left_packed_as_it_came(site: str) -> None:
    async with Client(GUARD, "Lagebild") as client:
        assert (await client.get(f"{site}/zipped")).body == b"\x1f\x8bnot unpacked"


async def test_five_redirects_are_followed_and_no_sixth(site: str) -> None:
    async with Client(GUARD, "Lagebild") as client:
        assert (await client.get(f"{site}/hop/4")).url == f"{site}/"
        with pytest.raises(Unanswered, match="redirects") as caught:
            await client.get(f"{site}/hop/9")
    assert caught.value.reason == "redirects"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_a_private_address_is_not_dialled(site: str, trap: Trap, status: int) -> None:
    async with Client(GUARD, "Lagebild") as client:
        with pytest.raises(EgressRefused):
            await client.get(f"{site}/away/{status}")
    assert trap.visitors == 0


async def test_no_spelling_of_a_private_address_reaches_the_trap(trap: Trap) -> None:
    spellings = ["127.0.0.2", "127.2", "0x7f.2", "2130706434", "0177.0.0.2", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]"]
    async with Client(GUARD, "Lagebild") as client:
        for spelling in spellings:
            with pytest.raises((EgressRefused, Unanswered)):
                await client.get(f"http://{spelling}:{trap.port}/")
    assert trap.visitors == 0


async def test_a_name_that_changes_its_address_is_judged_each_time(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that answers the allowed address first and the trap's from then on (DNS rebinding)."""
    asked: list[str] = []

    async def rebinding(*args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        asked.append(args[1])
        address = "127.0.0.1" if len(asked) % 2 else trap.host
        return [{"hostname": args[1], "host": address, "port": trap.port, "family": 2, "proto": 6, "flags": 0}]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", rebinding)
    monkeypatch.setattr(aiohttp.DefaultResolver, "resolve", rebinding)
    for _ in range(50):
        async with Client(GUARD, "Lagebild", timeout=5) as client:
            with pytest.raises((EgressRefused, Unanswered)):
                await client.get(f"http://wechselhaft.example:{trap.port}/")
    assert len(asked) == 50
    assert trap.visitors == 0


async def test_proxy_variables_of_the_environment_are_ignored(
    site: str, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://{trap.host}:{trap.port}")
    async with Client(GUARD, "Lagebild") as client:
        assert (await client.get(f"{site}/")).status == 200
    assert trap.visitors == 0


async def test_a_post_is_sent_signed_and_its_redirect_not_followed(site: str, trap: Trap) -> None:
    async with Client(GUARD, "Lagebild") as client:
        answer = await client.post(f"{site}/echo", b'{"a":1}', {"X-Sign": "abc"})
        assert (answer.body, answer.header("X-Sign")) == (b'{"a":1}', "abc")
        assert (await client.post(f"{site}/away/307", b"{}", {})).status == 307
    assert trap.visitors == 0


async def test_a_private_place_the_operator_named_is_reached_and_nothing_beside_it(site: str, trap: Trap) -> None:
    async with Client(Guard.only(f"{site}/echo"), "Lagebild") as client:
        assert (await client.post(f"{site}/echo", b"x", {})).body == b"x"
        with pytest.raises(EgressRefused):
            await client.post(f"http://{trap.host}:{trap.port}/", b"x", {})
    assert trap.visitors == 0


async def test_too_large_a_body_is_cut_off(site: str) -> None:
    async with Client(GUARD, "Lagebild", most_bytes=100_000) as client:
        with pytest.raises(TooLarge):
            await client.get(f"{site}/large")


async def test_silence_ends_in_time(site: str) -> None:
    async with Client(GUARD, "Lagebild", timeout=0.2) as client:
        with pytest.raises(Unanswered) as caught:
            await client.get(f"{site}/slow")
    assert caught.value.reason == "timeout"


async def _raw(answer: bytes) -> tuple[asyncio.Server, str]:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "reset"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "reset"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "protocol"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", "protocol"),
    ],
)
async def test_a_broken_answer_has_a_reason(answer: bytes, reason: str) -> None:
    server, url = await _raw(answer)
    async with server, Client(GUARD, "Lagebild", timeout=5) as client:
        with pytest.raises(Unanswered) as caught:
            await client.get(url)
    assert caught.value.reason == reason


async def test_no_listener_and_no_tls_have_reasons(site: str) -> None:
    server, url = await _raw(b"")
    server.close()
    await server.wait_closed()
    async with Client(GUARD, "Lagebild", timeout=5) as client:
        with pytest.raises(Unanswered) as caught:
            await client.get(url)
        assert caught.value.reason == "refused"
        with pytest.raises(Unanswered) as caught:
            await client.get(site.replace("http:", "https:"))
        assert caught.value.reason == "tls"
        with pytest.raises(Wrong):
            await client.get("file:///etc/passwd")


def test_a_name_that_does_not_resolve_and_the_unknown_have_reasons() -> None:
    key: Any = None
    assert reason_of(aiohttp.ClientConnectorDNSError(key, OSError(-2, "Name or service not known"))) == "dns"
    assert reason_of(ssl.SSLError("bad")) == "tls"
    assert reason_of(RuntimeError("what")) == "protocol"
    looped = RuntimeError("a")
    looped.__cause__ = RuntimeError("b")
    looped.__cause__.__cause__ = looped
    assert reason_of(looped) == "protocol"


async def test_a_client_is_used_inside_its_context() -> None:
    with pytest.raises(RuntimeError):
        await Client(GUARD, "Lagebild").get("http://127.0.0.1/")
