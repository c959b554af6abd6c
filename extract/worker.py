"""The process that parses hostile bytes: one page at a time, under limits the kernel enforces, without any network."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import resource
import signal
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

# trafilatura imports py3langid, and with it numpy, for a language filter that nobody asks for here: a quarter of a worker's
# start and 30 MB of its memory. None makes that import fail, which trafilatura allows for.
sys.modules["py3langid"] = None  # type: ignore[assignment]  # documented in importlib: None blocks an import

from articles.errors import Broken  # noqa: E402  # after the block above
from config.models import Source  # noqa: E402
from extract import wire  # noqa: E402
from extract.links import discover, read_links  # noqa: E402
from extract.page import extract, extract_linear  # noqa: E402

_FORBIDDEN = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.bind",
    "socket.sendto",
    "subprocess.Popen",
    "os.exec",
    "os.system",
)
"""Audit events (PEP 578) that no parser has a reason to raise."""


def main() -> None:
    """Answer requests from standard input on standard output until the parent closes the pipe or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it closes the pipe
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between frames
    logging.disable(logging.CRITICAL)
    _warm_up()
    sys.addaudithook(_refuse)
    _limit_memory(int(sys.argv[1]))
    _send(answers, {"ready": True})
    while (header := _receive(requests)) is not None:
        body = _receive(requests)
        if body is None:
            return
        _send(answers, _answer(wire.unpack(header), body))


def _answer(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Do what is asked, within seconds of CPU: above them the kernel ends this process, whatever it is doing."""
    _limit_cpu(request["seconds"])
    try:
        answer = _do(request, body)
    except Broken as error:
        answer = {"killed": "memory", "detail": str(error), "final": True}
    except MemoryError:
        answer = {"killed": "memory", "detail": "more memory than a page may take"}
    except Exception as error:  # noqa: BLE001  # the worker's loop: one of the five places; poisonous bytes end one page only
        answer = {"killed": "parser", "detail": f"{type(error).__name__}: {error}"}
    answer["resident"] = _resident()
    return answer


def _do(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    page = wire.page_from(request["page"], body)
    match request["do"]:
        case "extract":
            return wire.reading_json(extract(page, _source(request["source"])))
        case "extract_linear":
            return wire.reading_json(extract_linear(page, _source(request["source"])))
        case "links":
            return wire.links_json(read_links(page, request["kind"], request["selector"]))
        case _:
            return {"found": discover(page)}


@lru_cache(maxsize=1024)
def _source(text: str | None) -> Source | None:
    return Source.model_validate_json(text) if text else None


def _receive(stream: BinaryIO) -> bytes | None:
    head = stream.read(wire.LENGTH.size)
    if len(head) < wire.LENGTH.size:
        return None
    (length,) = wire.LENGTH.unpack(head)
    payload = stream.read(length)
    return payload if len(payload) == length else None


def _send(stream: BinaryIO, answer: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the parent is gone; the next read ends the loop
        stream.write(wire.frame(wire.pack(answer)))
        stream.flush()


def _warm_up() -> None:
    """Read one page, so that everything imported lazily and every cache is there before memory is measured and limited."""
    url = "https://probe.example/eine-probe-1.html"
    body = (
        b"<html lang=de><head><title>Probe</title></head><body><article><h1>Probe</h1><p>"
        + b"Ein Satz mit Inhalt. " * 30
        + b"</p></article></body></html>"
    )
    page = wire.page_from(
        {
            "url": url,
            "final_url": url,
            "status": 200,
            "headers": [],
            "fetched_at": "2025-01-01T00:00:00+00:00",
            "link": None,
        },
        body,
    )
    extract(page, None)


def _limit_cpu(seconds: int) -> None:
    """RLIMIT_CPU counts the whole process in whole seconds, so the soft limit is moved ahead before each page."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime + seconds), hard))


def _limit_memory(extra: int) -> None:
    """Allow ``extra`` bytes of address space above what the interpreter and its libraries take; no core dumps."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    taken = _statm(0)
    if taken:
        resource.setrlimit(resource.RLIMIT_AS, (taken + extra, taken + extra))


def _resident() -> int:
    """Return the bytes of memory this process holds now; 0 where /proc does not say."""
    return _statm(1)


def _statm(field: int) -> int:
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[field]) * resource.getpagesize()
    except OSError:
        return 0


def _refuse(event: str, _: Any) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"a reader process must not {event}")


if __name__ == "__main__":
    main()
