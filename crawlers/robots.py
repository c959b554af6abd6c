"""What a site's robots.txt allows, by RFC 9309: read at most once a day, never guessed."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from articles.outcome import Outcome
from crawlers.tdm import WELL_KNOWN, TdmRule, understand_file

PRODUCT = "Lagebild"
"""The product token robots.txt groups are matched against."""

MOST_BYTES = 500 * 1024
"""RFC 9309, 2.5: a parser reads at least 500 KiB; we read no more."""

FRESH = timedelta(hours=24)
"""RFC 9309, 2.4: a copy older than 24 hours is not used."""


class Forbidden(Exception):
    """robots.txt forbids the address to us."""


class Unknown(Exception):
    """robots.txt could not be read, which forbids everything for now; ``outcome`` says why."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(str(outcome))


class Reserved(Exception):
    """The site reserves text and data mining, and the desk is set to skip what is reserved."""


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What came of asking for a robots.txt: a status with its body, or the outcome that says why nothing came."""

    status: int = 0
    body: bytes = b""
    packed: bool = False
    failure: Outcome | None = None
    read_at: datetime | None = None


PASS = frozenset({"allowed", "absent"})
"""The verdicts under which a request is made."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one origin: ``not_now`` says why they are unknown, which forbids every request for the time being."""

    read_at: datetime
    parsed: Protego | None = None
    not_now: Outcome | None = None

    def allows(self, url: str) -> bool:
        """Return whether our product may ask for an address."""
        return self.parsed is None or self.parsed.can_fetch(url, PRODUCT)

    def verdict(self, url: str) -> str:
        """Return the words of ``ledger.values.Asked.robots`` for an address."""
        if self.not_now is not None:
            return f"unknown: {self.not_now}"
        if self.parsed is None:
            return "absent"
        return "allowed" if self.allows(url) else "forbidden"

    @property
    def delay(self) -> float | None:
        """The seconds between two requests the site asks for, by crawl-delay or request-rate, or None."""
        if self.parsed is None:
            return None
        stated = self.parsed.crawl_delay(PRODUCT)
        rate = self.parsed.request_rate(PRODUCT)
        waits = [float(stated)] if stated is not None else []
        waits += [rate.seconds / rate.requests] if rate is not None and rate.requests else []
        return max(waits, default=None)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps robots.txt names, in order."""
        return () if self.parsed is None else tuple(self.parsed.sitemaps)


class Robots:
    """The rules of the origins met so far: robots.txt and tdmrep.json; one object may serve many passes of one process."""

    def __init__(self) -> None:
        self._rules: dict[str, Rules] = {}
        self._reserved: dict[str, tuple[datetime, tuple[TdmRule, ...]]] = {}

    async def rules(self, url: str, ask: Callable[[str], Awaitable[RobotsAnswer]], now: datetime) -> Rules:
        """Return the rules for an address, asking its origin's robots.txt if no fresh copy is held.

        Unknown rules are held for the rest of a pass only: the next ``forget_failures`` lets them be asked again.
        """
        origin = origin_of(url)
        held = self._rules.get(origin)
        if held is None or now - held.read_at >= FRESH:
            answer = await ask(f"{origin}/robots.txt")
            held = understand(answer, answer.read_at or now)
            self._rules[origin] = held
        return held

    async def reserved(self, url: str, ask: Callable[[str], Awaitable[RobotsAnswer]], now: datetime) -> tuple[TdmRule, ...]:
        """Return what an origin's tdmrep.json says, asked at most once a day; a site that gives none reserves nothing."""
        origin = origin_of(url)
        held = self._reserved.get(origin)
        if held is None or now - held[0] >= FRESH:
            answer = await ask(f"{origin}{WELL_KNOWN}")
            held = self._reserved[origin] = (
                answer.read_at or now,
                understand_file(text_of(answer)) if answer.status == 200 else (),
            )
        return held[1]

    def held(self, url: str) -> Rules | None:
        """Return the rules for an address if they are known already."""
        return self._rules.get(origin_of(url))

    def forget_failures(self) -> None:
        """Let origins whose robots.txt gave no answer be asked again."""
        self._rules = {origin: rules for origin, rules in self._rules.items() if rules.not_now is None}


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def understand(answer: RobotsAnswer, now: datetime) -> Rules:
    """Turn an answer into rules (RFC 9309, 2.3.1): 2xx parsed, 4xx allows all, 429, 5xx and silence forbid for now."""
    if answer.failure == Outcome("unreachable", "redirects"):
        return Rules(now)  # 2.3.1.2: more than five redirects count as no robots.txt
    if answer.failure is not None:
        return Rules(now, not_now=answer.failure)
    if answer.status == 429 or answer.status >= 500:
        return Rules(now, not_now=Outcome("http", str(answer.status)))
    if not 200 <= answer.status < 300:
        return Rules(now)
    return Rules(now, parsed=Protego.parse(text_of(answer)))


def text_of(answer: RobotsAnswer) -> str:
    """Return the text of such a file, unpacked and cut to what is read of it: never in the middle of a line."""
    body = answer.body
    if answer.packed or body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(wbits=47).decompress(body, MOST_BYTES + 1)
        except zlib.error:
            body = b""
    if len(body) > MOST_BYTES:
        body = body[: body.rfind(b"\n", 0, MOST_BYTES) + 1]
    return body.decode("utf-8-sig", errors="replace").replace("\x00", "")
