"""How language/lexicon/de/nouns.txt was made: nouns whose forms Snowball splits up or throws together with other nouns.

Run: python training/lexicon/make_nouns.py COUNTS.tsv.gz, from the root of the repository (COUNTS as for make.py).
A noun in -er or -en that has a genitive in -s is a word of its own (Verteidiger is no Verteidigung, Lager no Lage);
feminines in -in have their plural in -innen; learned nouns in -um, -us have theirs in -en;
after a vowel Snowball keeps the s of genitive and plural (Kommandos).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from language.split import split
from language.split_lexicon import FOLDER, load
from training.lexicon.make import Counts, is_noun, our_words, read

FOLDER_DE = FOLDER / "de"
UMLAUT = re.compile(r"(a|o|u)([^aeiou]+(?:en|er|el))$")
FOLDED_UMLAUTS = ("aen", "oen", "aer", "oer")  # Kapitaen, Militaer: no nouns in -en and -er
VOWELS = ("a", "i", "o", "u", "y")
HEAD = """# Nouns and all their forms, "lemma: form form ...", folded. Made by training/lexicon/make_nouns.py, not by hand.
"""


def is_plural(noun: str, nouns: set[str]) -> bool:
    """Tell a plural in -er (rinder, buecher) and a noun whose plural is in -e (offizier) from a noun in -er (panzer)."""
    base = noun[:-2]
    plain = re.sub(r"(a|o|u)e(u?[^aeiou]+)$", r"\1\2", base)
    return base in nouns or plain in nouns or noun + "e" in nouns


def umlauted(noun: str, nouns: set[str], counts: Counts) -> list[str]:
    """Return the plural forms with an umlaut that were seen (haefen for hafen), but no other noun (zaehler for zahler)."""
    plural = UMLAUT.sub(r"\1e\2", noun)
    found = [plural] if plural != noun and plural in nouns and plural + "s" not in counts.nouns else []
    return [*found, plural + "n"] if found and plural.endswith(("er", "el")) else found


def own_forms(noun: str, nouns: set[str], counts: Counts, ours: frozenset[str]) -> list[str]:
    """Return the forms of a noun in -er or -en that is no plural; empty if it is one."""
    genitive = noun + "s"
    if noun.endswith(FOLDED_UMLAUTS):
        return []
    seen = genitive in counts.nouns and noun + "e" not in nouns
    if noun.endswith("er") and (seen or (noun in ours and not is_plural(noun, nouns))):
        return [noun, genitive, noun + "n", *umlauted(noun, nouns, counts)]
    is_verb = counts.lower.get(noun, 0.0) > 0.2 * counts.nouns.get(noun, 0.0)
    if noun.endswith("en") and genitive in counts.nouns and not is_verb and noun[:-1] not in nouns:
        return [noun, genitive, *umlauted(noun, nouns, counts)]
    return []


def learned_forms(noun: str, nouns: set[str], ours: frozenset[str]) -> list[str]:
    """Return the forms of a noun whose plural changes its end (ministerium, ministerien) or is in -s (autos)."""
    if noun.endswith(VOWELS) and len(noun) > 2 and (noun + "s" in nouns or noun in ours):
        return [noun, noun + "s"]
    if noun.endswith("in") and noun + "nen" in nouns:
        return [noun, noun + "nen"]
    for end in ("um", "us"):
        plural = noun.removesuffix(end) + "en"
        if noun.endswith(end) and len(noun) - len(end) >= 3 and plural in nouns and plural[:-1] not in nouns:
            return [noun, noun + "s" if end == "um" else noun, plural]
    return []


def main(path: Path) -> None:
    """Write the table for all nouns of the counts and of our own lists that are no compounds."""
    counts = read(path)
    ours = our_words()
    nouns = {word for word in counts.nouns if is_noun(word, counts)} | ours
    lexicon = load("de")
    taken: set[str] = set()
    lines = []
    for noun in sorted(nouns):
        forms = own_forms(noun, nouns, counts, ours) or learned_forms(noun, nouns, ours)
        forms = [form for form in dict.fromkeys(forms) if form not in taken]
        if len(forms) > 1 and not split(noun, lexicon):
            taken.update(forms)
            lines.append(f"{noun}: {' '.join(forms)}")
    (FOLDER_DE / "nouns.txt").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} nouns")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
