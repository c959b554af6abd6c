"""What does the whole path cost: 300 generated pages crawled on loopback, read, enriched, filed, indexed and matched?

    python -m benchmarks.whole_path [PAGES]     60 with LAGEBILD_SHORT=1

The goal is 20 pages per CPU second of all processes but the site's own, under 500 MB for the main process and 300 MB for a
worker, without an NER model. The yardstick of the same run is trafilatura alone over the same pages. Start-up (imports,
workers) is told apart: a pass of the service pays it once.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.pages import BEGIN, pages
from config.load import BUNDLED, load
from config.write import write_source
from pipeline.passes import PassReport, run_pass
from pipeline.services import open_services

GOAL = 20.0
"""Pages per CPU second of all processes."""


def main() -> None:
    """Print a table: pages per CPU second, where the time goes, peak memory, and the yardstick."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 60 if os.environ.get("LAGEBILD_SHORT") else 300
    with _site(number) as origin, tempfile.TemporaryDirectory() as folder:
        measured = _in_a_process_of_its_own(origin, Path(folder), number)
    yardstick = _trafilatura(number)
    path, start = measured["cpu"] - measured["start"], measured["start"]
    print(f"the whole path, {number} pages, without an NER model")
    print(f"  articles filed and indexed    {measured['new']:8.0f}")
    print(f"  start-up                      {start:8.1f}   CPU s (imports, workers, first page)")
    print(f"  all pages                     {path:8.1f}   CPU s, {1000 * path / number:.1f} ms a page")
    print(
        f"  pages per CPU second          {number / path:8.1f}   "
        f"(start-up included {number / measured['cpu']:.1f}; goal {GOAL:.0f})"
    )
    print(f"  main process, peak            {measured['main_mb']:8.0f}   MB (goal 500)")
    print(f"  largest worker, peak          {measured['worker_mb']:8.0f}   MB (goal 300)")
    print(f"  trafilatura alone             {1000 * yardstick / number:8.1f}   CPU ms a page, fast mode, the same pages")


def _in_a_process_of_its_own(origin: str, folder: Path, number: int) -> dict[str, float]:
    """Measure in a fresh process, so that peak memory is the pass's own."""
    import subprocess

    code = "import sys; from benchmarks.whole_path import measure; measure(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, origin, str(folder), str(number)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(origin: str, folder: str, number: str) -> None:
    """Run one small pass to be warm, then one over all pages; print what it cost as JSON."""
    desk_folder = Path(folder)
    _write_desk(desk_folder, origin)
    warm, worker_mb, report = asyncio.run(_passes(desk_folder))
    assert report.articles("new") == int(number) - 1, report.outcomes
    ours, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        json.dumps(
            {
                "cpu": ours.ru_utime + ours.ru_stime + workers.ru_utime + workers.ru_stime,
                "start": warm,
                "new": report.articles("new") + 1,
                "main_mb": ours.ru_maxrss / 1024,
                "worker_mb": worker_mb,
            }
        )
    )


async def _passes(folder: Path) -> tuple[float, float, PassReport]:
    async with open_services(load(folder, {})) as services:
        await run_pass(services, ["first"])
        # Workers live on, so their CPU so far is not in RUSAGE_CHILDREN yet; /proc tells.
        warm = sum(_cpu_of(pid) for pid in [os.getpid(), *_children(os.getpid())])
        report = await run_pass(services, ["probe"])
        return warm, max(map(_peak_of, _children(os.getpid())), default=0.0), report


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_of(pid: int) -> float:
    """Return a living process's peak in MB; what wait() tells of a child counts its parent's size at the fork too."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _write_desk(folder: Path, origin: str) -> None:
    (folder / "config").mkdir()
    settings = "allow_private: [127.0.0.0/8]\nalert_window: 36500d\n"
    (folder / "lagebild.yaml").write_text(settings, encoding="utf-8")
    (folder / "config" / "alerts.yaml").write_bytes((BUNDLED / "alerts.yaml").read_bytes())
    for name in ("first", "probe"):
        address = {"kind": "feed", "url": f"{origin}/{name}.rss"}
        source = {"id": name, "name": name, "languages": ["de"], "addresses": [address], "delay": 0, "backfill": "36500d"}
        write_source(folder, source)


@contextmanager
def _site(number: int) -> Iterator[str]:
    """Serve the pages from another process, whose CPU is not ours."""
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    stop = context.Event()
    server = context.Process(target=_serve, args=(number, ports, stop), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{ports.get(timeout=60)}"
    finally:
        stop.set()
        server.join(10)


def _serve(number: int, ports: multiprocessing.Queue[int], stop: Event) -> None:
    made = dict(pages(number))
    bodies = {path: ("text/html; charset=utf-8", body) for path, body in made.items()}
    paths = list(made)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            origin = f"http://{self.headers['Host']}"
            feeds = {"/first.rss": paths[:1], "/probe.rss": paths[1:]}
            if self.path in feeds:
                kind, body = "application/rss+xml", _feed(origin, feeds[self.path])
            else:
                kind, body = bodies.get(self.path, ("text/plain", b""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        ports.put(server.server_address[1])
        server.timeout = 0.2
        import threading

        threading.Thread(target=server.serve_forever, daemon=True).start()
        stop.wait()
        server.shutdown()


def _feed(origin: str, paths: list[str]) -> bytes:
    items = "".join(
        f"<item><title>Meldung {i}</title><link>{origin}{path}</link>"
        f"<pubDate>{(BEGIN + timedelta(minutes=7 * i)).astimezone(UTC):%a, %d %b %Y %H:%M:%S GMT}</pubDate></item>"
        for i, path in enumerate(paths)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Probe</title>{items}</channel></rss>'.encode()


def _trafilatura(number: int) -> float:
    import trafilatura

    bodies = [body for _, body in pages(number)]
    trafilatura.extract(bodies[0], fast=True)
    started = time.process_time()
    for body in bodies:
        trafilatura.extract(body, fast=True)
    return time.process_time() - started


if __name__ == "__main__":
    print(datetime.now(UTC).date())
    main()
