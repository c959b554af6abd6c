"""Which addresses may be dialled: public ones, networks the operator allows, and single places the operator named.

The guard sits where a socket is made, so it sees every address a name resolves to, in whatever spelling, at the moment
it is dialled (docs/decisions/0040): a check of the URL alone is passed by names, redirects and changing DNS answers.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from articles.errors import LagebildError, Wrong

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC = (
    ("0.0.0.0/8", "this network"),
    ("100.64.0.0/10", "carrier-grade NAT"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local, cloud metadata"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.88.99.0/24", "6to4 relay"),
    ("198.18.0.0/15", "benchmarking"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("168.63.129.16/32", "cloud host services"),
    ("::/96", "loopback, unspecified or IPv4-compatible"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "local NAT64"),
    ("100::/64", "discard only"),
    ("2001::/23", "protocol assignments"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
REFUSED: tuple[tuple[Network, str], ...] = tuple((ipaddress.ip_network(net), why) for net, why in _NOT_PUBLIC)
"""Ranges refused beside everything ``is_global`` calls not global, which alone misses a third of them.

From the IANA special-purpose registries (RFC 6890 and its updates); 168.63.129.16 is the host service of one cloud.
"""


class EgressRefused(LagebildError, OSError):
    """An address was not dialled because the guard refuses it.

    An OSError, since connectors try the next address after one; its text is the same for every address of a host, so
    that they pass it on unchanged when all were refused.
    """

    exit_code = 2

    def __init__(self, address: str, reason: str) -> None:
        self.address, self.reason = address, reason
        OSError.__init__(self, errno.EACCES, "the egress guard refuses every address of this host")


def refused(address: str | Address, allowed: Sequence[Network] = ()) -> str | None:
    """Return why an address may not be dialled, or None if it may.

    An IPv4 address mapped into IPv6 counts as what it is. A text that is no address in its plain form is refused.
    """
    try:
        plain = ipaddress.ip_address(address.partition("%")[0]) if isinstance(address, str) else address
    except ValueError:
        return "not an address"
    if isinstance(plain, ipaddress.IPv6Address) and plain.ipv4_mapped is not None:
        plain = plain.ipv4_mapped
    if any(plain in network for network in allowed):
        return None
    why = next((why for network, why in REFUSED if plain in network), None)
    if why is not None:
        return why
    if plain.is_multicast:
        return "multicast"
    return None if plain.is_global else "private"


@dataclass(frozen=True, slots=True)
class Guard:
    """What one client may dial: public addresses, ``networks``, and with ``port`` set any address on that port alone.

    ``port`` is for a place the operator wrote into the config; whoever uses such a guard follows no redirects.
    """

    networks: tuple[Network, ...] = ()
    port: int | None = None

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> Self:
        """Read networks in CIDR form (the setting ``allow_private``); raises Wrong for what is none."""
        read: list[Network] = []
        for text in networks:
            try:
                read.append(ipaddress.ip_network(text.strip()))
            except ValueError as error:
                raise Wrong(f"not a network in CIDR form, as in 10.0.0.0/8: {error}", field="allow_private") from error
        return cls(tuple(read))

    @classmethod
    def only(cls, url: str) -> Self:
        """Return the guard for one place on a private network that the operator named by its address."""
        parts = urlsplit(url)
        if not parts.hostname or parts.scheme not in _PORTS:
            raise Wrong(f"not an http or https address: {url!r}")
        return cls(port=parts.port or _PORTS[parts.scheme])

    def refused(self, address: str | Address) -> str | None:
        """Return why this client may not dial an address, or None if it may."""
        return refused(address, self.networks)

    def refuses_literally(self, host: str) -> bool:
        """Return whether a host, as it stands in a canonical URL, is itself an address that may not be dialled.

        For where the socket is not ours to make: a link before it is followed, a request that a proxy will make.
        """
        name = host.strip("[]")
        is_address = ":" in name or name.replace(".", "").isdecimal()
        return is_address and self.refused(name) is not None

    def socket(self, found: tuple[Any, ...]) -> socket.socket:
        """Make the socket for one result of ``getaddrinfo``: aiohttp's ``socket_factory``; raises EgressRefused."""
        family, kind, proto, _, place = found
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise EgressRefused(str(place), "not an internet address")
        if self.port is None or self.port != place[1]:
            reason = self.refused(str(place[0]))
            if reason is not None:
                raise EgressRefused(str(place[0]), reason)
        return socket.socket(family, kind, proto)


_PORTS = {"http": 80, "https": 443}
