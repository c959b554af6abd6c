"""What does this feed list? RSS 0.9x to 2.0, RDF, Atom and JSON Feed: a recovering lxml reader first, feedparser second.

The reader keeps addresses and times as they are stated; fastfeedparser reads times without a known zone as UTC and makes
up ids (docs/decisions/0030).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from html.entities import html5
from typing import Any

import feedparser  # type: ignore[import-untyped]  # ships no types
from lxml import etree

from articles.page import Link, Links
from extract import dates
from extract.decode import one_line, plain, to_text
from extract.stated import join

ENTRIES_LIMIT = 20_000
"""Entries read of one feed; the largest archive feeds have a few thousand."""
_TEXT_LIMIT = 20_000
"""Code points of a summary that are kept: evidence, not the article."""

_XMLNS = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
}
_SUMMARIES = ("description", "summary", "dc:description", "content:encoded", "content")
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ADDRESS_WITH_NAME = re.compile(
    r"^\s*[^\s()@]+@[^\s()]+\s*\((?P<name>[^()]+)\)\s*$|^\s*(?P<first>[^<>@]+?)\s*<[^<>]*@[^<>]*>\s*$"
)
_ZONELESS = dates.habits(datetime(9999, 1, 1, tzinfo=UTC), "UTC", True, None, "")


def read(body: bytes, content_type: str | None, url: str) -> Links:
    """Read a feed's entries; entries without an address are left out. ``repaired`` says that its XML was damaged."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _read_json(body, url)
    links, damaged = _read_xml(body, content_type, url)
    if links:
        return Links(links, repaired=damaged)
    links = _read_slowly(body, content_type, url)
    if links:
        return Links(links, repaired=True)
    root = re.search(rb"<(?:rss|rdf:RDF|feed|channel)\b", body[:4096])
    return Links((), error=None if root and not damaged else "this is no feed that can be read")


def _read_xml(body: bytes, content_type: str | None, url: str) -> tuple[tuple[Link, ...], bool]:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    text, bare = _with_known_entities(to_text(body.lstrip(), content_type))
    source = _XML_HEAD.sub("", text, count=1)
    try:
        root: etree._Element | None = etree.fromstring(source.encode("utf-8", "replace"), parser=parser)
    except etree.XMLSyntaxError:
        return (), True
    if root is None:  # what recover gives for bytes without any element
        return (), True
    damaged = bare or any(error.level_name in ("ERROR", "FATAL") for error in parser.error_log)
    base = join(url, root.get(_BASE) or "") or url
    language = root.get(_LANG) or next((one_line(el.text) for el in root.iter("{*}language", "language")), None)
    found = []
    for element in root.iter("{*}item", "{*}entry"):
        if (link := _entry(element, base, language or None)) is not None:
            found.append(link)
            if len(found) >= ENTRIES_LIMIT:
                break
    return tuple(found), damaged


_AMPERSAND = re.compile(r"&(?!#\d+;|#[xX][0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)(?:(?P<name>[a-zA-Z][a-zA-Z0-9]{1,31});)?")
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.S)


def _with_known_entities(text: str) -> tuple[str, bool]:
    """Replace HTML's named entities and bare ampersands, which XML forbids and feeds use; says whether one was bare."""
    bare = False

    def replace(match: re.Match[str]) -> str:
        nonlocal bare
        known = html5.get(f"{match['name']};") if match["name"] else None
        bare = bare or known is None
        return known or "&amp;" + match.group()[1:]

    parts = _CDATA.split(text)
    parts[::2] = [_AMPERSAND.sub(replace, part) if "&" in part else part for part in parts[::2]]
    return "".join(parts), bare


def _entry(element: etree._Element, base: str, language: str | None) -> Link | None:
    base = join(base, element.get(_BASE) or "") or base
    fields: dict[str, str] = {}
    authors: list[str] = []
    keywords: list[str] = []
    for child in element:
        name = _name(child)
        if name == "author" or name == "dc:creator":
            inner = next((el for el in child if _name(el) == "name"), child)
            authors.append(_author("".join(inner.itertext())))
        elif name in ("category", "dc:subject"):
            keywords.append(one_line(child.get("term") or child.text))
        elif name == "link" and child.get("href") is not None:
            rel = child.get("rel") or "alternate"
            if rel == "alternate":
                fields.setdefault("link", child.get("href") or "")
        elif name == "guid" and (child.get("isPermaLink") or "true").lower() == "true" and child.text:
            fields["guid"], fields["permalink"] = child.text, child.text
        else:
            fields.setdefault(name, _content(child))
    address = _address(fields, element, base)
    if address is None:
        return None
    return Link(
        url=address,
        title=plain(fields.get("title") or fields.get("dc:title")) or None,
        published=time(
            fields.get("pubDate")
            or fields.get("published")
            or fields.get("dc:date")
            or fields.get("issued")
            or fields.get("created")
            or fields.get("date")
        ),
        updated=time(fields.get("updated") or fields.get("dcterms:modified") or fields.get("modified")),
        summary=plain(next((fields[name] for name in _SUMMARIES if fields.get(name)), None))[:_TEXT_LIMIT] or None,
        author=", ".join(name for name in authors if name) or None,
        id=one_line(
            fields.get("guid") or fields.get("id") or element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
        )
        or None,
        language=one_line(element.get(_LANG) or fields.get("dc:language")) or language,
        keywords=tuple(word for word in keywords if word),
    )


def _address(fields: Mapping[str, str], element: etree._Element, base: str) -> str | None:
    """An entry's link, else its permanent guid, else RDF's about: the first that is an http(s) address."""
    about = element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    for stated, absolute in (
        (fields.get("link"), False),
        (fields.get("origLink"), True),
        (fields.get("permalink"), True),
        (about, True),
        (fields.get("id"), True),
    ):
        stated = re.sub(r"[\t\r\n]", "", (stated or "").strip())
        if (
            stated
            and (not absolute or stated.lower().startswith(("http://", "https://")))
            and (address := join(base, stated))
        ):
            return address
    return None


def _name(element: etree._Element) -> str:
    """Return an element's name; Dublin Core keeps its prefix, since dc:date and date differ."""
    tag = str(element.tag)
    space, _, local = tag.rpartition("}")
    prefix = _XMLNS.get(space[1:])
    if prefix:
        return f"{prefix}:{local}"
    return local if not space or ("media" not in space and "itunes" not in space) else f"other:{local}"


def _content(element: etree._Element) -> str:
    """Return an element's text; XHTML content of Atom is kept as text with its blocks apart."""
    if len(element) == 0:
        return element.text or ""
    return "\n".join(part for part in element.itertext() if part.strip())


def _author(text: str) -> str:
    """Return the name in RSS's "mail (Name)" and in "Name <mail>"; the text itself otherwise."""
    match = _ADDRESS_WITH_NAME.match(text[:500])
    return one_line(plain((match["name"] or match["first"]) if match else text[:500]))


_RFC_822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:([+-])(\d{2})(\d{2})|GMT|UTC|Z)"
)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def _usual(text: str) -> str | None:
    """Read the two forms that nearly all lists write, RFC 3339 and RFC 822 with a zone in figures; None for all others."""
    try:
        if len(text) in (20, 25) and text[10] == "T":
            instant = datetime.fromisoformat(text)
        elif match := _RFC_822.fullmatch(text):
            day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
            offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
            instant = datetime(
                int(year), _MONTHS.index(month) // 3 + 1, int(day), int(hour), int(minute), int(second), tzinfo=zone
            )
        else:
            return None
    except ValueError:
        return None
    return instant.isoformat() if instant.tzinfo and instant.year >= dates.EARLIEST else None


def time(text: str | None) -> str | None:
    """Return a stated time as ISO 8601 with zone, or as a bare date; a time without a zone is taken as UTC."""
    if text is None:
        return None
    if usual := _usual(text):
        return usual
    when = dates.read(text, _ZONELESS)
    if when is None:
        return None
    return when.instant.isoformat(timespec="seconds") if when.instant is not None else when.day.isoformat()


def _read_json(body: bytes, url: str) -> Links:
    try:
        data = json.loads(to_text(body, None), strict=False)
    except (ValueError, RecursionError):
        return Links((), error="this is no feed that can be read: damaged JSON")
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        return Links((), error="this is JSON, but no JSON Feed: it has no items")
    language = data.get("language")
    found = (
        _json_entry(item, url, language if isinstance(language, str) else None)
        for item in items[:ENTRIES_LIMIT]
        if isinstance(item, dict)
    )
    return Links(tuple(link for link in found if link is not None))


def _json_entry(item: Mapping[str, Any], base: str, language: str | None) -> Link | None:
    def text(key: str) -> str | None:
        value = item.get(key)
        return value if isinstance(value, str) and value.strip() else None

    stated = text("url") or text("external_url") or (text("id") if (text("id") or "").startswith("http") else None)
    address = join(base, stated.strip()) if stated else None
    if address is None:
        return None
    people = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [
        one_line(person.get("name"))
        for person in people or ()
        if isinstance(person, dict) and isinstance(person.get("name"), str)
    ]
    tags = item.get("tags")
    return Link(
        url=address,
        title=plain(text("title")) or None,
        published=time(text("date_published")),
        updated=time(text("date_modified")),
        summary=plain(text("summary") or text("content_text") or text("content_html"))[:_TEXT_LIMIT] or None,
        author=", ".join(names) or None,
        id=one_line(str(item["id"])) if item.get("id") is not None else None,
        language=one_line(text("language")) or language,
        keywords=tuple(one_line(tag) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


_FEEDPARSER_RAISES = (AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser 6.0.14 lets escape on damaged markup: `&#x110000;` is a ValueError, the others its parsers' own."""


def _read_slowly(body: bytes, content_type: str | None, url: str) -> tuple[Link, ...]:
    """Ask feedparser, which reads what is hardly a feed; its sanitiser is not trusted, everything becomes plain text."""
    try:
        parsed = feedparser.parse(to_text(body, content_type), sanitize_html=False, resolve_relative_uris=False)
    except _FEEDPARSER_RAISES:
        return ()
    return tuple(_slow_entries(parsed, url))


def _slow_entries(parsed: Any, url: str) -> Iterator[Link]:
    for entry in parsed.entries[:ENTRIES_LIMIT]:
        stated = str(entry.get("link") or "").strip()
        address = join(url, stated) if stated else None
        if address is not None:
            yield Link(
                url=address,
                title=plain(entry.get("title")) or None,
                published=time(entry.get("published")),
                updated=time(dict.get(entry, "updated")),  # feedparser's own get warns and gives published instead
                summary=plain(entry.get("summary"))[:_TEXT_LIMIT] or None,
                author=_author(str(entry.get("author") or "")) or None,
                id=one_line(entry.get("id")) or None,
            )
