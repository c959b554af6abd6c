"""Articles like this one, and the word somebody meant: both from the words every engine counts alike."""

from __future__ import annotations

import pytest

from index.engine import Engine
from index.similar import TERMS, similar, telling
from index.suggest import distance, suggest
from tests.index.conftest import annotated, document

FUNCTION = "der die das und mit für von auf ein eine ist"


def filled(engine: Engine) -> None:
    texts = {
        "drohne-1": "Helsing liefert Kampfdrohnen vom Typ HX-2 an die Ukraine",
        "drohne-2": "Ukraine erhält weitere Kampfdrohnen HX-2 von Helsing",
        "haushalt": "Haushaltsausschuss berät über das Sondervermögen",
        "marine": "Fregatte läuft aus Wilhelmshaven zum Mittelmeer aus",
    }
    others = {f"andere-{n}": f"Meldung Nummer {n} vom Wetter" for n in range(20)}
    engine.put(document(annotated(id, text=f"{text} {FUNCTION}")) for id, text in {**texts, **others}.items())
    engine.refresh()


def test_the_article_that_shares_telling_words_is_similar(engine: Engine) -> None:
    filled(engine)
    this = document(annotated("drohne-1", text=f"Helsing liefert Kampfdrohnen vom Typ HX-2 an die Ukraine {FUNCTION}"))
    found = similar(engine, this)
    assert found.hits[0].id == "drohne-2"
    assert "drohne-1" not in {hit.id for hit in found.hits}
    assert found.total == len(found.hits)


def test_function_words_tell_nothing(engine: Engine) -> None:
    filled(engine)
    words = {word for _, word in telling(engine, document(annotated("x", text=f"Fregatte {FUNCTION} " * 9)))}
    assert words == {"de|" + stem for stem in ("fregatt",)} or all("fregatt" in word for word in words)


def test_no_more_than_twenty_words_are_asked_for(engine: Engine) -> None:
    filled(engine)
    many = document(annotated("x", text=" ".join(f"wort{chr(97 + n // 9)}{chr(97 + n % 9)}" for n in range(70))))
    assert len(telling(engine, many)) == TERMS


def test_an_article_without_words_is_like_no_other(engine: Engine) -> None:
    filled(engine)
    assert similar(engine, document(annotated("leer", text=None))).hits == ()


def test_an_article_in_an_uncovered_language_is_compared_by_exact_words(engine: Engine) -> None:
    engine.put([document(annotated("fr-1", text="Le drone patrouille", language="fr"))])
    engine.put(document(annotated(f"de-{n}", text="Wetter")) for n in range(9))
    engine.refresh()
    assert [hit.id for hit in similar(engine, document(annotated("y", text="patrouille", language="fr"))).hits] == ["fr-1"]


@pytest.mark.parametrize(
    ("meant", "written"),
    [("wilhelmshaven", "wilhemshaven"), ("fregatte", "fregate"), ("ukraine", "urkaine"), ("helsing", "helsign")],
)
def test_a_slip_is_recognised(engine: Engine, meant: str, written: str) -> None:
    filled(engine)
    assert suggest(engine, written) == meant


@pytest.mark.parametrize("word", ["fregatte", "xyzxyzxyz", "de", "", "\ud800\ud800\ud800\ud800"])
def test_a_known_word_or_one_like_no_other_gets_no_suggestion(engine: Engine, word: str) -> None:
    filled(engine)
    assert suggest(engine, word) is None


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("abcd", "abcd", 0), ("abcd", "abc", 1), ("abcd", "abdc", 1), ("abcd", "xbcd", 1), ("abcd", "dcba", 3), ("", "ab", 2)],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert distance(one, other, 2) == slips
    assert distance(other, one, 2) == slips
