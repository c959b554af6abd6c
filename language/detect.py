"""Which language a text is in: all languages py3langid knows, with what the page and its source say as a prior.

Restricted to German and English the model calls French and Polish German; over all languages, and with a prior that only
decides where the words do not, it calls them what they are (docs: decision 0012).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from py3langid import langid  # type: ignore[import-untyped]  # it ships no types

LOOKED_AT = 2_000
"""Characters looked at: the first half and the last half of so many; more costs time and changes nothing."""
# Bonuses in the units of the model's score divided by the root of the length (its own calibration); from the set in
# tests/language/test_detect.py. A clear sentence parts two related languages by 4 and more, strangers by 8.
PAGE = 2.5
SOURCE = 2.0
PRESS = 1.5
SURE = 0.5
"""A language needs this share of the probability, else nothing can be told."""
FEWEST_LETTERS = 3
_PRESS = "ar bg cs da de el en es et fa fi fr he hr hu it ja ko lt lv nl no pl pt ro ru sk sl sr sv tr uk zh"
PRESS_LANGUAGES = frozenset(_PRESS.split())
"""Languages in which there is a defence press; the model's many small languages must not win a headline by chance."""


def detect(text: str, *, page: str | None = None, source: Sequence[str] = ()) -> str | None:
    """Return the ISO 639-1 code of the language of ``text``, or None if nothing can be told.

    ``page`` is the language the page declares (``de`` or ``de-AT``), ``source`` the languages its source is configured
    with. Both are only priors: a French text on a page that says ``de`` is French.
    """
    if sum(map(str.isalpha, text[:LOOKED_AT])) < FEWEST_LETTERS:
        return None
    sample = _sample(text)
    prior = _prior(page, source)
    root = math.sqrt(len(sample.encode("utf-8", "replace")))
    scores = {
        language: score / root + prior.get(language, 0.0) for language, score in _model().rank(sample) if len(language) == 2
    }
    best = max(scores, key=scores.__getitem__)
    total = sum(math.exp(score - scores[best]) for score in scores.values())
    return best if 1 / total >= SURE else None


def _sample(text: str) -> str:
    if len(text) > LOOKED_AT:
        text = text[: LOOKED_AT // 2] + " " + text[-LOOKED_AT // 2 :]
    # A headline in capitals looks like no language at all; lone surrogates have no bytes.
    return text.lower().encode("utf-8", "replace").decode() if text.isupper() else text.encode("utf-8", "replace").decode()


def _prior(page: str | None, source: Sequence[str]) -> dict[str, float]:
    prior = dict.fromkeys(PRESS_LANGUAGES, PRESS)
    for language in source:
        prior[language] = prior.get(language, 0.0) + SOURCE
    if page:
        code = page.replace("_", "-").partition("-")[0].lower()
        code = "no" if code in ("nb", "nn") else code
        prior[code] = prior.get(code, 0.0) + PAGE
    return prior


@cache
def _model() -> langid.LanguageIdentifier:
    """Return a model of our own: the module's is shared and may be restricted by whoever else uses it (1.6 s to load)."""
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
