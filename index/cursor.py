"""Where a page ended: the opaque cursor that a search gives and takes back."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass

from articles.errors import Wrong


@dataclass(frozen=True, slots=True)
class ByScore:
    """After ``offset`` hits by relevance, within the engine's ``snapshot``."""

    snapshot: str
    offset: int


@dataclass(frozen=True, slots=True)
class ByTime:
    """After the article of this time (epoch milliseconds, None: without one) and ``tie``, within ``snapshot``."""

    snapshot: str
    time: int | None
    tie: int


Cursor = ByScore | ByTime
_KINDS: dict[str, type[ByScore] | type[ByTime]] = {"score": ByScore, "time": ByTime}


def write(cursor: Cursor) -> str:
    """Return the cursor as text that survives a URL."""
    kind = "score" if isinstance(cursor, ByScore) else "time"
    return base64.urlsafe_b64encode(json.dumps([kind, asdict(cursor)]).encode()).decode().rstrip("=")


def read(text: str) -> Cursor:
    """Read what ``write`` made; raises Wrong for anything else."""
    try:
        kind, values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        cursor = _KINDS[kind](**values)
        numbers = (cursor.offset,) if isinstance(cursor, ByScore) else (cursor.time or 0, cursor.tie)
        if not isinstance(cursor.snapshot, str) or not all(isinstance(n, int) and abs(n) < 2**63 for n in numbers):
            raise ValueError
        if isinstance(cursor, ByScore) and cursor.offset < 0:
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error, RecursionError) as error:
        raise Wrong("not a cursor of a search; leave it out to begin at the first page", field="after") from error
    return cursor
