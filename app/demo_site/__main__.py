"""``python -m app.demo_site [--port N] [--base ISO]``: serve the demo site until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import UTC, datetime

from app.demo_site.server import SiteServer
from app.demo_site.sources import sources
from articles.errors import Wrong


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; return the exit code (2 when the port is taken)."""
    parser = argparse.ArgumentParser(prog="python -m app.demo_site", description="A fictional news site on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--base", type=_moment, default=None, help="moment the pages are dated from (default: now)")
    parser.add_argument("--edition", type=int, choices=(1, 2), default=1, help="2: one article has been edited")
    asked = parser.parse_args(arguments)
    stop_signals = {signal.SIGINT, signal.SIGTERM}
    # Blocked before the server's threads start, so that only the wait below receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals)
    try:
        with SiteServer(asked.base or datetime.now(UTC), asked.port, asked.edition) as server:
            for source in sources(server.origin):
                for address in source["addresses"]:
                    print(f"{source['id']}: {address['kind']} {address['url']}", flush=True)
            print("Ctrl-C ends it.", flush=True)
            signal.sigwait(stop_signals)
    except Wrong as error:
        print(error, file=sys.stderr)
        return error.exit_code
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, stop_signals)
    return 0


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    raise SystemExit(main())
