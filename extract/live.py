"""Which updates does a live blog consist of, and when was each written? From its blocks on the page, else from JSON-LD."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from articles.article import Entry, Moment
from extract import clocks, dates, jsonld
from extract.decode import one_line, plain, tidy
from extract.lines import filter_lines
from extract.marks import marks
from extract.places import spaced
from extract.stated import Stated
from extract.titles import fold

_FEWEST = 3
_BLOCK_TAGS = ("p", "h2", "h3", "h4", "h5", "li", "blockquote")
_LONGEST_DAY = 40
"""Code points of a line that heads the entries of one day."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update: its time as ISO 8601 with zone (None if nobody knows), its lines, and whether its day was concluded."""

    at: str | None
    lines: tuple[str, ...]
    day_inferred: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    """One update as the page shows it."""

    element: HtmlElement
    stamp: clocks.Stamp
    lines: tuple[str, ...]


def read_updates(
    tree: HtmlElement, stated: Stated, site: dates.Habits, published: Moment | None = None, modified: Moment | None = None
) -> list[Update]:
    """Return a live blog's updates in the page's order; empty unless at least three are found.

    ``published`` and ``modified`` are the page's own times: they say of which days the hours are that stand alone.
    """
    node = stated.article or {}
    is_live = "LiveBlogPosting" in stated.types
    blocks = _blocks(tree, site) if is_live or stated.live else []
    claimed = [update for item in jsonld.objects(node, "liveBlogUpdate") if (update := _from_node(item, site))]
    if len(blocks) == len(claimed):  # the page shows the hour only, its JSON-LD states the day as well
        instants = [datetime.fromisoformat(other.at) if other.at else None for other in claimed]
        blocks = [
            replace(shown, stamp=replace(shown.stamp, at=shown.stamp.at or at))
            for shown, at in zip(blocks, instants, strict=True)
        ]
    if len(blocks) >= len(claimed):
        begun = next((at for item in stated.nodes if (at := jsonld.string(item, "coverageStartTime"))), None)
        best = _with_days(blocks, clocks.blog(published, modified, begun, site), site)
    else:
        best = claimed
    return best if len(best) >= _FEWEST or (is_live and best) else []


def _from_node(node: jsonld.Node, site: dates.Habits) -> Update | None:
    headline = one_line(plain(jsonld.string(node, "headline", "name")))
    text = tidy(plain(jsonld.string(node, "articleBody", "text", "description"), lines=True)).split("\n")
    lines = tuple(line for line in ([headline] if headline and fold(headline) not in fold(text[0]) else []) + text if line)
    if not lines:
        return None
    at = _instant(jsonld.string(node, "datePublished", "dateCreated", "dateModified"), site)
    return Update(_stated(at) if at else None, lines)


def _blocks(tree: HtmlElement, site: dates.Habits) -> list[_Block]:
    """Find the largest family of blocks that carry a time each: same tag, a name like an entry's, in parents alike."""
    families: dict[tuple[object, ...], list[HtmlElement]] = defaultdict(list)
    for element in tree.iter("div", "article", "section", "li"):
        parent = element.getparent()
        if parent is not None and (element.tag == "article" or marks(element).entry):
            alike = (parent.getparent(), parent.tag, parent.get("class")) if parent.get("class") else (parent,)
            families[(*alike, element.tag)].append(element)  # days of a long blog are often blocks of their own
    found: list[_Block] = []
    for family in families.values():
        if len(family) < _FEWEST:
            continue
        blocks = [block for element in family if (block := _from_block(element, site))]
        if len(blocks) >= _FEWEST and _length(blocks) > _length(found):
            found = blocks
    return found


def _length(blocks: Sequence[_Block]) -> int:
    return sum(len(line) for block in blocks for line in block.lines)


def _from_block(element: HtmlElement, site: dates.Habits) -> _Block | None:
    time = next(element.iter("time"), None)  # what is merely called a time often stands around it
    if time is None:
        time = next((node for node in element.iter("span", "div", "p") if marks(node).date), None)
    lines = [
        spaced(block)
        for block in element.iter(*_BLOCK_TAGS)
        if not any(child.tag in _BLOCK_TAGS for child in block.iterdescendants()) and not marks(block).byline
    ]
    shown = spaced(time) if time is not None else ""
    stamp = _stamp(time, shown, site) if time is not None else _leading(next(filter(None, lines), ""), site)
    if stamp is None:
        return None
    if not any(lines):
        lines = [spaced(element).removeprefix(shown).strip()]
    kept = tuple(line for line in filter_lines(lines) if line and line != shown)
    return _Block(element, stamp, kept) if kept else None


def _stamp(time: HtmlElement, shown: str, site: dates.Habits) -> clocks.Stamp | None:
    """Return what an element says of its entry's time; None if that is no time."""
    at = _instant(time.get("datetime"), site) or _instant(shown, site)
    if at is not None:
        return clocks.Stamp(at)
    found = dates.day_without_year(shown, site.fetched_at.date())
    clock = clocks.hour_of(dates.without_weekday(found[1]) if found else shown, site)
    return clocks.Stamp(clock=clock, day=found and found[0]) if clock else None


def _leading(line: str, site: dates.Habits) -> clocks.Stamp | None:
    clock = clocks.leading_hour(line, site)
    return clocks.Stamp(clock=clock) if clock else None


def _with_days(blocks: Sequence[_Block], blog: clocks.Blog, site: dates.Habits) -> list[Update]:
    """Return the updates, those that show only their hour with the day above them, else that of the blog."""
    if all(block.stamp.at for block in blocks):
        return [Update(_stated(block.stamp.at), block.lines) for block in blocks if block.stamp.at]
    near = blog.last.astimezone(site.zone).date() if blog.last else site.fetched_at.date()
    headed = _days_above([block.element for block in blocks], near, site)
    stamps = [replace(block.stamp, day=block.stamp.day or headed.get(block.element)) for block in blocks]
    return [
        Update(_stated(at) if at else None, block.lines, day_inferred=at is not None and block.stamp.at is None)
        for block, at in zip(blocks, clocks.placed(stamps, blog, site), strict=True)
    ]


def _days_above(entries: Sequence[HtmlElement], near: date, site: dates.Habits) -> dict[HtmlElement, date]:
    """Return the days that lines between the entries name, each with the first entry below it."""
    parents = {entry.getparent() for entry in entries}
    around = next(iter(parents)) if len(parents) == 1 else entries[0].getparent().getparent()  # type: ignore[union-attr]
    waiting, days, own = None, dict[HtmlElement, date](), set(entries)
    walk = iterwalk(around, events=("start",))
    for _, element in walk:
        if element in own:
            walk.skip_subtree()
            if waiting is not None:
                days[element], waiting = waiting, None
        elif not len(element) and element.text and len(text := one_line(element.text)) <= _LONGEST_DAY:
            waiting = clocks.day_of(text, near, site) or waiting
    return days


def _instant(text: str | None, site: dates.Habits) -> datetime | None:
    when = dates.read(text, site)
    return when.instant if when is not None and dates.is_plausible(when, site) else None


def _stated(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


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
        entries.append(Entry(update.at, at, at + len(block), update.day_inferred))
        parts.append(block)
        at += len(block) + 2
    return "\n\n".join(parts), tuple(entries)
