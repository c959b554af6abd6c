"""Loopback servers for the egress stories: a plain one that is allowed, and traps nobody may ever reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web


@dataclass
class Trap:
    """A listener on a loopback address outside the allowed network; it counts who came."""

    host: str
    port: int
    visitors: int = 0


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    found = Trap("127.0.0.2", 0)

    def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.visitors += 1
        writer.close()

    server = await asyncio.start_server(came, found.host, 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()
    await server.wait_closed()


@pytest.fixture
async def site(trap: Trap) -> AsyncIterator[str]:
    """A small site on 127.0.0.1; yields its address without a final slash."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(body=b"<p>Guten Tag</p>", headers={"ETag": '"1"', "X-Agent": request.headers["User-Agent"]})

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 200_000)

    async def zipped(_: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8bnot unpacked", headers={"Content-Encoding": "gzip"})

    async def hop(request: web.Request) -> web.Response:
        left = int(request.match_info["left"])
        return web.Response(status=302, headers={"Location": f"/hop/{left - 1}" if left else "/"})

    async def away(request: web.Request) -> web.Response:
        status = int(request.match_info["status"])
        return web.Response(status=status, headers={"Location": f"http://{trap.host}:{trap.port}/secret"})

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def echo(request: web.Request) -> web.Response:
        return web.Response(body=await request.read(), headers={"X-Sign": request.headers.get("X-Sign", "")})

    app = web.Application()
    app.add_routes(
        [
            web.get("/", page),
            web.get("/large", large),
            web.get("/zipped", zipped),
            web.get("/hop/{left}", hop),
            web.get("/slow", slow),
            web.post("/echo", echo),
            web.route("*", "/away/{status}", away),
        ]
    )
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
