"""Who wrote it, and which agency did it come from? Names without roles, places and mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extract.dates import without_day
from extract.decode import one_line
from extract.titles import squeeze

AGENCIES = {
    "dpa": "dpa", "dpaafx": "dpa-AFX", "afp": "afp", "agencefrancepresse": "afp", "reuters": "reuters", "rtr": "reuters",
    "thomsonreuters": "reuters", "ap": "ap", "associatedpress": "ap", "theassociatedpress": "ap", "apa": "apa",
    "sda": "sda", "keystonesda": "sda",
    "ansa": "ansa", "efe": "efe", "epd": "epd", "kna": "kna", "sid": "sid", "tass": "tass", "ukrinform": "ukrinform",
    "pap": "pap", "ots": "ots", "pamedia": "pa", "pressassociation": "pa", "bloomberg": "bloomberg", "xinhua": "xinhua",
    "interfax": "interfax", "dtsnachrichtenagentur": "dts", "dts": "dts", "anadoluagency": "aa", "bta": "bta",
    "ritzau": "ritzau",
    "tt": "tt", "ntb": "ntb", "stt": "stt", "belga": "belga", "anp": "anp", "mti": "mti", "ctk": "ctk",
    "afxnews": "dpa-AFX",
}  # fmt: skip
"""Agencies by their squeezed names, and what an article's ``origin`` calls each."""

_BY = re.compile(
    r"^\s*(?:(?:ein(?:e)? )?(?:kommentar|analyse|gastbeitrag|interview|bericht|reportage|text|essay|kolumne|"
    r"leitartikel|story|words|written|reported|report|analysis|opinion|autoren?|autorin(?:nen)?|author|"
    r"authors)s?\s*)?"
    r"(?:\b(?:von|by|par|por|door|av)\b|:)\s+",
    re.I,
)
_POSTED = re.compile(
    r"^\W*(?:posted|published|written|veröffentlicht|geschrieben|verfasst|erstellt|gepostet|publié|publicado)\b[^:]{0,40}?"
    r"\b(?:by|von|par|por)\s+",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:,|;|/|\||•|·|&|\s+und\s+|\s+and\s+|\s+sowie\s+|\s+with\s+|\s+mit\s+)\s*", re.I)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|@\S+|\S+@\S+")
_TAIL = re.compile(r"\s+(?:in|aus|from|at|für|for|-|–|—)\s+.*$|\s+[-–—]\s*.*$|\s*\|.*$|\s*:.*$", re.I)
_ROLE = re.compile(
    r"\b(?:redakt\w*|korrespond\w*|correspondent|reporter\w*|editor\w*|chef\w*|leiter\w*|head|chief|staff|team|"
    r"newsroom|desk|"
    r"autor\w*|author|writer|contributor|volont\w*|ressort\w*|freie\w*|gast\w*|guest|experte?|expertin|analyst\w*|"
    r"agentur\w*|agenc\w*|"
    r"politik|wirtschaft|ausland|inland|sport|kultur|digital|online|news|admin|administrator|webmaster|"
    r"nachrichten|press|presse\w*|media|magazin|magazine|"
    r"zeitung|gmbh|ag|ltd|inc|llc|verlag|studio|podcast|video|foto|photo|fotograf\w*|photographer|professor für|"
    r"senior|director|fellow|minister\w*|updated|stand|uhr|artikel|articles?|weitere|profile?|comments?|kommentare?|"
    r"redacci\w*|verb(?:a|ä)nd\w*|stiftung|foundation|institut\w*|university|universität|department|amt|\w*anstalt|kg|"
    r"posted|published|veröffentlicht|publicado|publié|super user|projektleiter\w*)\b",
    re.I,
)
_TITLE = re.compile(
    r"^(?:(?:prof|dr|dipl|mag|ing|phil|jur|med|h\.?c|rer|nat|sir|lt|col|gen|maj|capt|adm|ret|brig)\b\.?-?\s*)+", re.I
)
_DEGREE = re.compile(r"(?:^|\s+)(?:[MB]\. ?(?:Sc|A|Eng)|Ph\. ?D|LL\. ?M|MBA|Md[BLE]P?)\.?$")
_NAME = re.compile(r"^[^\W\d_][\w.'’‘`-]*(?: [\w.'’‘`-]+){0,5}$")
_PARTICLES = frozenset(
    [
        "von",
        "van",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "du",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ben",
        "zu",
        "zur",
        "vom",
        "of",
        "ter",
        "ten",
        "dos",
        "das",
        "ibn",
    ]
)
_DATELINE = re.compile(r"^[^\n()]{2,60}\((?P<names>[\w/,. -]{2,30})\)\s*[-–—:]")
_SOURCE_LINE = re.compile(
    r"(?:^|\n)\s*(?:quelle|source|mit material von|mit agenturen|with (?:material|reporting) (?:from|"
    r"by))\b\s*:?\s*(?P<names>[^\n]{2,80})\s*$",
    re.I,
)
_CLOSING = re.compile(r"(?:\s|^)[(\[](?P<names>[\w/,.+ -]{2,40})[)\]]\s*$|\n(?P<line>[\w/, +-]{2,30})\s*$")


class Bylines(NamedTuple):
    """The people named as authors, in order, and the agencies named beside or instead of them."""

    people: tuple[str, ...]
    agencies: tuple[str, ...]


def read_bylines(stated: Iterable[str], site_names: Sequence[str]) -> Bylines:
    """Read names out of bylines ("Von Jana Okonski und Tom Reger, Berlin (dpa)"); at most 12."""
    known = {squeeze(name) for name in site_names}
    people: dict[str, str] = {}
    agencies: dict[str, None] = {}
    for line in stated:
        line = one_line(line)[:300]
        if line.startswith(("http://", "https://", "www.")):
            continue
        for found in _agencies(" ".join(_BRACKETS.findall(line)) or ""):
            agencies[found] = None
        line = _POSTED.sub("", without_day(_BRACKETS.sub(" ", line)))
        for part in _SPLIT.split(_BY.sub("", line)):
            part = part.strip(" .,:-–—*")
            if name := AGENCIES.get(squeeze(part)):
                agencies[name] = None
            elif (person := _person(part)) and squeeze(person) not in known:
                people.setdefault(squeeze(person), person)
    return Bylines(tuple(people.values())[:12], tuple(agencies))


def _person(part: str) -> str | None:
    """Return the part as a person's name, or None: two to six words, capitalised, no role and no digit among them."""
    part = _TITLE.sub("", _TAIL.sub("", _BY.sub("", part).strip())).strip(" .,:-–—*")
    part = _DEGREE.sub("", part)
    if not part or _ROLE.search(part) or not _NAME.match(part):
        return None
    words = part.split()
    proper = [word for word in words if word.casefold() not in _PARTICLES]
    if (
        len(words) < 2
        or not proper
        or words[-1].casefold() in _PARTICLES
        or not all(word[0].isupper() or not word[0].isalpha() for word in proper)
    ):
        return None
    return " ".join(word.capitalize() if word.isupper() and len(word) > 2 and "." not in word else word for word in words)


def _agencies(text: str) -> list[str]:
    return [AGENCIES[key] for key in map(squeeze, re.split(r"[/,;+&()\[\] ]+", text)) if key in AGENCIES]


def origin(bylines: Bylines, text: str | None) -> str | None:
    """Return the agency an article comes from: of its byline, its dateline, a closing credit, or its source line."""
    if bylines.agencies:
        return bylines.agencies[0]
    if not text:
        return None
    for pattern, part in ((_DATELINE, text[:200]), (_SOURCE_LINE, text[-200:]), (_CLOSING, text[-120:])):
        match = pattern.search(part)
        if match is None:
            continue
        names = next((value for value in match.groupdict().values() if value), "")
        if pattern is _CLOSING and not all(squeeze(word) in AGENCIES for word in re.split(r"[/,+ ]+", names) if word):
            continue
        if found := _agencies(names):
            return found[0]
    return None
