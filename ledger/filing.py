"""How one refined page becomes an article, a revision or an alias, with its matches and notices, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from articles.article import Annotated
from articles.outcome import Outcome
from articles.page import Validators
from articles.url import article_id
from articles.wire import Json, to_json
from ledger import notices, sequence, visit_rows
from ledger.schema import articles, claims, key, revisions, urls, visits
from ledger.store import Store
from ledger.values import Filing, Receipt

# Built once, see ledger.visit_rows.
_ARTICLE = sa.select(articles).where(articles.c.id == sa.bindparam("v_id"))
_ADD_ARTICLE = sa.insert(articles)
_CHANGE_ARTICLE = sa.update(articles).where(articles.c.id == sa.bindparam("v_id"))
_ADD_REVISION = sa.insert(revisions)
_LATEST = sa.and_(revisions.c.article_id == sa.bindparam("v_id"), revisions.c.number == sa.bindparam("v_number"))
_FILED_FROM = sa.select(visits.c.fetched_at).join(revisions, revisions.c.visit_id == visits.c.id).where(_LATEST)
_BODY = sa.select(revisions.c.body).where(_LATEST)
_CHANGE_REVISION = sa.update(revisions).where(_LATEST)
_RESOLVE = sa.select(urls.c.key, urls.c.article_id).where(urls.c.key.in_(sa.bindparam("keys", expanding=True)))


def file(store: Store, filing: Filing, now: datetime) -> Receipt | None:
    """File everything that follows from one page in one transaction; None, and nothing written, if the lease is lost.

    The ledger settles what the reader proposed, since another worker may have filed the same article meanwhile: the id
    is that of the article the addresses belong to, else the hash of the article's canonical URL; a text that is filed
    already is unchanged; a notice that stands for the same alert, story and channel collapses the new one. Pages of a
    forgotten article end as removed and leave nothing.
    """
    with store.write() as connection:
        row = visit_rows.holds(connection, filing.ref.visit, filing.ref.lease, "refining")
        if row is None:
            return None
        sequence.hold(connection)
        return _Desk(store, connection, filing, row, now).file()


@dataclass(frozen=True, slots=True)
class _Desk:
    """One filing under way: its transaction, its visit's row and its time."""

    store: Store
    connection: Connection
    filing: Filing
    visit: Row[Any]
    now: datetime

    def file(self) -> Receipt:
        """Settle, then write the article, its addresses, matches and the visit's end."""
        target = self.filing.outcome.reason if self.filing.outcome.kind == "alias" else None
        found = self._find(target)
        if target is not None and found is None:
            raise ValueError(f"an alias of an article that is not filed: {target}")
        if found is not None and found.state == "removed":
            return self._removed(found)
        outcome = self._settle(found)
        id_ = found.id if found is not None else article_id(self.filing.annotated.article.url)
        revision = self._revision(outcome, found)
        seq = None
        if outcome.kind == "article" and outcome.reason != "unchanged":
            seq = self._write_revision(id_, revision, is_new=found is None)
        elif self.visit.work == "reprocess" and outcome.kind == "article":
            assert found is not None
            seq = self._write_annotations(found)
        elif outcome.kind == "article" and found is not None and not self._is_outdated(found):
            seq = set_reserved(self.connection, found, reserved=self.filing.annotated.article.tdm_reserved)
        self._map_urls(id_)
        count = notices.file_decisions(
            self.connection,
            self.filing,
            visit=self.visit.id,
            article=id_,
            revision=revision,
            is_edit=outcome == Outcome("article", "revised"),
            now=self.now,
        )
        self._end(outcome, id_, count)
        self._look_again(outcome)
        return Receipt(id_, outcome, revision, seq)

    def _find(self, target: str | None) -> Row[Any] | None:
        """Return the article this page belongs to: the target of an alias, else whom its addresses name first."""
        id_ = target or resolve(self.connection, self._addresses()) or article_id(self.filing.annotated.article.url)
        return self.connection.execute(_ARTICLE, {"v_id": id_}).one_or_none()

    def _addresses(self) -> list[str]:
        return list(dict.fromkeys([self.filing.annotated.article.url, *self.filing.urls, self.filing.ref.url]))

    def _settle(self, found: Row[Any] | None) -> Outcome:
        if self.filing.outcome.kind == "alias":
            return self.filing.outcome
        if found is None:
            return Outcome("article", "new")
        same = found.text_hash == self.filing.text_hash or self._is_outdated(found)
        return Outcome("article", "unchanged" if same else "revised")

    def _is_outdated(self, found: Row[Any]) -> bool:
        """Whether the filed revision was read from a page fetched after this one: an older page takes nothing back."""
        latest = {"v_id": found.id, "v_number": found.revision}
        fetched_at: datetime = self.connection.execute(_FILED_FROM, latest).scalar_one()
        return fetched_at > cast("datetime", self.visit.fetched_at)

    @staticmethod
    def _revision(outcome: Outcome, found: Row[Any] | None) -> int:
        if found is None:
            return 1
        return int(found.revision) + (outcome.reason == "revised")

    def _write_revision(self, id_: str, revision: int, *, is_new: bool) -> int:
        article, seq = self.filing.annotated.article, sequence.take(self.connection)
        latest = {"revision": revision, "seq": seq, "text_hash": self.filing.text_hash}
        if is_new:
            first = {"id": id_, "url": article.url, "source": article.source, "state": "live", "new_visit": self.visit.id}
            seen = article.seen_at or self.now
            self.connection.execute(_ADD_ARTICLE, {**first, **latest, "first_seen": seen})
        else:
            self.connection.execute(_CHANGE_ARTICLE, {"v_id": id_, **latest})
        made = {"article_id": id_, "number": revision, "visit_id": self.visit.id, "filed_at": self.now}
        text = {"seq": seq, "text_hash": self.filing.text_hash, "body": self._body(id_, revision)}
        self.connection.execute(_ADD_REVISION, {**made, **text})
        sequence.spool_change(self.connection, seq, "put", id_)
        return seq

    def _write_annotations(self, found: Row[Any]) -> int | None:
        """Replace what was derived from an unchanged text, if it differs now: a new number, but no new revision."""
        latest = {"v_id": found.id, "v_number": found.revision}
        before: Json = self.connection.execute(_BODY, latest).scalar_one()
        body = self._body(found.id, found.revision) | {"seen_at": before["seen_at"]}
        if (before.get("access") or {}).get("tdm_reserved"):  # a later visit may have found that, not these bytes
            body |= {"access": body["access"] | {"tdm_reserved": True}}
        if body == before or self._is_outdated(found):
            return None
        seq = sequence.take(self.connection)
        sequence.spool_change(self.connection, seq, "put", found.id)
        self.connection.execute(_CHANGE_REVISION, {**latest, "seq": seq, "body": body})
        self.connection.execute(_CHANGE_ARTICLE, {"v_id": found.id, "seq": seq})
        return seq

    def _body(self, id_: str, revision: int) -> Json:
        annotated = self.filing.annotated
        return to_json(Annotated(replace(annotated.article, id=id_, revision=revision), annotated.annotations))

    def _map_urls(self, id_: str) -> None:
        rows = [{"key": key(url), "url": url, "article_id": id_} for url in self._addresses()]
        self.connection.execute(self.store.insert_new(urls), rows)
        if self.filing.claimed is not None:
            claim = {"key": key(self.filing.claimed), "text_hash": self.filing.text_hash}
            self.connection.execute(self.store.insert_new(claims), [claim])

    def _removed(self, found: Row[Any]) -> Receipt:
        outcome = Outcome("removed", found.removed_reason)
        self._map_urls(found.id)
        self._end(outcome, found.id, 0, {"link": None})
        visit_rows.forget_addresses(self.store, self.connection, self._addresses(), self.visit.source, self.now)
        return Receipt(found.id, outcome, found.revision, None)

    def _look_again(self, outcome: Outcome) -> None:
        """Queue the next visit in the transaction that ends this one, so that a kill between the two loses none."""
        if self.filing.revisit_at is None or outcome.kind != "article" or self.visit.work != "visit":
            return
        same = {name: getattr(self.visit, name) for name in ("url", "source", "kind", "link")}
        row = {**same, "due_at": self.filing.revisit_at, "why": "revisit"}
        visit_rows.begin(self.store, self.connection, [row], self.now)

    def _end(self, outcome: Outcome, id_: str, matches: int, values: dict[str, Any] | None = None) -> None:
        visit_rows.end(self.connection, self.visit.id, outcome, self.now, article_id=id_, matches=matches, values=values)
        if self.visit.work == "visit":
            believed = Validators(self.visit.etag, self.visit.last_modified) if outcome.kind != "removed" else None
            visit_rows.note_outcome(self.connection, self.visit.url, outcome, believed)


def reserve(store: Store, url: str) -> int | None:
    """Mark the live article at a canonical address as reserved against text and data mining; as ``set_reserved``."""
    with store.write() as connection:
        sequence.hold(connection)
        id_ = resolve(connection, [url])
        found = connection.execute(_ARTICLE, {"v_id": id_}).one_or_none() if id_ else None
        return set_reserved(connection, found, reserved=True) if found is not None and found.state == "live" else None


def set_reserved(connection: Connection, found: Row[Any], *, reserved: bool) -> int | None:
    """Note whether an article with an unchanged text is reserved by now; return the change's number, None if it was so.

    The caller holds the lock of the sequence.
    """
    latest = {"v_id": found.id, "v_number": found.revision}
    body: Json = connection.execute(_BODY, latest).scalar_one()
    access = dict(body.get("access") or {})
    if bool(access.get("tdm_reserved")) == reserved:
        return None
    access.pop("tdm_reserved", None)
    body |= {"access": access | ({"tdm_reserved": True} if reserved else {})}
    seq = sequence.take(connection)
    sequence.spool_change(connection, seq, "put", found.id)
    connection.execute(_CHANGE_REVISION, {**latest, "seq": seq, "body": body})
    connection.execute(_CHANGE_ARTICLE, {"v_id": found.id, "seq": seq})
    return seq


def resolve(connection: Connection, wanted: Sequence[str]) -> str | None:
    """Return the id of the article that the first known of these canonical addresses belongs to."""
    keys = [key(url) for url in wanted]
    found = {row.key: row.article_id for row in connection.execute(_RESOLVE, {"keys": keys})}
    return next((found[each] for each in keys if each in found), None)
