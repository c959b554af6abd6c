"""Prefect's settings: nothing of the user's is used or written, and nothing is sent anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows import quiet


def test_a_set_apart_prefect_forgets_the_users_settings_and_keeps_the_rest(tmp_path: Path) -> None:
    env = {"PATH": "/bin", "PREFECT_API_KEY": "pnu_theirs", "PREFECT_PROFILE": "cloud", "PREFECT_API_URL": "https://x"}
    quiet.set_apart(tmp_path, env)
    assert env["PATH"] == "/bin"
    assert not {"PREFECT_API_KEY", "PREFECT_PROFILE", "PREFECT_API_URL"} & set(env)
    assert env["PREFECT_HOME"] == str(tmp_path)
    assert env["DO_NOT_TRACK"] == "1"
    assert env["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_the_users_server_is_used_with_the_users_settings() -> None:
    env = {"PREFECT_API_KEY": "pnu_theirs"}
    quiet.use("http://127.0.0.1:4200/api", env)
    assert env["PREFECT_API_KEY"] == "pnu_theirs"
    assert env["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"


def test_importing_any_flow_silences_telemetry_before_prefect_is_imported() -> None:
    code = (
        "import flows.monitor, os; from prefect.settings import get_current_settings as now;"
        "server = now().server; print(server.analytics_enabled, server.ui.show_promotional_content);"
        "print(os.environ['DO_NOT_TRACK'])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=True)
    assert said.stdout.split() == ["False", "False", "1"]


def test_settings_made_too_late_are_refused(tmp_path: Path) -> None:
    import prefect  # noqa: F401 - what makes it too late

    with pytest.raises(RuntimeError, match="imported before"):
        quiet.set_apart(tmp_path)


def test_prefect_understands_every_setting(tmp_path: Path) -> None:
    """A misspelt variable would be ignored silently: each must change a setting that Prefect knows."""
    from prefect.settings import Settings
    from prefect.settings.legacy import _get_settings_fields

    known = {alias.upper() for alias in _get_settings_fields(Settings)}
    assert {name for name in quiet.settings(tmp_path) if name.startswith("PREFECT_")} <= known
