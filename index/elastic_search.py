"""What a search server answers: pages of one snapshot, exact counts, facets, calendars and words."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from elasticsearch import ApiError, Elasticsearch

from articles.errors import Transient, Wrong
from index import buckets
from index.cursor import ByScore, ByTime, write
from index.document import Stored
from index.elastic_address import Server
from index.elastic_client import border
from index.elastic_mapping import WORDS
from index.elastic_query import LOWEST, Query, living, matching, ranked
from index.engine import DEEPEST, Bucket, Count, Hit, Hits, Unit
from index.fields import encodable
from index.ranking import scores
from language.query_plan import AllOf, Plan, Terms

HELD = "2m"
"""How long the server holds the snapshot of a search for its next page; each page begins that anew."""

EVERY_VALUE = 1_000_000
"""Values of a facet looked at in each shard: with one shard counts are exact anyway, with more of them by this."""

AT_ONCE = 500
"""Terms counted by one request."""

_BY_TIME = [{"time": {"order": "desc", "missing": "_last"}}, {"tie": "asc"}]
_BY_SCORE = [{"_score": "desc"}, {"tie": "asc"}]
_MOST_VALUES = 65_000
_JSON = {"accept": "application/json", "content-type": "application/json"}
_META = re.compile(r'[.?+*|{}\[\]()"\\#@&<>~^$-]')  # characters with a meaning in Lucene's regular expressions


class Questions:
    """Asks one alias of a server. Every method may raise NotSo, Transient or Broken."""

    def __init__(self, client: Elasticsearch, server: Server, alias: str) -> None:
        self._client, self._server, self._alias = client, server, alias

    def by_score(self, plan: Plan, limit: int, after: ByScore | None) -> Hits:
        """Return a page by relevance, or by time where nothing scores; raises Wrong past ``DEEPEST``."""
        offset = after.offset if after else 0
        if offset + limit > DEEPEST:
            raise Wrong(f"a search by relevance ends after {DEEPEST:,} articles; sort by newest to go on", field="after")
        if not scores(plan):
            return self.by_time(plan, limit, None)
        body = {"query": ranked(plan), "size": limit, "from": offset, "sort": _BY_SCORE}
        total, found, snapshot = self._page(body, after.snapshot if after else None)
        end = offset + len(found)
        more = end < min(total, DEEPEST) and len(found) == limit
        return Hits(total, tuple(map(_hit, found)), self._next(snapshot, ByScore(snapshot, end) if more else None))

    def by_time(self, plan: Plan, limit: int, after: ByTime | None) -> Hits:
        """Return a page by time, latest first; ties in the order of ``tie``, articles without a time last."""
        body: dict[str, Any] = {"query": living(plan), "size": limit + 1, "sort": _BY_TIME}
        if after is not None:
            body["search_after"] = [LOWEST if after.time is None else after.time, after.tie]
        total, found, snapshot = self._page(body, after.snapshot if after else None)
        page, cursor = found[:limit], None
        if len(found) > limit:
            time, tie = page[-1]["sort"][:2]
            cursor = ByTime(snapshot, None if time in (None, LOWEST) else int(time), int(tie))
        return Hits(total, tuple(map(_hit, page)), self._next(snapshot, cursor))

    def count(self, plan: Plan) -> int:
        """Return how many articles the plan holds for."""
        with border(self._server, "count"):
            return int(self._client.count(index=self._alias, query=living(plan))["count"])

    def facets(self, plan: Plan, fields: Sequence[str], size: int) -> dict[str, tuple[Count, ...]]:
        """Return each field's most frequent values, ties in order of the value."""
        order = [{"_count": "desc"}, {"_key": "asc"}]
        terms = {"size": size, "shard_size": EVERY_VALUE, "order": order}
        found = self._aggregate(living(plan), {name: {"terms": {"field": name, **terms}} for name in fields})
        return {name: _counts(found[name]["buckets"]) for name in fields}

    def histogram(self, plan: Plan, unit: Unit, zone: ZoneInfo) -> tuple[Bucket, ...]:
        """Return the counts of our own calendar buckets, from the first article's to the last one's."""
        query = living(plan)
        ends = self._aggregate(query, {"first": {"min": {"field": "time"}}, "last": {"max": {"field": "time"}}})
        if ends["first"]["value"] is None:
            return ()
        edges = buckets.bounds(int(ends["first"]["value"]), int(ends["last"]["value"]), unit, zone)
        ranges = [{"key": str(since), "from": since, "to": until} for since, until in edges]
        found = self._aggregate(query, {"time": {"range": {"field": "time", "ranges": ranges}}})
        counts = {bucket["key"]: int(bucket["doc_count"]) for bucket in found["time"]["buckets"]}
        return tuple(Bucket(buckets.at(since, zone), counts[str(since)]) for since, _ in edges)

    def frequencies(self, terms: Sequence[Terms]) -> tuple[int, ...]:
        """Return how many articles have each of the terms."""
        counts: list[int] = []
        for first in range(0, len(terms), AT_ONCE):
            asked = {str(number): matching(term) for number, term in enumerate(terms[first : first + AT_ONCE])}
            found = self._aggregate(living(AllOf(())), {"terms": {"filters": {"filters": asked}}})["terms"]["buckets"]
            counts += [int(found[number]["doc_count"]) for number in asked]
        return tuple(counts)

    def vocabulary(self, prefix: str, limit: int) -> tuple[Count, ...]:
        """Return words of the texts that begin with ``prefix``, in the order of the alphabet."""
        if not encodable(prefix):
            return ()
        wanted = {"field": WORDS, "size": min(limit, _MOST_VALUES), "order": {"_key": "asc"}}
        if prefix:
            wanted["include"] = _META.sub(r"\\\g<0>", prefix) + ".*"
        return _counts(self._aggregate(living(AllOf(())), {"words": {"terms": wanted}})["words"]["buckets"])

    def _page(self, body: Mapping[str, Any], held: str | None) -> tuple[int, list[dict[str, Any]], str]:
        """Ask in the snapshot ``held`` if the server still holds it, else in a new one; return total, hits, snapshot."""
        with border(self._server, "search"):
            if held:
                with suppress(ApiError):  # expired, or of another server: the page then comes from what there is now
                    return self._ask(body, held)
            return self._ask(body, self._open_snapshot())

    def _ask(self, body: Mapping[str, Any], snapshot: str) -> tuple[int, list[dict[str, Any]], str]:
        held = {"pit": {"id": snapshot, "keep_alive": HELD}}
        found = self._client.search(
            allow_partial_search_results=False,
            body={**body, **held, "track_total_hits": True, "_source": False, "stored_fields": ["stored"]},
        )
        if found.get("timed_out"):
            raise Transient(f"{self._server.place}: the search was given up on; ask for less, or again")
        return int(found["hits"]["total"]["value"]), found["hits"]["hits"], str(found["pit_id"])

    def _open_snapshot(self) -> str:
        if self._server.compat == "opensearch":
            path = f"/{quote(self._alias)}/_search/point_in_time"
            found = self._client.perform_request("POST", path, params={"keep_alive": HELD}, headers=_JSON)
            return str(found.body["pit_id"])
        return str(self._client.open_point_in_time(index=self._alias, keep_alive=HELD)["id"])

    def _close_snapshot(self, snapshot: str) -> None:
        client = self._client.options(ignore_status=404)
        if self._server.compat == "opensearch":
            told = {"pit_id": [snapshot]}
            client.perform_request("DELETE", "/_search/point_in_time", headers=_JSON, body=told)
        else:
            client.close_point_in_time(id=snapshot)

    def _next(self, snapshot: str, cursor: ByScore | ByTime | None) -> str | None:
        """The cursor of the next page; without one the server need not hold the snapshot any longer."""
        if cursor is not None:
            return write(cursor)
        with border(self._server, "search"):
            self._close_snapshot(snapshot)
        return None

    def _aggregate(self, query: Query, aggregations: Mapping[str, Any]) -> Mapping[str, Any]:
        if not aggregations:
            return {}
        with border(self._server, "count"):
            found = self._client.search(
                index=self._alias,
                body={"query": query, "size": 0, "aggs": aggregations},
                allow_partial_search_results=False,
                request_cache=False,
            )
        told: Mapping[str, Any] = found["aggregations"]
        return told


def _hit(found: Mapping[str, Any]) -> Hit:
    stored = Stored.from_bytes(base64.b64decode(found["fields"]["stored"][0]))
    score = float(found.get("_score") or 0.0)
    return Hit(stored.id, score, stored.url, stored.title, stored.source, stored.published, stored.seq)


def _counts(found: Sequence[Mapping[str, Any]]) -> tuple[Count, ...]:
    return tuple(Count(str(bucket["key"]), int(bucket["doc_count"])) for bucket in found)
