"""How one page is one WARC record, so that other tools read it and nothing of it is lost."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import uuid
import zlib
from base64 import b32encode
from datetime import UTC, datetime
from http import HTTPStatus

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # warcio ships no types
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # as above
from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]  # as above
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]  # as above
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]  # as above

from articles.errors import Broken, NotSo
from articles.page import ArchiveRef, Link, Page

_VERSION = "WARC/1.1"
_PAGE_HEADER = "Lagebild-Page"
"""Addresses exactly as our values have them: WARC-Target-URI holds ASCII only."""

_REMOVED = "Lagebild-Removed"
_LINE_END = re.compile(r"[\r\n]+")
_UNSAFE = re.compile(r"[^\x21-\x7e]")


def encode(page: Page) -> bytes:
    """Return one gzip member that holds the page as a WARC response record: status, headers, body as they came."""
    block = _http_block(page)
    digest = b32encode(hashlib.sha1(page.body, usedforsecurity=False).digest()).decode()
    addresses = json.dumps({"url": page.url, "final_url": page.final_url}, separators=(",", ":"))
    headers = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid4()}>"),
        ("WARC-Target-URI", _UNSAFE.sub(_percent, page.final_url)),
        ("WARC-Date", page.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        ("WARC-Payload-Digest", f"sha1:{digest}"),
        (_PAGE_HEADER, addresses),
    ]
    rec_headers = StatusAndHeaders("", headers, protocol=_VERSION)
    kind = "application/http; msgtype=response"
    record = ArcWarcRecord("warc", "response", rec_headers, io.BytesIO(block), None, kind, len(block))
    record.payload_length = len(block)
    out = io.BytesIO()
    WARCWriter(out, gzip=True, warc_version=_VERSION).write_record(record)
    return out.getvalue()


def decode(data: bytes, ref: ArchiveRef, link: Link | None) -> Page:
    """Return the page of a record; raises NotSo if it was removed, Broken if it is no sound record of ours."""
    if is_removed(data):
        raise NotSo(f"the raw page at {ref.segment}:{ref.offset} was removed on request")
    try:
        record = next(iter(ArchiveIterator(io.BytesIO(data), no_record_parse=True)))
        block, headers = record.raw_stream.read(), record.rec_headers
        addresses = json.loads(headers.get_header(_PAGE_HEADER))
        date = datetime.fromisoformat(headers.get_header("WARC-Date"))
        head, _, body = block.partition(b"\r\n\r\n")
        status, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
        digest = b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
        if headers.get_header("WARC-Payload-Digest") != f"sha1:{digest}":
            raise Broken(f"the record at {ref.segment}:{ref.offset} does not have the bytes it was written with")
        return Page(
            url=addresses["url"],
            final_url=addresses["final_url"],
            status=int(status.split(" ")[1]),
            headers=tuple((name, value) for name, _, value in (line.partition(": ") for line in lines)),
            body=body,
            fetched_at=date,
            link=link,
        )
    except (ArchiveLoadFailed, StopIteration, zlib.error, ValueError, TypeError, KeyError, IndexError, EOFError) as error:
        raise Broken(f"no sound record at {ref.segment}:{ref.offset}: {error!r}") from error


def removed(old: bytes, ref: ArchiveRef) -> bytes:
    """Return a gzip member of exactly the length of ``old`` that holds an empty metadata record saying it was removed.

    The length is made by the comment that a gzip header may have (RFC 1952, 2.3.1), which every reader skips.
    """
    record = (
        f"{_VERSION}\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:lagebild:removed:{ref.offset}>\r\n"
        f"WARC-Date: 1970-01-01T00:00:00Z\r\n{_REMOVED}: yes\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    ).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(record) + packer.flush()
    tail = packed + struct.pack("<II", zlib.crc32(record), len(record))
    spare = len(old) - len(_GZIP_WITH_COMMENT) - len(_MARK) - 1 - len(tail)
    assert spare >= 0, "every record of ours has more headers than this one"
    return _GZIP_WITH_COMMENT + _MARK + b" " * spare + b"\0" + tail


_GZIP_WITH_COMMENT = b"\x1f\x8b\x08\x10\0\0\0\0\x02\xff"
"""Magic, deflate, flag FCOMMENT, no time, best compression, unknown system (RFC 1952)."""

_MARK = b"removed on request"


def is_removed(data: bytes) -> bool:
    """Return whether a record is one that ``removed`` made."""
    return data.startswith(_GZIP_WITH_COMMENT + _MARK)


def _http_block(page: Page) -> bytes:
    """Return the answer as HTTP writes it; line ends inside a header, which no server can send, become a space."""
    try:
        phrase = HTTPStatus(page.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {page.status} {phrase}"]
    lines += [_LINE_END.sub(" ", f"{name}: {value}") for name, value in page.headers]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + page.body


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "surrogatepass"))
