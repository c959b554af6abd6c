"""The names of a desk: what its config makes valid, and the nearest valid name to a wrong one."""

from __future__ import annotations

import time

import pytest

from language.query_names import ISO_639_1, name_key, nearest
from tests.language import query_strategies as desk


def test_a_desk_s_config_gives_its_names() -> None:
    names = desk.NAMES
    assert names.sources == {"amt", "blatt", "netz"}
    assert names.tiers == {"official": ("amt",), "trade": ("blatt", "netz")}
    assert names.countries == {"DE": ("amt",), "GB": ("blatt",)}
    assert names.entity_names["puma"] == ("puma-firm", "puma-tank")
    assert names.entity_names[name_key(" Rheinmetall   ag ")] == ("rheinmetall",)
    assert names.concepts["air"] == {"de": ("Flugkörper",)}
    assert names.topics == {"air", "autonomous-systems"}
    assert names.kinds == names.valid("kind") == frozenset({"article", "live", "video", "gallery", "other"})
    assert names.valid("story") is None


def test_languages_are_those_of_the_world() -> None:
    assert len(ISO_639_1) == 183
    assert all(len(code) == 2 for code in ISO_639_1)
    assert {"de", "en", "fr", "uk", "ru"} <= ISO_639_1


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("hartpunk", "hartpunkt"), ("HARTPUNKT", "hartpunkt"), ("rheinmetal", "rheinmetall"), ("qzx", None), ("", None)],
)
def test_the_nearest_name(wrong: str, right: str | None) -> None:
    assert nearest(wrong, ["hartpunkt", "rheinmetall", "helsing", "esut"]) == right


def test_names_that_differ_in_case_only_are_still_told_apart_from_others() -> None:
    assert nearest("de", ["DE", "GB"]) == "DE"


def test_a_suggestion_stays_quick_among_thousands_of_names() -> None:
    names = [f"source-{number}-{number * 7919 % 1000}" for number in range(5000)]
    nearest("warm", names)
    begun = time.process_time()
    assert nearest("source-77-64x", names) is not None
    assert nearest("x" * 100_000, names) is None
    assert time.process_time() - begun < 2  # all pairs letter by letter take minutes; a few hundredths are usual
