"""Every stage alone over JSON Lines: one line out for each line in, in order, and nothing that stops at a bad line."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.app.commanding import child, command, done, json_lines

URL = "https://zeitung.example/politik/gipfel-1.html"
TEXT = "Die Bundeswehr prüft Drohnen von Helsing. Das Verteidigungsministerium äußerte sich am Montag nicht dazu. " * 3
PAGE = (
    '<html lang="de"><head><title>Gipfel endet ohne Zusage</title>'
    '<meta property="article:published_time" content="2025-06-25T14:30:00+02:00"></head>'
    f"<body><article><h1>Gipfel endet ohne Zusage</h1><p>{TEXT}</p></article></body></html>"
)
ARTICLE = {"id": "a1", "title": "Helsing liefert Drohnen", "text": TEXT}
HELSING = {"alerts": [{"id": "helsing", "query": "Helsing", "channels": ["nobody-asks"]}]}


pytestmark = pytest.mark.usefixtures("no_desk")


def told(*arguments: object, rows: Sequence[object]) -> list[dict[str, Any]]:
    answers = done(*arguments, stdin=json_lines(*rows)).lines
    assert len(answers) == len(rows)
    return answers


def packed(body: bytes) -> str:
    return base64.b64encode(body).decode()


class TestExtract:
    def test_every_line_is_answered_in_its_order_and_bad_ones_in_their_place(self, tmp_path: Path) -> None:
        (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
        rows: list[object] = [
            {"url": URL, "html": PAGE},
            b"{not json",
            b"",
            b"[1, 2]",
            b"\xff\xfe",
            b'{"html": "<p>no address</p>"}',
            {"url": URL},
            {"url": URL, "html": 3},
            {"url": 7, "html": PAGE},
            {"url": URL, "html": PAGE, "file": "page.html"},
            {"url": URL, "base64": "not base64!"},
            {"url": URL, "file": "nothing.html"},
            {"url": URL, "html": PAGE, "headers": ["x"]},
            {"url": URL, "html": PAGE, "fetched_at": "yesterday"},
            {"url": URL, "html": PAGE, "feed": "x"},
            b"[" * 100_000,
            {"url": URL, "file": "page.html"},
        ]
        answers = told("extract", rows=rows)
        for number, answer in enumerate(answers[1:-1], 2):
            assert answer == {"line": number, "error": answer["error"]}
            assert answer["error"]["message"]
            assert "fault of Lagebild" not in answer["error"]["message"]
        for answer in (answers[0], answers[-1]):
            assert (answer["url"], answer["outcome"]) == (URL, "article")
            assert "reason" not in answer
            assert answer["ms"] > 0

    def test_an_article_is_read_as_the_contract_says(self) -> None:
        row = {"url": URL, "html": PAGE, "fetched_at": "2025-06-25T15:00:00+02:00"}
        (answer,) = told("extract", rows=[row])
        article = answer["article"]
        assert article["title"] == "Gipfel endet ohne Zusage"
        assert article["text"].startswith("Die Bundeswehr prüft Drohnen")
        assert article["published"] == {"at": "2025-06-25T14:30:00+02:00", "precision": "minute", "from": "meta"}
        assert article["authors"] == []
        assert article["seen_at"] == "2025-06-25T15:00:00+02:00"
        assert article["source"] is None

    def test_file_and_base64_are_bytes_as_received_and_html_is_text(self, tmp_path: Path) -> None:
        """A page in ISO 8859-1: its bytes need the header, in whatever case, or the page's own word; text needs neither."""
        latin = PAGE.replace("<head>", '<head><meta charset="iso-8859-1">')
        (tmp_path / "latin.html").write_bytes(latin.encode("latin-1"))
        answers = told(
            "extract",
            rows=[
                {"url": URL, "file": "latin.html"},
                {
                    "url": URL,
                    "base64": packed(PAGE.encode("latin-1")),
                    "headers": {"CONTENT-type": "text/html; charset=latin1"},
                },
                {"url": URL, "html": latin, "headers": {"content-TYPE": "text/html; charset=latin1"}},
                {"url": URL, "base64": packed(PAGE.encode()), "headers": {"Content-Type": "text/html; charset=utf-8"}},
            ],
        )
        assert {answer["article"]["text"] for answer in answers} == {TEXT.strip()}

    def test_content_codings_are_undone_within_bounds(self) -> None:
        body = gzip.compress(PAGE.encode())
        answers = told(
            "extract",
            rows=[
                {"url": URL, "base64": packed(body), "headers": {"Content-ENCODING": "gzip"}},
                {"url": URL, "base64": packed(body)},
                {"url": URL, "base64": packed(PAGE.encode()), "headers": {"content-encoding": "gzip"}},
                {"url": URL, "html": PAGE, "headers": {"content-encoding": "gzip"}},
                {"url": URL, "base64": packed(gzip.compress(b"\0" * 300_000_000, 9))},
            ],
        )
        assert [answer["outcome"] for answer in answers[:4]] == ["article"] * 4
        assert (answers[4]["outcome"], answers[4]["reason"]) in (("broken", "memory"), ("rejected", "not_html"))

    @pytest.mark.parametrize(
        "url", ["ftp://zeitung.example/a", "", "javascript:1", "//", "http://[", "http://a b/", "x" * 9000]
    )
    def test_an_address_that_is_not_http_ends_rejected_or_broken(self, url: str) -> None:
        (answer,) = told("extract", rows=[{"url": url, "html": PAGE}])
        assert answer["url"] == url
        assert answer["outcome"] in ("rejected", "broken")
        assert answer["reason"]

    def test_a_rejected_page_says_what_was_read_all_the_same(self) -> None:
        consent = (
            "<html><head><title>Ihre Zustimmung</title></head><body><main><h1>Ihre Zustimmung</h1></main></body></html>"
        )
        short, pdf = told(
            "extract", rows=[{"url": URL, "html": consent}, {"url": URL, "base64": packed(b"%PDF-1.4\n1 0 obj")}]
        )
        assert (short["outcome"], short["article"]["title"]) == ("rejected", "Ihre Zustimmung")
        assert (pdf["outcome"], pdf["reason"]) == ("rejected", "not_html")
        assert "article" not in pdf

    def test_the_url_in_the_answer_repeats_the_input_s(self) -> None:
        url = "HTTPS://Zeitung.example:443/politik/gipfel-1.html?utm_source=x#y"
        (answer,) = told("extract", rows=[{"url": url, "html": PAGE}])
        assert answer["url"] == url
        assert answer["article"]["url"] == URL

    def test_what_a_feed_said_is_evidence(self) -> None:
        bare = PAGE.replace('<meta property="article:published_time" content="2025-06-25T14:30:00+02:00">', "")
        said = {"title": "Gipfel", "published": "2025-06-25T10:00:00+00:00", "author": "Jana Okonski"}
        (answer,) = told("extract", rows=[{"url": URL, "html": bare, "feed": said, "fetched_at": "2025-06-25T12:00:00Z"}])
        assert answer["article"]["published"]["from"] == "feed"

    def test_half_of_a_surrogate_pair_is_no_fault(self) -> None:
        row = b'{"url": "https://a.example/\\ud800", "html": "<p>\\ud800</p>"}'
        (answer,) = told("extract", rows=[row])
        assert "line" not in answer


RSS = f"""<?xml version="1.0"?><rss version="2.0"><channel><title>Z</title>
<item><title>A &amp;amp; B</title><link> {URL}?a=1&amp;utm_source=rss </link>
<pubDate>Wed, 25 Jun 2025 14:30:00 +0200</pubDate><author>Jana Okonski</author></item>
<item><title>without address</title></item>
<item><title>mail</title><link>mailto:a@b.example</link></item></channel></rss>""".encode()
SITEMAP = b"""<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://zeitung.example/sitemap-1.xml</loc></sitemap></sitemapindex>"""
LIST = """<html><body><nav><a href="/impressum">Impressum</a></nav><main>
<article><h2><a href="/politik/gipfel-endet-ohne-zusage-1.html">Gipfel endet ohne Zusage der Verbündeten</a></h2>
<p>Ein Teaser.</p></article>
<article><h2><a href="/politik/haushalt-beschlossen-2.html">Haushalt nach langem Streit beschlossen</a></h2></article>
</main></body></html>"""


class TestLinks:
    def test_a_feed_says_its_links_as_stated(self) -> None:
        (answer,) = told("links", "--kind", "feed", rows=[{"url": "https://zeitung.example/feed", "base64": packed(RSS)}])
        (link,) = answer["links"]
        assert link["url"] == f"{URL}?a=1&utm_source=rss"
        assert link["title"] == "A & B"
        assert link["published"] == "2025-06-25T14:30:00+02:00"
        assert "error" not in answer

    def test_a_sitemap_index_names_its_sitemaps(self) -> None:
        (answer,) = told(
            "links", "--kind", "sitemap", rows=[{"url": "https://zeitung.example/s.xml", "base64": packed(SITEMAP)}]
        )
        assert [(one["url"], one["kind"]) for one in answer["links"]] == [
            ("https://zeitung.example/sitemap-1.xml", "sitemap")
        ]

    def test_a_page_gives_articles_with_their_headlines(self, tmp_path: Path) -> None:
        (tmp_path / "list.html").write_text(LIST, encoding="utf-8")
        (answer,) = told("links", "--kind", "page", rows=[{"url": "https://zeitung.example/politik/", "file": "list.html"}])
        assert [(one["url"], one["title"]) for one in answer["links"]] == [
            ("https://zeitung.example/politik/gipfel-endet-ohne-zusage-1.html", "Gipfel endet ohne Zusage der Verbündeten"),
            ("https://zeitung.example/politik/haushalt-beschlossen-2.html", "Haushalt nach langem Streit beschlossen"),
        ]

    def test_what_is_no_list_is_an_error_with_no_links_and_damage_is_told(self) -> None:
        broken, cut, bad = told(
            "links", "--kind", "feed",
            rows=[
                {"url": URL, "base64": packed(PAGE.encode())},
                {"url": URL, "base64": packed(RSS[: RSS.index(b"<item><title>mail")])},
                {"url": URL},
            ],
        )  # fmt: skip
        assert (broken["url"], broken["links"]) == (URL, [])
        assert broken["error"]["message"]
        assert (len(cut["links"]), cut["repaired"]) == (1, True)
        assert bad["line"] == 3

    def test_a_list_at_an_address_that_is_not_http_is_answered_too(self) -> None:
        (answer,) = told("links", "--kind", "feed", rows=[{"url": "ftp://x", "base64": packed(RSS)}])
        assert answer["url"] == "ftp://x"
        assert isinstance(answer["links"], list)


class TestEnrich:
    def test_an_article_is_told_apart_and_its_language_stays_if_given(self) -> None:
        plain, stated, wrong = told("enrich", rows=[ARTICLE, ARTICLE | {"language": "en"}, {"id": "a3"}])
        assert plain["id"] == "a1"
        assert plain["language"] == "de"
        assert stated["language"] == "en"
        assert "helsing" in {entity["id"] for entity in plain["entities"]}
        assert isinstance(plain["topics"], list)
        assert isinstance(plain["facets"], dict)
        assert wrong["line"] == 3
        for entity in plain["entities"]:
            for span in entity["mentions"]:
                assert ARTICLE[span["field"]][span["start"] : span["end"]]

    def test_what_was_given_of_entities_and_topics_is_made_anew(self) -> None:
        given = ARTICLE | {"entities": [], "topics": [{"id": "x", "score": 1.0, "evidence": []}]}
        (answer,) = told("enrich", rows=[given])
        assert answer["entities"]
        assert "x" not in {topic["id"] for topic in answer["topics"]}

    @pytest.mark.parametrize(
        "part",
        [
            {"revision": "x"},
            {"entries": [{"start": "a"}]},
            {"published": 3},
            {"authors": "x"},
            {"entities": [1]},
            {"access": 1},
        ],
    )
    def test_a_mistyped_field_is_a_bad_line(self, part: dict[str, Any]) -> None:
        (answer,) = told("enrich", rows=[ARTICLE | part])
        assert answer["line"] == 1
        assert "fault of Lagebild" not in answer["error"]["message"]


class TestMatch:
    def alerts(self, tmp_path: Path, value: object = HELSING) -> Path:
        file = tmp_path / "alerts.yaml"
        file.write_text(json.dumps(value), encoding="utf-8")  # JSON is YAML
        return file

    def test_matches_carry_the_exact_words_in_order_of_the_articles(self, tmp_path: Path) -> None:
        rows = [ARTICLE, {"id": "any string: ü", "title": "Kein Wort davon"}, {"title": "no id"}, ARTICLE | {"id": "a4"}]
        answers = told("match", "--alerts", self.alerts(tmp_path), rows=rows)
        assert [answer.get("id") for answer in answers] == ["a1", "any string: ü", None, "a4"]
        assert answers[1]["matches"] == []
        (match,) = answers[0]["matches"]
        assert match["alert"] == "helsing"
        for span in match["spans"]:
            assert span["text"] == ARTICLE[span["field"]][span["start"] : span["end"]] == "Helsing"

    def test_a_wrong_alert_ends_with_2_before_the_first_line(self, tmp_path: Path) -> None:
        wrong = {"alerts": [{"id": "a", "query": '"unclosed', "channels": []}]}
        answer = command("match", "--alerts", self.alerts(tmp_path, wrong), stdin=json_lines(ARTICLE))
        assert (answer.code, answer.out) == (2, "")
        assert "alerts.a.query" in answer.err

    def test_annotations_are_made_only_if_an_alert_asks_for_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from pipeline.services import Services

        def never(_: Services) -> None:
            raise AssertionError("nobody asked for annotations")

        with monkeypatch.context() as patched:
            patched.setattr(Services, "enricher", property(never))
            assert told("match", "--alerts", self.alerts(tmp_path), rows=[ARTICLE])[0]["matches"]
        by_entity = {"alerts": [{"id": "e", "query": "entity:helsing", "channels": []}]}
        bare, given = told(
            "match", "--alerts", self.alerts(tmp_path, by_entity), rows=[ARTICLE, ARTICLE | {"id": "a2", "entities": []}]
        )
        assert [match["alert"] for match in bare["matches"]] == ["e"]
        assert given["matches"] == []


class TestAnalyse:
    def test_tokens_are_exact_stem_and_parts(self) -> None:
        text = "Drohnenabwehr kostet Geld"
        answer, bad = told("analyse", "--lang", "de", rows=[{"text": text}, {"text": 3}])
        assert [text[t["start"] : t["end"]] for t in answer["tokens"]] == text.split()
        assert answer["tokens"][0]["exact"] == "drohnenabwehr"
        assert "abwehr" in answer["tokens"][0]["parts"]
        assert not any("|" in part or "=" in part for token in answer["tokens"] for part in token["parts"])
        assert bad["line"] == 2

    def test_another_language_is_wrong_use(self) -> None:
        answer = command("analyse", "--lang", "fr", stdin=b"")
        assert answer.code == 2
        assert "'fr' is not one of" in answer.err


def test_answers_are_flushed_as_they_are_ready_and_the_filter_ends_soon_after_its_last_line() -> None:
    process = child("extract", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(2):  # the second answer is read while the input is still open
        process.stdin.write(json_lines({"url": URL, "html": PAGE}))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["outcome"] == "article"
    last = time.monotonic()
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert time.monotonic() - last < 5
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_reader_that_has_gone_is_no_fault() -> None:
    process = child("analyse", "--lang", "de", stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write(json_lines(*[{"text": TEXT}] * 50))
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
