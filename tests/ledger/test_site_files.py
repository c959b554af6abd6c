"""What sites say of robots is remembered as it was last read."""

from __future__ import annotations

from datetime import timedelta

from ledger.site_files import SiteFile
from tests.ledger.conftest import SITE, Desk


def test_the_last_reading_of_a_file_is_kept(desk: Desk) -> None:
    files, url = desk.ledger.site_files, f"{SITE}/robots.txt"
    assert files.last(url) is None
    files.keep(url, SiteFile(desk.clock.now, 200, "User-agent: *\nDisallow: /x\x00"))
    later = desk.clock.now + timedelta(days=1)
    files.keep(url, SiteFile(later, 404, ""))
    files.keep(f"{SITE}/other", SiteFile(later, 200, "x"))
    assert files.last(url) == SiteFile(later, 404, "")
