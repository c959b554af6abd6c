"""How an article gets its annotations: language, analysis, entities, topics; everything built once per process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import spacy
from spacy.attrs import LOWER  # type: ignore[import-not-found]  # compiled, without stubs

from articles.article import Annotated, Annotations, Article, Entity, Span
from config.desk import Desk
from config.models import Source
from config.versions import version
from enrich.context import Judged, Surroundings, judge
from enrich.gazetteer import Gazetteer
from enrich.layout import Layout, lay_out, lowered
from enrich.model_names import SCORE, ModelNames, Seen, beyond
from enrich.tokens import Places, Tokenizer
from enrich.topics import Topics
from language.analysis import Analyser
from language.analysis_article import analyse_article
from language.detect import detect
from language.query_context import QueryContext
from language.query_names import Names
from language.tokens import Analysed, Analysis

_LONGEST = 100_000_000
"""spaCy's limit of a million code points guards parsers' memory; nothing in this pipeline needs more than the text."""


class Enricher:
    """Annotates articles by a desk's entities and topics, and by spaCy's models where they are installed.

    ``analyser`` is the desk's one analysis; it should know the desk's protected names. Raises Wrong for a topic's term that
    is no query. Not for several threads at once.
    """

    def __init__(self, desk: Desk, analyser: Analyser) -> None:
        self._sources: Mapping[str, Source] = desk.sources
        self._analyser = analyser
        self.zone = ZoneInfo(desk.settings.time_zone)
        self._nlp = spacy.blank("xx")
        # Shapes, prefixes and likenesses of words are never asked for, and cost more than all the rest.
        self._nlp.vocab.lex_attr_getters = {LOWER: str.lower}  # type: ignore[attr-defined]  # missing in the stubs
        self._nlp.tokenizer = Tokenizer(self._nlp.vocab)
        self._nlp.max_length = _LONGEST
        self._gazetteer = Gazetteer(self._nlp.vocab, desk.entities.values())
        names = Names.of(desk.sources.values(), desk.entities.values(), desk.topics.values())
        now = datetime.now(UTC)  # no term of a topic asks for an age
        self._topics = Topics(desk, QueryContext(analyser, analyser.languages, self.zone, now, names))
        self._models = ModelNames(analyser.languages)
        self.versions: tuple[tuple[str, str], ...] = (
            ("analysis", analyser.version),
            ("gazetteer", version(*desk.entities.values())),
            ("model", self._models.version),
            ("topics", version(*desk.topics.values())),
        )

    def enrich(self, articles: Iterable[Article], *, settled: bool = False) -> Iterator[Annotated]:
        """Annotate articles one by one, in order; see ``enrich_one``."""
        for article in articles:
            yield self.enrich_one(article, settled=settled)[0]

    def enrich_one(self, article: Article, *, settled: bool = False) -> tuple[Annotated, Analysed]:
        """Return the article with its annotations, and the analysis they rest on, for whoever matches or indexes it.

        The article's own language is a hint from its page; with ``settled`` it stays as it is. Until copies and stories
        are told apart, an article is its own story. Raises ValueError if a time of the article is no ISO 8601.
        """
        layout = lay_out(article)
        source = self._sources.get(article.source or "")
        language = article.language if settled and article.language else self._language(layout.text, article, source)
        bare = Annotated(article, Annotations(language, story=article.id, versions=self._versions(article)))
        analysed = analyse_article(bare, self._analyser, source, self.zone)
        entities = self._entities(layout, language, analysed)
        ids = frozenset(entity.id for entity in entities if entity.id is not None)
        analysed = replace(analysed, keywords={**analysed.keywords, "entity": ids})
        topics = self._topics.of(analysed, language)
        analysed = replace(analysed, keywords={**analysed.keywords, "topic": frozenset(topic.id for topic in topics)})
        return replace(bare, annotations=replace(bare.annotations, entities=entities, topics=topics)), analysed

    def _language(self, text: str, article: Article, source: Source | None) -> str | None:
        return detect(text, page=article.language, source=source.languages if source else ())

    def _versions(self, article: Article) -> tuple[tuple[str, str], ...]:
        extract = (("extract", article.extract_version),) if article.extract_version else ()
        return (*extract, *self.versions)

    def _entities(self, layout: Layout, language: str | None, analysed: Analysed) -> tuple[Entity, ...]:
        compounds = [(layout.start(field), analysed.fields[field]) for field in layout.fields]
        judged = self._named(layout.text, language, compounds)
        places = [(one.named.start, one.named.end) for one in judged]
        seen = beyond(self._models.find(layout.text, language), places)
        return (*_known(judged, layout), *_only_seen(seen, layout))

    def _named(self, text: str, language: str | None, compounds: Sequence[tuple[int, Analysis]]) -> list[Judged]:
        with self._nlp.memory_zone():  # else every word ever read would stay in spaCy's vocabulary
            doc = self._nlp(text)
            found = self._gazetteer.find(doc, language, compounds)
            places: Places = doc.user_data["places"]
        return judge(found, Surroundings(text, lowered(text), places.sentences, places.paragraphs)) if found else []


def _known(judged: Sequence[Judged], layout: Layout) -> Iterator[Entity]:
    """Yield the gazetteer's entities in the order of their first mention, with the score of the surest."""
    mentions: dict[str, list[Judged]] = {}
    for one in judged:
        mentions.setdefault(one.named.entity.id, []).append(one)
    for id, ones in mentions.items():
        entity = ones[0].named.entity
        spans = tuple(layout.span(one.named.start, one.named.end) for one in ones)
        yield Entity(id, entity.type, entity.names[0].name, "gazetteer", max(one.score for one in ones), spans)


def _only_seen(seen: Sequence[Seen], layout: Layout) -> Iterator[Entity]:
    """Yield what only a model saw, one entity for each spelling and type."""
    mentions: dict[tuple[str, str], list[Seen]] = {}
    for one in seen:
        mentions.setdefault((one.type, one.name), []).append(one)
    for ones in mentions.values():
        spans: tuple[Span, ...] = tuple(layout.span(one.start, one.end) for one in ones)
        yield Entity(None, ones[0].type, ones[0].name, "model", SCORE, spans)
