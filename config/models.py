"""The shape of a desk's config: settings, sources, entities, topics, alerts and channels, each field with its meaning."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from articles.article import EntityType
from config.shapes import (
    DURATION,
    address,
    duration,
    duration_text,
    engine_address,
    mailbox,
    network,
    pattern,
    public_address,
    zone,
)

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="lower-case letters, digits, . _ -")]
Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    PlainSerializer(duration_text, when_used="json"),  # so that what is written out can be read again
    WithJsonSchema({"type": "string", "pattern": DURATION}),
    Field(description="numbers with s, m, h or d, as in 15m or 1h30m"),
]
Url = Annotated[str, AfterValidator(address)]
PublicUrl = Annotated[str, AfterValidator(public_address)]
Pattern = Annotated[str, AfterValidator(pattern)]
Zone = Annotated[str, AfterValidator(zone)]
Network = Annotated[str, AfterValidator(network)]
Mailbox = Annotated[str, AfterValidator(mailbox)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1 code of two letters")]


class Model(BaseModel):
    """Every model refuses unknown keys and is frozen once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Tier = Literal["official", "wire", "trade", "general", "think-tank", "state-media", "aggregator"]


class Address(Model):
    """One address of a source that lists articles."""

    kind: Literal["feed", "sitemap", "page"] = Field(description="RSS/Atom feed, news sitemap, or a page with links")
    url: PublicUrl = Field(description="absolute http(s) address")
    selector: str | None = Field(None, description="CSS selector of the links' elements, for kind: page")


class Layout(Model):
    """How a site's pages are built, where general rules fail; an old layout stays for the pages of its time."""

    valid_until: date | None = Field(None, description="last day of pages built so; absent: until further notice")
    text_selector: str | None = Field(None, description="CSS selector of the article's body")
    title_selector: str | None = Field(None, description="CSS selector of the headline")
    remove: tuple[str, ...] = Field((), description="CSS selectors of what belongs to no article, taken out first")


class Source(Model):
    """A site that is watched, as written in config/sources/<id>.yaml (the id is the file's name)."""

    id: Id
    name: str
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    languages: tuple[Language, ...] = Field((), description="ISO 639-1 codes, the most frequent first")
    tier: Tier = "general"
    owner: str | None = Field(None, description="publisher or network; titles of one owner share copy")
    group: str | None = Field(None, description="sources crawled in one flow; the host's name if absent")
    addresses: tuple[Address, ...] = Field(min_length=1)
    include: tuple[Pattern, ...] = Field((), description="regular expressions; if given, a link must match one of them")
    exclude: tuple[Pattern, ...] = Field((), description="regular expressions of links that are never visited")
    paywall: Literal["none", "metered", "hard", "unknown"] = "unknown"
    time_zone: Zone = Field("UTC", description="IANA zone in which the site writes times without one")
    day_first: bool = Field(True, description="01.02.2026 is 1 February")
    every: Duration = Field(timedelta(minutes=15), description="how often its lists are read at first")
    every_min: Duration = Field(timedelta(minutes=5), description="shortest interval when much is published")
    every_max: Duration = Field(timedelta(hours=1), description="longest interval when little is published")
    backfill: Duration = Field(timedelta(days=7), description="items older than this at the first poll are skipped")
    delay: float | None = Field(None, ge=0, description="seconds between requests; 1 or the site's crawl-delay if absent")
    text_selector: str | None = Field(None, description="CSS selector of the article's body, where general rules fail")
    layouts: tuple[Layout, ...] = Field((), description="how its pages are built, by the last day each layout held")
    expected: dict[str, float] | None = Field(None, description="items per weekday, mon to sun")
    verified: date | None = Field(None, description="when a health check last saw it alive; absent: unverified")
    enabled: bool = True


Flag = Literal["exact-case", "inflects", "compound-head", "needs-context", "protected"]


class EntityName(Model):
    """One name of an entity."""

    name: str
    language: Language | None = Field(None, description="ISO 639-1; absent: any language")
    flags: frozenset[Flag] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    source: str | None = Field(None, description="where the name was found")


class Entity(Model):
    """Somebody or something with names; an ambiguous name counts only beside a context word."""

    id: Id
    type: EntityType
    names: tuple[EntityName, ...] = Field(min_length=1, description="the first is the one shown")
    context: tuple[str, ...] = Field((), description="words that speak for this meaning")
    against: tuple[str, ...] = Field((), description="words and longer names that speak against it")
    maker: Id | None = Field(None, description="id of the entity that makes or owns it")
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    valid_from: date | None = None
    valid_to: date | None = None
    qid: str | None = Field(None, pattern=r"^Q[1-9][0-9]*$", description="Wikidata id, never guessed")
    isin: str | None = None


class TopicTerm(Model):
    """A term of a topic in the query language, and how much it says."""

    term: str
    weight: float = Field(1.0, gt=0, le=1)


class Topic(Model):
    """Something articles are about, told by weighted terms per language."""

    id: Id
    title: dict[Language, str] = Field(description="title per language")
    terms: dict[Language, tuple[TopicTerm, ...]] = Field(description="terms per ISO 639-1 language")
    threshold: float = Field(0.5, gt=0, le=1, description="score from which the article has the topic")


class Alert(Model):
    """What somebody wants to be told, and by which channels."""

    id: Id
    title: str | None = None
    query: str
    channels: tuple[str, ...] = Field(description="ids of channels; an empty list means: match only")
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()
    languages: tuple[Language, ...] = Field((), description="only articles in these languages; absent: all")
    on_edit: Literal["never", "material"] = Field(
        "never", description="material: tell again when an article that was told of is edited in what matters"
    )
    enabled: bool = True


class FileChannel(Model):
    """Appends each notice as one line of JSON to a file."""

    id: Id
    kind: Literal["file"]
    path: str = Field("data/notices.jsonl", description="relative to the desk's folder")


class WebhookChannel(Model):
    """POSTs each notice as JSON, signed with HMAC-SHA-256."""

    id: Id
    kind: Literal["webhook"]
    url: Url
    secret_env: str | None = Field(None, description="environment variable that holds the signing key")
    private: bool = Field(False, description="the address is on a private network and meant so")
    timeout: float = Field(10.0, gt=0, le=60)


class MailChannel(Model):
    """Sends each notice by SMTP."""

    id: Id
    kind: Literal["mail"]
    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: Mailbox
    to: tuple[Mailbox, ...] = Field(min_length=1)
    user: str | None = None
    password_env: str | None = Field(None, description="environment variable that holds the password")
    timeout: float = Field(20.0, gt=0, le=120)


Channel = Annotated[FileChannel | WebhookChannel | MailChannel, Field(discriminator="kind")]


class SourceGroups(Model):
    """Sources switched on together, though their files say ``enabled: false``: those that fit every list given here."""

    tiers: tuple[Tier, ...] = ()
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = Field((), description="ISO 3166-1 alpha-2")
    languages: tuple[Language, ...] = Field((), description="one of them is enough")
    off: tuple[Id, ...] = Field((), description="sources that stay off, whatever their file or a group says")


class Settings(Model):
    """The desk's own settings, as in lagebild.yaml; each can come from the environment as LAGEBILD_<NAME>."""

    database: str = Field(
        "sqlite:///data/ledger.sqlite", description="SQLAlchemy URL; sqlite paths are relative to the desk"
    )
    archive: str = Field("data/archive", description="folder of the WARC files, relative to the desk")
    engine: Annotated[str, AfterValidator(engine_address)] = Field(
        "embedded", description="embedded, or an Elasticsearch server's URL, hosts with commas, and prefix of our indices"
    )
    engine_compat: Annotated[Literal["9", "8", "opensearch"], BeforeValidator(lambda value: f"{value}")] = Field(
        "9", description="which server that is: Elasticsearch 9 or 8, or opensearch (best effort)"
    )
    engine_ca: str | None = Field(
        None, description="PEM file of the authority that signed the server's certificate, relative to the desk"
    )
    engine_timeout: Duration = Field(timedelta(seconds=30), description="how long the server may take for an answer")
    languages: tuple[Language, ...] = ("de", "en")
    sources: SourceGroups = Field(SourceGroups(), description="groups of sources that are switched on")
    time_zone: Zone = "Europe/Berlin"
    user_agent: str = Field("", description="contact (address or mail) that is added to the user agent")
    allow_private: tuple[Network, ...] = Field((), description="private networks that may be crawled after all, as CIDR")
    tdm: Literal["index", "skip", "ignore"] = Field(
        "index",
        description="where a site reserves text and data mining: index (no full text in exports), skip, or ignore",
    )
    proxy: Url | None = Field(None, description="HTTP proxy for crawler and webhooks; the guard then sees only the proxy")
    revisits: tuple[Duration, ...] = Field(
        (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7)),
        description="ages at which an article is visited again in case it was edited",
    )
    operator_channel: str | None = Field(None, description="id of the channel that is told when a source's health changes")
    alert_window: Duration = Field(timedelta(hours=48), description="an older article notifies nobody")
    workers: int = Field(0, ge=0, description="processes that read pages; 0: as many as cores, at most 4")
    waiting_pages: int = Field(2000, ge=1, description="the crawler pauses while more pages wait to be refined")
    waiting_bytes: int = Field(512 * 1024 * 1024, ge=1, description="the same, in bytes")
    keep_raw: Duration | None = Field(
        None, description="age at which whole days of raw pages are dropped from the archive; absent: never"
    )
    prefect_api: Url | None = Field(None, description="use this Prefect server instead of an own one")
