"""How the field table looks in Elasticsearch: settings, mapping and template, and an article as the server takes it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from index.document import Document
from index.elastic_address import Server
from index.engine import DEEPEST, Removal
from index.fields import FIELDS, KEYWORDS, TIMES, IndexField, exact_value, stream_name, tie_of

WORDS = "words"
"""The distinct exact words of the text as a column: what ``vocabulary`` counts, since a text field has no column."""

LONGEST_TOKEN = 1024
"""Characters; the white-space tokenizer would cut at 255, and a joined form may be longer."""


def settings() -> dict[str, Any]:
    """Return the settings of an index: one shard, so that counts and scores are exact, and a replica where it can be."""
    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "1s",
        "max_result_window": DEEPEST + 1,  # a page asks for one hit more, to know whether there is another page
        "analysis": {
            "tokenizer": {"canonical": {"type": "whitespace", "max_token_length": LONGEST_TOKEN}},
            "analyzer": {"canonical": {"type": "custom", "tokenizer": "canonical"}},
        },
    }


def mapping(version: str) -> dict[str, Any]:
    """Return the strict mapping of the field table; besides it what people in Kibana look for: title, text, url, day.

    What is only searched, and what a hit shows, is left out of ``_source``: the ledger has it all.
    """
    streams = [field.name for field in FIELDS if field.kind == "stream"]
    properties = {field.name: _property(field) for field in FIELDS}
    properties |= {
        "title": {"type": "text"},
        "text": {"type": "text"},
        "url": {"type": "keyword", "index": False, "doc_values": False},
        "day": {"type": "date", "format": "epoch_millis"},
        WORDS: {"type": "keyword", "index": False},
    }
    return {
        "dynamic": "strict",
        "_meta": {"made_by": "lagebild", "version": version},
        "_source": {"excludes": [*streams, "stored", WORDS]},
        "properties": properties,
    }


def _property(field: IndexField) -> dict[str, Any]:
    match field.kind:
        case "stream":
            option = "positions" if field.positions else "freqs" if field.scored else "docs"
            # scored by the server's BM25 as it is, k1 = 1.2 and b = .75, like tantivy's (docs/decisions/0023)
            return {"type": "text", "analyzer": "canonical", "index_options": option, "norms": field.scored}
        case "keyword":
            return {"type": "keyword"}
        case "number":
            return {"type": "long"}
        case "flag":
            return {"type": "boolean"}
        case "stored":
            return {"type": "binary", "store": True}


def version(analysis: str) -> str:
    """Return what an index must be made by to take our articles: this mapping and these settings, and the analysis."""
    made = json.dumps([settings(), mapping("")], sort_keys=True)
    return f"{hashlib.sha256(made.encode()).hexdigest()[:12]}-{analysis}"


def template(server: Server, version: str) -> dict[str, Any]:
    """Return the composable template of our indices; none of them is ever made by writing to it."""
    made: dict[str, Any] = {
        "index_patterns": [f"{server.stem}-v*"],
        "priority": 500,
        "template": {"settings": {"index": settings()}, "mappings": mapping(version)},
        "_meta": {"made_by": "lagebild"},
    }
    return made if server.compat == "opensearch" else made | {"allow_auto_create": False}


def written(server: Server, index: str) -> str:
    """Return the name by which an index is written to, which never makes one that is not there.

    OpenSearch has no ``allow_auto_create`` in its templates; there it is an alias that each index has for itself, and each
    request says that it names an alias.
    """
    return f"{index}-itself" if server.compat == "opensearch" else index


def article(document: Document) -> bytes:
    """Return an article as one line of JSON."""
    body = _exact(document) | dict(document.streams)
    if words := document.streams.get(stream_name("text", "x")):
        body[WORDS] = sorted(set(words.split(" ")))
    body |= {"title": document.stored.title, "text": document.text}
    return _line(body)


def reduced(document: Document) -> bytes:
    """Return what is kept of an article whose words the server refuses: it is found by source, annotation and time."""
    return _line(_exact(document))


def trace(removal: Removal) -> bytes:
    """Return what stays of a removed article: its key and the number of its removal."""
    return _line(_keyed(exact_value(removal.id), removal.seq) | {"gone": True})


def _exact(document: Document) -> dict[str, Any]:
    body = _keyed(document.key, document.seq)
    body |= {name: list(document.keywords[name]) for name in KEYWORDS if document.keywords.get(name)}
    body |= {name: getattr(document, name) for name in TIMES}
    body |= {"url": document.stored.url, "day": document.time}
    body["stored"] = base64.b64encode(document.stored.to_bytes()).decode("ascii")
    return body


def _keyed(key: str, seq: int) -> dict[str, Any]:
    return {"key": key, "seq": seq, "tie": tie_of(key)}


def _line(body: dict[str, Any]) -> bytes:
    """JSON of what there is; a lone surrogate, which no server takes, becomes a question mark (only titles have any)."""
    present = {name: value for name, value in body.items() if value is not None}
    return json.dumps(present, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
