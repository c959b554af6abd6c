"""What one unchanging view of the embedded index answers: pages, counts, facets, calendars and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import tantivy
from tantivy import DocAddress, Occur, Order, Query

from articles.errors import Wrong
from index import buckets
from index.cursor import ByScore, ByTime, write
from index.document import Stored
from index.embedded_query import Compiler
from index.engine import DEEPEST, Bucket, Count, Hit, Hits, Unit
from index.fields import encodable, stream_name
from index.ranking import scores
from language.query_plan import AllOf, Plan, Terms

EVERY_VALUE = 1_000_000
"""Asked of a facet in each segment: tantivy counts only the most frequent values exactly unless it looks at all.
Of all it gives the most frequent, those of one count in order of the value, as a test pins."""

MONTHS = 60
"""An index over so many months at most is counted by all of its months, which is cheaper than to ask for the ends of what
was found first; a bucket costs about 12 us (docs/decisions/0020)."""

ALIKE = 1e-6
"""Scores within this share of the best of them are one score: tantivy adds up in floats of 32 bits, in each segment in an
order of its own, so that equal articles differ by up to 1.1e-7 (docs/decisions/0023)."""

AHEAD = 10
"""Hits asked for beyond the end of a page, to see where its last score ends: cheaper than to search once more."""

TIED = 1_000
"""Hits asked for where that score goes on, or twice the page's end if that is more: so many more than are wanted that those
seen tell which of the others cannot be among them."""

Scored = tuple[float, DocAddress]
"""An article's score, and where it lies."""

Placed = tuple[int | None, int, DocAddress]
"""An article's time and tie, and where it lies."""


class Snapshot:
    """One searcher with its name. Errors of tantivy pass through: the engine's border tells them apart."""

    def __init__(self, name: str, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self.name = name
        self._searcher = searcher
        self._compiler = Compiler(searcher, schema)
        self._calendar: tuple[ZoneInfo, tuple[tuple[int, int], ...]] | None = None
        self._gone = self._compiler.term("gone", True)
        self.removed = self._total(self._gone)
        self.documents = searcher.num_docs - self.removed

    def by_score(self, plan: Plan, limit: int, offset: int) -> Hits:
        """Return a page by relevance, or by time where nothing scores; raises Wrong past ``DEEPEST``."""
        if offset + limit > DEEPEST:
            raise Wrong(f"a search by relevance ends after {DEEPEST:,} articles; sort by newest to go on", field="after")
        if not scores(plan):
            return self.by_time(plan, limit, None)
        ordered, total = self._best(self._living(self._compiler.ranked(plan)), offset + limit)
        page = ordered[offset : offset + limit]
        end = offset + len(page)
        more = end < min(total, DEEPEST) and len(page) == limit
        return Hits(
            total,
            tuple(self._hit(address, score) for score, address in page),
            write(ByScore(self.name, end)) if more else None,
        )

    def by_time(self, plan: Plan, limit: int, after: ByTime | None) -> Hits:
        """Return a page by time, latest first; ties in the order of ``tie``, articles without a time last."""
        matching = self._matching(plan)
        placed: list[Placed] = []
        if after is None:
            placed, total = self._latest(matching, limit + 1)
        else:
            total = self._total(matching)
            placed = self._same_time(matching, after.time, limit + 1, after.tie)
            if after.time is not None and len(placed) <= limit:
                since = (Occur.MustNot, self._compiler.between("time", after.time, None))
                earlier = Query.boolean_query([(Occur.Must, matching), since])
                placed += self._latest(earlier, limit + 1 - len(placed))[0]
        page = placed[:limit]
        return Hits(
            total,
            tuple(self._hit(address, 0.0) for _, _, address in page),
            write(ByTime(self.name, page[-1][0], page[-1][1])) if len(placed) > limit else None,
        )

    def count(self, plan: Plan) -> int:
        """Return how many articles the plan holds for."""
        return self._total(self._matching(plan))

    def facets(self, plan: Plan, fields: Sequence[str], size: int) -> dict[str, tuple[Count, ...]]:
        """Return each field's most frequent values, ties in order of the value."""
        wanted = {name: {"terms": {"field": name, "size": size, "segment_size": EVERY_VALUE}} for name in fields}
        found = self._searcher.aggregate(self._matching(plan), wanted)
        return {name: tuple(Count(str(b["key"]), int(b["doc_count"])) for b in found[name]["buckets"]) for name in fields}

    def histogram(self, plan: Plan, unit: Unit, zone: ZoneInfo) -> tuple[Bucket, ...]:
        """Return the counts of our own calendar buckets, from the first article's to the last one's."""
        matching = self._matching(plan)
        edges = self._months(zone) if unit == "month" else ()
        if not 0 < len(edges) <= MONTHS:
            edges = self._edges(matching, unit, zone)
        if not edges:
            return ()
        ranges = [{"from": since, "to": until} for since, until in edges]
        found = self._searcher.aggregate(matching, {"time": {"range": {"field": "time", "ranges": ranges}}})
        # tantivy adds a bucket before the first and after the last one, so buckets are read by where they begin
        counts = {int(b["from"]): int(b["doc_count"]) for b in found["time"]["buckets"] if "from" in b}
        filled = [place for place, (since, _) in enumerate(edges) if counts.get(since)]
        shown = edges[filled[0] : filled[-1] + 1] if filled else ()
        return tuple(Bucket(buckets.at(since, zone), counts.get(since, 0)) for since, _ in shown)

    def frequencies(self, terms: Sequence[Terms]) -> tuple[int, ...]:
        """Return how many articles have each of the terms."""
        return tuple(self.count(term) for term in terms)

    def vocabulary(self, prefix: str, limit: int) -> tuple[Count, ...]:
        """Return words of the texts that begin with ``prefix``, as tantivy's dictionary has them."""
        if not encodable(prefix):
            return ()
        words = self._searcher.terms_with_prefix(stream_name("text", "x"), prefix, limit=limit)
        return tuple(Count(word, count) for word, count in words)

    def numbers(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the ``seq`` the index has for each of these keys, removals included."""
        places: dict[str, DocAddress] = {}
        for key in keys:
            hits = self._searcher.search(self._compiler.term("key", key), limit=1, count=False).hits
            if hits:
                places[key] = hits[0][1]
        values = self._searcher.fast_field_values("seq", list(places.values())) if places else []
        return {key: int(value or 0) for key, value in zip(places, values, strict=True)}

    def _months(self, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
        """Every month of the index, asked for once."""
        known = self._calendar
        if known is None or known[0] != zone:
            known = self._calendar = zone, self._edges(self._matching(AllOf(())), "month", zone)
        return known[1]

    def _edges(self, matching: Query, unit: Unit, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
        """The buckets from the first article's to the last one's; none where no article has a time."""
        ends = self._searcher.aggregate(matching, {"first": {"min": {"field": "time"}}, "last": {"max": {"field": "time"}}})
        first, last = ends["first"]["value"], ends["last"]["value"]
        return () if first is None else buckets.bounds(int(first), int(last), unit, zone)

    def _matching(self, plan: Plan) -> Query:
        return self._living(self._compiler.matching(plan))

    def _living(self, query: Query) -> Query:
        """The query without the traces of removed articles, which hold for it where it excludes something."""
        if not self.removed:
            return query
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, self._gone)])

    def _total(self, query: Query) -> int:
        """How many documents hold; all of them have a number, and counting those needs no scores."""
        counted = self._searcher.aggregate(query, {"all": {"value_count": {"field": "seq"}}})
        return int(counted["all"]["value"])

    def _hit(self, address: DocAddress, score: float) -> Hit:
        data = self._searcher.doc(address).get_first("stored")
        assert isinstance(data, bytes), "every article has its stored part"
        stored = Stored.from_bytes(data)
        return Hit(stored.id, score, stored.url, stored.title, stored.source, stored.published, stored.seq)

    def _best(self, query: Query, end: int) -> tuple[list[Scored], int]:
        """At least the first ``end`` articles by score and tie, if there are so many, and the number of all.

        tantivy leaves ties as they lie: hits of one score are put in order here, which needs all of them.
        """
        result = self._searcher.search(query, limit=end + AHEAD)
        hits, total = result.hits, _found(result)
        for first, last in _alike(hits, end):
            if last == len(hits) < total:
                return hits[:first] + self._tied(query, hits[:first], hits[first][0], end - first), total
            if last - first > 1:
                addresses = [address for _, address in hits[first:last]]
                hits[first:last] = [(hits[first][0], address) for _, address in self._by_tie(addresses, len(addresses))]
        return hits, total

    def _tied(self, query: Query, better: list[Scored], score: float, wanted: int) -> list[Scored]:
        """The first ``wanted`` by tie of the articles of ``score``, which are too many to see them all.

        Of those seen, the last one wanted bounds the tie: whatever lies beyond cannot be among the wanted ones. So each
        look needs far fewer than the one before, and the first that sees all of them has the answer.
        """
        asked = max(TIED, 2 * (len(better) + wanted))
        least, most = score * (1 - ALIKE), score * (1 + ALIKE)
        near = {_place(address) for scored, address in better if scored <= most}
        within = query
        while True:
            hits = self._searcher.search(within, limit=asked).hits
            seen = [address for scored, address in hits if least <= scored <= most]
            first = self._by_tie([address for address in seen if _place(address) not in near] if near else seen, wanted)
            if len(hits) < asked or hits[-1][0] < least:
                return [(score, address) for _, address in first]
            bound = self._compiler.between("tie", None, first[-1][0] + 1)
            within = Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(bound, 0.0))])

    def _by_tie(self, addresses: list[DocAddress], wanted: int) -> list[tuple[int, DocAddress]]:
        """The first ``wanted`` by tie, each with its tie."""
        ties: list[int] = self._searcher.fast_field_values("tie", addresses)  # type: ignore[assignment]  # all have one, an integer
        order = sorted(range(len(ties)), key=ties.__getitem__)
        return [(ties[place], addresses[place]) for place in order[:wanted]]

    def _latest(self, query: Query, limit: int) -> tuple[list[Placed], int]:
        """The first ``limit`` articles by time and tie, and the number of all; those without a time come last.

        tantivy leaves ties as they lie, so where the last two are of one time, that time's articles are asked for again.
        """
        result = self._searcher.search(query, limit=limit, order_by_field="time")
        ties = self._searcher.fast_field_values("tie", [place for _, place in result.hits]) if result.hits else []
        placed: list[Placed] = [(time, int(tie or 0), place) for (time, place), tie in zip(result.hits, ties, strict=True)]
        placed.sort(key=lambda row: (row[0] is None, -(row[0] or 0), row[1]))
        if len(placed) == limit > 1 and placed[-1][0] == placed[-2][0]:
            last = placed[-1][0]
            whole = [row for row in placed if row[0] != last]
            placed = whole + self._same_time(query, last, limit - len(whole))
        return placed, _found(result)

    def _same_time(self, matching: Query, time: int | None, limit: int, after: int | None = None) -> list[Placed]:
        """Articles of one time (or of none) in the order of tie, those up to ``after`` left out."""
        clauses = [(Occur.Must, matching)]
        if time is None:
            clauses.append((Occur.MustNot, self._compiler.between("time", None, None)))
        else:
            clauses.append((Occur.Must, self._compiler.between("time", time, time + 1)))
        if after is not None:
            clauses.append((Occur.Must, self._compiler.between("tie", after + 1, None)))
        query = Query.boolean_query(clauses)
        hits = self._searcher.search(query, limit=limit, count=False, order_by_field="tie", order=Order.Asc).hits
        return [(time, int(tie), address) for tie, address in hits]


def _found(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # tantivy's stubs forget it


def _alike(hits: Sequence[Scored], end: int) -> Iterator[tuple[int, int]]:
    """Where the hits of each score begin and end, as long as they begin before ``end``; ``hits`` come best first."""
    first = 0
    while first < min(end, len(hits)):
        least = hits[first][0] * (1 - ALIKE)
        last = first + 1
        while last < len(hits) and hits[last][0] >= least:
            last += 1
        yield first, last
        first = last


def _place(address: DocAddress) -> tuple[int, int]:
    return address.segment_ord, address.doc
