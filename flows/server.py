"""Our own Prefect server as a child process: on a loopback port, in a home of its own, and gone when its parent is.

Its one argument is the port it would like, 0 for any; its environment is that of ``flows.quiet``. It writes its port as one
line to standard output once it answers, and stops when its standard input ends or on SIGTERM.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from flows import quiet

if TYPE_CHECKING:
    from uvicorn import Server

HOST = "127.0.0.1"


def listen(wanted: int) -> socket.socket:
    """Return a socket bound to loopback, on the wanted port if it is free, else on any."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, wanted))
    except OSError:
        listener.bind((HOST, 0))
    return listener


def guarded(app: Any, port: int) -> Any:
    """Return the ASGI app behind two checks that keep other people's web pages away from it.

    The Host header must name loopback (else a page could rebind its own name to 127.0.0.1), and a request that carries an
    Origin must come from the server's own pages (else any page could order runs: Prefect asks for no login).
    """
    hosts = {f"{name}:{port}".encode() for name in (HOST, "localhost")}
    origins = {b"http://" + host for host in hosts}

    async def check(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket"):
            headers = dict(scope["headers"])
            if headers.get(b"host") not in hosts or headers.get(b"origin", next(iter(origins))) not in origins:
                await _refuse(scope, send)
                return
        await app(scope, receive, send)

    return check


async def _refuse(scope: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"this server answers its own pages on this machine only\n"})


def main() -> None:
    """Serve until the parent goes."""
    listener = listen(int(sys.argv[1]))
    port = listener.getsockname()[1]
    quiet.use(f"http://{HOST}:{port}/api")
    os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = f"http://{HOST}:{port}"

    import uvicorn
    from prefect.server.api.server import create_app

    class Announced(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            with suppress(BrokenPipeError):  # the parent went while we started; the end of stdin stops us
                print(port, flush=True)

    app = guarded(create_app(final=True), port)
    server = Announced(uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=3))
    threading.Thread(target=_stop_with_parent, args=(server,), name="parent", daemon=True).start()
    server.run(sockets=[listener])


def _stop_with_parent(server: Server) -> None:
    """The parent holds the other end of stdin: however it dies, this read ends."""
    sys.stdin.buffer.read()
    server.should_exit = True
