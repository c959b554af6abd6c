"""A tiny desk, and strategies for its articles and for every query of the language: laws about queries are tried on these.

The vocabulary is small on purpose, so that a random query often holds for a random article: inflections, compounds,
protected names, hyphens, digits, umlauts, in German and English.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from articles.article import Annotated, Annotations, Article, Entity, Moment, Topic
from config import models
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.fold import units
from language.query_context import QueryContext
from language.query_error import QueryError
from language.query_limits import widest
from language.query_lower import lower
from language.query_names import Names
from language.query_tree import (
    And,
    Concept,
    Keyword,
    Not,
    Or,
    Phrase,
    Query,
    TextField,
    TimeRange,
    Wildcard,
    Word,
    normal,
)
from language.tokens import Analysed

LANGUAGES = ("de", "en")
ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 6, 4, 12, 0, tzinfo=UTC)

_VOCABULARY = (
    "Drohne Drohnen Kampfdrohne Kampfdrohnen Drohnenabwehr drone drones NATO-Gipfel Natogipfel NATO Gipfel F-35 F35 35 F "
    "Kampfpanzer Panzer tanks tank Helsing Helsings Rheinmetall Metall Rüstung Entrüstung autonome autonomen Systeme "
    "Systemen Müller Mueller IRIS-T-Systeme Flugkörper Marschflugkörper the und vertragen Vertrag"
)
WORDS = tuple(_VOCABULARY.split())
PATTERNS = (
    "Droh*",
    "Droh?e",
    "Kamp*panzer",
    "Müll?r",
    "nato*",
    "NATO-G*",
    "F-35*",
    "f35*",
    "Pan?er*",
    "sys*e?",
    "IRIS-*s*",
)
FIELDS: tuple[TextField, ...] = ("title", "kicker", "lead", "text", "author")
PEOPLE = ("Jana Okonski", "Karl-Heinz Drohne", "Helsing Panzer")


def _source(identity: str, tier: models.Tier, country: str | None) -> models.Source:
    address = models.Address(kind="feed", url=f"https://{identity}.example/feed")
    return models.Source(id=identity, name=identity.title(), tier=tier, country=country, addresses=(address,))


SOURCES = {
    s.id: s for s in (_source("amt", "official", "DE"), _source("blatt", "trade", "GB"), _source("netz", "trade", None))
}
ENTITIES = (
    models.Entity(id="helsing", type="ORG", names=(models.EntityName(name="Helsing", flags=frozenset({"protected"})),)),
    models.Entity(id="rheinmetall", type="ORG", names=(models.EntityName(name="Rheinmetall AG"),)),
    models.Entity(id="puma-tank", type="PLATFORM", names=(models.EntityName(name="Puma"),)),
    models.Entity(id="puma-firm", type="ORG", names=(models.EntityName(name="Puma"),)),
)
TOPICS = (
    models.Topic(
        id="autonomous-systems",
        title={"de": "Autonome Systeme", "en": "Autonomous systems"},
        terms={
            "de": (models.TopicTerm(term='"autonome Systeme"'), models.TopicTerm(term="Drohne", weight=0.5)),
            "en": (models.TopicTerm(term="drone"), models.TopicTerm(term='"tanks drone"~2 AND NOT the')),
        },
    ),
    models.Topic(id="air", title={"de": "Luft"}, terms={"de": (models.TopicTerm(term="Flugkörper"),)}),
)
NAMES = Names.of(SOURCES.values(), ENTITIES, TOPICS)


@lru_cache(maxsize=1)
def analyser() -> Analyser:
    return Analyser(protected=("Helsing", "Rheinmetall"), languages=LANGUAGES)


@lru_cache(maxsize=1)
def context() -> QueryContext:
    return QueryContext(analyser(), LANGUAGES, ZONE, NOW, NAMES)


def analysed(annotated: Annotated) -> Analysed:
    """Return what queries are judged on."""
    source = SOURCES.get(annotated.article.source or "")
    return analyse_article(annotated, analyser(), source, ZONE)


_DAYS = ("2025-05-31", "2025-06-01", "2025-06-02", "2025-06-03")
_HOURS = ("T00:00:00+02:00", "T23:59:59.999000+02:00", "T22:00:00+00:00", "T12:30:00+02:00")
MOMENTS = (
    *(Moment(day, "day", "meta") for day in _DAYS),
    *(Moment(day + hour, "minute", "json-ld") for day in _DAYS for hour in _HOURS),
)


def documents() -> st.SearchStrategy[Annotated]:
    """One of three hundred articles of the tiny desk."""
    return st.sampled_from(pool(300))


@lru_cache(maxsize=8)
def pool(count: int, seed: int = 4) -> tuple[Annotated, ...]:
    """Return so many articles: title, kicker, lead, text of known words, in German, English, French or no language.

    The same for the same seed, so that they can be indexed once and asked for many queries.
    """
    chance = Random(seed)
    return tuple(_drawn(chance, f"{number:016x}") for number in range(count))


@lru_cache(maxsize=8)
def analysed_pool(count: int, seed: int = 4) -> tuple[Analysed, ...]:
    """Return what queries are judged on for each article of ``pool``, in its order."""
    return tuple(map(analysed, pool(count, seed)))


def _drawn(chance: Random, identity: str) -> Annotated:
    def text(longest: int) -> str | None:
        return chance.choice((" ", " ", ", ", "\n\n")).join(chance.choices(WORDS, k=chance.randint(0, longest))) or None

    language = chance.choice(("de", "de", "en", "fr", None))
    hours = chance.choice((None, *range(72)))
    article = Article(
        id=identity,
        url=f"https://amt.example/{identity}",
        source=chance.choice((*SOURCES, "gone", None)),
        title=text(4),
        kicker=text(2),
        lead=text(4),
        text=text(10),
        authors=tuple(chance.sample(PEOPLE, chance.randint(0, 2))),
        published=chance.choice((None, *MOMENTS)),
        seen_at=None if hours is None else NOW - timedelta(hours=hours),
        language=language,
        kind=chance.choice(("article", "article", "live")),
    )
    entities = tuple(
        Entity(e.id, e.type, e.names[0].name, "gazetteer", 1.0, ()) for e in chance.sample(ENTITIES, chance.randint(0, 2))
    )
    topics = tuple(Topic(t.id, 0.9, ()) for t in chance.sample(TOPICS, chance.randint(0, 2)))
    return Annotated(article, Annotations(language, entities, topics, story=chance.choice((None, "7b2e"))))


@st.composite
def phrases(draw: st.DrawFn) -> Phrase:
    """A phrase of one to four words, of a proximity with few arrangements, so that several can stand in one query."""
    text = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)))
    count = len(tuple(units(text)))
    slop = draw(st.integers(0, {1: 0, 2: 4, 3: 3}.get(count, min(1, widest(count)))))
    return Phrase(text, slop, draw(st.booleans()), draw(_fields()))


def leaves() -> st.SearchStrategy[Query]:
    """Every kind of leaf of the language."""
    return st.one_of(
        st.builds(Word, st.sampled_from(WORDS), st.booleans(), _fields()),
        phrases(),
        st.builds(Wildcard, st.sampled_from(PATTERNS), _fields()),
        _keywords(),
        st.builds(Concept, st.sampled_from([t.id for t in TOPICS])),
        _times(),
    )


def queries(most: int = 8) -> st.SearchStrategy[Query]:
    """Queries in normal form, every operator nested in every other, of at most ``most`` leaves, within all limits."""
    return (
        st.recursive(
            leaves(),
            lambda inner: st.one_of(
                st.builds(Not, inner),
                st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
                st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
            ),
            max_leaves=most,
        )
        .map(normal)
        .filter(_is_askable)
    )


def _is_askable(query: Query) -> bool:
    try:
        lower(query, context())
    except QueryError:
        return False
    return True


def _fields() -> st.SearchStrategy[TextField | None]:
    return st.none() | st.sampled_from(FIELDS)


def _keywords() -> st.SearchStrategy[Query]:
    choices = {
        "source": list(SOURCES),
        "tier": ["official", "trade"],
        "country": ["DE", "GB"],
        "lang": ["de", "en", "fr"],
        "kind": ["article", "live"],
        "entity": [e.id for e in ENTITIES],
        "topic": [t.id for t in TOPICS],
        "story": ["7b2e", "other"],
    }
    return st.sampled_from(
        [Keyword(field, value) for field, values in choices.items() for value in (*values, None)]  # type: ignore[arg-type]  # the keys are the fields
    )


def _times() -> st.SearchStrategy[Query]:
    bounds = st.sampled_from(["2025-06-01", "2025-06-02", "2025-06-01T12:30", "2025-06-01T22:00Z", "2d", "36h", "now"])
    maybe = st.none() | bounds
    days = st.tuples(maybe, maybe).filter(lambda pair: not (pair[0] and pair[1] and pair[0] > pair[1]))
    return st.one_of(
        st.builds(lambda field, pair: TimeRange(field, *pair), st.sampled_from(["published", "seen"]), days),
        st.builds(lambda bound: TimeRange("time", bound, None), bounds),
        st.builds(lambda bound: TimeRange("time", None, bound), bounds),
    )
