"""Who signs this text? Lines that name its author in words where nothing is marked up as a byline, mostly at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from extract.decode import one_line
from extract.marks import marks
from extract.places import in_card, spaced

_NAMES = r"(?P<names>\w.{3,120})$"
_SIGNED = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^\W*(?:das )?(?:gespräch|interview) führten?:? {_NAMES}",
        rf"^\W*(?:text|texte|text (?:und|&) (?:fotos?|bilder)|fotos? (?:und|&) text|interview|autor(?:in|en|innen)?|"
        rf"words|story|protokoll|aufgezeichnet von) ?: ?{_NAMES}",
        r"^\W*reporting by (?P<names>[^;)]{4,160}?)(?:[;)]|\. |\.$|$)",
        rf"^\W*aus \w[\w /-]{{1,30}} berichte[nt]:? {_NAMES}",
        r"^\W*(?:eingestellt|gepostet|verfasst|geschrieben|erstellt|posted|written)\b.{0,60}?\b(?:von|by) "
        r"(?P<names>\w.{3,60}?)(?: (?:am|um|on|at|in)\b.*|\W* \d.*|[|,].*)?$",
        r"^\W*(?:mit [\w ]+ grüßen|herzlich\w*|viele grüße|herzliche grüße)?,? ?(?:ihre?|eure?) "
        r"(?P<names>\w+ [\w -]{3,40})$",
    )
)
_ALONE = re.compile(
    r"^\W*(?:(?:ein|eine) (?:kolumne|kommentar|analyse|bericht|gastbeitrag) )?(?:von|by) (?P<names>\w.{4,60})$", re.I
)
_CAPITALISED = re.compile(r"^(?:[A-ZÄÖÜ][\w.'’-]+|von|van|de|der)(?: (?:[A-ZÄÖÜ][\w.'’-]+|von|van|de|der)){1,3}$")
_FIRST_WORD = re.compile(
    r"\W*(?:das|gespräch|interview|text|texte|fotos?|autor\w*|words|story|protokoll|aufgezeichnet|reporting|aus|eine?|von|by|"
    r"eingestellt|gepostet|verfasst|geschrieben|erstellt|posted|written|mit|herzlich\w*|viele|ihre?|eure?)\b",
    re.I,
)
_POSTED = re.compile(r"^\W*(?:eingestellt|gepostet|verfasst|geschrieben|erstellt|posted|written)\b", re.I)
_OWN_FOOT = re.compile(r"\b(?:post|entry|article|beitrag|artikel)[_-]{1,2}(?:footer|foot|fuss|meta|bottom)\b", re.I)
_LONGEST = 240
_INLINE = frozenset({"a", "b", "strong", "i", "em", "span", "small", "font", "nobr", "u"})
_CONTACT = re.compile(r"\b(?:tel|telefon|phone|fon|mobil|pressekontakt|media contact|ansprechpartner\w*)\b\W", re.I)
_LONGEST_CONTACT = 400


def signatures(heading: HtmlElement) -> list[str]:
    """Return the names as they stand in lines that sign the text; a lone "Von N. N." counts if there is but one."""
    around = frozenset(heading.iterancestors())
    signed: dict[str, None] = {}
    alone: dict[str, None] = {}
    for line in _lines(heading, around):
        for pattern in _SIGNED:
            if match := pattern.match(line):
                signed[match["names"].strip()] = None
        if (match := _ALONE.match(line)) and _CAPITALISED.match(names := match["names"].strip(" .,")):
            alone[names] = None
    return list(signed) or (list(alone) if len(alone) == 1 else [])


def posted(heading: HtmlElement) -> list[str]:
    """Return the lines below a headline that say who put the article up, maybe at which hour: blogs date only the page."""
    return [line for line in _lines(heading, frozenset(heading.iterancestors())) if _POSTED.match(line)]


def is_contact(element: HtmlElement) -> bool:
    """Whether a name stands in a short block that says how to reach its bearer: a press office's, not an author's."""
    for block in (element, *element.iterancestors()):
        if block.tag in ("article", "main", "body") or len(block.text_content()) > _LONGEST_CONTACT:
            return False
        if _CONTACT.search(spaced(block)):
            return True
    return False


def _lines(heading: HtmlElement, around: frozenset[HtmlElement]) -> Iterator[str]:
    """Yield the lines below a headline that begin as signatures do, outside of other articles' teasers."""
    known: dict[HtmlElement, str] = {}  # a block of thousands of such lines is put together once

    def words(block: HtmlElement) -> str:
        if block not in known:
            known[block] = spaced(block)
        return known[block]

    for holder, text in _texts_after(heading):
        if not _FIRST_WORD.match(text) or holder.tag in ("script", "style", "figcaption", "option"):
            continue
        block = holder
        while block.tag in _INLINE and (parent := block.getparent()) is not None and len(words(parent)) <= _LONGEST:
            block = parent
        whole, feet = words(block), _own_feet(holder)
        if not in_card(holder, around | feet) and (feet or not marks(block).promo):
            yield whole if len(whole) <= _LONGEST and _FIRST_WORD.match(whole) else one_line(text)


def _texts_after(heading: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the texts after a heading with the element each stands in; nearly in order, and quicker than `following`."""
    passed = False
    for element in heading.getroottree().getroot().iter():
        if passed and element.text and not element.text.isspace() and isinstance(element.tag, str):
            yield element, element.text
        passed = passed or element is heading
        if passed and element.tail and not element.tail.isspace() and (parent := element.getparent()) is not None:
            yield parent, element.tail


def _own_feet(element: HtmlElement) -> frozenset[HtmlElement]:
    """Return the blocks around an element that are an article's own foot, not the page's."""
    parents = [element, *element.iterancestors()]
    return frozenset(
        parent
        for index, parent in enumerate(parents)
        if _OWN_FOOT.search(parent.get("class") or "")
        or (parent.tag == "footer" and any(above.tag == "article" for above in parents[index + 1 :]))
    )
