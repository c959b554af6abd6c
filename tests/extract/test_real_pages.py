"""The measurement on real pages counts as the checkout's own evaluation does; shown on a checkout of two invented pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.real_pages import main, score, truths

SENTENCES = [
    f"Am {n}. Tag der Übung schlugen Pioniere eine Brücke über den Fluss und bauten sie wieder ab." for n in range(9)
]
TRUTH = """package main

var comparisonData = map[string]ComparisonEntry{
	"https://bote.example/2025/bruecke-ueber-den-fluss-1": {
		File:    "bruecke.html",
		Title:   "Pioniere schlagen eine \\"Brücke\\"",
		Date:    "2025-05-02",
		With:    []string{"Am 3. Tag der Übung", "gibt es nicht"},
		Without: []string{"Impressum", "Am 4. Tag"},
	},
	"https://bote.example/2025/fehlt": {
		File:    "fehlt.html",
		With:    []string{"x"},
		Without: []string{},
	},
}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    truth, page = tmp_path / "scripts/comparison/data.go", tmp_path / "test-files/comparison/bruecke.html"
    for path in (truth, page):
        path.parent.mkdir(parents=True)
    truth.write_text(TRUTH, "utf-8")
    page.write_text(
        "<html lang=de><head><title>Pioniere schlagen eine &quot;Brücke&quot;</title>"
        "<meta property='og:type' content='article'></head>"
        "<body><main><h1>Pioniere schlagen eine &quot;Brücke&quot;</h1><time datetime='2025-05-02'>2.5.2025</time>"
        f"{''.join(f'<p>{each}</p>' for each in SENTENCES)}</main><footer>Impressum</footer></body></html>",
        "utf-8",
    )
    return tmp_path


def test_pages_that_are_there_are_read_with_their_truth(checkout: Path) -> None:
    (truth,) = truths(checkout)
    assert (truth.title, truth.date, truth.news) == ('Pioniere schlagen eine "Brücke"', "2025-05-02", True)
    assert truth.present == ("Am 3. Tag der Übung", "gibt es nicht")


def test_snippets_are_counted_as_found_missed_kept_out_and_let_in(checkout: Path) -> None:
    whole, news = score(truths(checkout), ["ours"])["ours"]
    assert (whole.found, whole.missed, whole.kept_out, whole.let_in, whole.empty) == (1, 1, 1, 1, 0)
    assert [(each.kind, each.title, each.day) for each in news.readings] == [("article", True, True)]


def test_a_folder_that_is_no_checkout_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "real-pages FOLDER" in capsys.readouterr().err
