"""What a text is cut into, how it is spelled, and what an index is given: examples first, then the laws."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from language.analysis import CODE, Analyser, streams
from language.fold import LONGEST, cut, units
from language.split import split
from language.split_lexicon import Lexicon

ANALYSER = Analyser(("Rheinmetall", "Helsing", "Auterion", "NATO", "Quantum Systems"))
PLAIN = Analyser()


def exact(text: str) -> list[str]:
    return [unit.exact for unit in PLAIN.analyse(text, "de").units]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Übung Größe STRASSE Maße", ["uebung", "groesse", "strasse", "masse"]),
        ("café Dvořák Łódź Ærø señor", ["cafe", "dvorak", "lodz", "aero", "senor"]),
        ("F-35 F35 F 35", ["f", "35"] * 3),
        ("2A8, HX-2 und IRIS-T SLM", ["2", "a", "8", "hx", "2", "und", "iris", "t", "slm"]),
        ("25-Mio.-Euro-Auftrag", ["25", "mio", "euro", "auftrag"]),
        ("25€ $30 100Mio", ["25", "30", "100", "mio"]),
        ("Wehr\u00adpflicht Luft\u200babwehr", ["wehrpflicht", "luftabwehr"]),
        ("\u202eNATO\u202c", ["nato"]),
        ("Trump's Helsing’s don't wir's", ["trump", "helsing", "dont", "wir"]),
        ("l'Europe O’Brien", ["l", "europe", "o", "brien"]),
        ("„Drohne“-System “quoted”", ["drohne", "system", "quoted"]),
        ("#Bundeswehr @nato foo_bar", ["bundeswehr", "nato", "foo", "bar"]),
        ("presse@bund.de https://a.example/b-c?d=1", ["presse", "bund", "de", "https", "a", "example", "b", "c", "d", "1"]),
        ("Київ Ёлка йод", ["київ", "ёлка", "йод"]),
        ("ﬁnal ＦＵＬＬ m² ①", ["final", "full", "m", "2", "1"]),
        ("٣٥ دبابة", ["35", "دبابة"]),
        ("", []),
        ("— … „“ \x00 \ud800", []),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert exact(text) == expected


def test_decomposed_letters_fold_like_composed_ones_and_keep_their_place() -> None:
    text = "Die U\u0308bung in Kie\u0301v"
    (_, uebung, _, kiev) = PLAIN.analyse(text, "de").units
    assert uebung.exact == "uebung"
    assert text[uebung.start : uebung.end] == "U\u0308bung"
    assert kiev.exact == "kiev"
    assert exact("и\u0306") == exact("й")


def test_a_written_word_of_several_units_has_a_joined_form_over_all_of_them() -> None:
    text = "Der NATO-Gipfel und die F-35A."
    analysis = PLAIN.analyse(text, "de")
    assert [(text[one.start : one.end], one.text) for one in analysis.joined] == [
        ("NATO-Gipfel", "natogipfel"),
        ("F-35A", "f35a"),
    ]
    assert PLAIN.joined(PLAIN.units("F-35A")) == "f35a"


def test_a_gap_of_a_hyphen_joins_nothing() -> None:
    assert PLAIN.analyse("Rüstungs- und Wehrtechnik, vor - nach, a--b", "de").joined == ()


def test_streams_of_a_german_text() -> None:
    result = streams(ANALYSER.analyse("Der Natogipfel berät über Marschflugkörper und NATO-Drohnen", "de"))
    assert result.x == "der natogipfel beraet ueber marschflugkoerper und nato drohnen"
    assert result.s.split()[:2] == ["de|der", "de|natogipfel"]
    assert set(result.p.split()) == {
        *("de|nato", "de|gipfel", "de|marsch", "de|flug", "de|" + ANALYSER.stem("koerper", "de")),
        *("de|marschflug", "de|" + ANALYSER.stem("flugkoerper", "de"), "=natodrohnen", "de|natodrohn"),
    }


def test_an_uncovered_language_has_exact_tokens_and_joined_forms_only() -> None:
    for language in ("fr", None):
        analysis = ANALYSER.analyse("Les Drohnen-Systems", language)
        assert analysis.language is None
        assert streams(analysis) == ("les drohnen systems", "", "=drohnensystems")
        assert all(unit.stem == unit.exact and unit.parts == () for unit in analysis.units)
    assert ANALYSER.stem("drohnen", "fr") == "drohnen"


def test_english_is_stemmed_but_not_split() -> None:
    analysis = ANALYSER.analyse("Drones and Battlefields", "en")
    assert [unit.stem for unit in analysis.units] == ["drone", "and", "battlefield"]
    assert all(unit.parts == () for unit in analysis.units)


def test_a_protected_name_is_neither_stemmed_nor_split_and_its_genitive_is_the_name() -> None:
    text = "Rheinmetall Rheinmetalls Helsings Helsing’s Helsingborg Helsinger Auterions"
    stems = [unit.stem for unit in ANALYSER.analyse(text, "de").units]
    assert stems == ["rheinmetall", "rheinmetall", "helsing", "helsing", "helsingborg", "helsinger", "auterion"]
    assert all(unit.parts == () for unit in ANALYSER.analyse("Rheinmetall Rheinmetalls", "de").units)


def test_a_protected_name_may_be_a_part() -> None:
    (unit,) = ANALYSER.analyse("Rheinmetallaktie", "de").units
    assert unit.parts[0] == "rheinmetall"
    assert "metall" not in unit.parts


def test_a_name_of_several_units_protects_none_of_them() -> None:
    assert ANALYSER.stem("systems", "en") == PLAIN.stem("systems", "en")


def test_only_words_with_a_capital_are_split_but_stems_do_not_look_at_case() -> None:
    small, capital = PLAIN.analyse("kampfdrohnen Kampfdrohnen", "de").units
    assert small.parts == ()
    assert capital.parts == ("kampf", "drohn")
    assert (small.exact, small.stem) == (capital.exact, capital.stem)


@pytest.mark.parametrize(
    ("noun", "other"),
    [
        ("Vertrag", "vertragen"),
        ("Vertrag", "verträglich"),
        ("Beschaffung", "beschaffen"),
        ("Lage", "Lager"),
        ("Verteidiger", "Verteidigung"),
        ("Sicherheit", "sicher"),
        ("Rat", "Rate"),
        ("Not", "Note"),
        ("Burg", "Bürger"),
        ("Mine", "Miene"),
        ("sich", "sicher"),
    ],
)
def test_words_of_different_meaning_have_different_stems(noun: str, other: str) -> None:
    (first,), (second,) = PLAIN.units(noun), PLAIN.units(other)
    assert PLAIN.stem(first, "de") != PLAIN.stem(second, "de")


@pytest.mark.parametrize(
    "forms",
    [
        "Drohne Drohnen",
        "Vertrag Vertrags Vertrages Verträge Verträgen",
        "Ministerium Ministeriums Ministerien",
        "Soldatin Soldatinnen",
        "Hafen Hafens Häfen",
        "Kommando Kommandos",
        "Verteidiger Verteidigers Verteidigern",
        "Beschaffung Beschaffungen",
        "Haus Hauses Häuser Häusern",
        "Konto Konten",
    ],
)
def test_forms_of_one_word_have_one_stem(forms: str) -> None:
    assert len({PLAIN.stem(unit, "de") for unit in PLAIN.units(forms)}) == 1


def test_the_version_names_code_lexicon_and_names_apart() -> None:
    assert PLAIN.version_parts.protected != ANALYSER.version_parts.protected
    assert PLAIN.version_parts.lexicon == ANALYSER.version_parts.lexicon
    assert PLAIN.version_parts.code == ANALYSER.version_parts.code
    assert PLAIN.version == Analyser().version == str(PLAIN.version_parts)
    assert Analyser(("NATO", "Helsing")).version == Analyser(("Helsing", "Nato")).version
    assert Analyser(languages=("de",)).version != PLAIN.version


def test_changed_rules_need_a_new_version() -> None:
    """Whoever changes what the code makes of these texts must raise CODE, so that no index mixes both."""
    lexicon = Lexicon(
        {"kampf": 5.0, "see": 9.0}, {"drohne": 5.0, "wehr": 8.0}, frozenset(("seewehr",)), frozenset(("ab",)),
        frozenset(("ab", "ver")), {"kriegsende": ("kriegs", "ende")},
    )  # fmt: skip
    text = "Die F-35A, l'Été's Größe’s don't U\u0308ber\u00adsee „x“-y a/b 25€ Ёлка ﬁ m² Ǆ ǖ ٣ ß ẞ ŉ K Å"
    words = ("kampfdrohnen", "kampfabdrohne", "seewehr", "kriegsende", "verwehr", "seekampfdrohnes", "taurusdrohne")
    result = repr((
        [tuple(one) for one in cut(text)],
        PLAIN.analyse(text, None),
        [split(word, lexicon) for word in words],
        streams(PLAIN.analyse(text, "en")),
    ))  # fmt: skip
    assert (CODE, hashlib.sha256(result.encode()).hexdigest()[:16]) == ("2", "0d214b8988b8d0a5")


text_like = st.text() | st.text("aäßÜ-'’/ 1F\u00ad\u0308\u200b\n_.S", max_size=60)


@settings(max_examples=300, deadline=None)
@example("\ud800", "de")
@example("a\x00b", "de")
@example("ŉ", "de")
@example("\u0345", "de")
@given(text_like, st.sampled_from(["de", "en", "fr", None]))
def test_laws_of_any_text(text: str, language: str | None) -> None:
    analysis = ANALYSER.analyse(text, language)
    end = 0
    for unit in analysis.units:
        assert 0 <= unit.start < unit.end <= len(text)
        assert unit.end >= end
        end = unit.end
        assert 1 <= len(unit.exact) <= LONGEST
        assert tuple(units(unit.exact)) == (unit.exact,)  # folding twice is folding once
    for one in analysis.joined:
        assert 0 <= one.start < one.end <= len(text)
    x, s, p = streams(analysis)
    assert len(x.split()) == len(analysis.units)
    assert len(s.split()) == (len(analysis.units) if analysis.language else 0)
    assert x.split(" ") == x.split() or not x
    assert all(token.startswith(("=", "de|", "en|")) for token in p.split())
    assert tuple(unit.exact for unit in analysis.units) == ANALYSER.units(text)


@given(st.text("aZäÖüß", min_size=1, max_size=70))
def test_the_short_way_for_plain_german_words_folds_like_the_long_one(word: str) -> None:
    (short,) = cut(word)
    (long,) = cut("\u200b" + word)
    assert (short.start + 1, short.end + 1, short.text) == tuple(long)


@settings(max_examples=200, deadline=None)
@given(st.lists(text_like, max_size=4))
def test_white_space_is_a_border_everywhere(texts: list[str]) -> None:
    """So lines, tabs and no-break spaces make no difference, nor does what was analysed before."""
    whole = [unit.exact for unit in PLAIN.analyse("\n".join(texts), "de").units]
    assert whole == [unit.exact for text in texts for unit in PLAIN.analyse(text, "de").units]


@settings(max_examples=100, deadline=None)
@given(st.text("abcdeiklmnrstuaeoeue", min_size=1, max_size=30))
def test_a_genitive_or_plural_of_a_hyphenated_word_changes_only_its_last_unit(word: str) -> None:
    joined = PLAIN.analyse(f"NATO-{word}", "de")
    assert [unit.exact for unit in joined.units] == ["nato", word]
    assert [one.text for one in joined.joined] == [("nato" + word)[:LONGEST]]


HOSTILE = ("a", "A", "a-", "\u0308", "\x00", "Kampf", "F3", "'s", "a b ", "Ǆ")


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("size", [60_000, pytest.param(1_000_000, marks=pytest.mark.deep)])
def test_a_long_text_of_one_pattern_takes_time_in_proportion(pattern: str, size: int) -> None:
    text = pattern * (size // len(pattern))
    started = time.process_time()
    result = streams(PLAIN.analyse(text, "de"))
    assert time.process_time() - started < 5 + size / 50_000  # 3 us a character on a quiet machine
    assert all(len(token) <= LONGEST for token in result.x.split())


def test_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("language.analysis.STRETCHES_KEPT", 50)
    analyser = Analyser()
    for number in range(500):
        analyser.analyse(f"Wort{number} Drohne", "de")
    sizes = [len(known) for known in analyser._known.values()] + [len(known) for known in analyser._words.values()]
    assert 0 < max(sizes) <= 50
