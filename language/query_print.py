"""How a query's tree is written: one canonical text for each tree, which the strict parser reads back as that tree."""

from __future__ import annotations

import re

from language.query_tree import And, Concept, Keyword, Not, Or, Phrase, Query, TimeRange, Wildcard, Word, normal

_BARE = re.compile(r"\w[\w.-]*")


def to_text(query: Query) -> str:
    """Return the canonical text: operators spelled out, no parentheses but the needed ones, fields at each leaf.

    ``parse(to_text(q), strict=True).query == normal(q)`` for every tree that the parser can give, within the limits of the
    language: the text may be longer than the one that somebody typed.
    """
    return _text(normal(query))


def leaf_text(leaf: Query) -> str:
    """Return the text of one leaf."""
    match leaf:
        case Word(text, exact, field):
            return _prefix(field) + ("=" if exact else "") + text
        case Phrase(text, slop, exact, field):
            return _prefix(field) + ("=" if exact else "") + f'"{text}"' + (f"~{slop}" if slop else "")
        case Wildcard(pattern, field):
            return _prefix(field) + pattern
        case Keyword(field, value):
            return f"{field}:" + ("*" if value is None else _value(value))
        case Concept(topic):
            return "concept:" + _value(topic)
        case TimeRange("time", since, None) if since:
            return f"since:{since}"
        case TimeRange("time", None, until) if until:
            return f"until:{until}"
        case TimeRange("published" | "seen" as field, since, until):
            return f"{field}:[{since or '*'} TO {until or '*'}]"
    raise ValueError(f"no text says {leaf!r}")


def _text(query: Query) -> str:
    match query:
        case Or(children):
            return " OR ".join(map(_text, children))
        case And(children):
            return " AND ".join(_enclosed(child) if isinstance(child, Or) else _text(child) for child in children)
        case Not(child):
            return "NOT " + (_enclosed(child) if isinstance(child, And | Or) else _text(child))
        case _:
            return leaf_text(query)


def _enclosed(query: Query) -> str:
    return f"({_text(query)})"


def _prefix(field: str | None) -> str:
    return f"{field}:" if field else ""


def _value(value: str) -> str:
    return value if _BARE.fullmatch(value) else f'"{value}"'
