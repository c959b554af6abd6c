"""`python -m tests.services install [RELEASE ...]`: fill the cache of test servers. `run RELEASE`: one until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time

from tests.services.elastic import Elastic, missing
from tests.services.elastic_install import RELEASES, ServiceError, install


def main(arguments: list[str]) -> int:
    """Install what is asked for, all releases if nothing is named, and say in a line each where it lies."""
    verb, names = (arguments[0] if arguments else ""), arguments[1:] or sorted(RELEASES)
    if verb not in ("install", "run") or not set(names) <= RELEASES.keys():
        print(f"usage: python -m tests.services install|run [{'|'.join(sorted(RELEASES))}]", file=sys.stderr)
        return 2
    try:
        if verb == "install":
            for name in names:
                begun = time.monotonic()
                print(
                    f"Elasticsearch {RELEASES[name].version}: {install(RELEASES[name])} ({time.monotonic() - begun:.0f} s)"
                )
                if why := missing(name):
                    print(f"  but {why}", file=sys.stderr)
            return 0
        return _run(names[-1])
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 3


def _run(name: str) -> int:
    server = Elastic(name)
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
