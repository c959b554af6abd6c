"""How a search server is named in the settings: its hosts and prefix in one address, its credentials outside of it.

https://search.example:9200                       one host, prefix ``lagebild``
https://one.example:9200,two.example:9200/desk    two hosts of one cluster, prefix ``desk``
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from articles.errors import Wrong

Compat = Literal["9", "8", "opensearch"]
"""Which server is spoken to: Elasticsearch 9 or 8, or OpenSearch (best effort)."""

PREFIX = "lagebild"
USER, PASSWORD, API_KEY = "LAGEBILD_ENGINE_USER", "LAGEBILD_ENGINE_PASSWORD", "LAGEBILD_ENGINE_API_KEY"
"""Environment variables of the credentials; each may also be ``<NAME>_FILE``, the path of a file that holds it."""

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_PORTS = {"http": 9200, "https": 9200}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to the server: an API key, or a user and password, or nobody. Never shown."""

    api_key: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Server:
    """One cluster and our place in it; ``hosts`` are ``scheme://host:port``; ``timeout`` in seconds per request."""

    hosts: tuple[str, ...]
    prefix: str = PREFIX
    compat: Compat = "9"
    credentials: Credentials = Credentials()
    ca: Path | None = None
    timeout: float = 30.0

    @property
    def stem(self) -> str:
        """What every name of ours in the cluster begins with."""
        return f"{self.prefix}-articles"

    @property
    def place(self) -> str:
        """The address for people, without credentials."""
        return f"{','.join(self.hosts)}/{self.prefix}"


def read(address: str) -> tuple[tuple[str, ...], str]:
    """Return the hosts and the prefix of an address; raises Wrong for what is none.

    Hosts after the first may leave out the scheme; a port that is left out is 9200, Elasticsearch's own.
    """
    scheme, slashes, rest = address.partition("://")
    names, _, prefix = rest.partition("/")
    prefix = prefix.rstrip("/") or PREFIX
    if not slashes or scheme not in _PORTS:
        raise Wrong(f"{address!r} is no server's address, as in https://search.example:9200/desk", field="engine")
    if not _PREFIX.fullmatch(prefix):
        raise Wrong(
            f"{prefix!r} cannot begin the names of indices: lower-case letters, digits, . _ - only, 100 at most",
            field="engine",
        )
    return tuple(_host(name.strip(), scheme) for name in names.split(",")), prefix


def credentials(env: Mapping[str, str]) -> Credentials:
    """Return the credentials of the environment or of the files it names; raises Wrong for half of a pair."""
    api_key, user, password = (_secret(env, name) for name in (API_KEY, USER, PASSWORD))
    if api_key:
        return Credentials(api_key=api_key)
    if (user is None) != (password is None):
        raise Wrong(f"only one of {USER} and {PASSWORD} is set; set both, or {API_KEY}")
    return Credentials(user=user, password=password)


def _host(name: str, scheme: str) -> str:
    try:
        parts = urlsplit(name if "://" in name else f"{scheme}://{name}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Wrong(f"{name!r} is no host: {error}", field="engine") from error
    if not host or parts.scheme not in _PORTS or re.search(r"\s", name):
        raise Wrong(f"{name!r} is no host, as in search.example:9200", field="engine")
    if "@" in parts.netloc:
        raise Wrong(f"user and password do not belong into the address; set {USER} and {PASSWORD}", field="engine")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{port or _PORTS[parts.scheme]}"


def _secret(env: Mapping[str, str], name: str) -> str | None:
    if value := env.get(name, "").strip():
        return value
    if not (path := env.get(f"{name}_FILE", "").strip()):
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"cannot read {path}: {error}", field=f"{name}_FILE") from error
