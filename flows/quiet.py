"""How Prefect is kept quiet and apart: no telemetry, no promotion, and a home of its own, set before its first import."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

SILENT = {
    "DO_NOT_TRACK": "1",  # the client's analytics
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # the server's
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
"""Set in every process that imports Prefect, whoever started it; children inherit them."""

LEASE = 60
"""Seconds for which a run holds its deployment's slot before it renews; Prefect's own default is 300."""

KEEP = 7 * 24 * 3600
"""Seconds for which finished runs and their events stay in the own server's database: it is a log of ticks, not a
record (that is the ledger), and grows by some kilobytes a tick."""

START_UP = 120
"""Seconds that Prefect may take to start: 15 on two idle cores, a multiple of it on a busy machine."""


def silence(env: MutableMapping[str, str] = os.environ) -> None:
    """Switch Prefect's telemetry and promotion off, in this process and its children."""
    env.update(SILENT)


def settings(home: Path) -> dict[str, str]:
    """Return the environment of an own Prefect whose every file is below ``home`` (client and server alike)."""
    return SILENT | {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),  # else they are unpacked beside the installed package
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_UP),
        "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": str(LEASE),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"PT{KEEP}S",
        # two runs, or ten minutes, ahead are enough for a scheduler that looks every minute; every run ahead costs rows
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "2",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT10M",
        # services for work pools and pauses, which we do not use; each would poll the database every few seconds
        "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "60",
        "PREFECT_LOGGING_LEVEL": "WARNING",  # a tick tells its result in its state; two log rows a tick are noise
    }


def set_apart(home: Path, env: MutableMapping[str, str] = os.environ) -> None:
    """Make this process and its children use the Prefect of ``home``, whatever Prefect the user has set up.

    Every other PREFECT_* variable goes: an API key or a database of the user's is not ours to use. Raises RuntimeError
    if Prefect was imported before, for it would have read the user's profile already.
    """
    if env is os.environ and "prefect" in sys.modules:
        raise RuntimeError("prefect was imported before its settings were made")
    for name in [name for name in env if name.startswith("PREFECT_")]:
        del env[name]
    env.update(settings(home))


def use(api: str, env: MutableMapping[str, str] = os.environ) -> None:
    """Point this process at a Prefect API; with ``set_apart`` not called before, the user's own settings stay."""
    env["PREFECT_API_URL"] = api
    # What Prefect logs goes to the API; people read our own lines.
    env.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
