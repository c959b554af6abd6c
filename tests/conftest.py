"""What holds for every test: fixed examples, and no process of ours that connects to anything but loopback."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
AUDIT_LOG = "LAGEBILD_TEST_AUDIT_LOG"

# Examples come from a fixed seed, and no example has a time limit: a slow machine is not a failed law.
settings.register_profile(
    "suite", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Arm the loopback guard here and, through PYTHONPATH, in every Python process the tests start."""
    if AUDIT_LOG not in os.environ:
        handle, name = tempfile.mkstemp(prefix="lagebild-audit-", suffix=".log")
        os.close(handle)
        os.environ[AUDIT_LOG] = name
    audit = str(HERE / "audit")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [audit, os.environ.get("PYTHONPATH")]))
    sys.path.append(audit)
    import loopback_guard  # type: ignore[import-not-found]  # on PYTHONPATH, see above

    loopback_guard.arm()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the whole run if any process of ours tried to leave loopback, even where the code swallowed the refusal."""
    left = Path(os.environ[AUDIT_LOG]).read_text(encoding="utf-8")
    if left:
        print(f"\nprocesses of ours tried to leave loopback:\n{left}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
