"""Which language: whole sentences, headlines, misleading pages, and texts that say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language.detect import detect

SENTENCES = {
    "de": [
        "Die Bundeswehr erhält im kommenden Jahr die ersten Exemplare der neuen Haubitze.",
        "Der Haushaltsausschuss hat die Vorlage am Mittwoch gebilligt, teilte das Ministerium mit.",
        "Das Unternehmen aus München liefert Software für unbemannte Systeme an mehrere Staaten.",
        "Ob der Vertrag noch vor der Sommerpause unterschrieben wird, ist offen.",
        "Mit dem Schiff sollen Seeminen gesucht und geräumt werden.",
        "Wien und Bern beteiligen sich an dem gemeinsamen Schirm zur Luftverteidigung.",
    ],
    "en": [
        "The army will receive the first howitzers next year, the ministry said on Tuesday.",
        "Lawmakers approved the spending bill after a long debate over drone procurement.",
        "The company builds software for unmanned systems and ships it to several states.",
        "Whether the contract will be signed before the summer break remains unclear.",
        "Sailors trained to hunt naval mines in the Baltic Sea this week.",
    ],
    "fr": [
        "Le ministère des Armées a commandé de nouveaux drones auprès d'un industriel français.",
        "Les députés ont adopté la loi de programmation militaire mercredi soir.",
        "La marine nationale recevra sa première frégate avant la fin de l'année.",
        "Paris et Berlin veulent construire ensemble le char de combat du futur.",
    ],
    "pl": [
        "Polska kupi kolejne czołgi i haubice, poinformował w środę minister obrony.",
        "Wojsko otrzyma pierwsze drony jeszcze w tym roku, podało ministerstwo.",
        "Umowa ma zostać podpisana przed wakacjami, ale szczegóły nie są znane.",
    ],
    "nl": ["De marine krijgt nieuwe fregatten, zo maakte het ministerie van Defensie woensdag bekend."],
    "it": ["La Marina militare riceverà la prima fregata entro la fine dell'anno."],
    "es": ["El ejército recibirá los primeros carros de combate el próximo año."],
    "uk": ["Українські військові отримали нові безпілотники від партнерів."],
    "ru": ["Министерство обороны сообщило о поставках новых беспилотников."],
    "sv": ["Försvarsmakten får nya stridsvagnar nästa år, meddelade regeringen i onsdags."],
    "cs": ["Armáda dostane první houfnice příští rok, oznámilo ministerstvo obrany."],
    "tr": ["Savunma Bakanlığı yeni insansız hava araçlarını teslim aldı."],
    "da": ["Forsvaret får nye kampvogne næste år, oplyser ministeriet onsdag."],
    "fi": ["Puolustusvoimat saa uudet panssarivaunut ensi vuonna, ministeriö kertoi."],
}
ALL = [(language, text) for language, texts in SENTENCES.items() for text in texts]

HEADLINES = [
    ("de", "Drohnen über Kiew"),
    ("de", "Rheinmetall baut neues Werk"),
    ("de", "Neue Panzer für Litauen"),
    ("de", "HAUSHALT: KEINE EINIGUNG IN SICHT"),
    ("de", "Helsing liefert HX-2 an die Ukraine"),
    ("en", "Army buys new drones"),
    ("en", "Helsing to deliver HX-2 to Ukraine"),
    ("en", "NATO SUMMIT ENDS WITHOUT PLEDGE"),
    ("en", "Rheinmetall opens new plant"),
    ("fr", "La France commande des drones"),
    ("pl", "Polska kupuje czołgi K2"),
]


@pytest.mark.parametrize(("language", "text"), ALL)
def test_a_sentence_is_recognised_without_any_hint(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(("language", "text"), [pair for pair in ALL if pair[0] not in ("de", "en")])
def test_a_german_page_of_a_german_and_english_source_does_not_make_other_languages_german_or_english(
    language: str, text: str
) -> None:
    assert detect(text, page="de-DE", source=("de", "en")) == language


@pytest.mark.parametrize(("language", "text"), HEADLINES)
def test_a_headline_is_recognised_when_page_and_source_agree(language: str, text: str) -> None:
    assert detect(text, page=language, source=(language,)) == language


def test_most_headlines_need_no_hint() -> None:
    right = sum(detect(text) == language for language, text in HEADLINES)
    assert right >= len(HEADLINES) - 3


@pytest.mark.parametrize(("language", "text"), [pair for pair in ALL if pair[0] in ("de", "en")])
def test_german_and_english_hold_against_a_page_that_says_the_other(language: str, text: str) -> None:
    wrong = {"de": "en", "en": "de"}[language]
    assert detect(text, page=wrong, source=(wrong,)) == language


@pytest.mark.parametrize("text", ["", "   ", "F-35", "12345", "2A8 / 8", "...", "\x00", "\ud800\ud801"])
def test_nothing_to_tell(text: str) -> None:
    assert detect(text) is None


def test_one_bare_word_is_left_to_the_page() -> None:
    assert detect("Panzer", page="de", source=("de",)) == "de"
    assert detect("Army", page="en-US", source=("en",)) == "en"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.none() | st.text(max_size=8))
def test_never_raises_and_answers_with_a_code_of_two_letters(text: str, page: str | None) -> None:
    found = detect(text, page=page, source=("de", "xx"))
    assert found is None or len(found) == 2
