"""`python -m tests.services install [SERVER ...]`: fill the cache of test servers. `run SERVER`: one until Ctrl-C.

A server is ``8`` or ``9`` (Elasticsearch, what ``install`` takes by itself) or ``opensearch``.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.services import elastic, elastic_install, opensearch, opensearch_install
from tests.services.cache import ServiceError
from tests.services.node import Node


@dataclass(frozen=True)
class Known:
    """How one kind of server is installed, what it then still lacks, and how it is made."""

    install: Callable[[], Path]
    missing: Callable[[], str | None]
    make: Callable[[], Node]


SERVERS = {
    name: Known(partial(elastic_install.install, release), partial(elastic.missing, name), partial(elastic.Elastic, name))
    for name, release in elastic_install.RELEASES.items()
} | {"opensearch": Known(opensearch_install.install, opensearch.missing, opensearch.OpenSearch)}


def main(arguments: list[str]) -> int:
    """Install what is asked for, both of Elasticsearch if nothing is named, and say in a line each where it lies.

    Ends with 3 if one of them cannot be installed or, once installed, cannot be started for want of a Java.
    """
    verb, names = (arguments[0] if arguments else ""), arguments[1:] or sorted(elastic_install.RELEASES)
    if verb not in ("install", "run") or not set(names) <= SERVERS.keys():
        print(f"usage: python -m tests.services install|run [{'|'.join(sorted(SERVERS))}]", file=sys.stderr)
        return 2
    try:
        if verb == "run":
            return _run(SERVERS[names[-1]].make())
        return max([_install(SERVERS[name]) for name in names])
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 3


def _install(server: Known) -> int:
    begun = time.monotonic()
    print(f"{server.install()} ({time.monotonic() - begun:.0f} s)", flush=True)
    if why := server.missing():
        print(why, file=sys.stderr)
        return 3
    return 0


def _run(server: Node) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        print(server.start().url, flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
