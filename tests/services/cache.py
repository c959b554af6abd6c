"""Where the servers of the tests lie, one folder each in a cache outside the checkout, and which Java runs them.

Maven resolves them on the machine that runs the tests. Nothing of them is part of this project or passed on by it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

CACHE_VARIABLE = "LAGEBILD_SERVICES"
JAVA_VARIABLE = "LAGEBILD_TEST_JAVA_HOME"
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
_FULL_JDK = {"jdk.attach", "jdk.compiler", "jdk.jdi", "jdk.jlink"}  # smaller runtimes leave out locale data, too


class ServiceError(RuntimeError):
    """A server cannot be installed or started; the text says what is missing."""


def cache() -> Path:
    """Return the folder of installed servers: outside the checkout, and open to the user ``nobody`` where we are root."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named).resolve()
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named).resolve() / "lagebild" / "services"
    root = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    return root / "lagebild" / "services"


def kept(name: str) -> Path | None:
    """Return the home of a server that lies in the cache, None if it does not."""
    home = cache() / name
    return home if home.is_dir() else None


def keep(name: str, make: Callable[[Path], Path]) -> Path:
    """Return the home of a server; if it is not in the cache, ``make`` it in a scratch folder and keep it."""
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if found := kept(name):
            return found
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as scratch:
            make(Path(scratch)).rename(folder / name)
    return folder / name


def maven(goal: str, *options: str, scratch: Path) -> Path:
    """Have Maven reach a goal of its dependency plugin with a repository in ``scratch``, and return that repository."""
    repository = scratch / "m2"
    command = ["mvn", "-q", "-B", "--strict-checksums", f"-Dmaven.repo.local={repository}", f"{MAVEN_PLUGIN}:{goal}"]
    try:
        subprocess.run([*command, *options], check=True, cwd=scratch, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServiceError(f"Maven could not resolve {' '.join(options)}: {error}") from error
    return repository


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def find_java(oldest: int) -> Path | None:
    """Return the home of a full JDK new enough: the one named, that on the PATH, then those installed beside it."""
    if named := os.environ.get(JAVA_VARIABLE):
        return Path(named).resolve()
    on_path = shutil.which("java")
    homes = [Path(on_path).resolve().parent.parent] if on_path else []
    return next(
        (home for home in [*homes, *sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)] if _fits(home, oldest)), None
    )


def _fits(home: Path, oldest: int) -> bool:
    if not (home / "bin" / "java").exists():
        return False
    listed = subprocess.run([home / "bin" / "java", "--list-modules"], capture_output=True, text=True).stdout
    modules = dict(line.split("@", 1) for line in listed.split() if "@" in line)
    feature = re.match(r"\d+", modules.get("java.base", ""))
    return feature is not None and int(feature[0]) >= oldest and modules.keys() >= _FULL_JDK
