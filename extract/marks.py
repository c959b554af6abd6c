"""What is this block, by the names its author gave it? Classes, ids and itemprops of German and English news systems."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from lxml.etree import XPath, _Element


class Marks(NamedTuple):
    """What the names of an element say; a name may say several things."""

    kicker: bool = False
    lead: bool = False
    byline: bool = False
    date: bool = False
    updated: bool = False
    card: bool = False
    promo: bool = False
    teaser: bool = False
    paywall: bool = False
    headline: bool = False
    entry: bool = False
    live: bool = False
    navigation: bool = False


NONE = Marks()
_NAMING = ("data-area", "data-component", "data-module", "data-testid", "data-block", "data-cdata", "data-name")
_CUSTOM = re.compile(r"</[A-Za-z]+-")
_named_otherwise = XPath(f"//*[{' or '.join(f'@{name}' for name in _NAMING)} or contains(name(), '-')]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _words(words: str) -> re.Pattern[str]:
    """Return a pattern of whole words in a class name, where words end at blanks, hyphens and underscores; case ignored."""
    return re.compile(rf"(?:^|[\s_-])(?:{'|'.join(words.split())})(?:$|[\s_-])", re.I)


_KICKER = re.compile(
    r"kicker|overline|dachzeile|topline|roofline|spitzmarke|eyebrow|pre-?title|headline__?-?intro|ober-?zeile|catchline",
    re.I,
)
_LEAD = _words(
    r"(?:article|teaser)?-?(?:lead|lede|intro|introduction|standfirst|vorspann|abstract|anreisser|sub-?title|subheadline|dek|excerpt|"
    r"summary|einleitung|teaser-?text)(?:-?(?:text|paragraph|content))?"
)
_BYLINE = _words(
    r"(?:byline|author|autor|autoren|authors|verfasser|verfasserin|writer|writers)(?:[\s_-]?(?:names?|links?|list|"
    r"text|info|line))?"
)
_NO_BYLINE = re.compile(
    r"bio|box|avatar|image|follow|comment|social|related|teaser|description|about|(?<!\bh-)(?<!v)card", re.I
)
_DATE = re.compile(r"date|datum|time(?!line)|zeit(?!ung)|publish|veroeffentlicht|veröffentlicht|dateline|\bstand\b", re.I)
_UPDATED = re.compile(r"updat|aktualisier|modif|geändert|zuletzt|last.?changed", re.I)
_CARD = re.compile(
    r"teaser|related|recommend|sidebar|most-?read|meistgelesen|newsletter|promo|\bcard|comment|kommentar|"
    r"ticker-?list|footer|aside",
    re.I,
)
_PROMO = _words(
    r"""newsletter promo\w* advert\w* anzeigen? ads? sponsor\w* outbrain taboola shares? sharing social\w* teilen comments?
    kommentare? breadcrumbs? cookies? consent subscribe subscription abo-?box author-?(?:box|bio|info|card)
    autoren-?(?:box|info) about-?(?:the-?)?author tags? tag-?list keywords topics-?list footer pagination sidebar
    sticky signup sign-?up skip-?link credits? copyright image-?credit bildnachweis voting umfrage poll
    jobs? shop marketing inread toolbar opt-?in embed-?consent content-?gate"""
)
_TEASER = _words(
    r"""related recommend\w* recirculation most-?read meist-?gelesen most-?popular trending popular
    teaser-?(?:list|box|group|block|grid|row)?s? read-?more weiterlesen mehr-?zum-?thema lesen-?sie-?auch more-?on
    also-?read"""
)
"""What speaks of other pages, so only where it leads to one: many systems call an article's own standfirst its teaser."""
_BESIDE = re.compile(r"(?:with|has|no|without|content|and)[_-]?sidebar", re.I)
"""A block beside a sidebar is none."""
_POST = re.compile(r"(?:^|\s)(?:hentry|post-\d+|type-post)(?:\s|$)")
_OF_POST = re.compile(r"(?<!\S)(?:tag|category|author|has|with|no)-\S+")
"""WordPress writes an article's tags and author into the class of the block that holds all of it."""
_OF_NODE = re.compile(r"(?<!\S)node-{1,2}(?:promoted|sticky)(?!\S)")
"""Drupal says so of an article that stands on its front page too."""
_BODY = re.compile(
    r"article-?_*(?:body|text|content)|teaser-?text|story-?body|entry-?content|post-?content|fliesstext|body-?text|richtext",
    re.I,
)
_PAYWALL = re.compile(
    r"paywall|premium-?(?:content|teaser|box)|plus-?(?:box|teaser|wall)|piano-|regwall|metered|offer-?box|"
    r"abo-?(?:wall|teaser)|subscriber-?only",
    re.I,
)
_HEADLINE = re.compile(r"head(?:line)?(?!er)|title|titel|ueberschrift|überschrift", re.I)
_ENTRY = re.compile(r"live|ticker|entry|update|post|beitrag|event|item|block", re.I)
_LIVE = re.compile(r"live-?_?\s?(?:blog|ticker)|ticker-?_*(?:entry|item|event|post)", re.I)
_NAVIGATION = _words(
    "nav(?:igation)? menu breadcrumbs? footer pagination pager shares? social tags? skip lang logo toolbar"
)


def spell_out(tree: _Element, source: str) -> None:
    """Add what data attributes call a block to its class, and make custom elements blocks of that name, in place.

    ``source`` is the page's text, searched first because most pages have neither.
    """
    if not any(f"{name}=" in source for name in _NAMING) and not _CUSTOM.search(source):
        return
    for element in _named_otherwise(tree):
        names = [element.get("class"), *(element.get(name) for name in _NAMING)]
        if "-" in str(element.tag):
            names.append(str(element.tag))
            element.tag = "img" if element.tag == "amp-img" else "div"
        element.set("class", " ".join(name[:60] for name in names if name))


@lru_cache(maxsize=16384)
def marks_of(names: str) -> Marks:
    """Return what names say; cached because a page repeats few names often, and so does a site."""
    if _POST.search(names):
        names = _OF_POST.sub("", names)
    if "node-" in names:
        names = _OF_NODE.sub("", names)
    names = _BESIDE.sub("", _CAMEL.sub("-", names))
    return Marks(
        kicker=bool(_KICKER.search(names)),
        lead=bool(_LEAD.search(names)),
        byline=bool(_BYLINE.search(names)) and not _NO_BYLINE.search(names),
        date=bool(_DATE.search(names)),
        updated=bool(_UPDATED.search(names)),
        card=bool(_CARD.search(names)),
        promo=bool(_PROMO.search(names)) and not _BODY.search(names),
        teaser=bool(_TEASER.search(names)) and not _BODY.search(names),
        paywall=bool(_PAYWALL.search(names)),
        headline=bool(_HEADLINE.search(names)),
        entry=bool(_ENTRY.search(names)),
        live=bool(_LIVE.search(names)),
        navigation=bool(_NAVIGATION.search(names)),
    )


def marks(element: _Element) -> Marks:
    """Return what an element's class, id and itemprop say."""
    names = element.get("class")
    ident, prop = element.get("id"), element.get("itemprop")
    if ident or prop:
        names = f"{names or ''} {ident or ''} {prop or ''}"
    return marks_of(names[:300]) if names else NONE
