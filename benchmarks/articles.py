"""Articles by the thousand from a fixed seed: German and English, words by Zipf's law, real function words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from articles.article import Annotated, Annotations, Article, Entity, Moment, Topic

_FUNCTION = {
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein die eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr",
    "en": "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they "
    "which one were all their she there would more when if out so said what up its about than into them can only other",
}
_STARTS = {
    "de": "ab an auf be ent er ge ver vor zer ber dro fel gren haus kampf luft mar pan rüs schiff trup waf wehr ziel",
    "en": "ac ad be com con de dis ex for in inter mis out over pre pro re sub trans un air bat dron fleet tank",
}
_MIDDLES = {
    "de": "bar ber den der dig ein fahr ger hal kon lan lich mel nis ord pol rat sa schlag stell tor un wan zel",
    "en": "a ab ber cal den er fec gen i ing land lo mar na or per ra sec sta ter ti tor u ver",
}
_ENDS = {
    "de": "e en er ung ungen heit keit schaft chen lich isch ig t ten tes n el eln or oren",
    "en": "ed ing er s tion tions ment ness ly al ity ive or ors ers ance ence y ies",
}
_NAMES = "Helsing Rheinmetall Anduril NATO Bundeswehr HX-2 F-35 IRIS-T SLM Leopard 2A8 Eurofighter Puma Ukraine Kiew"
_REAL = {
    "de": "Drohne Drohnen Kampfdrohnen Panzer Haushalt Beschaffung Luftabwehr",
    "en": "drone drones tank budget",
}
_WORDS = 60_000
_BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def articles(count: int, seed: int = 1) -> Iterator[Annotated]:
    """Yield so many articles over two years: seven in ten German, 30 to 700 words, with sources, entities and topics.

    Ranks of words follow Zipf's law with the exponent 1 behind some fifty function words that make up about four in ten.
    """
    chance = random.Random(seed)
    vocabulary = {language: _vocabulary(language, chance) for language in ("de", "en")}
    weights = list(accumulate(1 / (rank + 20) for rank in range(_WORDS)))
    for number in range(count):
        yield _article(number, count, chance, vocabulary, weights)


def _article(
    number: int, count: int, chance: random.Random, vocabulary: dict[str, list[str]], weights: list[float]
) -> Annotated:
    language = "de" if chance.random() < 0.7 else "en"

    def words(length: int) -> str:
        content = chance.choices(vocabulary[language], cum_weights=weights, k=length)
        function = _FUNCTION[language].split()
        return " ".join(chance.choice(function) if chance.random() < 0.4 else word for word in content)

    published = _BEGIN + timedelta(minutes=number * 1_000_000 // count)
    names = chance.sample(_NAMES.split(), chance.randint(0, 3))
    text = "\n\n".join(words(chance.randint(30, 70)) for _ in range(chance.randint(1, 12)))
    article = Article(
        id=f"{number:016x}",
        url=f"https://bench.example/{number}.html",
        source=f"source-{int(chance.paretovariate(0.7)) % 120}",
        title=" ".join([*names[:1], words(8)]),
        text=" ".join([text, *names]),
        kicker=words(2) if chance.random() < 0.4 else None,
        lead=words(25) if chance.random() < 0.6 else None,
        authors=("Jana Okonski",) if chance.random() < 0.5 else (),
        published=Moment(published.isoformat(), "minute", "json-ld"),
        seen_at=published + timedelta(minutes=9),
        language=language,
    )
    ids = {f"entity-{int(chance.paretovariate(0.5)) % 5_000}" for _ in range(chance.randint(0, 8))}
    topics = {f"topic-{chance.randint(0, 29)}" for _ in range(chance.randint(0, 3))}
    return Annotated(
        article,
        Annotations(
            language,
            entities=tuple(Entity(id, "ORG", id, "gazetteer", 1.0, ()) for id in sorted(ids)),
            topics=tuple(Topic(id, 1.0, ()) for id in sorted(topics)),
        ),
    )


def _vocabulary(language: str, chance: random.Random) -> list[str]:
    """Made-up words that look like the language's, German nouns with a capital, some of them compounds of others."""
    starts, middles, ends = (table[language].split() for table in (_STARTS, _MIDDLES, _ENDS))
    made: dict[str, None] = {}
    while len(made) < _WORDS:
        word = "".join([chance.choice(starts), *chance.choices(middles, k=chance.randint(0, 3)), chance.choice(ends)])
        made[word.capitalize() if language == "de" and chance.random() < 0.5 else word] = None
    listed = list(made)
    for place, word in enumerate(_REAL[language].split()):
        listed[150 + 250 * place] = word
    return listed
