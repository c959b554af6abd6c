"""Which connections a test may make: an audit hook that refuses and writes down every other (PEP 578)."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys

CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_armed = False


def allowed(address: object) -> bool:
    """Whether an address given to connect() or sendto() is loopback, a local socket, or a probe that sends nothing."""
    if not isinstance(address, tuple):  # a path of AF_UNIX, or None for an already connected socket
        return True
    try:
        ip = ipaddress.ip_address(str(address[0]).split("%")[0])
    except ValueError:
        return address[0] in ("localhost", "")
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_loopback or ip.is_unspecified


def arm() -> None:
    """Install the hook once in this process."""
    global _armed
    if _armed:
        return
    _armed = True

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event not in CONNECTING:
            return
        sock, address = args[0], args[1]
        if isinstance(sock, socket.socket) and sock.family not in (socket.AF_INET, socket.AF_INET6):
            return
        if allowed(address):
            return
        _write(f"{event} {address!r} by pid {os.getpid()} {sys.argv[:3]!r}\n")
        raise PermissionError(f"the tests may contact loopback only, not {address!r}")

    sys.addaudithook(hook)


def _write(line: str) -> None:
    log = os.environ.get("LAGEBILD_TEST_AUDIT_LOG")
    if log:
        with open(log, "a", encoding="utf-8") as out:
            out.write(line)
