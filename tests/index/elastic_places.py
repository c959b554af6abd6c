"""Engines on real servers for the contract: one node per release and test run, a prefix of its own for each place."""

from __future__ import annotations

import atexit
import hashlib
import os
import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from index.elastic import ElasticEngine
from index.elastic_address import Compat, Server, read
from index.engine import Engine
from tests.services import elastic, opensearch
from tests.services.node import Node

RUN = uuid.uuid4().hex[:8]
NAMED: dict[Compat, str] = {"9": elastic.URL_VARIABLE, "opensearch": opensearch.URL_VARIABLE}
"""The environment variable that names a server which runs already."""


def on_server(release: Compat) -> Callable[[Path, str], Engine]:
    """Return what opens an engine on a server of that release; skips the test where there is none."""
    return lambda place, analysis: ElasticEngine(server_for(place, release), analysis)


def server_for(place: Path, release: Compat) -> Server:
    """Return the server with a prefix that only this place has."""
    prefix = f"test-{RUN}-{hashlib.sha256(str(place).encode()).hexdigest()[:12]}"
    return Server(read(url(release))[0], prefix, release)


@cache
def url(release: Compat) -> str:
    """Return where a server of that release answers: the one named by the environment, else one of our own."""
    if named := os.environ.get(NAMED.get(release, "")):
        return named
    if why := opensearch.missing() if release == "opensearch" else elastic.missing(release):
        pytest.skip(why)
    node: Node = opensearch.OpenSearch() if release == "opensearch" else elastic.Elastic(release)
    atexit.register(node.close)
    return node.start().url
