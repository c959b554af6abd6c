"""Two spools for tests of draining: one in memory, and one in a file that survives a killed process."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

from index.document import Document
from tests.index.conftest import annotated, document


@dataclass(frozen=True)
class Row:
    """A row as the ledger's."""

    seq: int
    op: Literal["put", "delete"]
    id: str


class Ledger:
    """A spool and the articles it speaks of, in memory; ``made`` counts the documents asked for."""

    def __init__(self) -> None:
        self.texts: dict[str, tuple[int, str]] = {}
        self.made = 0
        self._rows: list[Row] = []
        self._numbers = count(1)

    def file(self, id: str, text: str) -> None:
        """File a revision."""
        row = Row(next(self._numbers), "put", id)
        self._rows.append(row)
        self.texts[id] = (row.seq, text)

    def forget(self, id: str) -> None:
        """Forget an article."""
        self._rows.append(Row(next(self._numbers), "delete", id))
        del self.texts[id]

    def batch(self, limit: int) -> Sequence[Row]:
        """The first rows that are not done."""
        return self._rows[:limit]

    def done(self, seqs: Sequence[int]) -> None:
        """Cross off."""
        self._rows = [row for row in self._rows if row.seq not in seqs]

    def document(self, id: str) -> Document | None:
        """The latest revision."""
        self.made += 1
        if id not in self.texts:
            return None
        seq, text = self.texts[id]
        return document(annotated(id, text=text), seq)


class FileSpool:
    """Rows 1 to ``size``, each a put of the article of that number; a file remembers which are done."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size

    def crossed_off(self) -> set[int]:
        """The rows that are done."""
        if not self._path.exists():
            return set()
        whole = self._path.read_text().rpartition("\n")[0]
        return {int(line) for line in whole.splitlines()}

    def batch(self, limit: int) -> Sequence[Row]:
        """The first rows that are not done."""
        done = self.crossed_off()
        return [Row(seq, "put", str(seq)) for seq in range(1, self._size + 1) if seq not in done][:limit]

    def done(self, seqs: Sequence[int]) -> None:
        """Cross off, durably."""
        with self._path.open("a") as file:
            file.write("".join(f"{seq}\n" for seq in seqs))
            file.flush()
            os.fsync(file.fileno())

    def document(self, id: str) -> Document | None:
        """The article of that number."""
        return document(annotated(id, text=f"Gipfel Nummer {id} " * 20), int(id))
