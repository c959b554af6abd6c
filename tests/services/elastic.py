"""A real Elasticsearch for the tests: one node on loopback, started from the cache, stopped and killed by its pid.

``make services`` fills the cache; ``LAGEBILD_TEST_ELASTICSEARCH_URL`` names a server that runs already.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.services.elastic_install import RELEASES, Release, ServiceError, find_java, installed

URL_VARIABLE = "LAGEBILD_TEST_ELASTICSEARCH_URL"
_START_SECONDS = 180
_PR_SET_PDEATHSIG = 1
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


class Elastic:
    """One node. ``start`` after ``stop`` or ``kill`` keeps its data and its port; ``close`` removes everything."""

    def __init__(self, release: str, settings: Mapping[str, object] | None = None, heap: str = "512m") -> None:
        self.release: Release = RELEASES[release]
        self.home = Path(tempfile.mkdtemp(prefix="lbes-"))
        self.data = Path(tempfile.mkdtemp(prefix="lbes-", dir=_memory()))
        self.port = _free_port()
        self.settings = dict(settings or {})
        self._heap = heap
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # Elasticsearch refuses to run as root
        self._launcher: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The server's own pid; its parent is a small launcher, which ends with it."""
        return int((self.home / "pid").read_text())

    def start(self) -> Elastic:
        """Start and wait until it answers; raises ServiceError with the end of its log."""
        home, java = installed(self.release), find_java(self.release.java)
        if home is None or java is None:
            raise ServiceError(f"Elasticsearch {self.release.version} or its Java is missing")
        self._configure(home)
        self._launcher = self._launch(home, java / "bin" / "java")
        try:
            self._await(self._launcher)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Shut down in order."""
        if self._launcher is None:
            return
        try:
            os.kill(self.pid, signal.SIGTERM)
            self._launcher.wait(60)
        except (FileNotFoundError, ProcessLookupError, subprocess.TimeoutExpired):
            self.kill()
        self._launcher = None

    def kill(self) -> None:
        """SIGKILL, as in a crash; the launcher has the server in a process group of their own."""
        launcher, self._launcher = self._launcher, None
        if launcher is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(launcher.pid, signal.SIGKILL)
            launcher.wait()

    def close(self) -> None:
        """Stop and remove data, logs and configuration."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def log(self) -> str:
        """The end of what it wrote."""
        return (self.home / "console.log").read_text(errors="replace")[-4000:]

    def prepare(self, config: Path) -> None:
        """Put more files beside its configuration; this one needs none."""

    def healthy(self) -> bool:
        """Whether it answers and has its shards; raises OSError or ValueError while it cannot say so."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s", timeout=5) as answer:
            return json.load(answer)["status"] in ("yellow", "green")

    def _configure(self, home: Path) -> None:
        for name in ("config/jvm.options.d", "logs", "tmp"):
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
        (config / "jvm.options").write_text("\n".join(_JVM) + "\n")
        shutil.copyfile(home / "config" / "log4j2.properties", config / "log4j2.properties")
        self.prepare(config)
        (self.home / "pid").unlink(missing_ok=True)
        if self._user is not None:
            for path in (self.data, self.home, *self.home.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _launch(self, home: Path, java: Path) -> subprocess.Popen[bytes]:
        """Do what ``bin/elasticsearch`` does: a small launcher starts the server and stays with it."""
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "ES_TMPDIR": str(self.home / "tmp"),
            "ES_JAVA_OPTS": f"-Xms{self._heap} -Xmx{self._heap}",
        }
        if (home / "lib" / "tools" / "server-launcher").is_dir():  # since 9.4
            environment |= {
                "JAVA": str(java),
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
        user = self._user
        as_user: dict[str, Any] = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        with (self.home / "console.log").open("ab") as console:
            return subprocess.Popen(
                [java, *_SMALL, *arguments, "-p", self.home / "pid"],
                cwd=home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # out of reach of the terminal's Ctrl-C, and killed as a group
                preexec_fn=_end_with_us,
                **as_user,
            )

    def _await(self, launcher: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if launcher.poll() is not None:
                raise ServiceError(f"Elasticsearch ended while starting:\n{self.log()}")
            try:
                if self.healthy():
                    return
            except (OSError, ValueError):  # refused, 408, 503, half an answer
                pass
            time.sleep(0.1)
        raise ServiceError(f"Elasticsearch is not ready:\n{self.log()}")


def _memory() -> Path | None:
    """Data lie in memory where there is room: each new index is a dozen fsyncs, and here no machine loses its power."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3 else None


def _end_with_us() -> None:
    """Ask the kernel to stop the launcher, and with it the server, when the process of the tests is killed (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
