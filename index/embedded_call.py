"""What can go wrong inside tantivy, and which of our errors it is: the one border that its calls cross.

tantivy reports every error as a ValueError, and a failed assertion in Rust as a PanicException, which is a BaseException
(one of the five broad excepts of docs/architecture.md, law 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from articles.errors import Broken, LagebildError, Transient

PASSING = ("(os error ", "LockBusy")
"""Words of tantivy's messages that speak of the machine and not of the index; the rest is a fault."""

CURE = "`lagebild index rebuild` makes the index anew; the ledger has everything"


@contextmanager
def border(place: Path, doing: str) -> Iterator[None]:
    """Let tantivy work on the index at ``place``; raises Transient or Broken for whatever it raises."""
    try:
        yield
    except (LagebildError, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except OSError as error:
        raise Transient(f"{place}: cannot {doing}: {error}") from error
    except BaseException as error:  # a panic of tantivy is no Exception, see above
        reason = _first_line(error)
        if type(error).__module__ == "pyo3_runtime":
            raise Broken(f"{place}: tantivy stopped while trying to {doing}: {reason}; {CURE}") from error
        if isinstance(error, ValueError):
            if any(word in str(error) for word in PASSING):
                raise Transient(f"{place}: cannot {doing}: {reason}") from error
            raise Broken(f"{place}: cannot {doing}: {reason}; {CURE}") from error
        raise


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
