"""Whether a site reserves text and data mining: in robots.txt, in /.well-known/tdmrep.json, or in a page's own headers.

After the W3C community report "TDM Reservation Protocol" (2022) for the file and the header, and article 4(3) of directive
(EU) 2019/790, which asks for machine-readable means, for groups of robots.txt that name agents of text and data mining.
Any of them counts, whatever the others say: who reserved a right in one place did not give it away in another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

WELL_KNOWN = "/.well-known/tdmrep.json"
MOST_BYTES = 500 * 1024
"""As for robots.txt."""

MOST_RULES = 1000

AGENTS = (
    *("ai2bot", "anthropic-ai", "applebot-extended", "bytespider", "ccbot", "claudebot", "cohere-ai", "diffbot"),
    *("facebookbot", "google-extended", "gptbot", "imagesiftbot", "img2dataset", "meta-externalagent", "omgili"),
    *("perplexitybot", "tdm", "timpibot", "webzio-extended"),
)
"""Product tokens of robots that mine texts or collect them for training; a group for one of them that forbids an address
is how most publishers state the reservation."""

_NOBODY = "no-robot-of-this-name"
_LONGEST_POLICY = 2000


@dataclass(frozen=True, slots=True)
class Reservation:
    """Where a site reserves mining (``robots`` or ``tdmrep``), and the address of its policy if it names one."""

    where: str
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One rule of a tdmrep.json: a path with ``*`` and a final ``$`` as in robots.txt, and whether rights are reserved."""

    path: str
    reserved: bool
    policy: str | None = None


def reserved_by_robots(parsed: Protego | None, url: str) -> bool:
    """Return whether robots.txt forbids an address to a miner by name, though not to everybody."""
    if parsed is None or not parsed.can_fetch(url, _NOBODY):
        return False
    return any(not parsed.can_fetch(url, agent) for agent in AGENTS)


def reserved_by_file(rules: tuple[TdmRule, ...], url: str) -> TdmRule | None:
    """Return the longest rule that matches an address if it reserves; no rule, no reservation."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    matching = [rule for rule in rules if _matches(rule.path, path)]
    longest = max(matching, key=lambda rule: (len(rule.path), rule.reserved), default=None)
    return longest if longest is not None and longest.reserved else None


def reserved_by_header(value: str | None) -> bool:
    """Return what the header ``tdm-reservation`` says."""
    return value is not None and value.strip() == "1"


def stated_policy(value: object) -> str | None:
    """Return what a header or file states as ``tdm-policy``, the address under which a licence is offered, as it stands."""
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= _LONGEST_POLICY else None


def understand_file(text: str) -> tuple[TdmRule, ...]:
    """Read a tdmrep.json: a list of ``location``, ``tdm-reservation``, ``tdm-policy``; anything else is no rule."""
    try:
        stated = json.loads(text[:MOST_BYTES])
    except (ValueError, RecursionError):
        return ()
    found = []
    for entry in (stated if isinstance(stated, list) else [stated])[:MOST_RULES]:
        location = entry.get("location") if isinstance(entry, dict) else None
        if isinstance(location, str):
            path = location if location.startswith(("/", "*")) else f"/{location}"
            reserved = entry.get("tdm-reservation") in (1, "1", True)
            found.append(TdmRule(path, reserved, stated_policy(entry.get("tdm-policy"))))
    return tuple(found)


def _matches(pattern: str, path: str) -> bool:
    """RFC 9309, 2.2.3, in linear time: the pieces between the stars, each found as early as possible."""
    at_end = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    place = len(first)
    last = pieces.pop() if at_end and pieces else None
    for piece in pieces:
        found = path.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    if last is not None:
        return len(path) - len(last) >= place and path.endswith(last)
    return not at_end or place == len(path)
