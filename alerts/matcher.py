"""Which alerts an article makes true: one pass over its canonical text finds the few that can be, the judge decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import ahocorasick_rs

from alerts.compiled import CompiledAlert
from alerts.triggers import triggers
from articles.match import Match
from language.analysis import streams
from language.query_judge import Occurrences, find
from language.tokens import Analysed


class Matcher:
    """All alerts of a desk, matched in process.

    Every alert waits for a necessary string (``alerts.triggers``); one overlapping Aho-Corasick pass over the article's
    streams (Aho and Corasick, CACM 18(6), 1975) tells which strings occur, and only those alerts are judged.
    """

    def __init__(self, alerts: Sequence[CompiledAlert]) -> None:
        self._alerts = tuple(alerts)
        self._always: list[int] = []
        self._by_keyword: dict[tuple[str, str], list[int]] = defaultdict(list)
        by_string: dict[str, list[int]] = defaultdict(list)
        for number, compiled in enumerate(self._alerts):
            needed = triggers(compiled.plan)
            if needed is None:
                self._always.append(number)
                continue
            for string in needed.strings:
                by_string[string].append(number)
            for keyword in needed.keywords:
                self._by_keyword[keyword].append(number)
        self._waiting = list(by_string.values())
        self._automaton = (
            ahocorasick_rs.AhoCorasick(
                list(by_string), store_patterns=False, implementation=ahocorasick_rs.Implementation.ContiguousNFA
            )
            if by_string
            else None
        )

    def match(self, analysed: Analysed) -> list[Match]:
        """Return the matches of one article in the order of the alerts, each with the spans that made it true."""
        occurrences = Occurrences(analysed)
        matches = []
        for number in sorted(self._candidates(analysed)):
            compiled = self._alerts[number]
            languages = compiled.alert.languages
            if languages and not analysed.keywords["lang"] & set(languages):
                continue
            found = find(compiled.plan, analysed, occurrences)
            if found.holds:
                matches.append(Match(compiled.alert.id, analysed.id, found.spans, compiled.version))
        return matches

    def _candidates(self, analysed: Analysed) -> set[int]:
        candidates = set(self._always)
        for field, values in analysed.keywords.items():
            for value in values:
                candidates.update(self._by_keyword.get((field, value), ()))
        if self._automaton is not None:
            for pattern, _, _ in self._automaton.find_matches_as_indexes(_haystack(analysed), overlapping=True):
                candidates.update(self._waiting[pattern])
        return candidates


def _haystack(analysed: Analysed) -> str:
    """All streams of all fields in one string, tokens between blanks; a line break keeps phrases within one stream."""
    parts = []
    for analysis in analysed.fields.values():
        of_field = streams(analysis)
        parts += [of_field.x, of_field.s, of_field.p]
    return " " + " \n ".join(part for part in parts if part) + " "
