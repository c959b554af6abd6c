"""What does a page's JSON-LD say? Nodes of schema.org found in its scripts, however they are nested, listed or damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml.html import HtmlElement

Node = Mapping[str, Any]
"""One JSON object of a script; every value is checked where it is read."""

ARTICLE_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "BackgroundNewsArticle",
        "OpinionNewsArticle",
        "ReviewNewsArticle",
        "AskPublicNewsArticle",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "ScholarlyArticle",
        "TechArticle",
        "Report",
        "BlogPosting",
        "SocialMediaPosting",
        "LiveBlogPosting",
        "Review",
        "PressRelease",
    ]
)
"""schema.org types under Article, and two that sites use as if they were."""
VIDEO_TYPES = frozenset({"VideoObject", "Movie", "Clip", "TVEpisode", "Episode"})
GALLERY_TYPES = frozenset({"ImageGallery", "MediaGallery"})
LIST_TYPES = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage", "AboutPage", "ContactPage"})

_NODES_LIMIT, _DEPTH_LIMIT = 2000, 12
_TEASERS = 3
_GROUPS = frozenset({"Organization", "NewsMediaOrganization", "GovernmentOrganization", "Corporation", "NGO"})
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>|\]\]>)?\s*;?\s*$", re.S)
_NAMING = frozenset({"author", "creator", "publisher"})
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def read_nodes(tree: HtmlElement) -> list[Node]:
    """Return every node with a type in the page's scripts, outer before inner, at most 2000."""
    nodes: list[Node] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_walk(_load(script.text), 0))
            if len(nodes) > _NODES_LIMIT:
                break
    return _referred(nodes[:_NODES_LIMIT])


def _referred(nodes: list[Node]) -> list[Node]:
    """Put the node in the place of a reference to it where people and publishers are named: ``{"@id": "#person"}``."""
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and string(node, "name")}

    def follow(value: Any) -> Any:
        if isinstance(value, list):
            return [follow(item) for item in value]
        alone = isinstance(value, Mapping) and isinstance(value.get("@id"), str) and not value.get("name")
        return named.get(value["@id"], value) if alone else value

    return [{key: follow(value) if key in _NAMING else value for key, value in node.items()} for node in nodes]


def _load(text: str) -> Any:
    """Read JSON as people write it into pages: wrapped in comments, with bare line breaks or a comma too many."""
    text = _WRAPPING.sub("", text)
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return _salvaged(text)


_SALVAGED = re.compile(
    r'"(?P<key>@type|headline|datePublished|dateModified|dateCreated)"\s*:\s*"(?P<value>(?:[^"\\\n]|\\.){1,400})"'
)


def _salvaged(text: str) -> Node | None:
    """Return the plain statements of JSON that is damaged beyond reading, each key's first; None if it dates no article."""
    found: dict[str, str] = {}
    for match in _SALVAGED.finditer(text):
        if match["key"] != "@type" or match["value"] in ARTICLE_TYPES:
            found.setdefault(match["key"], match["value"])
    return found if "@type" in found and "datePublished" in found else None


def _walk(value: Any, depth: int) -> Iterator[Node]:
    if depth > _DEPTH_LIMIT:
        return
    if isinstance(value, list):
        for item in value[:500]:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        if types(value):
            yield value
        for key, item in value.items():
            if isinstance(item, (dict, list)) and key not in ("itemListElement", "liveBlogUpdate", "comment"):
                yield from _walk(item, depth + 1)


def types(node: Node) -> frozenset[str]:
    """Return a node's types without their vocabulary's address."""
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return frozenset(name.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for name in names if isinstance(name, str))


def string(node: Node, *keys: str) -> str | None:
    """Return the first of ``keys`` that holds a non-empty string, also as ``{"@value": ...}`` or the head of a list."""
    for key in keys:
        value = node.get(key)
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            value = value[0]
        if isinstance(value, Mapping):
            value = value.get("@value") or value.get("name")
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def names(node: Node, key: str) -> list[str]:
    """Return the names under ``key``: of strings, objects and lists of both."""
    value = node.get(key)
    found = []
    for item in value if isinstance(value, list) else [value]:
        name = string(item, "name") if isinstance(item, Mapping) else item
        if isinstance(name, str) and name.strip():
            found.append(name.strip())
    return found


def people(node: Node, key: str) -> list[str]:
    """Return the names under ``key`` that are not said to be an organization's."""
    value = node.get(key)
    items = value if isinstance(value, list) else [value]
    return [
        name
        for item in items
        if not (isinstance(item, Mapping) and types(item) & _GROUPS)
        for name in names({key: item}, key)
    ]


def objects(node: Node, key: str) -> list[Node]:
    """Return the objects under ``key``, one or many."""
    value = node.get(key)
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def media(nodes: Sequence[Node]) -> Node | None:
    """Return the first video or gallery, which describes the page when no article does."""
    return next((node for node in nodes if types(node) & (VIDEO_TYPES | GALLERY_TYPES)), None)


def of_page(nodes: Sequence[Node], key: str) -> str | None:
    """Return what all nodes of a page say under a key, if they agree: of a guide, a recipe, the page itself."""
    stated = {value for node in nodes if (value := string(node, key))}
    return stated.pop() if len(stated) == 1 else None


def main_article(nodes: Sequence[Node], page_path: str) -> Node | None:
    """Return the node that describes the page's own article: it names the page's path, or else states most about it.

    Three and more articles that all name other pages are a list of teasers.
    """
    articles = [node for node in nodes if types(node) & ARTICLE_TYPES]
    addresses = [_addresses(node) for node in articles]
    own = [len(page_path) > 1 and any(page_path in address for address in stated) for stated in addresses]
    if not articles or (len(articles) >= _TEASERS and all(addresses) and not any(own)):
        return None

    def weight(index: int) -> tuple[bool, int]:
        keys = ("headline", "datePublished", "articleBody", "author", "liveBlogUpdate")
        return own[index], sum(bool(articles[index].get(key)) for key in keys)

    return articles[max(range(len(articles)), key=weight)]


def _addresses(node: Node) -> list[str]:
    """Return the addresses under which a node says it can be found."""
    page = node.get("mainEntityOfPage")
    of_page = page if isinstance(page, str) else string(page, "@id", "url") if isinstance(page, Mapping) else None
    return [address for address in (string(node, "url"), string(node, "@id"), of_page) if address]
