"""How compounds are cut, one rule a story."""

from __future__ import annotations

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.split import split
from language.split_lexicon import FOLDER, has_parts, load


def cut(word: str) -> str:
    found = split(word, load("de"))
    return "|".join(found.parts) if found else word


@pytest.mark.parametrize(
    "parts",
    [
        "kampf|drohnen",  # two nouns
        "verteidigungs|minister",  # a linking s
        "marsch|flug|koerper",  # three parts
        "schul|leiter",  # a clipped first part
        "lenk|waffe",  # the stem of a verb
        "hoch|wasser",  # an adjective
        "schuetzen|panzers",  # an ending the lexicon lacks
        "drohnen|ueberflug",  # a prefixed noun is one part
        "taurus|debatte",  # an unknown name before a sure part
        "kriegs|ende",  # written out
    ],
)
def test_a_compound_is_cut_at_its_boundaries(parts: str) -> None:
    assert cut(parts.replace("|", "")) == parts


@pytest.mark.parametrize(
    "word",
    [
        "abwehr",  # a derivational prefix is no part
        "entruestung",
        "aufruestung",
        "gesellschaft",  # nor is a suffix
        "freiheit",
        "fahrzeugen",
        "senator",  # short words that turn up by chance
        "waffeln",
        "helsingborg",
        "partei",
        "torpedo",
        "panzer",
    ],
)
def test_what_is_no_compound_stays_whole(word: str) -> None:
    assert cut(word) == word


def test_sub_compounds_are_runs_of_parts_shorter_than_the_word() -> None:
    found = split("marschflugkoerper", load("de"))
    assert found is not None
    assert found.compounds() == ("marschflug", "flugkoerper")
    assert found.boundaries() == (6, 10)


def test_only_german_has_a_lexicon_of_parts() -> None:
    assert has_parts("de")
    assert not has_parts("en")


def test_the_lexicon_is_small_and_quick_to_load() -> None:
    path = FOLDER / "de" / "parts.txt.gz"
    assert path.stat().st_size < 2_000_000
    assert len(gzip.decompress(path.read_bytes())) < 4_000_000
    load.cache_clear()
    started = time.process_time()
    load("de")
    assert time.process_time() - started < 1.0  # 40 ms on a quiet machine


@given(st.text("abdegiklnorstu", max_size=64))
def test_the_parts_of_any_word_make_the_word(word: str) -> None:
    found = split(word, load("de"))
    if found is not None:
        assert "".join(found.parts) == word
        assert len(found.parts) >= 2
        assert all(found.parts)


@given(
    st.lists(
        st.sampled_from(["kampf", "drohnen", "abwehr", "system", "minister", "luft", "verteidigungs"]),
        min_size=2,
        max_size=5,
    )
)
def test_words_made_of_sure_parts_are_cut(parts: list[str]) -> None:
    word = "".join(parts)
    if parts[-1] != "verteidigungs":
        assert split(word, load("de")) is not None
