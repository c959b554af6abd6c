"""A real OpenSearch for the tests: one node from the cache, which ``make services-opensearch`` fills.

``LAGEBILD_TEST_OPENSEARCH_URL`` names a server that runs already.
"""

from __future__ import annotations

import subprocess

from tests.services import opensearch_install
from tests.services.cache import ServiceError, find_java
from tests.services.node import Node

URL_VARIABLE = "LAGEBILD_TEST_OPENSEARCH_URL"


def missing() -> str | None:
    """Return in one line why it cannot be started here, None if it can."""
    if opensearch_install.installed() is None:
        return (
            f"no OpenSearch {opensearch_install.VERSION}: `make services-opensearch` installs it, "
            f"or name a server in {URL_VARIABLE}"
        )
    if find_java(opensearch_install.JAVA) is None:
        return f"no full JDK of {opensearch_install.JAVA} or newer for OpenSearch: install one"
    return None


class OpenSearch(Node):
    """One OpenSearch without its plug-ins."""

    name = f"OpenSearch {opensearch_install.VERSION}"

    @property
    def pid(self) -> int:
        """The server's own pid."""
        if self._process is None:
            raise ServiceError(f"{self.name} does not run")
        return self._process.pid

    def configure(self) -> None:
        """Its settings are given by the launcher."""
        (self.home / "config").mkdir(exist_ok=True)

    def launch(self) -> subprocess.Popen[bytes]:
        """Run the launcher with all jars on its class path."""
        home, java = opensearch_install.installed(), find_java(opensearch_install.JAVA)
        if home is None or java is None:
            raise ServiceError(f"{self.name} or its Java is missing")
        options = [f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        options += [f"-Djava.io.tmpdir={self.home}/tmp", "-cp", f"{home}:{home}/*"]
        arguments = ["OpenSearchNode", str(self.home), str(self.data), str(self.port)]
        return self.run([java / "bin" / "java", *options, *arguments], self.home, {})
