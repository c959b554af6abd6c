"""Stories about addresses: which may be dialled, which never, and that no spelling changes it."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import Wrong
from egress.guard import REFUSED, EgressRefused, Guard, refused

SPECIAL = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.8.9.1"),
    *("169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1"),
    *("192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1"),
    *("64:ff9b:1::a00:1", "100::1", "2001::1", "2001:1::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
    *("5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "ff0e::1"),
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111", "::ffff:8.8.8.8"]


def test_at_least_45_special_addresses_are_in_the_table() -> None:
    assert len(set(SPECIAL)) >= 45


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_is_refused_with_a_reason(address: str) -> None:
    assert refused(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_dialled(address: str) -> None:
    assert refused(address) is None


@pytest.mark.parametrize("text", ["", "zeitung.example", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1:80", "[::1]"])
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    assert refused(text) == "not an address"


def test_a_scoped_address_is_read_without_its_scope() -> None:
    assert refused("fe80::1%eth0") == "link-local"


@given(st.ip_addresses(v=4))
def test_an_address_mapped_into_ipv6_counts_as_what_it_is(address: ipaddress.IPv4Address) -> None:
    assert refused(f"::ffff:{address}") == refused(address)


@given(st.ip_addresses())
def test_nothing_that_is_not_global_is_ever_dialled(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if refused(address) is None:
        plain = getattr(address, "ipv4_mapped", None) or address
        assert plain.is_global
        assert not any(plain in network for network, _ in REFUSED)


def test_allowed_networks_are_dialled_and_their_neighbours_are_not() -> None:
    guard = Guard.allowing(["127.0.0.1/32", "fd00:1::/64"])
    assert guard.refused("127.0.0.1") is None
    assert guard.refused("::ffff:127.0.0.1") is None
    assert guard.refused("fd00:1::9") is None
    assert guard.refused("127.0.0.2") == "loopback"
    assert guard.refused("fd00:2::9") == "unique local"


@pytest.mark.parametrize("network", ["localhost", "127.0.0.1/8", "10.0.0.0/33", ""])
def test_a_network_that_is_none_is_a_config_error(network: str) -> None:
    with pytest.raises(Wrong, match="allow_private"):
        Guard.allowing([network])


def _info(address: str, port: int) -> tuple[object, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    place: tuple[object, ...] = (address, port, 0, 0) if ":" in address else (address, port)
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place)


def test_no_socket_is_made_for_a_refused_address() -> None:
    with pytest.raises(EgressRefused) as caught:
        Guard().socket(_info("169.254.169.254", 80))
    assert caught.value.address == "169.254.169.254"
    assert caught.value.reason == "link-local, cloud metadata"
    assert isinstance(caught.value, OSError)
    with pytest.raises(EgressRefused):
        Guard().socket((socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("/run/docker.sock",)))


def test_a_socket_is_made_for_an_allowed_one() -> None:
    with Guard.allowing(["127.0.0.0/8"]).socket(_info("127.0.0.1", 80)) as made:
        assert made.family == socket.AF_INET


@pytest.mark.parametrize(
    ("host", "refuses"),
    [
        ("127.0.0.1", True),
        ("[::1]", True),
        ("::1", True),
        ("8.8.8.8", False),
        ("zeitung.example", False),
        ("10.0.0.1", True),
    ],
)
def test_a_host_that_is_an_address_is_judged_without_dialling(host: str, refuses: bool) -> None:
    assert Guard().refuses_literally(host) is refuses
    assert not Guard.allowing(["0.0.0.0/0", "::/0"]).refuses_literally(host)


def test_a_place_the_operator_named_is_allowed_on_its_port_alone() -> None:
    guard = Guard.only("http://hooks.intern.example:8065/hooks/1")
    guard.socket(_info("10.0.0.9", 8065)).close()
    with pytest.raises(EgressRefused):
        guard.socket(_info("10.0.0.9", 22))
    assert Guard.only("https://hooks.intern.example/").port == 443
    with pytest.raises(Wrong):
        Guard.only("ftp://hooks.intern.example/")
