"""Which pages wait for another: those that name an address as theirs which is itself still to be read in this pass."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from articles.article import Article
from articles.page import PageRef
from articles.url import canonicalise
from pipeline.services import Services

MOST = 500
"""Pages that may wait at once; each costs a second reading."""


@dataclass(slots=True)
class Twins:
    """The waiting pages of one pass.

    Two addresses of one article come in any order. Were the first to come always filed, then the address that both name
    would be a revision of its own copy in one order, and the copy an alias in the other. So the copy waits.
    """

    services: Services
    _waiting: dict[int, tuple[str, str]] = field(default_factory=dict)
    _let_go: set[int] = field(default_factory=set)

    @property
    def visits(self) -> Collection[int]:
        """The visits whose pages wait."""
        return self._waiting.keys()

    def waits(self, ref: PageRef, read: Article) -> bool:
        """Whether a page is to wait for the address it names as canonical, or that answered in its place."""
        asked = canonicalise(ref.url)
        named = next((url for url in (read.url, canonicalise(ref.final_url)) if url != asked), None)
        if named is None or read.url == asked or ref.kind != "visit" or ref.visit in self._let_go:
            return False
        if len(self._waiting) >= MOST or not self._to_be_read([named]):
            return False
        self._waiting[ref.visit] = asked, named
        return True

    def let_go(self, *, all_the_same: bool) -> bool:
        """Let those go whose address has ended its visit, and return whether there are any.

        With ``all_the_same`` one that would wait in vain goes too if there is no other: the first by its address, for two
        pages may name one another.
        """
        to_come = self._to_be_read([named for _, named in self._waiting.values()])
        free = [visit for visit, (_, named) in self._waiting.items() if named not in to_come]
        if not free and all_the_same:
            free = sorted(self._waiting, key=lambda visit: self._waiting[visit])[:1]
        for visit in free:
            del self._waiting[visit]
        self._let_go.update(free)
        return bool(free)

    def _to_be_read(self, urls: Collection[str]) -> set[str]:
        """Return those addresses whose visit is open and due, and where no article was read before."""
        now, known = self.services.clock(), self.services.ledger.visits.known(sorted(urls))
        return {
            url
            for url, one in known.items()
            if one.next_visit is not None and one.next_visit <= now and not (one.last_outcome or "").startswith("article(")
        }
