"""Which folder is the desk: ``-C`` or LAGEBILD_HOME, else the current folder if it is one, else the user's data folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def desk_folder(given: Path | None, env: Mapping[str, str] = os.environ, here: Path | None = None) -> Path:
    """Return the desk's folder, existing or not."""
    if given is not None:
        return given
    if home := env.get("LAGEBILD_HOME"):
        return Path(home)
    here = here or Path.cwd()
    return here if (here / "lagebild.yaml").is_file() else user_folder(env)


def user_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Return the user's data folder (XDG Base Directory Specification, $XDG_DATA_HOME)."""
    data = env.get("XDG_DATA_HOME")
    return Path(data or Path.home() / ".local" / "share") / "lagebild"
