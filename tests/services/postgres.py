"""A real PostgreSQL for the tests: started from the machine's own binaries in a temporary folder, stopped by its pid."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg

URL_VARIABLE = "LAGEBILD_TEST_POSTGRES_URL"
MISSING = (
    "no PostgreSQL: install Debian's package `postgresql`, or name a server whose user may create databases "
    f"in {URL_VARIABLE}"
)
_START_SECONDS = 30


class Postgres:
    """A running server; ``fresh`` makes an empty database, ``drop`` removes it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def fresh(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"lagebild_{uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}"')
        return self._named(name)

    def drop(self, url: str) -> None:
        """Remove a database that ``fresh`` made, with whoever is still connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')

    def _named(self, name: str) -> str:
        address, _, options = self.url.partition("?")
        return f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server of this machine, None if there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0)
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def running() -> Iterator[Postgres | None]:
    """Yield the server named by the environment, else one of our own until the block ends, None if there is neither."""
    given, folder = os.environ.get(URL_VARIABLE), binaries()
    if given:
        yield Postgres(given)
    elif folder is None:
        yield None
    else:
        with _own(folder) as server:
            yield server


@contextlib.contextmanager
def _own(folder: Path) -> Iterator[Postgres]:
    """Start a server that listens on a socket in its own folder only, so that no port can be taken."""
    home = Path(tempfile.mkdtemp(prefix="lbpg-"))  # short: a socket's path has at most 107 bytes
    user = _user_for_root()
    if user is not None:
        shutil.chown(home, user.pw_uid, user.pw_gid)
    uid, gid = (None, None) if user is None else (user.pw_uid, user.pw_gid)
    log = (home / "log").open("wb")
    process = None
    try:
        subprocess.run(
            [folder / "initdb", "-D", home / "data", "-U", "lagebild", "-E", "UTF8", "--no-locale", "-A", "trust", "-N"],
            check=True,
            stdout=log,
            stderr=log,
            cwd=home,
            user=uid,
            group=gid,
            extra_groups=None if user is None else [],
        )
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(home),
            "fsync": "off",  # the machine does not lose power in a test; processes are killed, and that is safe
            "max_connections": "50",
            "shared_buffers": "32MB",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        process = subprocess.Popen(
            [folder / "postgres", "-D", home / "data", *settings],
            stdout=log,
            stderr=log,
            cwd=home,
            user=uid,
            group=gid,
            extra_groups=None if user is None else [],
        )
        url = f"postgresql://lagebild@/postgres?host={home}"
        _await(url, process, home / "log")
        yield Postgres(url)
    finally:
        if process is not None:
            _stop(process)
        log.close()
        shutil.rmtree(home)


def _user_for_root() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; Debian's package brings the user ``postgres`` for that."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from error
            time.sleep(0.05)
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)  # immediate shutdown: the data are thrown away
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
