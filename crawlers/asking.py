"""How single addresses are asked on a person's order: by the same manners as in a crawl, robots.txt and pace included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from articles.errors import NotSo, Transient
from articles.outcome import Outcome
from crawlers.conduct import Manners
from crawlers.retry import patience
from crawlers.robots import RobotsAnswer, Rules
from egress.client import Answer, Client, Unanswered
from egress.guard import Guard


class Asking:
    """Asks through a guarded client. ``clock`` is the desk's; ``guard`` says which private hosts need no pause."""

    def __init__(self, client: Client, manners: Manners, guard: Guard, clock: Callable[[], datetime]) -> None:
        self._client, self._manners, self._guard, self._clock = client, manners, guard, clock

    async def get(self, url: str) -> Answer:
        """Ask for an address.

        Raises NotSo if robots.txt forbids it, Transient if that cannot be read, if the host asked to be left alone or does
        not answer, EgressRefused, and Wrong for what is no http(s) address.
        """
        rules = await self.rules(url)
        if rules.not_now is not None:
            raise Transient(f"the robots.txt of {url} cannot be read ({rules.not_now}): not asked for now")
        if not rules.allows(url):
            raise NotSo(f"robots.txt forbids {url}")
        return await self._get(url)

    async def rules(self, url: str) -> Rules:
        """Return what robots.txt says for an address; it is asked once."""
        return await self._manners.robots.rules(url, self._robots, self._clock())

    async def _robots(self, url: str) -> RobotsAnswer:
        try:
            answer = await self._get(url)
        except Unanswered as error:
            return RobotsAnswer(failure=Outcome("unreachable", error.reason))
        return RobotsAnswer(answer.status, answer.body, answer.header("content-encoding") is not None)

    async def _get(self, url: str) -> Answer:
        place, pace = urlsplit(url).hostname or "", self._manners.pace
        until = pace.left_alone_until(place, self._clock())
        if until is not None:
            raise Transient(f"{place} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC; try again then")
        if Guard().refuses_literally(place) and not self._guard.refuses_literally(place):
            pace.set_by_source(place, 0)  # the operator's own network
        await pace.turn(place)
        answer = await self._client.get(url)
        stated, now = answer.header("retry-after"), self._clock()
        wait = patience(answer.status, stated.encode("latin-1", "replace") if stated else None, now)
        if wait is not None:
            pace.leave_alone(place, now + wait)
        return answer
