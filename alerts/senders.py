"""Which code speaks to which kind of channel: the registry that turns a desk's channels into senders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from alerts.channel import ChannelSender
from alerts.file_channel import FileSender
from alerts.mail import MailSender, self_test
from alerts.webhook import WebhookSender
from config.desk import Desk
from config.models import Channel, FileChannel, MailChannel


def open_senders(
    desk: Desk, user_agent: str, env: Mapping[str, str], clock: Callable[[], datetime]
) -> dict[str, ChannelSender]:
    """Return a sender per channel id; raises Wrong where a secret is missing from the environment."""
    if any(isinstance(channel, MailChannel) for channel in desk.channels.values()):
        self_test()
    return {id_: _sender(channel, desk, user_agent, env, clock) for id_, channel in desk.channels.items()}


def _sender(
    channel: Channel, desk: Desk, user_agent: str, env: Mapping[str, str], clock: Callable[[], datetime]
) -> ChannelSender:
    if isinstance(channel, FileChannel):
        return FileSender(desk.folder / channel.path)
    if isinstance(channel, MailChannel):
        return MailSender(channel, env)
    return WebhookSender(channel, env, clock, user_agent=user_agent, proxy=desk.settings.proxy)
