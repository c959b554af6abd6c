"""What a freshly read page is to the ledger: a new article, a revision, the same again, or another address of one."""

from __future__ import annotations

import hashlib
import re

from articles.article import TEXT_FIELDS, Article
from articles.outcome import Outcome
from ledger.values import Filed

SAME_TEXT = 0.5
"""Share of the shorter text's 4-word shingles that must stand in the other for two addresses to be one article.

Copies keep nearly all their shingles, different articles of one site share only boilerplate (docs/architecture.md wants
rel=canonical disbelieved where different texts claim one address)."""


def text_hash(article: Article) -> str:
    """Hash what a reader would call the article's wording: title, kicker, lead and text, white space aside."""
    words = "\n".join(" ".join(article.part(name).split()) for name in TEXT_FIELDS)
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def judge(article: Article, known: Filed | None, *, mine: bool) -> Outcome:
    """Say how the visit ends.

    ``known`` is the filed article that one of the page's addresses belongs to; ``mine`` whether the address that was
    asked for already does. Another address of a filed article is its alias, whatever it says today.
    """
    if known is None:
        return Outcome("article", "new")
    if mine:
        return Outcome("article", "unchanged" if text_hash(article) == known.text_hash else "revised")
    return Outcome("alias", known.annotated.article.id)


def same_text(ours: Article, theirs: Article) -> bool:
    """Whether two pages tell one text; with too little text to say, whether they have one title."""
    a, b = _shingles(ours), _shingles(theirs)
    if not a or not b:
        return ours.title == theirs.title
    return len(a & b) / min(len(a), len(b)) >= SAME_TEXT


def _shingles(article: Article) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", (article.text or "").casefold())
    return {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
