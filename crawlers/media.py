"""What is not worth fetching whole: a large film, sound, picture or file behind what was listed as an article."""

from __future__ import annotations

SMALL = 512 * 1024
"""Bytes; what is smaller is fetched and archived like any page, and refining says that it is none."""

_STREAMS = ("audio/", "video/")
_FILES = (
    *_STREAMS,
    *("image/", "font/", "application/pdf", "application/zip", "application/octet-stream", "application/vnd."),
)


class LargeMedia(Exception):
    """The headers announce a large file that is no page; its body was not fetched."""


def is_large_media(content_type: str | None, length: str | None) -> bool:
    """Return whether headers announce one: by type and stated length, or a film or sound of no stated length."""
    kind = (content_type or "").strip().lower()
    stated = (length or "").strip()
    if not (stated.isascii() and stated.isdecimal()):
        return kind.startswith(_STREAMS)
    return kind.startswith(_FILES) and int(stated[:20]) > SMALL
