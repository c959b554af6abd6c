"""The engine on a search server: Elasticsearch 9 or 8, or OpenSearch, written by any number of processes at once.

What may be mixed up between processes is settled by numbers and names: each item carries the ledger's ``seq`` as its
version, each index the version that made it, and what is put while an index is built anew goes into both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from articles.errors import Broken, NotSo, Transient, Wrong
from index import cursor
from index.document import Document
from index.elastic_address import Server
from index.elastic_bulk import Bulk, Item, Missing, batches, key_of, winners
from index.elastic_client import border, connect
from index.elastic_indices import Indices, Made, Standing, now
from index.elastic_mapping import version
from index.elastic_rebuild import Rebuild
from index.elastic_search import Questions
from index.engine import DEEPEST, Bucket, Count, EngineStatus, Hits, PutReport, Removal, Sort, State, Unit, Verdict
from language.query_plan import AllOf, Plan, Terms
from language.query_tree import KeywordField

_WORST = {"put": 0, "deleted": 0, "older": 1, "refused": 2, "again": 3}


class ElasticEngine:
    """An ``index.engine.Engine`` over one server and prefix; safe to share between threads.

    ``analysis`` is the version of code and lexicon that analysed the documents. Nothing is sent before the first call, and
    no index is made but by ``migrate`` and ``rebuild``. Raises Wrong for a CA file that is none.
    """

    def __init__(self, server: Server, analysis: str) -> None:
        self._server = server
        self._version = version(analysis)
        self._client = connect(server)
        self._indices = Indices(self._client, server, self._version)
        self._bulk = Bulk(self._client, server)
        self._questions = Questions(self._client, server, self._indices.read)
        self._swept = False

    def migrate(self) -> EngineStatus:
        """Make an empty index and its template if there is none."""
        standing = self._indices.standing()
        if standing.current is None:
            self._indices.first(standing.last_number + 1)
        return self.status()

    def put(self, documents: Iterable[Document]) -> PutReport:
        """Index documents; each batch is durable when the next begins."""
        return self._take(documents)

    def delete(self, removals: Iterable[Removal]) -> PutReport:
        """Take articles out, leaving a trace with the number."""
        return self._take(removals)

    def search(self, plan: Plan, *, limit: int = 10, sort: Sort = "relevance", after: str | None = None) -> Hits:
        """Return one page."""
        if not 1 <= limit <= DEEPEST:
            raise Wrong(f"must be from 1 to {DEEPEST:,}, not {limit}", field="limit")
        place = cursor.read(after) if after else None
        if isinstance(place, cursor.ByTime):
            return self._questions.by_time(plan, limit, place)
        if sort == "newest":
            if place is not None:
                raise Wrong("this cursor belongs to a search by relevance", field="after")
            return self._questions.by_time(plan, limit, None)
        return self._questions.by_score(plan, limit, place)

    def count(self, plan: Plan) -> int:
        """Return how many articles the plan holds for."""
        return self._questions.count(plan)

    def facets(self, plan: Plan, fields: Sequence[KeywordField], size: int = 10) -> Mapping[str, tuple[Count, ...]]:
        """Return exact counts of the most frequent values."""
        return self._questions.facets(plan, fields, size)

    def histogram(self, plan: Plan, unit: Unit, zone: ZoneInfo) -> tuple[Bucket, ...]:
        """Return counts over time."""
        return self._questions.histogram(plan, unit, zone)

    def frequencies(self, terms: Sequence[Terms]) -> tuple[int, ...]:
        """Return how many articles have each term."""
        return self._questions.frequencies(terms)

    def vocabulary(self, prefix: str, limit: int) -> tuple[Count, ...]:
        """Return words of the texts."""
        return self._questions.vocabulary(prefix, limit)

    def refresh(self) -> None:
        """Let every search that begins from now on see what was put before."""
        with border(self._server, "refresh the index"):
            self._client.indices.refresh(index=self._indices.read)

    def status(self) -> EngineStatus:
        """Return version, size and the number of articles, all that was put before counted."""
        with border(self._server, "ask how it is"):
            version = self._client.info()["version"]
        name = f"{'OpenSearch' if version.get('distribution') == 'opensearch' else 'Elasticsearch'} {version['number']}"
        now = EngineStatus(name, f"{self._server.place}", "absent", 0, 0, None, self._version)
        try:
            standing = self._indices.standing()
            current = standing.current
            if current is None:
                return now
            if len(standing.answering) > 1 or current.version is None:
                names = ", ".join(one.name for one in standing.answering)
                return replace(now, state="broken", why=f"more than one index answers, or one that is not ours: {names}")
            state: State = "ready" if current.version == self._version else "stale"
            with border(self._server, "ask how it is"):
                size = self._client.indices.stats(index=current.name, metric="store")["_all"]["primaries"].get("store")
            if size is None:
                raise Transient(
                    f"{self._server.place}: a part of the cluster is down: {current.name} has no shard that answers"
                )
            self.refresh()
            documents = self._questions.count(AllOf(()))
            return replace(now, state=state, version=current.version, bytes=int(size["size_in_bytes"]), documents=documents)
        except NotSo:
            return now  # removed between two looks
        except Broken as error:
            return replace(now, state="broken", why=str(error))

    def rebuild(self, documents: Iterable[Document]) -> EngineStatus:
        """Build a new index beside the one that answers, prove it whole, swap the aliases; the old one stays seven days."""
        Rebuild(self._client, self._server, self._indices, self._bulk).run(documents)
        return self.status()

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _take(self, items: Iterable[Item]) -> PutReport:
        verdicts: list[Verdict] = []
        for batch in batches(items):
            best, numbers = winners(batch)
            ended = self._write(best)  # looks for the index after the batch was read, see Rebuild.run
            verdicts += [_verdict(item, ended[key_of(item)], numbers[key_of(item)]) for item in batch]
        return PutReport(tuple(verdicts))

    def _write(self, items: Sequence[Item]) -> dict[str, Verdict]:
        current, following = self._writable()
        try:
            ended = self._bulk.take(current.name, items)
        except Missing as error:
            raise Transient(f"{self._server.place}: {current.name} was removed meanwhile; try again") from error
        if following is not None:
            try:
                also = self._bulk.take(following.name, items)
            except Missing:
                return ended  # the rebuild was given up
            ended = {key: max(ended[key], also[key], key=lambda verdict: _WORST[verdict.ended]) for key in ended}
        return ended

    def _writable(self) -> tuple[Made, Made | None]:
        """Return the index that takes what is put, and that of a rebuild at work; raises NotSo, Transient."""
        standing = self._indices.standing()
        current, following = standing.current, standing.following
        if current is None:
            raise NotSo(f"there is no index in {self._server.place} yet; `lagebild index migrate` makes one")
        if current.version != self._version:
            raise Transient(
                f"the index in {self._server.place} was made by another version ({current.version}, now "
                f"{self._version}); it answers searches and takes nothing new until `lagebild index rebuild`"
            )
        self._tidy(standing)
        if following is not None and following.given_up(now()):
            self._indices.drop(following.name)
            following = None
        if following is not None and following.version != self._version:
            raise Transient(
                f"the index in {self._server.place} is being built anew by another version of Lagebild; "
                "what is new waits in the ledger until that has ended"
            )
        return current, following

    def _tidy(self, standing: Standing) -> None:
        if standing.left and not self._swept:
            self._indices.sweep(now())
        self._swept = True


def _verdict(item: Item, winner: Verdict, number: int) -> Verdict:
    """The verdict of an item, of which a greater number may be in the same batch."""
    if item.seq < number:
        return Verdict(item.id, item.seq, "older", f"number {number} came with it")
    return winner
