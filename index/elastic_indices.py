"""Which of the server's indices are ours, which of them answers, and how one is made, put in another's place and dropped.

PREFIX-articles          alias: what is searched
PREFIX-articles-write    alias: the index that takes what is put, always the same one
PREFIX-articles-next     alias: the index that a rebuild is filling; what is put meanwhile goes there too
PREFIX-articles-vN-HASH  the indices, each with the version that made it; a replaced one stays for seven days
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from articles.errors import NotSo, Transient
from index.elastic_address import Server
from index.elastic_client import border, kind_and_reason
from index.elastic_mapping import mapping, template, written

KEPT = timedelta(days=7)
"""How long a replaced index stays, for whoever wants to go back to it."""


BEAT = timedelta(seconds=30)
"""How often a rebuild gives a sign of life."""

GIVEN_UP = timedelta(minutes=10)
"""A rebuild that gave none for so long is dead: whoever wants to write drops its index, and it cannot put it in place."""


@dataclass(frozen=True, slots=True)
class Made:
    """One index of ours; ``version`` is None for one that we did not make.

    ``retired`` is when it was replaced, ``beaten`` the last sign of life of the rebuild that fills it.
    """

    name: str
    number: int
    version: str | None
    retired: datetime | None
    beaten: datetime | None
    aliases: frozenset[str]

    def given_up(self, moment: datetime) -> bool:
        """Whether the rebuild that fills it is dead."""
        return self.beaten is None or moment - self.beaten > GIVEN_UP


@dataclass(frozen=True, slots=True)
class Standing:
    """Which index answers, which one a rebuild is filling, and those that do neither; one moment's view.

    More than one that answer can only come of two versions of this program that made the first index at once.
    """

    answering: tuple[Made, ...]
    following: Made | None
    left: tuple[Made, ...]
    last_number: int

    @property
    def current(self) -> Made | None:
        """The index that answers and takes what is put."""
        return self.answering[-1] if self.answering else None


class Indices:
    """The indices of one server and prefix."""

    def __init__(self, client: Elasticsearch, server: Server, version: str) -> None:
        self._client, self._server, self._version = client, server, version
        self.read, self.write, self.next = (f"{server.stem}{tail}" for tail in ("", "-write", "-next"))
        self._name = re.compile(rf"{re.escape(server.stem)}-v(\d+)-[0-9a-f]+")

    def standing(self) -> Standing:
        """Look, in one request, which indices there are."""
        with border(self._server, "look for the index"):
            found = self._client.indices.get(
                index=f"{self._server.stem}-v*",
                filter_path="*.aliases,*.mappings._meta",
                expand_wildcards=["open", "closed"],
            ).body
        made = [_made(name, int(match[1]), told) for name, told in found.items() if (match := self._name.fullmatch(name))]
        current = [one for one in made if self.read in one.aliases]
        following = [one for one in made if self.next in one.aliases]
        return Standing(
            tuple(sorted(current, key=lambda one: one.number)),
            max(following, key=lambda one: one.number, default=None),
            tuple(one for one in made if not one.aliases & {self.read, self.next}),
            max((one.number for one in made), default=0),
        )

    def first(self, number: int) -> None:
        """Make an index that answers at once; harmless where another process does the same."""
        self._make(number, {self.read: {}, self.write: {"is_write_index": True}})

    def following(self) -> str:
        """Make the index that a rebuild fills, and drop the one of a rebuild that was killed or is still at work.

        Two rebuilds at once: the later one wins, and ``replace`` of the earlier one fails.
        """
        before = self.standing()
        name = self._make(before.last_number + 1, {self.next: {}})
        self.beat(name)
        if before.following:
            self.drop(before.following.name)
        return name

    def beat(self, name: str) -> None:
        """Give a sign of life of the rebuild that fills this index."""
        self._note(name, {"beaten": now().isoformat()})

    def replace(self, new: str) -> None:
        """Let ``new`` answer and take in place of any other: one atomic change of aliases; raises Transient if too late."""
        # all of them by the pattern, whatever there is at that moment; closed ones, which it does not reach, by name
        former = [f"{self._server.stem}-v*", *(one.name for one in self.standing().answering)]
        actions: list[dict[str, Any]] = [
            {"remove": {"indices": former, "aliases": [self.read, self.write], "must_exist": False}},
            {"remove": {"index": new, "alias": self.next, "must_exist": True}},
            {"add": {"index": new, "alias": self.read}},
            {"add": {"index": new, "alias": self.write, "is_write_index": True}},
        ]
        try:
            with border(self._server, "put the new index in its place"):
                self._client.indices.update_aliases(actions=actions)
        except NotSo as error:
            raise Transient(f"{self._server.place}: another rebuild has begun meanwhile and goes on instead") from error

    def sweep(self, moment: datetime) -> None:
        """Note of indices that answer no more when that began, and drop those for which it was seven days ago."""
        for one in self.standing().left:
            if one.retired is None:
                self._note(one.name, {"retired": moment.isoformat()}, one.version)
            elif moment - one.retired > KEPT:
                self.drop(one.name)

    def drop(self, name: str) -> None:
        """Remove one index; one that is gone is no error."""
        with border(self._server, f"remove {name}"):
            self._client.indices.delete(index=name, ignore_unavailable=True)

    def _note(self, name: str, told: dict[str, str], version: str | None = None) -> None:
        meta = mapping(version or self._version)["_meta"] | told
        with border(self._server, "note how an index stands"):
            self._client.indices.put_mapping(index=name, meta=meta)

    def _make(self, number: int, aliases: dict[str, Any]) -> str:
        name = f"{self._server.stem}-v{number}-{hashlib.sha256(self._version.encode()).hexdigest()[:8]}"
        with border(self._server, "make the index"):
            self._client.indices.put_index_template(name=self._server.stem, body=template(self._server, self._version))
            try:
                itself = {written(self._server, name)} - {name}
                self._client.indices.create(index=name, aliases=aliases | {alias: {} for alias in itself})
            except BadRequestError as error:
                kind, reason = kind_and_reason(error)
                if kind == "resource_already_exists_exception":
                    return name
                if kind == "invalid_alias_name_exception":
                    raise Transient(f"{self._server.place}: {reason}; choose another prefix in `engine`") from error
                raise
        self._check(name)
        return name

    def _check(self, name: str) -> None:
        """See that the index is as our template says: another template of a higher priority may have been in the way."""
        with border(self._server, "look at the new index"):
            try:
                found = self._client.indices.get_mapping(index=name).body[name]["mappings"]
            except NotFoundError:
                return
        if found.get("_meta", {}).get("version") != self._version or found.get("dynamic") != "strict":
            self.drop(name)
            raise Transient(
                f"{self._server.place}: another index template took the place of {self._server.stem}; "
                f"give it a lower priority than 500 or another pattern than {self._server.stem}-v*"
            )


def _made(name: str, number: int, told: dict[str, Any]) -> Made:
    meta = told.get("mappings", {}).get("_meta", {})
    return Made(
        name,
        number,
        meta.get("version"),
        _moment(meta.get("retired")),
        _moment(meta.get("beaten")),
        frozenset(told.get("aliases", {})),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def now() -> datetime:
    """Return the time by which indices are kept and rebuilds given up."""
    return datetime.now(UTC)
