"""Where a real OpenSearch for the tests comes from: its jars by Maven, and a launcher of ours compiled beside them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.services.cache import ServiceError, find_java, keep, kept, maven, sha256

VERSION, JAVA = "2.19.6", 17
JARS = "044048e66a6caac815d588923a10fe5ceb38fcf7f0a32731ead4bcc8fd81ce06"
"""The SHA-256 of the list of all jars, each with its own (``digest``)."""

_SOURCES = Path(__file__).parent / "opensearch_node"
_POM, _LAUNCHER = _SOURCES / "pom.xml", _SOURCES / "OpenSearchNode.java"


def installed() -> Path | None:
    """Return the folder of its jars, None if it is not in the cache."""
    return kept(_name())


def install() -> Path:
    """Return the folder of its jars and of the launcher, fetched and compiled if it is not in the cache."""
    return keep(_name(), _make)


def digest(jars: Path) -> str:
    """Return one SHA-256 for a folder of jars: of a line for each with its name and SHA-256."""
    lines = (f"{jar.name} {sha256(jar)}\n" for jar in sorted(jars.glob("*.jar")))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _name() -> str:
    """Its folder in the cache: another one for another launcher or other jars."""
    sources = hashlib.sha256(_POM.read_bytes() + _LAUNCHER.read_bytes()).hexdigest()
    return f"opensearch-{VERSION}-{sources[:8]}"


def _make(scratch: Path) -> Path:
    java, home = find_java(JAVA), scratch / "opensearch"
    if java is None:
        raise ServiceError(f"no full JDK of {JAVA} or newer to compile the launcher of OpenSearch {VERSION}")
    shutil.copyfile(_POM, scratch / "pom.xml")
    maven("copy-dependencies", f"-DoutputDirectory={home}", scratch=scratch)
    if (found := digest(home)) != JARS:
        raise ServiceError(f"these are not the jars that were pinned: their SHA-256 is {found}")
    jars = os.pathsep.join(str(jar) for jar in home.glob("*.jar"))
    compiler: list[str | Path] = [java / "bin" / "java", "-m", "jdk.compiler/com.sun.tools.javac.Main"]
    try:
        subprocess.run([*compiler, "--release", f"{JAVA}", "-cp", jars, "-d", home, _LAUNCHER], check=True)
    except subprocess.CalledProcessError as error:
        raise ServiceError(f"the launcher of OpenSearch {VERSION} cannot be compiled") from error
    return home
