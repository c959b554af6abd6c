"""Which of a page's titles is the headline? The candidates vote; kicker and site name are told apart from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from extract.decode import one_line

Place = Literal["h1", "json-ld", "og", "feed", "title", "twitter"]
WEIGHT: dict[Place, float] = {"h1": 3.0, "json-ld": 2.6, "og": 2.2, "feed": 1.8, "title": 2.0, "twitter": 0.8}
"""How much each place says. The best fixed order finds 70 to 75 % (docs/decisions/0030): so agreement decides first, and
what readers see (h1) settles what is left."""

_SEPARATORS = re.compile(r"\s+(?:[|·•»›–—-]|\+{3})\s+|\s*\|\s*|\s+::?\s+")
_KICKER = re.compile(r"^(?P<kicker>[^:|–—+]{2,60}?)\s*(?::|\||–|—|\+\+\+)\s+(?P<rest>\S.*)$")
_AFTER_KICKER = re.compile(r"\s*(?:[:|–—•·]|\+{1,3}|\s-)\s+")
_TRAIL = re.compile(r"^[^+]+(?:\s\+{3}\s[^+]+){2,}$")
"""Site, section and headline in a row, as old systems wrote them into the document's title."""
_LEGAL_FORM = re.compile(r"\s*,?\s*\b(?:e\.\s?V\.?|gGmbH|GmbH|AG|SE|Ltd\.?|Inc\.?|LLC|plc)\s*$")
_NO_KICKER = re.compile(
    r"^(?:watch|listen|video|podcast|(?:news|press|media) release|presse-?(?:mitteilung|meldung|information)en?)$", re.I
)
"""What names the kind of page, not its subject."""
_NO_TITLE = re.compile(r"^(?:home|startseite|start|news|nachrichten|untitled|index|artikel|article)$", re.I)
_WORD = re.compile(r"\w+")
_DAY = re.compile(r"\b\d{1,2} \d{1,2} \d{4}\b")
_LONGEST = 400
_LONGEST_KICKER = 60
_FEWEST_WORDS, _TELLING = 4, 4
"""Words of a headline that stands for itself, and letters of a word that tells the subject."""
_SHORTEST_BACKED = 12
"""Code points below which one title's words stand in another by chance."""


class Titles(NamedTuple):
    """The headline and the kicker above it, each on one line."""

    title: str | None
    kicker: str | None


def choose(candidates: Iterable[tuple[Place, str | None]], site_names: Sequence[str], kicker: str | None) -> Titles:
    """Choose the headline among what the page says in several places.

    Candidates support one another when they say the same, and half as much when one merely holds the other. ``site_names``
    are removed from the ends; ``kicker`` is what the page marks as one.
    """
    kicker = one_line(kicker)[:_LONGEST] or None
    cleaned = [
        (place, _without_kicker(without_site(one_line(text)[:_LONGEST], site_names), kicker)) for place, text in candidates
    ]
    votes = [(place, text, fold(text)) for place, text in cleaned if fold(text) and not _NO_TITLE.match(text)]
    if not votes:
        return Titles(None, kicker)

    def support(place: Place, words: str) -> float:
        return (
            sum(WEIGHT[other] * _backing(theirs, said, place, words) for other, said, theirs in votes) + WEIGHT[place] / 100
        )

    _, title, words = max(votes, key=lambda vote: support(vote[0], vote[2]))
    if kicker is None:
        kicker = _found_kicker(title, (text for _, text, _ in votes))
    named = kicker is None or fold(kicker) == words or _NO_KICKER.match(kicker)
    return Titles(title, None if named or squeeze(kicker or "") in map(squeeze, site_names) else kicker)


def _backing(theirs: str, said: str, place: Place, words: str) -> float:
    """Return how far one candidate (its words, and as it is said) backs another: as the same, as one it holds, or not.

    One that holds it after a kicker and a mark says the same; so does a shortened one of what readers see as the headline.
    """
    if theirs == words or theirs.replace(" ", "") == words.replace(" ", ""):  # "B 2" and "B2" are spellings of one road
        return 1.0
    if len(words) <= _SHORTEST_BACKED:
        return 0.0
    if f" {words} " in f" {theirs} ":
        match = _KICKER.match(said)
        return 1.0 if match and fold(match["rest"]) == words else 0.5
    shortened = place == "h1" and len(theirs) > _SHORTEST_BACKED and words.startswith(f"{theirs} ")
    return 1.0 if shortened and not _DAY.search(words, len(theirs)) else 0.0


def settles(shown: str, chosen: str, claims: Sequence[str]) -> bool:
    """Whether what heads the text is the headline though the head's titles agreed on another wording of it.

    It is a sentence of its own that shares a word with them; what only adds a kicker or a day to the chosen one is not.
    With it 390 headlines of 453 real pages are right instead of 381 (development half of docs/decisions/0034).
    """
    words, others = fold(shown), fold(chosen)
    if len(words.split()) < _FEWEST_WORDS or words.startswith(others) or words.endswith(others):
        return False
    said = {word for claim in claims for word in fold(claim).split() if len(word) >= _TELLING}
    return not said.isdisjoint(words.split())


def told_apart(
    parts: tuple[str, str], candidates: list[tuple[Place, str | None]]
) -> tuple[str | None, list[tuple[Place, str | None]]]:
    """Tell kicker and headline of a heading in two parts, if another place states the second alone or parts them by a mark.

    Returns the kicker (None if nobody agrees) and the candidates with the heading's headline.
    """
    kicker, headline = parts
    for place, text in candidates:
        if place == "h1" or not text:
            continue
        rest = _AFTER_KICKER.match(text, len(kicker)) if fold(text).startswith(fold(kicker)) else None
        said = text[rest.end() :] if rest else text
        if f" {fold(said)} ".startswith(f" {fold(headline)} ") and len(kicker) <= _LONGEST_KICKER:
            return kicker, [("h1", headline), *(pair for pair in candidates if pair[0] != "h1")]
    return None, candidates


def fold(text: str) -> str:
    """Return the words of a title in lower case: what two spellings of one headline share."""
    return " ".join(_WORD.findall(text.casefold()))


def without_site(text: str, site_names: Sequence[str]) -> str:
    """Remove the site's name and what follows it ("Headline - Politik - Zeitung") from the ends of a title."""
    if _TRAIL.match(text):
        return text.rsplit("+++", 1)[1].strip()
    cuts = list(_SEPARATORS.finditer(text))
    if not cuts:
        return text
    known = {squeeze(_LEGAL_FORM.sub("", name)) for name in site_names if name}
    parts = [
        _LEGAL_FORM.sub("", text[start:end])
        for start, end in zip([0, *(c.end() for c in cuts)], [*(c.start() for c in cuts), len(text)], strict=True)
    ]
    for index in range(len(parts) - 1, 0, -1):
        if squeeze(parts[index]) in known:
            # a section between headline and site name goes with it: it is short and the headline before it is not
            keep = index
            while keep > 1 and len(parts[keep - 1]) <= 20 and len(parts[keep - 1].split()) <= 2 and len(parts[0]) > 20:
                keep -= 1
            return text[: cuts[keep - 1].start()].strip()
    if squeeze(parts[0]) in known:
        return text[cuts[0].end() :].strip()
    return text


def squeeze(text: str) -> str:
    """Return letters and digits only, lower case: "Die Zeitung.de" and "diezeitung.de" are one name."""
    return "".join(_WORD.findall(text.casefold()))


def _without_kicker(text: str, kicker: str | None) -> str:
    if not kicker or not text.casefold().startswith(kicker.casefold()):
        return text
    after = _AFTER_KICKER.match(text, len(kicker))
    return text[after.end() :] if after and len(text) - after.end() >= 8 else text


def _found_kicker(title: str, texts: Iterable[str]) -> str | None:
    """A kicker shows when one place has "Kicker: Headline" and the chosen headline is the second half."""
    words = fold(title)
    for text in texts:
        match = _KICKER.match(text)
        if match and fold(match["rest"]) == words:
            return match["kicker"].strip(" +")
    return None
