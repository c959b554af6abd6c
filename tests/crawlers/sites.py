"""A news site on loopback whose pages the tests write themselves, a log of who asked for what, and a trap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Zeitung</title>{}</channel></rss>'
ITEM = "<item><title>{title}</title><link>{link}</link>{date}</item>"


@dataclass
class Site:
    """A server whose answers are looked up in ``pages`` by path; everything else is 404."""

    host: str = "127.0.0.1"
    port: int = 0
    pages: dict[str, web.Response | Handler | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def feed(self, *paths: str, date: str = "") -> str:
        """An RSS feed that lists these paths (or whole addresses)."""
        stated = f"<pubDate>{date}</pubDate>" if date else ""
        links = [path if ":" in path else f"{self.url}{path}" for path in paths]
        return FEED.format("".join(ITEM.format(title=f"Titel {n}", link=url, date=stated) for n, url in enumerate(links)))

    def count(self, path: str) -> int:
        return self.asked.count(path)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.headers.append(dict(request.headers))
        found = self.pages.get(request.path_qs, self.pages.get(request.path))
        if found is None:
            return web.Response(status=404)
        if isinstance(found, str):
            kind = "application/rss+xml" if found.startswith("<?xml") else "text/html"
            return web.Response(text=found, content_type=kind)
        if isinstance(found, web.Response):
            return web.Response(status=found.status, body=found.body, headers=found.headers)
        return await found(request)


@asynccontextmanager
async def serve(host: str = "127.0.0.1") -> AsyncIterator[Site]:
    """Run a site for the length of the block."""
    site = Site(host)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


@dataclass
class Trap:
    """A listener outside the allowed network; it counts who came."""

    host: str
    port: int = 0
    visitors: int = 0

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


@asynccontextmanager
async def set_trap(host: str = "127.0.0.2") -> AsyncIterator[Trap]:
    """Listen for the length of the block."""
    trap = Trap(host)

    def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trap.visitors += 1
        writer.close()

    server = await asyncio.start_server(came, host, 0)
    trap.port = server.sockets[0].getsockname()[1]
    try:
        yield trap
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def raw_server(
    reply: Callable[[asyncio.StreamWriter], Awaitable[None]], host: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """A server that reads a request's head and then lets ``reply`` write whatever bytes it likes; yields its address."""
    open_now: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"/robots.txt" in head.split(b"\r\n", 1)[0]:
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                await reply(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            open_now.discard(task)
            writer.close()

    server = await asyncio.start_server(talk, host, 0, limit=2**20)
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in open_now:
            task.cancel()
        await server.wait_closed()
