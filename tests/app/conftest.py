"""What tests of commands share: nobody's desk, or the loopback as part of the web."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.commanding import LOOPBACK, environment


@pytest.fixture
def no_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing tells where a desk is: neither the current folder nor the environment nor the user's data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAGEBILD_HOME", raising=False)
    with environment(XDG_DATA_HOME=str(tmp_path / "none")):
        yield


@pytest.fixture
def loopback() -> Iterator[None]:
    """Sites on loopback may be asked."""
    with environment(**LOOPBACK):
        yield
