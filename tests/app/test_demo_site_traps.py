"""The pages of the demo site that go wrong on purpose, and what each of them puts before a crawler."""

import re
from datetime import UTC, datetime
from urllib.parse import quote
from urllib.robotparser import RobotFileParser

import pytest

from app.demo_site import Reply, Site
from app.demo_site.pieces import pieces
from app.demo_site.traps import CONSENT, FORBIDDEN, GONE, HANG, HUGE, NO_TEXT, PDF, SECTION, SOFT_ERROR
from articles.outcome import Killed
from articles.page import Page
from extract.pool import ReaderPool

ORIGIN = "http://127.0.0.1:8123"
SITE = Site(ORIGIN, datetime(2025, 6, 25, 12, 30, tzinfo=UTC))


def reply(path: str) -> Reply:
    return SITE.respond(quote(path), {})


def test_a_page_that_is_gone_answers_404_like_any_unknown_address() -> None:
    assert reply(GONE.path).status == reply("/de/no-such-page").status == 404
    assert reply("/de/%ff%fe").status == reply("").status == 404


def test_a_moved_article_redirects_to_its_new_address() -> None:
    (piece,) = (piece for piece in pieces() if piece.moved_from)
    answer = reply(piece.moved_from)
    assert (answer.status, answer.headers["Location"]) == (301, ORIGIN + piece.path)
    assert reply(piece.path).status == 200


def test_robots_txt_forbids_one_listed_page_and_names_the_sitemaps() -> None:
    robots = RobotFileParser()
    robots.parse(reply("/robots.txt").body.decode().splitlines())
    assert not robots.can_fetch("Lagebild", ORIGIN + FORBIDDEN.path)
    assert all(robots.can_fetch("Lagebild", ORIGIN + quote(piece.path)) for piece in pieces())
    assert robots.site_maps() == [ORIGIN + "/de/news-sitemap.xml", ORIGIN + "/en/news-sitemap.xml"]
    assert b"robots.txt nicht beachtet" in reply(FORBIDDEN.path).body  # so that disobedience shows


def test_the_huge_page_is_above_ten_mebibytes() -> None:
    assert 10 * 2**20 < len(reply(HUGE.path).body) < 13 * 2**20


def test_the_page_that_hangs_parsers_has_many_tags_and_no_words() -> None:
    body = reply(HANG.path).body
    paragraphs = re.findall(r"<p>(.*?)</p>", body.decode())
    assert len(body) < 2**20
    assert sum(paragraph.count("<b>") for paragraph in paragraphs) > 50_000
    assert re.sub(r"<[^>]+>|&nbsp;|\s", "", "".join(paragraphs)) == ""


@pytest.mark.deep
async def test_the_page_that_hangs_parsers_costs_its_reader_all_the_time_it_may_take() -> None:
    url, now = ORIGIN + HANG.path, datetime(2025, 6, 25, 12, 30, tzinfo=UTC)
    headers = tuple(reply(HANG.path).headers.items())
    async with ReaderPool(1) as pool:
        read = await pool.extract(Page(url, url, 200, headers, reply(HANG.path).body, now), None)
    assert read == Killed("deadline")


def test_a_page_without_text_has_only_scripts() -> None:
    assert b"<p>" not in reply(NO_TEXT.path).body
    assert b"<script>" in reply(NO_TEXT.path).body


def test_a_listed_address_is_a_pdf() -> None:
    assert reply(PDF.path).headers["Content-Type"] == "application/pdf"
    assert reply(PDF.path).body.startswith(b"%PDF-1.4")


def test_a_listed_address_is_a_section_page() -> None:
    assert b'content="website"' in reply(SECTION.path).body


def test_a_consent_wall_and_an_error_page_answer_200() -> None:
    assert reply(CONSENT.path).status == reply(SOFT_ERROR.path).status == 200
    assert "brauchen Ihre Zustimmung" in reply(CONSENT.path).body.decode()
    assert b"Page not found" in reply(SOFT_ERROR.path).body
