"""How single values are written: durations, addresses, networks, zones, patterns, each with an example in its error."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from articles.errors import nearest

DURATION = r"^(\d{1,9}[smhd])+$"
_DURATION = re.compile(DURATION)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=36_525)
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
_MAILBOX = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")


def duration(value: object) -> object:
    """Read ``15m`` or ``1h30m`` (s, m, h, d); anything that is no text is left to the model to refuse."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError(f"{value!r} is not a duration; write a number with s, m, h or d, as in 15m or 7d")
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([smhd])", value))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{value!r} is longer than a century")
    return timedelta(seconds=seconds)


def duration_text(value: timedelta) -> str:
    """Write a duration as it is read: whole days, hours, minutes and seconds, as in ``1d12h``."""
    left, text = int(value.total_seconds()), ""
    for unit in "dhms":
        count, left = divmod(left, _SECONDS[unit])
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def address(value: str) -> str:
    """Check an absolute http(s) address with a host."""
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{value!r} is not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", value):
        raise ValueError(f"{value!r} is not an absolute http(s) address, as in https://zeitung.example/feed/")
    return value


def public_address(value: str) -> str:
    """Check an address that is shown and kept in the ledger, so it may not hold a password."""
    if "@" in urlsplit(address(value)).netloc:
        raise ValueError("an address with user name or password would be kept in the ledger; leave them out")
    return value


def engine_address(value: str) -> str:
    """Check ``embedded`` or the address of an Elasticsearch server: hosts with commas, and the prefix of our indices."""
    if value == "embedded":
        return value
    scheme, slashes, rest = value.partition("://")
    hosts, _, prefix = rest.partition("/")
    if "@" in hosts:
        raise ValueError(
            "user and password do not belong into the address; set LAGEBILD_ENGINE_USER and LAGEBILD_ENGINE_PASSWORD, "
            "or LAGEBILD_ENGINE_API_KEY"
        )
    try:
        for host in hosts.split(","):
            address(f"{scheme}{slashes}{host}")
    except ValueError:
        raise ValueError(
            f"{value!r} is neither embedded nor a server's address, as in https://search.example:9200/desk"
        ) from None
    if prefix and not _PREFIX.fullmatch(prefix.rstrip("/")):
        raise ValueError(f"{prefix!r} cannot begin the names of indices: lower-case letters, digits, . _ - only")
    return value


def network(value: str) -> str:
    """Check a network in CIDR notation and return its canonical form."""
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        try:
            meant = str(ipaddress.ip_network(value, strict=False))
        except ValueError:
            raise ValueError(f"{value!r} is not a network in CIDR notation, as in 127.0.0.0/8 or fd00::/8") from None
        raise ValueError(f"{value!r} has bits beyond its mask; did you mean '{meant}'?") from None


def zone(value: str) -> str:
    """Check the name of an IANA time zone."""
    try:
        ZoneInfo(value)
        return value
    except (KeyError, ValueError, OSError):  # unknown names, absolute paths, names of folders
        pass
    raise ValueError(f"{value!r} is no IANA time zone, as in Europe/Berlin{nearest(value, available_timezones())}")


def pattern(value: str) -> str:
    """Check a regular expression (Python's ``re``)."""
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


def mailbox(value: str) -> str:
    """Check a bare mail address, so that no header can be smuggled in with it."""
    if not _MAILBOX.fullmatch(value):
        raise ValueError(f"{value!r} is not a mail address, as in lage@example.org")
    return value
