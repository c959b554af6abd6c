"""Stories about robots.txt: what RFC 9309 makes of every answer, and that a hostile file does no harm."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.outcome import Outcome
from crawlers.robots import MOST_BYTES, Robots, RobotsAnswer, origin_of, understand

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://zeitung.example/politik/a"


def rules(text: str, url: str = URL) -> bool:
    return understand(RobotsAnswer(200, text.encode()), NOW).allows(url)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 451])
def test_no_robots_txt_allows_everything(status: int) -> None:
    found = understand(RobotsAnswer(status, b"User-agent: *\nDisallow: /"), NOW)
    assert found.allows(URL)
    assert found.not_now is None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_in_trouble_means_not_now(status: int) -> None:
    assert understand(RobotsAnswer(status), NOW).not_now == Outcome("http", str(status))


def test_redirects_without_end_count_as_no_robots_txt() -> None:
    assert understand(RobotsAnswer(failure=Outcome("unreachable", "redirects")), NOW).allows(URL)


def test_silence_means_not_now() -> None:
    failure = Outcome("unreachable", "timeout")
    assert understand(RobotsAnswer(failure=failure), NOW).not_now == failure


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /politik/", False),
        ("User-agent: *\nDisallow: /politik/\nAllow: /politik/a", True),
        ("User-agent: *\nDisallow: /*/a$", False),
        ("User-agent: *\nDisallow: /sport/", True),
        ("User-agent: Lagebild\nDisallow: /", False),
        ("User-agent: lagebild\nDisallow: /politik\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: lagebild\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /", True),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", False),
        ("user-agent:*\ndisallow:/ # alles", False),
        ("<html><body>Seite nicht gefunden</body></html>", True),
    ],
)
def test_rules_are_read_as_the_rfc_says(text: str, allowed: bool) -> None:
    assert rules(text) is allowed


def test_a_delay_is_read_for_us_alone() -> None:
    stated = understand(RobotsAnswer(200, b"User-agent: *\nCrawl-delay: 7\nRequest-rate: 1/10"), NOW)
    assert stated.delay == 10
    assert understand(RobotsAnswer(200, b"User-agent: Bingbot\nCrawl-delay: 7"), NOW).delay is None
    assert understand(RobotsAnswer(404), NOW).delay is None


def test_sitemaps_are_named() -> None:
    found = understand(RobotsAnswer(200, b"Sitemap: https://zeitung.example/news.xml\nUser-agent: *\nAllow: /"), NOW)
    assert found.sitemaps == ("https://zeitung.example/news.xml",)
    assert understand(RobotsAnswer(404), NOW).sitemaps == ()


def test_only_the_first_500_kib_count_and_a_packed_bomb_stays_small() -> None:
    late = b"User-agent: *\nAllow: /\n" + b"#" * MOST_BYTES + b"\nDisallow: /politik\n"
    assert understand(RobotsAnswer(200, late), NOW).allows(URL)
    bomb = gzip.compress(b"User-agent: *\nDisallow: /\n" + b"#" * 50_000_000)
    began = time.process_time()
    assert not understand(RobotsAnswer(200, bomb, packed=True), NOW).allows(URL)
    assert understand(RobotsAnswer(200, b"\x1f\x8bkaputt", packed=True), NOW).allows(URL)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /" + "*a" * 200_000 + "b$",
        "User-agent: *\n" + "".join(f"Disallow: /*{n}*x$\n" for n in range(20_000)),
        "".join(f"User-agent: a{n}\nDisallow: /x\n" for n in range(15_000)),
        "\x00\xff:" * 100_000,
        "User-agent: *\nDisallow: /" + "%" * 400_000,
        "User-agent: *\nCrawl-delay: 1e309\nRequest-rate: 1/99999999999999999999\nDisallow: /x",
        "User-agent: *\nCrawl-delay: nan\nRequest-rate: 0/0\nDisallow: /x",
    ],
)
def test_a_hostile_file_is_judged_in_time(text: str) -> None:
    began = time.process_time()
    found = understand(RobotsAnswer(200, text.encode()), NOW)
    found.allows("https://zeitung.example/" + "a" * 2000)
    assert found.delay is None or found.delay >= 0
    assert time.process_time() - began < 5


@given(st.binary(max_size=200) | st.text(alphabet="User-agent:*Disallow/\n $%.0123456789", max_size=200).map(str.encode))
def test_any_bytes_are_rules(body: bytes) -> None:
    found = understand(RobotsAnswer(200, body), NOW)
    found.allows(URL)
    assert found.delay is None or found.delay >= 0


async def test_a_copy_is_used_for_a_day_and_failures_for_a_pass() -> None:
    asked: list[str] = []
    answers = [RobotsAnswer(503), RobotsAnswer(200, b"User-agent: *\nDisallow: /politik"), RobotsAnswer(404)]

    async def ask(url: str) -> RobotsAnswer:
        asked.append(url)
        return answers[len(asked) - 1]

    robots = Robots()
    assert (await robots.rules(URL, ask, NOW)).not_now is not None
    assert (await robots.rules(URL, ask, NOW)).not_now is not None
    robots.forget_failures()
    assert not (await robots.rules(URL, ask, NOW)).allows(URL)
    robots.forget_failures()
    assert not (await robots.rules(URL, ask, NOW + timedelta(hours=23))).allows(URL)
    assert (await robots.rules(URL, ask, NOW + timedelta(hours=24))).allows(URL)
    assert asked == ["https://zeitung.example/robots.txt"] * 3
    assert origin_of("http://zeitung.example:8080/a?b") == "http://zeitung.example:8080"
