"""Which names a query may use (ids of sources, entities, topics ...), and the valid name nearest to a wrong one."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from articles.article import ArticleKind
from language.query_tree import KeywordField

if TYPE_CHECKING:
    from config.models import Entity, Source, Topic

_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)

ISO_639_1 = frozenset(_CODES.split())
"""The two-letter codes of ISO 639-1: an article may be in any language, covered by the analysis or not."""

_LONGEST = 64
"""No id or name worth suggesting is longer; a longer mistake is not compared, so that its message stays quick."""

_COMPARED = 12
"""How many names, those that share most pairs of letters with the mistake, are compared closely."""


@dataclass(frozen=True)
class Names:
    """The names that are valid on one desk today.

    ``tiers`` and ``countries`` give the ids of the sources that have them; ``entity_names`` gives the ids of all entities
    that bear a name (keys as ``name_key`` makes them); ``concepts`` gives each topic's terms by language, each term a
    query of its own.
    """

    sources: frozenset[str] = frozenset()
    tiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    countries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    languages: frozenset[str] = ISO_639_1
    kinds: frozenset[str] = frozenset(get_args(ArticleKind))
    entities: frozenset[str] = frozenset()
    entity_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    concepts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[Source], entities: Iterable[Entity], topics: Iterable[Topic]) -> Names:
        """Return the names of a desk's config."""
        sources, entities, topics = tuple(sources), tuple(entities), tuple(topics)
        bearers: dict[str, set[str]] = {}
        for entity in entities:
            for name in entity.names:
                bearers.setdefault(name_key(name.name), set()).add(entity.id)
        return cls(
            sources=frozenset(s.id for s in sources),
            tiers=_grouped((s.tier, s.id) for s in sources),
            countries=_grouped((s.country, s.id) for s in sources if s.country),
            entities=frozenset(e.id for e in entities),
            entity_names={name: tuple(sorted(ids)) for name, ids in bearers.items()},
            topics=frozenset(t.id for t in topics),
            concepts={t.id: {lang: tuple(x.term for x in terms) for lang, terms in t.terms.items()} for t in topics},
        )

    def valid(self, kind: KeywordField) -> frozenset[str] | None:
        """Return the values that a keyword field can have, None where any value can occur (story)."""
        match kind:
            case "source":
                return self.sources
            case "tier":
                return frozenset(self.tiers)
            case "country":
                return frozenset(self.countries)
            case "lang":
                return self.languages
            case "kind":
                return self.kinds
            case "entity":
                return self.entities
            case "topic":
                return self.topics
            case "story":
                return None


def name_key(name: str) -> str:
    """Return the form in which entity names are compared: case and runs of white space do not count."""
    return " ".join(name.casefold().split())


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name closest to ``name``, None if none is close; quick for thousands of names and for any input."""
    if len(name) > _LONGEST:
        return None
    wanted = name.casefold()
    pairs = _pairs(wanted)
    likely = sorted(valid, key=lambda other: (-_shared(pairs, _pairs(other.casefold())), other))[:_COMPARED]
    by_key = {other.casefold(): other for other in reversed(likely)}
    close = difflib.get_close_matches(wanted, by_key, n=1, cutoff=0.6)
    return by_key[close[0]] if close else None


@functools.lru_cache(maxsize=65_536)
def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[i : i + 2] for i in range(len(name) - 1)) or frozenset(name)


def _shared(some: frozenset[str], others: frozenset[str]) -> float:
    """Return Dice's coefficient of two sets of letter pairs."""
    return 2 * len(some & others) / ((len(some) + len(others)) or 1)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, set[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, set()).add(value)
    return {key: tuple(sorted(values)) for key, values in groups.items()}
