"""How rightly are real pages read? About 980 pages of others with snippets that must and must not be in the text.

``python -m benchmarks real-pages FOLDER [--held-out]`` reads a checkout of github.com/markusmobius/go-trafilatura
(Apache-2.0; the pages in it belong to their publishers, so neither they nor a word of them are part of this project) and
scores our reader, and plain trafilatura in the same run, as that project scores itself. Pages are split by the SHA-1 of
their file name: those with an even first digit were looked at while the reader was mended, the others (``--held-out``)
never, docs/decisions/0033.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import trafilatura
from lxml.etree import XPath
from lxml.html import document_fromstring

from articles.article import Article
from articles.outcome import Rejected
from articles.page import Page
from extract.decode import one_line
from extract.page import extract
from extract.titles import fold

_TRUTH = Path("scripts", "comparison", "data.go")
_PLACES = (Path("test-files", "comparison"), Path("test-files", "mock"))
_STRING = r'"(?:[^"\\]|\\.)*"'
_ENTRY = re.compile(rf"^\t(?P<url>{_STRING}): \{{\n(?P<fields>.*?)^\t\}},", re.M | re.S)
_FIELD = re.compile(rf"^\t\t(?P<name>\w+):\s*(?P<value>{_STRING}|\[\]string\{{.*?\}}),\s*$", re.M | re.S)
_SAYS_NEWS = re.compile(
    rb"og:type[\"']?\s+content=[\"']?(?:news\.?)?article|content=[\"']?(?:news\.?)?article[\"']?\s+property=[\"']?og:type|"
    rb"[\"']@type[\"']\s*:\s*\[?\s*[\"'](?:News|Reportage|Opinion|Analysis)\w*Article",
    re.I,
)
_OF_NEWS_SET = re.compile(r"[0-9a-f]{32}\.html")
"""File names of the pages that came from a benchmark of news articles only."""
_visible = XPath("//body//text()[not(ancestor::script or ancestor::style)]")
_FETCHED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Truth:
    """What people found of one page: snippets that its text must hold (``present``) and must not (``absent``)."""

    url: str
    file: Path
    body: bytes
    present: tuple[str, ...]
    absent: tuple[str, ...]
    title: str | None
    date: str | None

    @property
    def news(self) -> bool:
        """Whether this is a news article, by where it comes from or by what it says of itself."""
        return bool(_OF_NEWS_SET.fullmatch(self.file.name)) or bool(_SAYS_NEWS.search(self.body))

    def shows(self, lead: str) -> bool:
        """Whether readers see a lead that was read apart from the text; one of the page's head counts neither way."""
        return bool(lead) and _plain(lead) in _plain("".join(_visible(document_fromstring(self.body))))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of a page; whether title and day are right is None where nobody knows them."""

    text: str
    kind: str
    lead: str = ""
    title: bool | None = None
    day: bool | None = None


@dataclass(slots=True)
class Tally:
    """Counts over pages, and the figures that the checkout's own evaluation makes of them."""

    found: int = 0
    missed: int = 0
    kept_out: int = 0
    let_in: int = 0
    empty: int = 0
    seconds: float = 0.0
    readings: list[Reading] = field(default_factory=list)

    def add(self, truth: Truth, reading: Reading, seconds: float) -> None:
        """Count one page's snippets in its text; a page without text has let nothing in."""
        text = _plain(f"{reading.lead} {reading.text}" if truth.shows(reading.lead) else reading.text)
        self.readings.append(reading)
        self.seconds += seconds
        self.empty += not text
        there = sum(_plain(snippet) in text for snippet in truth.present)
        wrong = sum(_plain(snippet) in text for snippet in truth.absent) if text else 0
        self.found += there
        self.missed += len(truth.present) - there
        self.let_in += wrong
        self.kept_out += len(truth.absent) - wrong

    def line(self) -> str:
        """Return recall, precision, accuracy, F, the share of unwanted snippets kept out, empty pages and cost."""
        recall, precision = self.found / (self.found + self.missed), self.found / (self.found + self.let_in)
        every = self.found + self.missed + self.let_in + self.kept_out
        f = 2 * self.found / (2 * self.found + self.let_in + self.missed)
        kept_out, cost = self.kept_out / (self.kept_out + self.let_in), self.seconds * 1000 / len(self.readings)
        return (
            f"{recall:.4f} {precision:10.4f} {(self.found + self.kept_out) / every:9.4f} {f:8.4f} "
            f"{kept_out:9.4f} {self.empty:6d} {cost:8.1f}"
        )


def _plain(text: str) -> str:
    return one_line(text.replace("\xad", ""))


def truths(checkout: Path) -> Iterator[Truth]:
    """Yield every page of a checkout that its truth names and that is there. Raises FileNotFoundError if it is none."""
    for entry in _ENTRY.finditer((checkout / _TRUTH).read_text("utf-8")):
        fields = {match["name"]: _values(match["value"]) for match in _FIELD.finditer(entry["fields"])}
        name = next(iter(fields.get("File", ())), "")
        path = next((each for place in _PLACES if (each := checkout / place / name).is_file()), None)
        if path is not None:
            one = {key: next(iter(values), "") or None for key, values in fields.items()}
            yield Truth(
                *(json.loads(entry["url"]), path, path.read_bytes()),
                *(tuple(fields.get("With", ())), tuple(fields.get("Without", ()))),
                *(one.get("Title"), one.get("Date")),
            )


def _values(literal: str) -> list[str]:
    """Return the strings of a Go literal; its escapes are JSON's wherever this file uses any."""
    return [json.loads(each, strict=False) for each in re.findall(_STRING, literal)]


def is_held_out(name: str) -> bool:
    """Whether a page is one of those that nobody looked at."""
    return int(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[0], 16) % 2 == 1


def read(truth: Truth) -> Article | Rejected:
    """Read a page as the worker does."""
    return extract(Page(truth.url, truth.url, 200, (("Content-Type", "text/html"),), truth.body, _FETCHED), None)


def _ours(truth: Truth) -> Reading:
    result = read(truth)
    article = result if isinstance(result, Article) else result.article
    published = article.published if article else None
    return Reading(
        text=(result.text or "") if isinstance(result, Article) else "",
        lead=(result.lead or "") if isinstance(result, Article) else "",
        kind=result.kind if isinstance(result, Article) else f"rejected: {result.reason}",
        title=bool(article and fold(article.title or "") == fold(truth.title)) if truth.title else None,
        day=bool(published and published.at[:10] == truth.date) if truth.date else None,
    )


def _theirs(fast: bool) -> Callable[[Truth], Reading]:
    return lambda truth: Reading(
        trafilatura.extract(truth.body, url=truth.url, fast=fast, include_comments=False) or "", "article"
    )


READERS = {"ours": _ours, "trafilatura fast": _theirs(True), "trafilatura standard": _theirs(False)}


def score(pages: Iterable[Truth], readers: Iterable[str] = READERS) -> dict[str, tuple[Tally, Tally]]:
    """Let each reader read each page; return its tally over all pages and over the news among them."""
    tallies = {name: (Tally(), Tally()) for name in readers}
    for truth in pages:
        for name, (whole, news) in tallies.items():
            begin = time.process_time()
            reading = READERS[name](truth)
            seconds = time.process_time() - begin
            for tally in (whole, news) if truth.news else (whole,):
                tally.add(truth, reading, seconds)
    return tallies


def main(words: list[str]) -> int:
    """Print a table and return 0; 2 without a checkout."""
    folders = [word for word in words if not word.startswith("--")]
    if len(folders) != 1 or not (Path(folders[0]) / _TRUTH).is_file():
        print(f"usage: python -m benchmarks real-pages FOLDER [--held-out]; no {_TRUTH} there", file=sys.stderr)
        return 2
    held_out = "--held-out" in words
    pages = [each for each in truths(Path(folders[0])) if is_held_out(each.file.name) == held_out]
    for truth in pages[:5]:  # caches warm, imports done
        for reader in READERS.values():
            reader(truth)
    tallies = score(pages)
    for index, what in enumerate(("all pages", "news")):
        ours = tallies["ours"][index].readings
        print(f"\n{what}{', held out' if held_out else ''}: {len(ours)} pages")
        print(f"{'':<22}recall  precision  accuracy        F  kept out  empty  ms/page")
        for name, both in tallies.items():
            print(f"{name:<22}{both[index].line()}")
        for label in ("title", "day"):
            known = [right for each in ours if (right := getattr(each, label)) is not None]
            print(f"  {label:<6} {sum(known)} of {len(known)} right")
        others = Counter(each.kind for each in ours if each.kind != "article")
        print(f"  not read as plain articles: {dict(others) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
