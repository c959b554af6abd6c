"""How a search server is spoken to: the official client, bounded, and which of our errors each of its failures is."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import elasticsearch
from elastic_transport import HttpHeaders, Urllib3HttpNode
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch, TransportError

from articles.errors import Broken, LagebildError, NotSo, Transient, Wrong
from index.elastic_address import API_KEY, PASSWORD, USER, Server

MOST_CONNECTIONS = 4
"""Open connections per host at most: a pass writes by one, a page of the desk asks by another."""

_VERSIONED = re.compile(r"application/vnd\.elasticsearch\+(json|x-ndjson)\s*;\s*compatible-with=\d+")


class NodeOf9(Urllib3HttpNode):
    """Says what the client says, and believes only answers in JSON: a proxy's page of HTML is none."""

    wanted = r"application/vnd.elasticsearch+\1; compatible-with=9"

    def perform_request(
        self, method: str, target: str, body: Any = None, headers: Any = None, request_timeout: Any = DEFAULT
    ) -> Any:
        """Send a request with the media types of the server."""
        said = {name: _VERSIONED.sub(self.wanted, value) for name, value in (headers or {}).items()}
        response = super().perform_request(method, target, body, HttpHeaders(said), request_timeout)
        if response.meta.status < 300 and "json" not in (response.meta.mimetype or ""):
            raise elasticsearch.ConnectionError(f"what answers there is no Elasticsearch: {response.meta.mimetype}")
        return response


class NodeOf8(NodeOf9):
    """Says ``compatible-with=8``: the client of 9 always says 9, which a server of 8 answers with 400."""

    wanted = r"application/vnd.elasticsearch+\1; compatible-with=8"


class NodeOfOpenSearch(NodeOf9):
    """Says plain media types and adds the product's name that the client insists on."""

    wanted = r"application/\1"

    def perform_request(
        self, method: str, target: str, body: Any = None, headers: Any = None, request_timeout: Any = DEFAULT
    ) -> Any:
        """Send a request as to any JSON server."""
        response = super().perform_request(method, target, body, headers, request_timeout)
        told = HttpHeaders({**response.meta.headers, "x-elastic-product": "Elasticsearch"})
        return response._replace(meta=replace(response.meta, headers=told))


_NODES = {"9": NodeOf9, "8": NodeOf8, "opensearch": NodeOfOpenSearch}


def connect(server: Server) -> Elasticsearch:
    """Return the client; nothing is sent yet. Certificates are always checked, proxies of the environment ignored.

    A request goes to another host once if one fails to answer at all: every request of ours may be sent twice. Answers
    like 429 are never tried again here; who asks decides. Raises Wrong for a CA file that cannot be read.
    """
    if server.ca is not None:
        _check(server.ca)
    who = server.credentials
    options: dict[str, Any] = {}
    if who.api_key:
        options["api_key"] = who.api_key
    elif who.user is not None and who.password is not None:
        options["basic_auth"] = (who.user, who.password)
    if server.ca is not None:
        options["ca_certs"] = str(server.ca)
    try:
        return Elasticsearch(
            list(server.hosts),
            node_class=_NODES[server.compat],
            request_timeout=server.timeout,
            max_retries=len(server.hosts) - 1,
            retry_on_timeout=False,
            retry_on_status=(),
            connections_per_node=MOST_CONNECTIONS,
            meta_header=False,
            **options,
        )
    except (ValueError, OSError) as error:
        raise Wrong(f"{server.place}: {error}", field="engine") from error


def _check(ca: Path) -> None:
    """See that the file holds certificates now, and not at the first request."""
    try:
        ssl.create_default_context(cafile=str(ca))
    except FileNotFoundError as error:
        raise Wrong(f"there is no file {ca}", field="engine_ca") from error
    except OSError as error:  # ssl.SSLError is one
        raise Wrong(f"{ca} holds no certificate in PEM ({error})", field="engine_ca") from error


@contextmanager
def border(server: Server, doing: str) -> Iterator[None]:
    """Let the client work; raises the error of ours that each of its failures is."""
    try:
        yield
    except (ApiError, TransportError, elasticsearch.UnsupportedProductError) as error:
        raise explained(error, server, doing) from error


def kind_and_reason(error: ApiError) -> tuple[str, str]:
    """Return the type and the reason of an answer that is an error, as the server gave them; empty where it gave none."""
    body = error.body if isinstance(error.body, dict) else {}
    told = body.get("error", {})
    if not isinstance(told, dict):
        return "", str(told)
    roots = told.get("root_cause") or [told]
    cause = told.get("caused_by") or {}
    root = roots[0] if told.get("type") == "search_phase_execution_exception" else told
    reason = str(root.get("reason") or told.get("reason") or "")
    return str(root.get("type") or ""), f"{reason}: {cause['reason']}" if cause.get("reason") else reason


def explained(error: Exception, server: Server, doing: str) -> LagebildError:
    """Return the error for people: what is wrong, where, and what to do."""
    where = f"{server.place}: cannot {doing}"
    if isinstance(error, elasticsearch.ConnectionTimeout):
        return Transient(f"{where}: no answer within {server.timeout:g} s")
    if isinstance(error, elasticsearch.SSLError):
        return Transient(
            f"{where}: its certificate is not accepted ({_short(error.message)}); "
            "name the file of the authority that signed it in `engine_ca`"
        )
    if isinstance(error, elasticsearch.ConnectionError):
        return Transient(f"{where}: out of reach ({_short(error.message)})")
    if isinstance(error, elasticsearch.UnsupportedProductError):
        return Transient(f"{where}: what answers there is no Elasticsearch; `engine_compat: opensearch` is for OpenSearch")
    if isinstance(error, ApiError):
        return _of_answer(error, server, where)
    return Broken(f"{where}: an answer that cannot be read ({_short(str(error))})")


def _of_answer(error: ApiError, server: Server, where: str) -> LagebildError:
    kind, reason = kind_and_reason(error)
    status, reason = error.status_code, _short(reason or str(error))
    if status == 401:
        return Transient(f"{where}: it does not accept our credentials; check {API_KEY}, or {USER} and {PASSWORD}")
    if halted := at_a_halt(server, kind, reason):
        return halted
    if status == 403:
        return Transient(f"{where}: our user lacks a privilege: {reason}")
    if status == 404 and kind in ("index_not_found_exception", "aliases_not_found_exception"):
        return NotSo(f"there is no index in {server.place} yet; `lagebild index migrate` makes one")
    if kind == "media_type_header_exception" or status == 406:
        return Transient(f"{where}: the server is of another version than `engine_compat: {server.compat}` says ({reason})")
    if kind in ("too_many_clauses", "too_many_nested_clauses") or "nested depth" in reason or "maxClauseCount" in reason:
        return Wrong(f"this query is larger than the server allows; ask for less at once ({reason})")
    if status == 429:
        return Transient(f"{where}: it is overloaded ({reason})")
    if status >= 500:
        return Transient(f"{where}: a part of the cluster is down ({kind or status}: {reason})")
    return Broken(f"{where}: {kind or status}: {reason}; `lagebild index rebuild` makes the index anew")


def at_a_halt(server: Server, kind: str, reason: str) -> Transient | None:
    """Return what is said when the index takes nothing at all, whatever is in it; None for any other kind of error."""
    if kind == "cluster_block_exception":
        return Transient(
            f"{server.place}: the index takes nothing for now ({_short(reason)}); if its disk is full, free some, "
            "and what waits in the ledger is taken by itself"
        )
    if kind in ("unavailable_shards_exception", "no_shard_available_action_exception"):
        shard = reason.partition(" Timeout:")[0]  # then comes the whole request
        return Transient(f"{server.place}: a part of the cluster is down ({_short(shard)}); nothing is lost meanwhile")
    if kind == "index_closed_exception":
        return Transient(f"{server.place}: the index is closed; open it, and what waits in the ledger is taken by itself")
    return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else f"{line[:299]}…"
