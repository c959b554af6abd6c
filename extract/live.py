"""Which updates does a live blog consist of, and when was each written? From its blocks on the page, else from JSON-LD."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from articles.article import Entry
from extract import dates, jsonld
from extract.decode import one_line, plain, tidy
from extract.lines import filter_lines
from extract.marks import marks
from extract.places import spaced
from extract.stated import Stated
from extract.titles import fold

_FEWEST = 3
_CLOCK_ONLY = re.compile(r"^\W*(?P<h>[01]?\d|2[0-3])[:.](?P<m>[0-5]\d)(?:\s*Uhr)?\W*$")
_BLOCK_TAGS = ("p", "h2", "h3", "h4", "h5", "li", "blockquote")


@dataclass(frozen=True, slots=True)
class Update:
    """One update: its time as ISO 8601 with zone (None if it shows none) and its lines."""

    at: str | None
    lines: tuple[str, ...]


def read_updates(tree: HtmlElement, stated: Stated, site: dates.Habits) -> list[Update]:
    """Return a live blog's updates in the page's order; empty unless at least three are found."""
    node = stated.article or {}
    is_live = "LiveBlogPosting" in stated.types
    marked_up = _from_blocks(tree, site) if is_live or stated.live else []
    claimed = [update for item in jsonld.objects(node, "liveBlogUpdate") if (update := _from_node(item, site))]
    if len(marked_up) == len(claimed):  # the page shows the hour only, its JSON-LD states the day as well
        pairs = zip(marked_up, claimed, strict=True)
        marked_up = [replace(shown, at=shown.at or other.at) for shown, other in pairs]
    best = marked_up if len(marked_up) >= len(claimed) else claimed
    return best if len(best) >= _FEWEST or (is_live and best) else []


def _from_node(node: jsonld.Node, site: dates.Habits) -> Update | None:
    headline = one_line(plain(jsonld.string(node, "headline", "name")))
    text = tidy(plain(jsonld.string(node, "articleBody", "text", "description"), lines=True)).split("\n")
    lines = tuple(line for line in ([headline] if headline and fold(headline) not in fold(text[0]) else []) + text if line)
    if not lines:
        return None
    return Update(_instant(jsonld.string(node, "datePublished", "dateCreated", "dateModified"), site), lines)


def _from_blocks(tree: HtmlElement, site: dates.Habits) -> list[Update]:
    """Find the largest family of siblings that carry a time each: same parent, same tag, a name like an entry's."""
    families: dict[tuple[HtmlElement, str], list[HtmlElement]] = defaultdict(list)
    for element in tree.iter("div", "article", "section", "li"):
        parent = element.getparent()
        if parent is not None and (element.tag == "article" or marks(element).entry):
            families[parent, str(element.tag)].append(element)
    found: list[Update] = []
    for family in families.values():
        if len(family) < _FEWEST:
            continue
        updates = [update for element in family if (update := _from_block(element, site))]
        if len(updates) >= _FEWEST and _length(updates) > _length(found):
            found = updates
    return found


def _length(updates: Sequence[Update]) -> int:
    return sum(len(line) for update in updates for line in update.lines)


def _from_block(element: HtmlElement, site: dates.Habits) -> Update | None:
    time = next(element.iter("time"), None)  # what is merely called a time often stands around it
    if time is None:
        time = next((node for node in element.iter("span", "div", "p") if marks(node).date), None)
    if time is None:
        return None
    stamp = spaced(time)
    at = _instant(time.get("datetime"), site) or _instant(stamp, site)
    if at is None and not _CLOCK_ONLY.match(stamp):
        return None
    lines = [
        spaced(block)
        for block in element.iter(*_BLOCK_TAGS)
        if not any(child.tag in _BLOCK_TAGS for child in block.iterdescendants()) and not marks(block).byline
    ]
    if not any(lines):
        lines = [spaced(element).removeprefix(stamp).strip()]
    kept = tuple(line for line in filter_lines(lines) if line and line != stamp)
    return Update(at, kept) if kept else None


def _instant(text: str | None, site: dates.Habits) -> str | None:
    when = dates.read(text, site)
    if when is None or when.instant is None or not dates.is_plausible(when, site):
        return None
    return dates.moment(when, "time").at if not when.midnight else when.instant.isoformat(timespec="seconds")


def compose(text: str, updates: Sequence[Update]) -> tuple[str, tuple[Entry, ...]]:
    """Return the article's text, its introduction and then the updates, and where each update stands in it."""
    spoken = [fold(line) for update in updates for line in update.lines]
    intro: list[str] = []
    for line in text.split("\n\n"):
        if any(words in fold(line) for words in spoken):
            break
        if len(line) > 60:
            intro.append(line)
    parts, entries, at = intro[:5], [], sum(len(line) + 2 for line in intro[:5])
    for update in updates:
        block = "\n\n".join(update.lines)
        entries.append(Entry(update.at, at, at + len(block)))
        parts.append(block)
        at += len(block) + 2
    return "\n\n".join(parts), tuple(entries)
