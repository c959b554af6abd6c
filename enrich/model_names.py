"""What an official spaCy model, where one is installed, names in a text beyond the gazetteer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import spacy
from spacy.language import Language

from articles.article import EntityType
from enrich.layout import GAP
from enrich.taken import Taken

MODELS: dict[str, tuple[str, ...]] = {
    "de": ("de_core_news_lg", "de_core_news_md", "de_core_news_sm"),
    "en": ("en_core_web_lg", "en_core_web_md", "en_core_web_sm"),
}
"""The official models per language, the best first."""
SCORE = 0.7
"""spaCy's models tell no probability; this is their usual precision on news, rounded down."""
LONGEST = 100_000
"""Code points of a text that a model reads; it needs about 1 MB of memory for each 1,000."""

_TYPES: dict[str, EntityType] = {
    "PER": "PER",
    "PERSON": "PER",
    "ORG": "ORG",
    "LOC": "LOC",
    "GPE": "LOC",
    "FAC": "LOC",
    "EVENT": "EVENT",
    "PRODUCT": "MISC",
    "MISC": "MISC",
}
"""Our type for each label of the models; other labels (dates, sums, languages) name nothing."""
_WITHOUT = ("tagger", "morphologizer", "parser", "lemmatizer", "attribute_ruler", "senter")


@dataclass(frozen=True, slots=True)
class Seen:
    """A name that a model saw at a place of the text."""

    start: int
    end: int
    type: EntityType
    name: str


class ModelNames:
    """The installed models of the given languages, loaded once. ``version`` names them, ``none`` if there are none."""

    def __init__(self, languages: Iterable[str]) -> None:
        self._models: dict[str, Language] = {}
        for language in languages:
            name = next((name for name in MODELS.get(language, ()) if spacy.util.is_package(name)), None)
            if name is not None:
                self._models[language] = spacy.load(name, exclude=list(_WITHOUT))
        metas = (model.meta for model in self._models.values())
        self.version = " ".join(f"{meta['lang']}_{meta['name']}-{meta['version']}" for meta in metas) or "none"

    def find(self, text: str, language: str | None) -> list[Seen]:
        """Return the names that the language's model sees, in reading order; empty if there is no model."""
        model = self._models.get(language or "")
        if model is None:
            return []
        seen = []
        with model.memory_zone():
            for entity in model(text[:LONGEST]).ents:
                kind = _TYPES.get(entity.label_)
                if kind is not None and GAP not in entity.text:
                    seen.append(Seen(entity.start_char, entity.end_char, kind, str(entity.text)))
        return seen


def beyond(seen: Sequence[Seen], places: Sequence[tuple[int, int]]) -> list[Seen]:
    """Return what a model saw outside the places that the gazetteer has."""
    taken = Taken(places)
    return [one for one in seen if taken.is_free(one.start, one.end)]
