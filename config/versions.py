"""What a thing of the config was when it was used: its canonical text and the hash that annotations and matches name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from pydantic import BaseModel


def body(thing: BaseModel) -> str:
    """Return a thing of the config as canonical JSON: sorted keys, no defaults, no order where none is meant.

    Models of sources, entities, topics and alerts hold no secrets (a source's address may have no password), so this may
    be kept in the ledger's table ``config_versions``.
    """
    return json.dumps(thing.model_dump(exclude_defaults=True), ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    """Write what JSON has no form for; a set has no order of its own, and must not lend its accidental one."""
    return sorted(value) if isinstance(value, frozenset) else str(value)


def version(*things: BaseModel) -> str:
    """Return the hash of one thing, or of several in their order: 16 hex digits of SHA-256 over their bodies."""
    return digest(body(thing) for thing in things)


def digest(texts: Iterable[str]) -> str:
    """Return 16 hex digits of the SHA-256 over texts in order."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
