"""How a notice is POSTed: JSON, signed after the Standard Webhooks specification, through the egress guard."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from alerts.channel import Refused, TryLater
from articles.errors import Transient, Wrong
from articles.match import Notice
from articles.outcome import TRANSIENT_STATUS
from config.models import WebhookChannel
from egress.client import Client
from egress.guard import EgressRefused, Guard
from egress.retry_after import retry_after

MOST_REPLY = 64 * 1024
"""Bytes of an answer that are read; only its status counts."""


class WebhookSender:
    """POSTs to one address and follows no redirect.

    Headers: ``Idempotency-Key`` and ``webhook-id`` are the notice's id, the same for every retry; ``webhook-timestamp``
    is epoch seconds; ``webhook-signature`` is ``v1,`` and the base64 HMAC-SHA-256 of ``id.timestamp.body``
    (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
    """

    def __init__(
        self,
        channel: WebhookChannel,
        env: Mapping[str, str],
        clock: Callable[[], datetime],
        *,
        user_agent: str,
        proxy: str | None = None,
    ) -> None:
        self._channel, self._clock, self._key = channel, clock, _key(channel, env)
        # The operator wrote the address: on a private network that one host and port is allowed, nothing else.
        guard = Guard.only(proxy or channel.url) if channel.private or proxy else Guard()
        self._client = partial(Client, guard, user_agent, timeout=channel.timeout, proxy=proxy, most_bytes=MOST_REPLY)

    async def send(self, notice: Notice, *, again: bool) -> None:  # noqa: ARG002 - the receiver tells repeats apart by id
        """Deliver; any 2xx is acceptance. Raises TryLater (network, 408, 425, 429, 5xx) or Refused (all else)."""
        body = json.dumps(notice.to_json(), ensure_ascii=True).encode("ascii")
        now = self._clock()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": notice.id,
            "webhook-id": notice.id,
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if self._key is not None:
            headers["webhook-signature"] = sign(self._key, notice.id, int(now.timestamp()), body)
        try:
            async with self._client() as client:
                reply = await client.post(self._channel.url, body, headers)
        except EgressRefused as error:
            raise Refused(f"{self._channel.url}: {error}") from error
        except Transient as error:
            raise TryLater(f"{self._channel.url}: {error}") from error
        if 200 <= reply.status < 300:
            return
        said = f"{self._channel.url} answered {reply.status}"
        if reply.status in TRANSIENT_STATUS or reply.status >= 500:
            raise TryLater(said, retry_after(reply.header("Retry-After"), now))
        raise Refused(said)


def sign(key: bytes, notice_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``webhook-signature`` for one body."""
    signed = b".".join([notice_id.encode(), str(timestamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def _key(channel: WebhookChannel, env: Mapping[str, str]) -> bytes | None:
    if channel.secret_env is None:
        return None
    secret = env.get(channel.secret_env)
    if not secret:
        raise Wrong(
            f"the environment variable {channel.secret_env} is not set, so notices cannot be signed",
            field=f"channels.{channel.id}.secret_env",
        )
    if secret.startswith("whsec_"):
        return base64.b64decode(secret.removeprefix("whsec_"))
    return secret.encode()
