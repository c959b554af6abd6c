"""What article does this page hold? Puts together what the other files of this room read; a pure function of the bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml.html import HtmlElement, document_fromstring

from articles.article import Article
from articles.errors import Wrong
from articles.outcome import Rejected
from articles.page import Page
from articles.url import article_id, canonicalise, host
from config.models import Layout, Source
from extract import access, address, authors, body, dates, jsonld, kinds, layout, live, titles, witnesses
from extract.decode import decode, one_line, plain, tidy
from extract.flat import read_flat
from extract.lines import filter_lines
from extract.stated import Stated, read_stated
from extract.tree import parse
from extract.version import EXTRACT_VERSION

_SHORTEST = 60
"""Code points of text below which a page says nothing; a one-sentence flash is longer."""
_BODY_MUCH_LONGER, _BODY_SHARED = 1.4, 0.6
"""JSON-LD's articleBody is worse than trafilatura's text on average, so it stands in only for a text that is too short,
or when it is so much longer and holds so much of what was found (measured, docs/decisions/0030)."""
_FRAGMENT, _MANY_TIMES = 1_000, 3
"""A text so short beside one so long is a fragment: the rest comes by script."""


@dataclass(slots=True)
class _Reading:
    """What is known of one page before its text is read: the tree is pruned later, so what needs all of it comes first."""

    page: Page
    source: Source | None
    url: str
    site_names: list[str]
    stated: Stated
    tree: HtmlElement
    flat: tuple[str, ...] | None
    layout: Layout
    listing: kinds.Listing
    walled: bool
    mail: bool
    asks_to_log_in: bool
    words: str
    habits: dates.Habits


def extract(page: Page, source: Source | None) -> Article | Rejected:
    """Return the article a page holds, or why it holds none (with what was read of it, if anything).

    Pure: no network, no clock, no files. ``source`` says how the site writes times and where its text is; None: general
    rules. Raises Broken for bytes that must not be decompressed.
    """
    return _extract(page, source, linear=False)


def extract_linear(page: Page, source: Source | None) -> Article | Rejected:
    """The same by one walk over the characters, for pages that cost the tree reader too much; always ``truncated``."""
    return _extract(page, source, linear=True)


def _extract(page: Page, source: Source | None, *, linear: bool) -> Article | Rejected:
    text, whole = decode(page)
    if not kinds.looks_like_html(page.body, text, page.header("content-type")):
        return Rejected("not_html")
    try:
        url = canonicalise(page.final_url)
    except Wrong:
        return Rejected("not_html")
    tree, lost = (None, True) if linear else parse(text)
    flat = None
    if tree is None or lost:
        head, flat = read_flat(text)
        tree = document_fromstring(head)
    result = _judge(_reading(page, source, url, tree, flat))
    if not lost and whole:
        return result
    if isinstance(result, Article):
        return replace(result, truncated=True)
    return replace(result, article=replace(result.article, truncated=True)) if result.article else result


def _reading(page: Page, source: Source | None, url: str, tree: HtmlElement, flat: tuple[str, ...] | None) -> _Reading:
    built = layout.on(source, page.fetched_at.date())
    layout.strip(tree, built)
    stated, name = read_stated(tree, page.final_url), host(url)
    stated.named_error, stated.named_list = kinds.names_error(tree), kinds.names_list(tree)
    listing, words = kinds.listing_of(tree, stated), body.without_code(tree, stated.heading)
    zone, day_first = (source.time_zone, source.day_first) if source else (None, None)
    language = stated.language or ("de" if dates.reads_german(words) else None)
    return _Reading(
        page=page,
        source=source,
        url=url,
        site_names=[*stated.site_names(name), *([source.name] if source else [])],
        stated=stated,
        tree=tree,
        flat=flat,
        layout=built,
        listing=listing,
        walled=stated.paywalled or access.asks_to_pay(words),
        mail=kinds.is_mail(tree, words),
        asks_to_log_in=kinds.asks_to_log_in(tree),
        words=one_line(words[:20_000]),
        habits=dates.habits(page.fetched_at, zone, day_first, language, name, words[:20_000]),
    )


def _judge(reading: _Reading) -> Article | Rejected:
    """Read the article, then decide whether it is one."""
    stated, url = reading.stated, reading.page.final_url
    article = _article(reading)
    length = len(article.text or "")
    text, dated = article.text or "", _is_dated(reading, article)
    reason = kinds.failure(stated, article.title, text, reading.words, reading.page.status, reading.listing, dated=dated)
    if reason is None and kinds.is_section(stated, url, reading.listing, text, dated=dated, mail=reading.mail):
        reason = "section"
    if reason is None and reading.asks_to_log_in and kinds.is_log_in(stated, text):
        reason = "no_text"
    if reason is None and length < _SHORTEST:
        reason = "no_text"
    if reason is None:
        return article
    something = article.title or article.text or article.published
    return Rejected(reason, article if something else None)


def _is_dated(reading: _Reading, article: Article) -> bool:
    """Whether the page has a time of its own; a text beside what merely reads like a headline may date another's."""
    moment = article.published
    return moment is not None and not (moment.source == "text" and reading.stated.found_heading)


def _article(reading: _Reading) -> Article:
    stated, url = reading.stated, address.canonical(reading.url, reading.stated)
    title, kicker = witnesses.headline(reading.page, stated, reading.site_names, layout.title(reading.tree, reading.layout))
    bylines = witnesses.bylines(stated, reading.site_names)
    published, modified = witnesses.times(reading.page, stated, reading.habits)
    updates = live.read_updates(reading.tree, stated, reading.habits, published, modified)
    shown = _without_container(stated.lead, title)
    text, agreement = _body(reading, (title, f"{kicker} {title}", kicker), bylines.people, shown)
    lead = _lead(stated, shown, title)
    entries = None
    if updates and kinds.kind_of_article(stated, url, title, len(updates), len(text)) == "live":
        text, entries = live.compose(text, updates)
    kind = kinds.kind_of_article(stated, url, title, len(updates), len(text))
    teaser = access.is_teaser(text, stated, reading.walled)
    if len(text) < _SHORTEST and lead and (kinds.says_article(stated) or kind != "article"):
        text, teaser = lead, teaser or kind == "article"
    return Article(
        id=article_id(url),
        url=url,
        source=reading.source.id if reading.source else None,
        title=title,
        kicker=kicker,
        lead=None if lead is None or titles.fold(lead)[:80] in titles.fold(text[: len(lead) + 400]) else lead,
        text=text or None,
        authors=bylines.people,
        published=published,
        modified=modified,
        seen_at=reading.habits.fetched_at,
        language=_language(stated),
        kind=kind,
        entries=entries,
        claimed_free=access.claimed_free(stated),
        tdm_reserved=access.tdm_reserved(stated),
        teaser=teaser,
        origin=authors.origin(bylines, text),
        extract_version=EXTRACT_VERSION,
        agreement=agreement,
    )


def _body(
    reading: _Reading, heads: tuple[str | None, ...], people: tuple[str, ...], lead: str | None
) -> tuple[str, float | None]:
    """Return the article's paragraphs, an empty line between them, and how alike found and stated text are."""
    if reading.flat is not None:
        lines = list(reading.flat)
    else:
        selected = layout.body(reading.tree, reading.layout)
        if selected is None:
            lines = body.read(
                *(reading.tree, reading.stated.heading, reading.stated.furniture, lead, people),
                kinds.medium_of(reading.stated, reading.url),
            )
        else:
            lines = body.read(selected, None, reading.stated.furniture)
    text = "\n\n".join(filter_lines(lines, heads, people))
    stated = [
        line
        for line in tidy(plain(jsonld.string(reading.stated.about, "articleBody"), lines=True) or "").split("\n")
        if line
    ]
    other = "\n\n".join(filter_lines(stated, heads, people))
    if len(other) < body.SHORT:  # a teaser in the place of the text says nothing about the text
        return other if _is_better(other, text) else text, None
    mine, theirs = _shingles(text), _shingles(other)
    alike = 2 * len(mine & theirs) / max(1, len(mine) + len(theirs))
    return other if _is_better(other, text) else text, round(alike, 3)


def _is_better(other: str, text: str) -> bool:
    if len(text) < body.SHORT or (len(text) < _FRAGMENT and len(other) >= _MANY_TIMES * len(text)):
        return len(other) > len(text)
    if len(other) < _BODY_MUCH_LONGER * len(text):
        return False
    mine, theirs = _shingles(text), _shingles(other)
    return len(mine & theirs) >= _BODY_SHARED * len(mine)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = titles.fold(text).split()
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}


def _without_container(lead: str | None, title: str | None) -> str | None:
    """Return the standfirst that the page shows; None if what is called so holds the headline too."""
    return None if lead and title and titles.fold(title) in titles.fold(lead) else lead


def _lead(stated: Stated, shown: str | None, title: str | None) -> str | None:
    node = stated.about
    for text in (
        shown,
        jsonld.string(node, "description"),
        stated.first("og:description", "description", "twitter:description"),
    ):
        lead = one_line(plain(text))
        if len(lead) >= 40 and titles.fold(lead) != titles.fold(title or ""):
            return lead
    return None


def _language(stated: Stated) -> str | None:
    """Return the ISO 639-1 code the page declares; enrichment weighs it against the words."""
    for value in (
        stated.language,
        stated.first("og:locale", "content-language"),
        jsonld.string(stated.article or {}, "inLanguage"),
    ):
        code = (value or "").strip().lower().replace("_", "-").split("-")[0]
        if len(code) == 2 and code.isalpha() and code.isascii():
            return code
    return None
