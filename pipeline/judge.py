"""Whose page is this: the ledger's article that a freshly read page belongs to, and whether its canonical claim holds."""

from __future__ import annotations

import hashlib
import re

from articles.article import TEXT_FIELDS, Article

SAME_TEXT = 0.5
"""Share of the shorter text's 4-word shingles that must stand in the other for two addresses to be one article.

Copies keep nearly all their shingles, different articles of one site share only boilerplate."""

MOST_CLAIMS = 3
"""From so many different texts on, a canonical address is believed no more (docs/architecture.md, Identity)."""


def text_hash(article: Article) -> str:
    """Hash what a reader would call the article's wording: title, kicker, lead and text, white space aside."""
    words = "\n".join(" ".join(article.part(name).split()) for name in TEXT_FIELDS)
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def same_text(ours: Article, theirs: Article) -> bool:
    """Whether two pages tell one text; with too little text to say, whether they have one title."""
    a, b = _shingles(ours), _shingles(theirs)
    if not a or not b:
        return ours.title == theirs.title
    return len(a & b) / min(len(a), len(b)) >= SAME_TEXT


def _shingles(article: Article) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", (article.text or "").casefold())
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
