"""A real Elasticsearch for the tests: one node from the cache, which ``make services`` fills.

``LAGEBILD_TEST_ELASTICSEARCH_URL`` names a server that runs already.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.services.cache import ServiceError, find_java
from tests.services.elastic_install import RELEASES, Release, installed
from tests.services.node import Node

URL_VARIABLE = "LAGEBILD_TEST_ELASTICSEARCH_URL"
_SMALL = ["-Xms4m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
_JVM = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.io.tmpdir=${ES_TMPDIR}",
)


def missing(release: str) -> str | None:
    """Return in one line why this release cannot be started here, None if it can."""
    wanted = RELEASES[release]
    if installed(wanted) is None:
        return f"no Elasticsearch {wanted.version}: `make services` installs it, or name a server in {URL_VARIABLE}"
    if find_java(wanted.java) is None:
        return f"no full JDK of {wanted.java} or newer for Elasticsearch {wanted.version}: install one"
    return None


class Elastic(Node):
    """One Elasticsearch; ``settings`` go over ours in elasticsearch.yml.

    It is made for a short life: only the quick one of Java's compilers, unless ``long_lived``.
    """

    def __init__(
        self,
        release: str,
        settings: Mapping[str, object] | None = None,
        heap: str = "512m",
        long_lived: bool = False,
    ) -> None:
        super().__init__(heap)
        self._jvm = tuple(option for option in _JVM if not (long_lived and "Tiered" in option))
        self.release: Release = RELEASES[release]
        self.name = f"Elasticsearch {self.release.version}"
        self.settings = dict(settings or {})

    @property
    def pid(self) -> int:
        """The server's own pid; its parent is a small launcher, which ends with it."""
        return int((self.home / "pid").read_text())

    def prepare(self, config: Path) -> None:
        """Put more files beside its configuration; this one needs none."""

    def configure(self) -> None:
        """Write elasticsearch.yml and what must stand beside it."""
        home = self._installed()
        for name in ("config/jvm.options.d", "logs"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        settings = {
            "cluster.name": "lagebild-tests",
            "node.name": "lagebild-tests",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": 0,
            "path.data": str(self.data),
            "path.logs": str(self.home / "logs"),
            "xpack.security.enabled": False,
            "cluster.routing.allocation.disk.threshold_enabled": False,  # a developer's full disk fails no test
        } | self.settings
        config = self.home / "config"
        (config / "elasticsearch.yml").write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in settings.items()))
        (config / "jvm.options").write_text("\n".join(self._jvm) + "\n")
        shutil.copyfile(home / "config" / "log4j2.properties", config / "log4j2.properties")
        self.prepare(config)
        (self.home / "pid").unlink(missing_ok=True)

    def launch(self) -> subprocess.Popen[bytes]:
        """Do what ``bin/elasticsearch`` does: a small launcher starts the server and stays with it."""
        home, java = self._installed(), find_java(self.release.java)
        if java is None:
            raise ServiceError(f"the Java of {self.name} is missing")
        environment = {"ES_TMPDIR": str(self.home / "tmp"), "ES_JAVA_OPTS": f"-Xms{self.heap} -Xmx{self.heap}"}
        if (home / "lib" / "tools" / "server-launcher").is_dir():  # since 9.4
            environment |= {
                "JAVA": str(java / "bin" / "java"),
                "JAVA_TYPE": "ES_JAVA_HOME",
                "ES_HOME": str(home),
                "ES_PATH_CONF": str(self.home / "config"),
                "ES_DISTRIBUTION_TYPE": "zip",
                "CLI_JAVA_OPTS": " ".join(_SMALL),
            }
            arguments = ["-cp", f"{home}/lib/tools/server-launcher/*", "org.elasticsearch.server.launcher.ServerLauncher"]
        else:
            arguments = ["-Dcli.name=server", "-Dcli.script=elasticsearch", "-Dcli.libs=lib/tools/server-cli"]
            arguments += [f"-Des.path.home={home}", f"-Des.path.conf={self.home}/config"]
            arguments += ["-Des.distribution.type=zip", "-Des.java.type=ES_JAVA_HOME"]
            arguments += ["-cp", f"{home}/lib/*:{home}/lib/cli-launcher/*", "org.elasticsearch.launcher.CliToolLauncher"]
        return self.run([java / "bin" / "java", *_SMALL, *arguments, "-p", self.home / "pid"], home, environment)

    def _installed(self) -> Path:
        home = installed(self.release)
        if home is None:
            raise ServiceError(f"{self.name} is missing")
        return home
