"""How a notice is mailed: a plain text message whose headers no headline can break, with one Message-ID for ever."""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from alerts.channel import Refused, TryLater
from articles.errors import Broken
from articles.match import Notice
from config.models import MailChannel

SUBJECT_LENGTH = 200
"""Code points of a subject; a longer headline is cut, the body has it whole."""


class MailSender:
    """Sends each notice to the channel's receivers in one SMTP transaction (RFC 5321)."""

    def __init__(self, channel: MailChannel, env: Mapping[str, str]) -> None:
        self._channel = channel
        self._password = env.get(channel.password_env or "")

    async def send(self, notice: Notice, *, again: bool) -> None:  # noqa: ARG002 - the receiver tells repeats apart by id
        """Hand the message to the server; a repeated one has the same Message-ID. Raises TryLater or Refused."""
        message = compose(notice, self._channel)
        try:
            await asyncio.to_thread(self._hand_over, message)
        except smtplib.SMTPResponseException as error:
            reply = f"{self._where}: {error.smtp_code} {_readable(error.smtp_error)}"
            raise (TryLater(reply) if error.smtp_code < 500 else Refused(reply)) from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _ in error.recipients.values()}
            reply = f"{self._where}: no receiver accepted ({', '.join(sorted(error.recipients))})"
            raise (Refused(reply) if codes and min(codes) >= 500 else TryLater(reply)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(f"{self._where}: {error}") from error

    @property
    def _where(self) -> str:
        return f"mail server {self._channel.host}:{self._channel.port}"

    def _hand_over(self, message: EmailMessage) -> None:
        channel, context = self._channel, ssl.create_default_context()
        if channel.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(channel.host, channel.port, timeout=channel.timeout, context=context)
        else:
            server = smtplib.SMTP(channel.host, channel.port, timeout=channel.timeout)
        with server:
            if channel.security == "starttls":
                server.starttls(context=context)
            if channel.user and self._password is not None:
                server.login(channel.user, self._password)
            server.send_message(message)


def compose(notice: Notice, channel: MailChannel) -> EmailMessage:
    """Return the message: fixed fields only, every header cleaned by ``header_text``."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = header_text(f"[{notice.alert_title}] {notice.title}")[:SUBJECT_LENGTH]
    message["From"] = header_text(channel.sender)
    message["To"] = ", ".join(header_text(receiver) for receiver in channel.to)
    message["Date"] = format_datetime(notice.at)
    message["Message-ID"] = f"<{notice.id}@{_domain(channel.sender)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation replies
    words = "\n".join(f"  {span.field}: {text}" for span, text in notice.spans)
    lines = [notice.title, notice.url, "", f"Source: {notice.source}", f"Published: {notice.published or 'not stated'}"]
    lines += [f"Alert: {notice.alert_title} ({notice.alert})", f"Why: {notice.why}", "", words]
    message.set_content(_plain("\n".join(lines)).strip() + "\n")
    return message


def header_text(text: str) -> str:
    """Make one harmless header line of any text.

    Controls become blanks, and ``=?`` is broken, because the standard library decodes an RFC 2047 encoded word inside a
    header it is given, line breaks included (seen on CPython 3.11.7: ``=?utf-8?q?x=0D=0ABcc=3A...?=`` adds a header).
    """
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", _plain(text)).replace("=?", "= ?").split())


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _domain(sender: str) -> str:
    try:
        return Address(addr_spec=sender.rsplit("<", 1)[-1].rstrip("> ")).domain or "lagebild.invalid"
    except (ValueError, IndexError):
        return "lagebild.invalid"


def _readable(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply


def self_test() -> None:
    """Prove once per start that a hostile headline cannot add a header; raises Broken if it can."""
    channel = MailChannel(id="self-test", kind="mail", host="localhost", sender="a@example.org", to=("b@example.org",))
    hostile = "=?utf-8?q?x=0D=0ABcc=3A_c=40example.org?=\r\nBcc: d@example.org"
    notice = Notice("0", "a", hostile, "c", "x", "u", hostile, "s", None, (), "w", datetime.now(UTC))
    headers = compose(notice, channel).as_bytes().split(b"\r\n\r\n")[0].lower()
    if b"\nbcc:" in headers:
        raise Broken("this Python lets a headline add mail headers: mail channels stay closed")
