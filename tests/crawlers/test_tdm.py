"""Stories about reserved text and data mining: where sites say it, and that a hostile file does no harm."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawlers.tdm import MOST_RULES, TdmRule, reserved_by_file, reserved_by_header, reserved_by_robots, understand_file

URL = "https://zeitung.example/politik/a?seite=2"


@pytest.mark.parametrize(
    ("robots", "reserved"),
    [
        ("User-agent: GPTBot\nDisallow: /", True),
        ("User-agent: CCBot\nUser-agent: Google-Extended\nDisallow: /politik", True),
        ("User-agent: GPTBot\nDisallow: /sport", False),
        ("User-agent: GPTBot\nAllow: /", False),
        ("User-agent: *\nDisallow: /", False),  # a ban for all is no word on mining
        ("User-agent: Bingbot\nDisallow: /", False),
        ("", False),
    ],
)
def test_a_group_of_robots_txt_that_names_a_miner_is_a_reservation(robots: str, reserved: bool) -> None:
    assert reserved_by_robots(Protego.parse(robots), URL) is reserved
    assert reserved_by_robots(None, URL) is False


@pytest.mark.parametrize(
    ("location", "matches"),
    [
        ("/", True),
        ("/*", True),
        ("*", True),
        ("politik/", True),
        ("/politik/*/b", False),
        ("/*seite=2$", True),
        ("/politik/a$", False),
        ("/po*/a", True),
        ("/politik/a?seite=2$", True),
        ("/*a*a*a", False),
        ("/Politik", False),
    ],
)
def test_locations_are_matched_as_in_robots_txt(location: str, matches: bool) -> None:
    rules = understand_file(json.dumps([{"location": location, "tdm-reservation": 1}]))
    assert bool(reserved_by_file(rules, URL)) is matches


def test_the_longest_rule_counts() -> None:
    rules = (TdmRule("/", True), TdmRule("/politik/", False))
    assert not reserved_by_file(rules, URL)
    assert reserved_by_file(rules, "https://zeitung.example/sport/a") == rules[0]
    assert not reserved_by_file((), URL)


@pytest.mark.parametrize(
    ("value", "reserved"), [("1", True), (" 1 ", True), ("0", False), ("", False), (None, False), ("yes", False)]
)
def test_the_header_says_1(value: str | None, reserved: bool) -> None:
    assert reserved_by_header(value) is reserved


@pytest.mark.parametrize(
    ("stated", "policy"),
    [("https://verlag.example/lizenz.json", "https://verlag.example/lizenz.json"), (" /lizenz ", "/lizenz")]
    + [(wrong, None) for wrong in ("", "  ", 7, None, ["/lizenz"], "a" * 2001)],
)
def test_a_file_may_name_the_policy_of_a_reservation(stated: object, policy: str | None) -> None:
    text = json.dumps([{"location": "/", "tdm-reservation": 1, "tdm-policy": stated}])
    assert reserved_by_file(understand_file(text), URL) == TdmRule("/", True, policy)


@pytest.mark.parametrize(
    "text", ["", "null", "7", '"x"', "[[]]", '[{"location": 3}]', "{}", "[" * 100_000, '{"a":' * 50_000]
)
def test_a_hostile_or_foolish_file_reserves_nothing(text: str) -> None:
    assert understand_file(text) == ()


def test_a_hostile_pattern_costs_no_time() -> None:
    many = [{"location": "/" + "*a" * 20_000 + "$", "tdm-reservation": 1}] * (MOST_RULES * 2)
    begun = time.process_time()
    rules = understand_file(json.dumps(many[:10]))
    assert not reserved_by_file(rules, "https://zeitung.example/" + "a" * 8000 + "b")
    assert len(understand_file(json.dumps([{"location": "/"}] * (MOST_RULES * 2)))) == MOST_RULES
    assert time.process_time() - begun < 2


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_file_and_any_address_are_answered(text: str, path: str) -> None:
    rules = (*understand_file(text), TdmRule(path, True))
    assert reserved_by_file(rules, URL) in (None, *rules)
