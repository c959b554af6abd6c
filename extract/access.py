"""May everybody read the whole text? What the page claims, and whether the text that is here is only a teaser: measured."""

from __future__ import annotations

from extract.jsonld import Node
from extract.stated import Stated

TEASER_LENGTH = 2000
"""Code points; what sites show before a wall is shorter."""
_SHORT_TEASER = 1000
_OFFER_WITHIN = 300
_END_OF_SENTENCE = tuple(".!?:\"“”»«')]")

_ASKS = (
    "jetzt weiterlesen", "hier weiterlesen", "weiterlesen mit", "artikel freischalten", "artikel zu ende lesen",
    "exklusiv für abonnent",
    "nur für abonnent", "für abonnenten", "bereits abonnent", "schon abonnent", "bereits registriert",
    "mit plus lesen", "mit abo lesen",
    "registrieren und weiterlesen", "registrieren sie sich, um", "abonnieren sie jetzt, um", "abonnieren, um weiterzulesen",
    "subscribe to continue", "subscribe now to continue", "subscribe to read", "subscribe to unlock",
    "subscribers only", "subscriber-only",
    "already a subscriber", "to continue reading", "continue reading with", "free account to continue",
    "create an account to",
    "log in to continue", "login to continue", "sign in to read", "sign in to continue", "register to read",
    "unlock this article",
)  # fmt: skip
"""What walls say, in lower case; looked for as plain strings because every page is searched for all of them."""


def asks_to_pay(text: str) -> bool:
    """Whether the page's text asks its reader to subscribe or to log in before reading on."""
    lowered = text.lower()
    return any(phrase in lowered for phrase in _ASKS)


def offers_soon(text: str) -> bool:
    """Whether a block begins with an offer: it is the wall, not the text behind or before it."""
    return asks_to_pay(text[:_OFFER_WITHIN])


def claimed_free(stated: Stated) -> bool | None:
    """Return the page's claim (isAccessibleForFree, article:content_tier); False says nothing about the text being cut."""
    value = (stated.article or {}).get("isAccessibleForFree")
    if value is None:
        value = {"free": True, "metered": False, "locked": False}.get((stated.first("article:content_tier") or "").lower())
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.rsplit("/", 1)[-1].lower())
    return value if isinstance(value, bool) else None


def is_teaser(text: str, stated: Stated, walled: bool) -> bool:
    """Whether the text is only the beginning: far fewer words than the page states, or short beside a wall.

    A claim of no free access counts only for a text that breaks off: 43 of 47 pages that made it had all their text.
    """
    words = _word_count(stated.article or {})
    if words > 150 and len(text.split()) * 2 < words:
        return True
    if len(text) >= TEASER_LENGTH:
        return False
    breaks_off = not text.rstrip().endswith(_END_OF_SENTENCE)
    locked = claimed_free(stated) is False
    return (walled and (locked or breaks_off or len(text) < _SHORT_TEASER)) or (locked and breaks_off)


def _word_count(article: Node) -> int:
    value = article.get("wordCount")
    if isinstance(value, str) and value.isdecimal() and len(value) < 7:
        return int(value)
    return value if isinstance(value, int) else 0


def tdm_reserved(stated: Stated) -> bool:
    """Whether the page reserves text and data mining (W3C community report "TDM Reservation Protocol", 2022)."""
    return (stated.first("tdm-reservation") or "").strip() == "1"
