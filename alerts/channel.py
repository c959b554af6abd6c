"""What a channel is: something that can say one notice, and how that can fail.

articles.errors.Transient
└── TryLater   not now: network, 429, 5xx, full disk; may carry the receiver's Retry-After
Refused        never: a wrong address or a receiver that says no for good; the notice is dead
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from articles.errors import LagebildError, Transient
from articles.match import Notice


class TryLater(Transient):
    """The notice was not accepted, but may be later; ``after`` is how long the receiver asked us to wait."""

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Refused(LagebildError):
    """The receiver will never accept this notice."""


class ChannelSender(Protocol):
    """One way to tell somebody."""

    async def send(self, notice: Notice, *, again: bool) -> None:
        """Say the notice; returning means it was accepted.

        ``again`` tells that an earlier attempt may have been accepted although nobody noted it: a channel that can look
        must then look first. Raises TryLater or Refused.
        """
