"""Notices by webhook, to a real server on loopback."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from alerts.channel import Refused, TryLater
from alerts.webhook import WebhookSender, sign
from articles.errors import Wrong
from articles.match import Notice
from config.models import WebhookChannel

NOW = datetime(2025, 6, 25, 12, 45, tzinfo=UTC)
NOTICE = Notice("a1", "helsing", "Helsing", "hook", "3f1c", "https://z.example/g", "Gipfel", "z", None, (), "why", NOW)


@dataclass
class Receiver:
    """A server that keeps what it was sent and answers as told."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status, headers=self.headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    yield receiver
    await runner.cleanup()


def sender(receiver: Receiver, *, private: bool = True, secret: str | None = None) -> WebhookSender:
    channel = WebhookChannel(
        id="hook", kind="webhook", url=receiver.url, private=private, secret_env="HOOK" if secret else None, timeout=5
    )
    return WebhookSender(channel, {"HOOK": secret} if secret else {}, lambda: NOW, user_agent="Lagebild/test")


async def test_a_receiver_can_prove_who_sent_it(receiver: Receiver) -> None:
    await sender(receiver, secret="open sesame").send(NOTICE, again=False)
    ((headers, body),) = receiver.got
    assert json.loads(body)["alert"] == "helsing"
    assert headers["Idempotency-Key"] == headers["webhook-id"] == "a1"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["webhook-signature"] == sign(b"open sesame", "a1", int(NOW.timestamp()), body)


async def test_every_retry_has_the_same_key(receiver: Receiver) -> None:
    for again in (False, True):
        await sender(receiver).send(NOTICE, again=again)
    assert [headers["Idempotency-Key"] for headers, _ in receiver.got] == ["a1", "a1"]


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the Standard Webhooks specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503, 507])
async def test_a_receiver_in_trouble_is_asked_again(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.headers = status, {"Retry-After": "120"}
    with pytest.raises(TryLater, match=str(status)) as caught:
        await sender(receiver).send(NOTICE, again=False)
    assert caught.value.after == timedelta(minutes=2)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410])
async def test_a_receiver_that_says_no_is_believed_and_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.headers = status, {"Location": receiver.url + "/elsewhere"}
    with pytest.raises(Refused, match=str(status)):
        await sender(receiver).send(NOTICE, again=False)
    assert len(receiver.got) == 1


async def test_a_private_address_needs_to_be_meant(receiver: Receiver) -> None:
    with pytest.raises(Refused, match="egress guard"):
        await sender(receiver, private=False).send(NOTICE, again=False)
    assert receiver.got == []


async def test_proxy_variables_of_the_environment_are_ignored(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    await sender(receiver).send(NOTICE, again=False)
    assert len(receiver.got) == 1


async def test_nobody_there_means_later(receiver: Receiver) -> None:
    receiver.url = "http://127.0.0.1:9/hook"
    with pytest.raises(TryLater, match="refused"):
        await sender(receiver).send(NOTICE, again=False)


def test_a_missing_secret_is_told_before_anything_is_sent() -> None:
    channel = WebhookChannel(id="hook", kind="webhook", url="https://h.example/", secret_env="HOOK")
    with pytest.raises(Wrong, match="HOOK is not set"):
        WebhookSender(channel, {}, lambda: NOW, user_agent="Lagebild/test")
