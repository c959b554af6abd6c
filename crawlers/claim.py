"""Who crawls a source now: a file per source, locked while its crawl lives and left behind by one that was killed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from articles.errors import Transient


@contextmanager
def claim(folder: Path, source: str) -> Iterator[bool]:
    """Claim a source for the length of the block; yields whether its last crawl was killed and left visits leased.

    A source that another living crawl has claimed is not claimed: that crawl's leases are its own, and both may go on,
    for leases are fenced. The folder may be shared by several machines. Raises Transient if the disk refuses the file.
    """
    path = folder / f"{source}.crawling"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        left_behind = path.exists()
        file = path.open("ab")
    except OSError as error:
        raise Transient(f"cannot note in {folder} which sources are crawled: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        try:
            yield left_behind
        finally:
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                path.unlink(missing_ok=True)
