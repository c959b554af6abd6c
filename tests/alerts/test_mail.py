"""Notices by mail, to a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from alerts import mail
from alerts.channel import Refused, TryLater
from alerts.mail import MailSender, compose, header_text, self_test
from articles.article import Span
from articles.errors import Broken
from articles.match import Notice
from config.models import MailChannel

NOTICE = Notice(
    id="a1b2",
    alert="helsing",
    alert_title="Helsing",
    channel="post",
    article="3f1c9a0b5d7e2468",
    url="https://zeitung.example/gipfel",
    title="Rüstung: Gipfel endet ohne Zusage",
    source="zeitung",
    published="2025-06-25T14:30:00+02:00",
    spans=((Span("text", 4, 11), "Helsing"),),
    why='"Helsing" in text',
    at=datetime(2025, 6, 25, 12, 41, tzinfo=UTC),
)


@dataclass
class Desk:
    """What the server was handed, and what it answers to the message."""

    got: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    to_receiver: str = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_receiver.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_receiver

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.got.append(email.message_from_bytes(content, policy=email.policy.default))
        return self.answer


@pytest.fixture
def desk() -> Iterator[tuple[Desk, MailChannel]]:
    desk = Desk()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(desk, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    yield desk, channel(port)
    controller.stop()


def channel(port: int) -> MailChannel:
    return MailChannel(
        id="post",
        kind="mail",
        host="127.0.0.1",
        port=port,
        security="none",
        sender="lage@example.org",
        to=("a@example.org",),
    )


async def test_a_reader_gets_title_address_and_reason(desk: tuple[Desk, MailChannel]) -> None:
    server, post = desk
    await MailSender(post, {}).send(NOTICE, again=False)
    (message,) = server.got
    assert message["Subject"] == "[Helsing] Rüstung: Gipfel endet ohne Zusage"
    assert message["To"] == "a@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_content()
    assert "https://zeitung.example/gipfel" in body
    assert 'Why: "Helsing" in text' in body
    assert "  text: Helsing" in body


async def test_a_repeated_notice_has_the_same_message_id(desk: tuple[Desk, MailChannel]) -> None:
    server, post = desk
    for again in (False, True):
        await MailSender(post, {}).send(NOTICE, again=again)
    assert {message["Message-ID"] for message in server.got} == {"<a1b2@example.org>"}


async def test_greylisting_means_later(desk: tuple[Desk, MailChannel]) -> None:
    server, post = desk
    server.answer = "451 come back in five minutes"
    with pytest.raises(TryLater, match="451 come back"):
        await MailSender(post, {}).send(NOTICE, again=False)


async def test_a_refused_message_is_refused_for_good(desk: tuple[Desk, MailChannel]) -> None:
    server, post = desk
    server.answer = "554 we do not want this"
    with pytest.raises(Refused, match="554"):
        await MailSender(post, {}).send(NOTICE, again=False)


async def test_an_unknown_receiver_is_refused_for_good(desk: tuple[Desk, MailChannel]) -> None:
    server, post = desk
    server.to_receiver = "550 no such user"
    with pytest.raises(Refused, match="no receiver accepted"):
        await MailSender(post, {}).send(NOTICE, again=False)


async def test_a_server_that_is_away_means_later() -> None:
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    with pytest.raises(TryLater, match=f"127.0.0.1:{port}"):
        await MailSender(channel(port), {}).send(NOTICE, again=False)


async def test_a_headline_cannot_add_a_receiver(desk: tuple[Desk, MailChannel]) -> None:
    server, post = desk
    hostile = "=?utf-8?q?x=0D=0ABcc=3A_c=40example.org?=\r\nBcc: d@example.org"
    await MailSender(post, {}).send(replace(NOTICE, title=hostile, alert_title=hostile), again=False)
    (message,) = server.got
    assert message["Bcc"] is None
    assert sorted(message.keys()) == sorted(compose(NOTICE, post).keys())


def test_the_self_test_passes_here_and_closes_the_channel_where_a_header_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    self_test()

    def careless(notice: Notice, channel: MailChannel) -> EmailMessage:
        message = compose(notice, channel)
        message["Bcc"] = "c@example.org"
        return message

    monkeypatch.setattr(mail, "compose", careless)
    with pytest.raises(Broken, match="mail channels stay closed"):
        self_test()


@given(st.text())
def test_no_text_makes_more_than_one_header_line(text: str) -> None:
    message = compose(replace(NOTICE, title=text), channel(25))
    parsed = email.message_from_bytes(message.as_bytes())
    assert parsed.keys() == compose(NOTICE, channel(25)).keys()
    assert "=?" not in header_text(text)
