"""Stories about where an answer sends its reader."""

from __future__ import annotations

import pytest

from crawlers.redirects import next_hop

URL = "https://zeitung.example/politik/a"


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (301, "/b", "https://zeitung.example/b"),
        (302, "b?c=1#d", "https://zeitung.example/politik/b?c=1"),
        (303, "https://andere.example/", "https://andere.example/"),
        (307, "//andere.example/x", "https://andere.example/x"),
        (308, " http://zeitung.example/ ", "http://zeitung.example/"),
        (302, "http://0x7f.1/", "http://127.0.0.1/"),
        (302, "https://user:pass@zeitung.example/", "https://zeitung.example/"),
        (302, "/\u00e4", "https://zeitung.example/%C3%A4"),
        (302, None, None),
        (302, "", None),
        (302, "file:///etc/passwd", None),
        (302, "javascript:alert(1)", None),
        (302, "data:text/html,x", None),
        (302, "http://[::1", None),
        (302, "http://", None),
        (300, "/b", None),
        (304, "/b", None),
        (200, "/b", None),
    ],
)
def test_a_redirect_leads_to_http_addresses_only(status: int, location: str | None, target: str | None) -> None:
    assert next_hop(URL, status, location) == target
