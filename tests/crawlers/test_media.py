"""Stories about films and files: what their headers announce."""

from __future__ import annotations

import pytest

from crawlers.media import SMALL, is_large_media


@pytest.mark.parametrize(
    ("kind", "length", "stops"),
    [
        ("video/mp4", None, True),
        ("video/mp4", str(SMALL * 9), True),
        ("video/mp4", "100", False),
        ("Audio/MPEG; x=y", "bald", True),
        ("image/jpeg", str(SMALL + 1), True),
        ("image/jpeg", None, False),
        ("application/pdf", "9" * 5000, True),
        ("application/pdf", str(SMALL), False),
        ("text/html", str(SMALL * 9), False),
        ("application/xhtml+xml", str(SMALL * 9), False),
        (None, str(SMALL * 9), False),
        ("", None, False),
    ],
)
def test_large_media_are_known_by_their_headers(kind: str | None, length: str | None, stops: bool) -> None:
    assert is_large_media(kind, length) is stops
