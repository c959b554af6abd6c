"""Whom to believe about a page's headline, people and times? What its places say, in the order of their rank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from articles.article import Moment, TimeSource
from articles.page import Page
from extract import authors, dates, evidence, jsonld, titles
from extract.decode import plain
from extract.heading import heading_text, parts_of_heading
from extract.places import in_card
from extract.signatures import posted, signatures
from extract.stated import Stated

_AUTHOR_META = (
    *("author", "article:author", "dc.creator", "dc:creator", "dcterms.creator", "parsely-author", "sailthru.author"),
    *("cxenseparse:author", "citation_author"),
)
_WRITTEN_BY = re.compile(r"written by|verfasst von|geschrieben von|author|autor", re.I)
_PUBLISHED_META = (
    *("article:published_time", "og:article:published_time", "datepublished", "dc.date.issued", "dcterms.issued"),
    *("parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publication_date"),
    *("cxenseparse:recs:publishtime", "article.published", "og:published_time", "og:pubdate", "citation_publication_date"),
    "govuk:first-published-at",
)
_CREATED_META = ("dcterms.created", "dc.date.created", "datecreated")
"""When somebody began to write in the system: days before publication where papers take their time."""
_DATE_META = ("date", "dc.date", "dc:date", "dcterms.date", "ob:date")
"""What many systems fill with the day of the last change: asked after the elements made for times, a bare day after all."""
_MODIFIED_META = (
    *("article:modified_time", "og:updated_time", "og:article:modified_time", "datemodified", "last-modified"),
    *("dcterms.modified", "dc.date.modified", "lastmod"),
)


def headline(page: Page, stated: Stated, site_names: Sequence[str], named: str | None) -> titles.Titles:
    """Return headline and kicker; ``named`` is what the source's layout calls the headline."""
    if named:
        return titles.choose([("h1", named)], site_names, stated.kicker)
    text, kicker = heading_text(stated.heading)
    candidates: list[tuple[titles.Place, str | None]] = [
        ("h1", text),
        ("json-ld", plain(jsonld.string(stated.about, "headline", "name"))),
        ("og", stated.first("og:title")),
        ("title", stated.document_title),
        ("feed", page.link.title if page.link else None),
        ("twitter", stated.first("twitter:title")),
    ]
    if kicker is None and (parts := parts_of_heading(stated.heading)):
        kicker, candidates = titles.told_apart(parts, candidates)
    chosen = titles.choose(candidates, site_names, kicker or stated.kicker)
    if kicker is None and _heads_text(stated):
        shown = titles.choose(candidates[:1], site_names, stated.kicker)
        claims = [claim for claim in (stated.document_title, stated.first("og:title")) if claim]
        if shown.title and chosen.title and titles.settles(shown.title, chosen.title, claims):
            return shown
    return chosen


def _heads_text(stated: Stated) -> bool:
    heading = stated.heading
    return heading is not None and heading.tag == "h1" and not in_card(heading)


def bylines(stated: Stated, site_names: Sequence[str]) -> authors.Bylines:
    """Return people and agencies: JSON-LD first, then meta, then the visible byline.

    Each is asked only if the one before names nobody, and last the lines that sign the text. Agencies are heard wherever
    they stand.
    """
    node = stated.about
    groups = [
        name
        for key in ("author", "creator")
        for name in jsonld.names(node, key)
        if authors.read_bylines([name], ()).agencies
    ]
    visible = [line for line in stated.bylines if authors.read_bylines([line], ()).agencies]
    for names in (
        jsonld.people(node, "author") + jsonld.people(node, "creator"),
        [*(value for name in _AUTHOR_META for value in stated.meta.get(name, ())), *_labelled(stated)],
        stated.bylines,
    ):
        if authors.read_bylines(names, site_names).people:
            return authors.read_bylines([*names, *groups, *visible], site_names)
    signed = signatures(stated.heading) if stated.heading is not None else []
    if signed and authors.read_bylines(signed, site_names).people:
        return authors.read_bylines([*signed, *groups, *visible], site_names)
    return authors.read_bylines([*groups, *visible, *stated.meta.get("author", ())], site_names)


def _labelled(stated: Stated) -> list[str]:
    """Return what Twitter's labelled pairs call the author: ``twitter:label1`` "Written by", ``twitter:data1`` the name."""
    labels = ((stated.first(f"twitter:label{n}"), stated.first(f"twitter:data{n}")) for n in (1, 2))
    return [value for label, value in labels if label and value and _WRITTEN_BY.search(label)]


def _all_times(page: Page, stated: Stated, site: dates.Habits) -> list[str | None]:
    """Return every time that the page and its link state, whatever it is of."""
    keys = ("datePublished", "dateCreated", "dateModified", "uploadDate")
    return [
        *(jsonld.string(stated.about, key) for key in keys),
        *(
            value
            for name in (*_PUBLISHED_META, *_CREATED_META, *_MODIFIED_META, *_DATE_META)
            for value in stated.meta.get(name, ())
        ),
        *stated.times[:3],
        *stated.update_times[:2],
        *stated.dates_in_text[:3],
        page.link.published if page.link else None,
        str(in_address.day) if (in_address := dates.in_url(page.final_url, site)) else None,
    ]


def times(page: Page, stated: Stated, site: dates.Habits) -> tuple[Moment | None, Moment | None]:
    """Return when the article was published and, if that says something new, when it was last changed."""
    link, node = page.link, stated.about
    listed: TimeSource = "feed" if link and (link.id or link.summary or link.author) else "sitemap"
    site = dates.as_written(_all_times(page, stated, site), site)
    changing = [value for name in _DATE_META for value in stated.meta.get(name, ())]
    first: list[evidence.Evidence] = [
        ("json-ld", jsonld.string(node, "datePublished")),
        *(("meta", value) for name in _PUBLISHED_META for value in stated.meta.get(name, ())),
        ("json-ld", jsonld.string(node, "dateCreated", "uploadDate")),
        *(("time", value) for value in stated.times[:3]),
        (listed, link.published if link else None),
        *(("meta", value) for value in changing if ":" in value),
        ("url", dates.in_url(page.final_url, site)),
        *(("text", value) for value in stated.dates_in_text[:3]),
        *(("meta", value) for name in _CREATED_META for value in stated.meta.get(name, ())),
        *(("meta", value) for value in changing),
        ("json-ld", jsonld.of_page(stated.nodes, "datePublished")),
    ]
    published = evidence.settle(first, site)
    undecided = published is not None and evidence.hangs_on_order(published, first, site)
    if published is not None and published.precision == "day" and stated.heading is not None:
        hours = [f"{published.at}, {line}" for line in posted(stated.heading) if dates.day_in(line) is None]
        published = evidence.settle([(published.source, published.at), *(("text", hour) for hour in hours)], site)
    modified = evidence.settle(
        [
            ("json-ld", jsonld.string(node, "dateModified")),
            *(("meta", value) for name in _MODIFIED_META for value in stated.meta.get(name, ())),
            *(("time", value) for value in stated.update_times[:2]),
            (listed, link.updated if link else None),
            *(("text", value) for value in stated.update_dates_in_text[:2]),
        ],
        site,
    )
    if published is not None:
        shown = (*stated.times, *stated.dates_in_text, link.published if link else None)
        published = evidence.as_shown(published, shown, site)
    if published is not None and (
        undecided
        or evidence.contradicted(
            published,
            [jsonld.string(node, "datePublished"), stated.first(*_PUBLISHED_META)],
            [dates.in_url(page.final_url, site), dates.read(link.published if link else None, site)],
            dates.read(jsonld.string(node, "dateModified"), site),
            site,
        )
    ):
        published = replace(published, suspect=True)
    return published, modified if modified and evidence.is_later(modified, published) else None
