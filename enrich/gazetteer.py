"""Which names of the gazetteer stand where in a text, before anybody asks whether they mean the entity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from config.models import Entity, EntityName
from enrich.spelling import Words, in_capitals, spellings
from enrich.taken import Taken
from enrich.tokens import Places, cut
from language.tokens import Analysis

_BLOCK = "against"


@dataclass(frozen=True, slots=True)
class Named:
    """A name found at a place of the text (code points), and the entity that bears it."""

    start: int
    end: int
    entity: Entity
    name: EntityName

    @property
    def ambiguous(self) -> bool:
        """Whether only its context can tell that the entity is meant."""
        return "needs-context" in self.name.flags


class Gazetteer:
    """The names of all entities, compiled once for spaCy's PhraseMatcher."""

    def __init__(self, vocab: Vocab, entities: Iterable[Entity]) -> None:
        self._vocab = vocab
        self._exact = PhraseMatcher(vocab, attr="ORTH")
        self._folded = PhraseMatcher(vocab, attr="LOWER")
        self._bearers: dict[int, tuple[Entity, EntityName]] = {}
        self._heads: dict[str, tuple[Entity, EntityName]] = {}
        for entity in entities:
            own = {_words(name.name) for name in entity.names}
            for number, name in enumerate(entity.names):
                self._add(entity, name, f"{entity.id} {number}")
            for phrase in entity.against:
                words = _words(phrase)
                if is_longer(words, own):
                    self._folded.add(_BLOCK, [self._doc(words)])

    def _add(self, entity: Entity, name: EntityName, key: str) -> None:
        words = _words(name.name)
        forms = spellings(name, words)
        exact = "exact-case" in name.flags
        if exact:
            forms |= {upper for form in forms if (upper := in_capitals(name, form))}
        (self._exact if exact else self._folded).add(key, [self._doc(form) for form in sorted(forms)])
        self._bearers[self._vocab.strings[key]] = (entity, name)
        if "compound-head" in name.flags and len(words) == 1:
            self._heads[words[0].lower()] = (entity, name)

    def _doc(self, words: Words) -> Doc:
        return Doc(self._vocab, words=list(words))

    def find(self, doc: Doc, language: str | None, compounds: Sequence[tuple[int, Analysis]]) -> list[Named]:
        """Return the names in reading order, the longest first where they overlap; several bearers may share a place.

        ``compounds`` are the analysed fields with their start in the text: names within closed compounds come from there.
        """
        places: Places = doc.user_data["places"]
        block = self._vocab.strings[_BLOCK]
        found: dict[tuple[int, int], list[Named]] = {}
        for matcher in (self._exact, self._folded):
            for key, first, last in matcher(doc):
                start, end = places.starts[first], places.ends[last - 1]
                if key == block:
                    found.setdefault((start, end), [])
                    continue
                entity, name = self._bearers[key]
                if speaks(name, language):
                    found.setdefault((start, end), []).append(Named(start, end, entity, name))
        for start, end, bearer in self._within(compounds):
            found.setdefault((start, end), []).append(Named(start, end, *bearer))
        return _longest(found)

    def _within(self, compounds: Sequence[tuple[int, Analysis]]) -> Iterable[tuple[int, int, tuple[Entity, EntityName]]]:
        """Yield names that open a closed compound (Natogipfel), as the shared analysis splits it."""
        for base, analysis in compounds:
            for unit in analysis.units:
                if unit.parts:
                    for head, bearer in self._heads.items():
                        if head in unit.parts and unit.exact.startswith(head) and len(unit.exact) > len(head):
                            yield base + unit.start, base + unit.start + len(head), bearer


def _words(text: str) -> Words:
    return tuple(cut(text)[0])


def is_longer(words: Words, names: Iterable[Words]) -> bool:
    """Tell whether the words contain one of the names and more, in whatever case."""
    low = tuple(word.lower() for word in words)
    for name in names:
        part = tuple(word.lower() for word in name)
        if len(low) > len(part) and any(low[i : i + len(part)] == part for i in range(len(low) - len(part) + 1)):
            return True
    return False


def speaks(name: EntityName, language: str | None) -> bool:
    """Tell whether a name counts in a text: its own language's single words mean other things elsewhere."""
    return name.language in (None, language) or " " in name.name


def _longest(found: Mapping[tuple[int, int], list[Named]]) -> list[Named]:
    """Keep the longest of places that overlap; a place without names is a longer name that means somebody else."""
    taken = Taken()
    longest_first = sorted(found, key=lambda place: (place[0] - place[1], place[0]))
    kept = [place for place in longest_first if taken.take(*place)]
    return [named for place in sorted(kept) for named in found[place]]
