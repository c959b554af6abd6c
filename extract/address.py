"""Under which address does this page want to be known, and is that to be believed?"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from articles.errors import Wrong
from articles.url import canonicalise, is_listing_path, same_site
from extract.stated import Stated, join

_PAGE_MARK = re.compile(r"/(?:seite-?\d+|page/?-?\d+|p\d+|\d{1,2}|amp|komplettansicht|index\.\w+|print|drucken)/?", re.I)
"""Ends of paths that only name a part or a form of the article above them."""


def canonical(url: str, stated: Stated) -> str:
    """Return the canonical address to believe, ``url`` (canonical already) if the page names none.

    rel=canonical, else og:url, on the same registrable domain and never a root or section path (docs/architecture.md).
    """
    og = stated.first("og:url")
    for address in (stated.address("canonical"), join(stated.base, og.strip()) if og else None):
        try:
            candidate = canonicalise(address) if address else None
        except Wrong:
            continue
        if candidate == url:
            break
        if candidate and same_site(candidate, url) and _is_whole(candidate, url):
            return candidate
    return url


def _is_whole(candidate: str, url: str) -> bool:
    """Whether the candidate can be this page's article: the same path, that path without a page number, or no listing."""
    whole, path = urlsplit(candidate).path.rstrip("/"), urlsplit(url).path.rstrip("/")
    if not whole:
        return False
    if path == whole or (path.startswith(whole) and _PAGE_MARK.fullmatch(path[len(whole) :])):
        return True
    return not path.startswith(whole + "/") and not is_listing_path(candidate)
