"""Where on this page does a time stand that is the article's own? What is labelled and near the headline, first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import Any, NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from extract import dates
from extract.decode import one_line
from extract.marks import marks
from extract.places import in_card, spaced

_UPDATED = re.compile(r"updat|aktualisier|geändert|änderung|zuletzt|modif|edited|editiert", re.I)
_PUBLISHED = re.compile(
    r"erschien|veröffentlich|veroeffentlich|publi[scz]|eingestellt|erstellt|posted|gepostet|pubdate|entry-date", re.I
)
_PROPERTY = re.compile(
    r"(?:^|[\s:])(?:(?P<first>date-?published|published|created|issued)|(?P<last>date-?modified|updated|modified))(?:$|\s)",
    re.I,
)
_OTHERS = re.compile(r"comment|kommentar|leserbrief|related|recommend|teaser(?!.{0,2}(?:meta|text))", re.I)
_LONGEST_TEXT, _LONGEST_FACTS = 160, 200
_MOST_OTHER_LETTERS = 40
"""Letters beside day and clock in a line that states a time; more is a sentence that mentions one."""
_READ = re.compile(r"(?:gedruckt|abgerufen|printed|retrieved|accessed) (?:am|on|at)?\W*$", re.I)
"""When somebody looked at the page, which says nothing of when it was written."""
_FEW_LETTERS, _LABEL_AFTER = 15, 40
_INLINE = frozenset({"span", "b", "strong", "i", "em", "nobr", "small", "a", "time", "abbr", "font"})

_TEXTS_BELOW, _TEXTS_ABOVE = 20, 4
_MOST = 300
"""Dated texts, and time elements, that are looked at: a page that has more says its own time among the first."""
_with_value = etree.XPath("(//@content | //@title)/..")
_with_year = etree.XPath("//text()[contains(., '20') or contains(., '19')]")


class Dates(NamedTuple):
    """The times a page shows, likeliest first: of elements made for times and of lines; changes of the article apart."""

    times: list[str]
    update_times: list[str]
    lines: list[str]
    update_lines: list[str]


class _Found(NamedTuple):
    text: str
    updated: bool
    rank: int


def gather(
    tree: HtmlElement,
    heading: HtmlElement | None,
    around: Set[HtmlElement],
    marked: Sequence[HtmlElement],
    *,
    certain: bool,
) -> Dates:
    """Return the times that stand outside of other articles' teasers; ``marked`` are blocks named like dates.

    ``certain``: the page's head tells the minute, so that neither attributes nor
    texts far from the headline are searched.
    """
    below = list(islice(following(heading), _TEXTS_BELOW)) if heading is not None else []
    above = list(islice(_preceding(heading), _TEXTS_ABOVE)) if heading is not None else []
    near = dict.fromkeys((holder for holder, _ in above), 1) | dict.fromkeys((holder for holder, _ in below), 2)
    named = [] if certain else _named(tree, around)
    elements = [*named, *(found for time in islice(tree.iter("time"), _MOST) for found in _of_time(time, around, near))]
    lines = [found for block in marked for found in _of_line(spaced(block), 1 + _nearness(block, near))]
    certain = certain or any(":" in each.text and each.rank >= 2 and not each.updated for each in elements)
    texts = [*above, *below] if certain else [(_holder(text), text) for text in _with_year(tree)]
    return Dates(*_apart(elements), *_apart([*lines, *_of_texts(texts, around, near)]))


def following(heading: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the texts in a heading and after it that are no blanks, in their order, each with the element it stands in."""
    yield from _inside(heading)
    for node in (heading, *heading.iterancestors()):
        if (parent := node.getparent()) is not None and node.tail and not node.tail.isspace():
            yield parent, node.tail
        for after in node.itersiblings():
            yield from _inside(after)
            if parent is not None and after.tail and not after.tail.isspace():
                yield parent, after.tail


def _inside(element: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the texts inside an element, each with the element it stands in."""
    if not isinstance(element.tag, str):
        return
    if element.text and not element.text.isspace():
        yield element, element.text
    for child in element:
        yield from _inside(child)
        if child.tail and not child.tail.isspace():
            yield element, child.tail


def _inside_backwards(element: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    if not isinstance(element.tag, str):
        return
    for child in element.iterchildren(reversed=True):
        if child.tail and not child.tail.isspace():
            yield element, child.tail
        yield from _inside_backwards(child)
    if element.text and not element.text.isspace():
        yield element, element.text


def _preceding(heading: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the texts before a heading, the nearest first, its ancestors' beginnings too."""
    for node in (heading, *heading.iterancestors()):
        parent = node.getparent()
        if parent is None:
            return
        for before in node.itersiblings(preceding=True):
            if before.tail and not before.tail.isspace():
                yield parent, before.tail
            yield from _inside_backwards(before)
        if parent.text and not parent.text.isspace():
            yield parent, parent.text


def _apart(found: Iterable[_Found]) -> tuple[list[str], list[str]]:
    """Part first times from changes, each by rank and each text once."""
    ranked = sorted(found, key=lambda each: -each.rank)
    first, last = ([each.text for each in ranked if each.updated == updated] for updated in (False, True))
    return list(dict.fromkeys(first)), list(dict.fromkeys(last))


def _holder(text: Any) -> Any:
    """Return the element that a text found by XPath stands in."""
    return text.getparent().getparent() if text.is_tail else text.getparent()


def _nearness(element: HtmlElement, near: Mapping[HtmlElement, int]) -> int:
    return max((near.get(node, 0) for node in element.iter()), default=0)


def _named(tree: HtmlElement, around: Set[HtmlElement]) -> Iterator[_Found]:
    """Yield what RDFa, microdata and microformats state in an attribute: ``<span property="dc:created" content="...">``."""
    for element in _with_value(tree):
        if element.tag in ("meta", "link"):
            continue
        names = f"{element.get('itemprop') or ''} {element.get('property') or ''} {element.get('class') or ''}"
        value = element.get("content") or element.get("title") or ""
        if (match := _PROPERTY.search(names)) and dates.day_in(value) and not _is_quoted(element, around):
            yield _Found(value, match["last"] is not None, 4)


def _of_time(element: HtmlElement, around: Set[HtmlElement], near: Mapping[HtmlElement, int]) -> Iterator[_Found]:
    if _is_quoted(element, around):
        return
    parent, before = element.getparent(), element.getprevious()
    text = spaced(element)
    beside = [text[:30], (parent.text or "")[-40:] if parent is not None else ""]
    if before is not None:
        beside.append((before.tail or before.text_content())[-40:])
    said = " ".join(beside)
    named = (
        f"{element.get('class') or ''} {element.get('itemprop') or ''} {'pubdate' if 'pubdate' in element.attrib else ''}"
    )
    updated = bool(marks(element).updated or (parent is not None and marks(parent).updated) or _UPDATED.search(said))
    rank = _nearness(element, near) + 2 * bool(_PUBLISHED.search(said) or _PUBLISHED.search(named))
    stated = element.get("datetime") or element.get("content")
    if stated:
        yield _Found(stated, updated, rank)
    if text:  # some write the day for machines and the minute for people
        yield _Found(text, updated, rank)


def _is_quoted(element: HtmlElement, around: Set[HtmlElement]) -> bool:
    """Whether an element is another article's or part of an embedded post."""
    return in_card(element, around) or any(parent.tag == "blockquote" for parent in element.iterancestors())


def _is_anothers(element: HtmlElement, around: Set[HtmlElement]) -> bool:
    """Whether a text near the headline stands in a post, a comment or a teaser: a list or a foot may be its own."""
    parents = [parent for parent in element.iterancestors() if parent not in around]
    return any(parent.tag == "blockquote" or _OTHERS.search(parent.get("class") or "") for parent in parents)


def _of_texts(
    texts: Iterable[tuple[HtmlElement, str]], around: Set[HtmlElement], near: Mapping[HtmlElement, int]
) -> Iterator[_Found]:
    """Yield the lines near the headline that state a day, and those anywhere that call it the day of publication."""
    dated = (
        (holder, text)
        for holder, text in texts
        if len(text) <= _LONGEST_TEXT and holder.tag not in ("script", "style", "title", "option") and dates.day_in(text)
    )
    for holder, text in islice(dated, _MOST):
        close, line = near.get(holder, 0), one_line(text)
        block = holder
        while block.tag in _INLINE and (parent := block.getparent()) is not None:
            block = parent
        if (holder is not block or len(block)) and len(facts := block.text_content()) < _LONGEST_FACTS:
            line = facts if _PUBLISHED.search(facts) else line
        others = _is_anothers(holder, around) if close else _is_quoted(holder, around)
        if not others and (close or _PUBLISHED.search(line)):
            yield from _of_line(one_line(line), close)


def _of_line(line: str, rank: int) -> Iterator[_Found]:
    """Yield a line if it is one that states a time; its label stands before the day, or after it if nothing does."""
    span = dates.day_in(line)
    if span is None or len(line) > _LONGEST_FACTS:
        return
    before, after = line[: span[0]], line[span[1] :]
    if _READ.search(before):
        return
    labelled = bool(_PUBLISHED.search(before) or (_PUBLISHED.search(after[:_LABEL_AFTER]) and not _UPDATED.search(before)))
    other = sum(char.isalpha() for char in before + after)
    if other > _MOST_OTHER_LETTERS and not labelled:
        return
    updated = bool(_UPDATED.search(before) or (_UPDATED.search(after) and not before.strip()))
    yield _Found(line, updated and not labelled, rank + 2 * labelled + (other < _FEW_LETTERS))
