"""How a person watches a pass: a line that moves on a terminal, nothing otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from articles.outcome import Outcome


@contextmanager
def watching() -> Iterator[Callable[[str, Outcome], None] | None]:
    """Yield what to call for each ended visit, None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.completed} visits"), TimeElapsedColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def ended(url: str, outcome: Outcome) -> None:
            progress.update(task, advance=1, description=f"{outcome} {url[:80]}".replace("[", "\\["))

        yield ended
