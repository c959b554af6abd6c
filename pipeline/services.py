"""What a pass works with: the services of one desk, each built once, when it is first asked for, and closed together."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from articles.article import TEXT_FIELDS, Annotated
from articles.errors import Wrong
from config.desk import Desk
from config.versions import body
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.query_context import QueryContext
from language.query_names import Names
from language.tokens import Analysed

if TYPE_CHECKING:  # each room costs its import only where it is used: `lagebild status` needs no spaCy
    from alerts.channel import ChannelSender
    from alerts.matcher import Matcher
    from crawlers.conduct import Manners
    from enrich.enricher import Enricher
    from extract.pool import ReaderPool
    from index.elastic_address import Server
    from index.engine import Engine
    from ledger.archive import Archive
    from ledger.book import Ledger
    from pipeline.presence import Presence


def utc_now() -> datetime:
    """The clock of every service unless a test brings its own."""
    return datetime.now(UTC)


class Services:
    """The services of one desk. Use ``open_services``, which closes what was opened."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime] = utc_now, env: Mapping[str, str] = os.environ) -> None:
        self.desk, self.clock, self._env = desk, clock, env
        self.zone = ZoneInfo(desk.settings.time_zone)

    @property
    def data(self) -> Path:
        """The folder of everything Lagebild itself writes for this desk."""
        return self.desk.folder / "data"

    @property
    def has_run(self) -> bool:
        """Whether this desk has a ledger by now."""
        return _desk_id_file(self.data).exists()

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger; raises Wrong (another desk's, newer schema) or Transient (locked, out of reach)."""
        from ledger.book import Ledger

        self.data.mkdir(parents=True, exist_ok=True)
        return Ledger.open(database_url(self.desk), desk=_desk_id(self.data))

    @cached_property
    def archive(self) -> Archive:
        """The archive of raw pages, repaired when this process first writes to it.

        Segments are named after the machine: two processes on it lock one each, and the next one goes on with them.
        """
        from ledger.archive import Archive

        machine = re.sub(r"[^A-Za-z0-9-]", "-", os.uname().nodename.split(".")[0]).strip("-") or "machine"
        return Archive(self.desk.path(self.desk.settings.archive), machine[:64], self.ledger.visits.known_end)

    @cached_property
    def presence(self) -> Presence:
        """That this process works on the desk, until it ends; the first to come takes back what the dead had leased."""
        from pipeline.presence import Presence

        return Presence(self.archive.folder, self.ledger)

    @cached_property
    def manners(self) -> Manners:
        """What sites asked of us so far, in every pass of this process; whom the ledger knows to want peace has it."""
        from crawlers.conduct import Manners

        manners = Manners()
        for asked in self.ledger.visits.left_alone(self.clock()):
            if asked.alone_until is not None:
                manners.pace.leave_alone(urlsplit(asked.url).hostname or "", asked.alone_until)
        return manners

    @cached_property
    def pool(self) -> ReaderPool:
        """The processes that read hostile bytes."""
        from extract.pool import ReaderPool

        return ReaderPool(self.workers)

    @property
    def workers(self) -> int:
        """How many processes read pages."""
        return self.desk.settings.workers or min(4, os.cpu_count() or 1)

    @cached_property
    def analyser(self) -> Analyser:
        """The one analysis, with the desk's protected names."""
        return Analyser(self.desk.protected, self.desk.settings.languages)

    @cached_property
    def names(self) -> Names:
        """The names that queries may use on this desk."""
        desk = self.desk
        return Names.of(desk.sources.values(), desk.entities.values(), desk.topics.values())

    def query_context(self) -> QueryContext:
        """What a query means on this desk, now."""
        return QueryContext(self.analyser, tuple(self.desk.settings.languages), self.zone, self.clock(), self.names)

    @cached_property
    def enricher(self) -> Enricher:
        """Entities and topics; loads spaCy."""
        from enrich.enricher import Enricher

        desk = self.desk
        return Enricher(desk, self.analyser)

    @cached_property
    def matcher(self) -> Matcher:
        """Every enabled alert, compiled and recorded in the ledger under its version; raises Wrong with file and line."""
        from alerts.compiled import compile_alerts
        from alerts.matcher import Matcher

        context = self.query_context()
        compile_alerts(self.desk.alerts.values(), context, {}, self.desk)  # nothing is recorded of a wrong config
        versions = {
            alert.id: self.ledger.configs.record("alert", alert.id, json.loads(body(alert)), context.now)
            for alert in self.desk.alerts.values()
        }
        return Matcher(compile_alerts(self.desk.alerts.values(), context, versions, self.desk))

    def ready(self) -> None:
        """Raise Wrong, with file and line, for what of the config cannot be followed: before anything is fetched."""
        from extract.selectors import check

        check(self.desk)
        self.matcher  # noqa: B018 - compiles every alert

    @cached_property
    def engine(self) -> Engine:
        """The search engine of the desk; raises Wrong as ``open_engine``."""
        return self.open_engine(self.desk.settings.engine, self.data / "index")

    def open_engine(self, address: str, folder: Path) -> Engine:
        """Open ``embedded`` in a folder, or the server at an address, with the desk's other settings; nothing is sent yet.

        Raises Wrong for an address, credentials or a CA file that are none, or where the server's client is not installed.
        """
        if address == "embedded":
            from index.embedded import EmbeddedEngine

            return EmbeddedEngine(folder, self.index_version)
        try:
            from index.elastic import ElasticEngine
        except ModuleNotFoundError as error:
            raise Wrong(
                f"a search server needs {error.name}; `pip install 'lagebild[elasticsearch]'`", field="engine"
            ) from error
        return ElasticEngine(_search_server(self.desk, address, self._env), self.index_version)

    @property
    def index_version(self) -> str:
        """What every token of an index depends on: code and lexicon. Protected names concern single articles only, which
        are put again when names change (``pipeline.renamed``).
        """
        parts = self.analyser.version_parts
        return f"{parts.code}-{parts.lexicon}"

    @cached_property
    def senders(self) -> Mapping[str, ChannelSender]:
        """One sender per channel; raises Wrong where a secret is missing."""
        from alerts.senders import open_senders

        return open_senders(self.desk, self.user_agent, self._env, self.clock)

    @property
    def user_agent(self) -> str:
        """Who we say we are, with the operator's contact if there is one (RFC 9110, 10.1.5)."""
        from crawlers.conduct import user_agent

        return user_agent(self.desk.settings.user_agent)

    def analysed(self, annotated: Annotated) -> Analysed:
        """Analyse one article as queries on this desk see it."""
        source = self.desk.sources.get(annotated.article.source or "")
        return analyse_article(annotated, self.analyser, source, self.zone)

    def with_language(self, annotated: Annotated) -> Annotated:
        """Return an article whose language is told where nobody said it."""
        from language.detect import detect

        article, notes = annotated.article, annotated.annotations
        if article.language or notes.language:
            return annotated
        text = "\n".join(article.part(name) for name in TEXT_FIELDS)
        return replace(annotated, annotations=replace(notes, language=detect(text)))

    async def close(self) -> None:
        """Close what was opened, workers first."""
        built = self.__dict__
        if "pool" in built:
            await self.pool.close()
        for name in ("engine", "presence", "archive", "ledger"):
            if name in built:
                built[name].close()


@asynccontextmanager
async def open_services(
    desk: Desk, *, clock: Callable[[], datetime] = utc_now, env: Mapping[str, str] = os.environ
) -> AsyncIterator[Services]:
    """Yield the services of a desk and close them, whatever happens."""
    services = Services(desk, clock, env)
    try:
        yield services
    finally:
        await services.close()


def database_url(desk: Desk) -> str:
    """Return the database's URL with a SQLite path made absolute from the desk's folder."""
    url = desk.settings.database
    head, slashes, path = url.partition(":///")
    if not slashes or not head.startswith("sqlite") or path.startswith("/"):
        return url
    return f"{head}:///{desk.path(path)}"


def _search_server(desk: Desk, address: str, env: Mapping[str, str]) -> Server:
    from index import elastic_address

    settings = desk.settings
    hosts, prefix = elastic_address.read(address)
    return elastic_address.Server(
        hosts,
        prefix,
        settings.engine_compat,
        elastic_address.credentials(env),
        desk.path(settings.engine_ca) if settings.engine_ca else None,
        settings.engine_timeout.total_seconds(),
    )


def _desk_id_file(data: Path) -> Path:
    return data / "desk-id"


def _desk_id(data: Path) -> str:
    """Return this desk's id, made when its data folder first needs one: a database that holds another is refused."""
    file = _desk_id_file(data)
    try:
        with file.open("x", encoding="ascii") as new:
            new.write(uuid.uuid4().hex + "\n")
    except FileExistsError:
        pass
    return file.read_text(encoding="ascii").strip()
