"""A proxy of ours before a real search server: it loses answers, is overloaded, checks users, speaks TLS."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


class Request:
    """One request as it came; ``forward`` has the real server answer it."""

    def __init__(self, method: str, path: str, headers: dict[str, str], body: bytes, backend: str) -> None:
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.backend = backend

    @property
    def bulk(self) -> bool:
        """Whether articles are written by it."""
        return "/_bulk" in self.path

    def forward(self) -> Answer:
        """Return what the real server answers."""
        place = urlsplit(self.backend)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
            connection.request(self.method, self.path, self.body or None, kept)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), dict(answer.getheaders()))
        finally:
            connection.close()


class Answer:
    """What is sent back; None instead of an answer closes the connection."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers or {}

    @classmethod
    def error(cls, status: int, kind: str, reason: str) -> Answer:
        """An error as Elasticsearch words it."""
        told = {"type": kind, "reason": reason}
        body = {"error": told | {"root_cause": [told]}, "status": status}
        return cls(status, json.dumps(body).encode(), {"content-type": "application/json", **PRODUCT})


NOT_PASSED_ON = ("host", "authorization", "content-length")
PRODUCT = {"x-elastic-product": "Elasticsearch"}
Rule = Callable[[Request], Answer | None]


class Proxy:
    """Listens on loopback until closed; ``rule`` may be changed at any time; ``seen`` has each request."""

    def __init__(self, backend: str, rule: Rule | None = None, certificate: tuple[Path, Path] | None = None) -> None:
        self.rule: Rule = rule or Request.forward
        self.seen: list[Request] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                request = Request(self.command, self.path, dict(self.headers.items()), self.rfile.read(length), backend)
                proxy.seen.append(request)
                answer = proxy.rule(request)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815  # the library's names

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no longer."""
        self._server.shutdown()
        self._server.server_close()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, or refuses our certificate, is what the tests are about."""


def first(times: int, answer: Callable[[Request], Answer | None]) -> Rule:
    """Answer the first bulk requests so, and pass everything else on."""
    left = [times]

    def rule(request: Request) -> Answer | None:
        if request.bulk and left[0] > 0:
            left[0] -= 1
            return answer(request)
        return request.forward()

    return rule


def lost(request: Request) -> None:
    """Let the real server do it, and lose its answer."""
    request.forward()


def slow(seconds: float) -> Rule:
    """Let the real server do it, and answer too late."""

    def rule(request: Request) -> Answer:
        answer = request.forward()
        time.sleep(seconds)
        return answer

    return rule


def busy(share: int) -> Rule:
    """Answer 429 for every ``share``-th item, as a full write queue does, and write the others."""

    def rule(request: Request) -> Answer:
        lines = request.body.split(b"\n")[:-1]
        pairs = [lines[at : at + 2] for at in range(0, len(lines), 2)]
        request.body = b"".join(b"\n".join(pair) + b"\n" for at, pair in enumerate(pairs) if at % share)
        written = json.loads(request.forward().body)["items"] if request.body else []
        full = {"type": "es_rejected_execution_exception", "reason": "the write queue is full"}
        items = [
            {"index": {"status": 429, "error": full}} if not at % share else written.pop(0) for at in range(len(pairs))
        ]
        body = json.dumps({"took": 1, "errors": True, "items": items}).encode()
        return Answer(200, body, {"content-type": "application/vnd.elasticsearch+json;compatible-with=9", **PRODUCT})

    return rule
