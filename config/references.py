"""Which parts of a desk name one another, and whether what they name exists and is allowed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from articles.errors import nearest
from config.desk import Desk, Kind
from config.mistakes import Mistake
from config.models import Settings


def check(desk: Desk) -> Iterator[Mistake]:
    """Yield every broken reference: the channel of an alert or the operator, an entity's maker, a wrong delay of 0."""
    for alert in desk.alerts.values():
        for channel in alert.channels:
            if channel not in desk.channels:
                yield _missing(desk, "alert", alert.id, f"alerts.{alert.id}.channels", channel, "channel", desk.channels)
    told = desk.settings.operator_channel
    if told is not None and told not in desk.channels:
        hint = nearest(told, desk.channels) or f"; there is {', '.join(desk.channels)}"
        yield Mistake(f"there is no channel '{told}'{hint}", field="operator_channel")
    for entity in desk.entities.values():
        if entity.maker is not None and entity.maker not in desk.entities:
            field = f"entities.{entity.id}.maker"
            yield _missing(desk, "entity", entity.id, field, entity.maker, "entity", desk.entities)
    for source in desk.sources.values():
        if source.delay == 0:
            for address in source.addresses:
                if not _private(address.url, desk.settings):
                    file, line = desk.where("source", source.id, "delay")
                    yield Mistake(
                        f"0 is allowed only for addresses within allow_private, and {address.url} is none;"
                        " write delay: 1 or leave it out",
                        file,
                        line,
                        "delay",
                    )


def _missing(desk: Desk, kind: Kind, id: str, field: str, name: str, wanted: str, valid: Mapping[str, object]) -> Mistake:
    file, line = desk.where(kind, id, field.rpartition(".")[2])
    few = f"; there is {', '.join(valid)}" if len(valid) <= 8 else ""
    return Mistake(f"there is no {wanted} '{name}'{nearest(name, valid) or few}", file, line, field)


def _private(url: str, settings: Settings) -> bool:
    """Whether the address is literally within allow_private: config asks no resolver, so a name is not, but localhost."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.allow_private)
