"""How a visit can end: the closed set of outcomes, and the reasons a link is skipped or a match suppressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Self

from articles.article import Article
from articles.errors import Wrong

Kind = Literal[
    "article",
    "not_modified",
    "listed",
    "alias",
    "rejected",
    "forbidden",
    "http",
    "unreachable",
    "too_large",
    "broken",
    "removed",
]
REASONS: dict[str, frozenset[str] | None] = {
    "article": frozenset({"new", "revised", "unchanged"}),
    "not_modified": frozenset(),
    "listed": None,  # the number of links
    "alias": None,  # the id of the article it stands for
    "rejected": frozenset({"section", "consent", "error_page", "no_text", "not_html", "not_a_list", "off_topic"}),
    "forbidden": frozenset({"robots", "tdm", "egress"}),
    "http": None,  # the status
    "unreachable": frozenset({"dns", "refused", "tls", "timeout", "reset", "protocol", "redirects"}),
    "too_large": frozenset(),
    "broken": frozenset({"deadline", "memory", "parser"}),
    "removed": None,  # the operator's reason
}
"""The reasons each kind allows: a closed set, none (empty set), or free text (None). From docs/architecture.md, law 2."""

TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses that may heal by themselves (RFC 9110; 425 RFC 8470; 429 RFC 6585)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one visit ended; ``str()`` gives ``kind(reason)`` and ``Outcome.parse`` reads it back."""

    kind: Kind
    reason: str | None = None

    def __post_init__(self) -> None:
        allowed = REASONS[self.kind]
        if allowed is None:
            if not self.reason:
                raise ValueError(f"outcome {self.kind} needs a reason")
        elif (self.reason not in allowed) if allowed else (self.reason is not None):
            raise ValueError(f"outcome {self.kind} cannot have the reason {self.reason!r}")

    def __str__(self) -> str:
        return self.kind if self.reason is None else f"{self.kind}({self.reason})"

    @property
    def transient(self) -> bool:
        """Whether the same visit may end better later, so that the next one is scheduled."""
        if self.kind == "http":
            return int(self.reason or 0) in TRANSIENT_STATUS
        return self.kind == "unreachable"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``kind`` or ``kind(reason)``; raises Wrong for anything else."""
        kind, _, rest = text.partition("(")
        if kind not in REASONS or (rest and not rest.endswith(")")):
            raise Wrong(f"no such outcome: {text!r}")
        try:
            return cls(kind, rest[:-1] or None)  # type: ignore[arg-type]  # checked against REASONS above
        except ValueError as error:
            raise Wrong(str(error)) from error


@dataclass(frozen=True, slots=True)
class Rejected:
    """A page that was read and is no article: the reason is one of ``REASONS["rejected"]``.

    ``article`` is what could be read of it all the same (title, date or text), for the filter ``lagebild extract``.
    """

    reason: str
    article: Article | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.reason not in (REASONS["rejected"] or ()):
            raise ValueError(f"no such reason for a rejection: {self.reason!r}")


@dataclass(frozen=True, slots=True)
class Killed:
    """A page whose reading was stopped, or whose bytes the parser refused: ``deadline``, ``memory`` or ``parser``."""

    reason: str
    detail: str = ""

    def __post_init__(self) -> None:
        if self.reason not in (REASONS["broken"] or ()):
            raise ValueError(f"no such reason for a broken page: {self.reason!r}")


SKIPPED = frozenset(
    {"known", "before_start", "foreign", "not_http", "private", "filtered", "forgotten", "duplicate", "not_an_article"}
)
"""Why a link is not visited: seen before, older than the source's backfill, another site's, not http(s), an address
the egress guard refuses, cut by the source's own filter, forgotten on request, twice in one list, or no article by
its shape."""

SUPPRESSED = frozenset({"no_channel", "old", "reprocess", "language", "backtest", "removed"})
"""Why a match ends without a notice although nothing is wrong; see docs/architecture.md, law 2. ``removed``: its article
was forgotten on request before it was said."""
