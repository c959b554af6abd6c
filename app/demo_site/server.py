"""How the demo site is served: a small threaded HTTP server, on loopback only."""

from __future__ import annotations

import errno
import socket
import sys
import threading
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Any, cast

from app.demo_site.site import Site
from articles.errors import Wrong

HOST = "127.0.0.1"


class SiteServer:
    """Serves the site while its ``with`` block runs. ``port`` 0 takes a free one; a taken port raises ``Wrong``.

    ``edition`` may be set while it serves. ``requests`` lists every answer given, as (path, status).
    """

    def __init__(self, base: datetime, port: int = 0, edition: int = 1) -> None:
        self.edition = edition
        self.requests: list[tuple[str, int]] = []
        self._base = base
        self._wanted_port = port
        self._sites: dict[int, Site] = {}

    @property
    def port(self) -> int:
        """The port that is listened on (once started)."""
        return self._listener.server_address[1]

    @property
    def origin(self) -> str:
        """What every address of the site begins with, such as ``http://127.0.0.1:8080``."""
        return f"http://{HOST}:{self.port}"

    @property
    def site(self) -> Site:
        """The site as it is served now."""
        return self._sites.setdefault(self.edition, Site(self.origin, self._base, self.edition))

    def __enter__(self) -> SiteServer:
        if not 0 <= self._wanted_port <= 65535:
            raise Wrong(f"port {self._wanted_port}: a port is a number from 1 to 65535, or 0 for a free one")
        try:
            self._listener = _Listener((HOST, self._wanted_port), _Handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "is in use by another program" if error.errno == errno.EADDRINUSE else "may not be used by you"
            raise Wrong(f"port {self._wanted_port} on {HOST} {why}: free it, or choose another port") from error
        self._listener.owner = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), name="demo-site", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.hang_up()
        self._listener.server_close()


class _Listener(ThreadingMixIn, TCPServer):
    """A TCP server with a thread per connection. Not ``HTTPServer``, which asks the name service for its own name."""

    allow_reuse_address = True
    daemon_threads = False  # so that server_close waits for every answer under way
    owner: SiteServer

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep alive, else their threads would wait for a next request."""
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up early (as one must on the huge page) is no error; anything else is reported as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Hands the request to the site and writes its reply."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        owner = cast(_Listener, self.server).owner
        # The request line was decoded as Latin-1; clients that send raw UTF-8 bytes mean UTF-8.
        path = self.path.encode("latin-1").decode("utf-8", "replace")
        reply = owner.site.respond(path, dict(self.headers.items()))
        owner.requests.append((path, reply.status))
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(reply.body)

    def version_string(self) -> str:
        """What the Server header says: not which Python runs here."""
        return "Lagebild-demo"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: ``requests`` is the log."""
