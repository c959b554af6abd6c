"""A simulated time of several feeds with bursts, outages and edits: nothing that any of them showed is missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from benchmarks.crawl_week import make_sites, run

FEEDS, DAYS = 12, 1.5


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2])
def test_no_item_is_missed_with_far_fewer_requests_than_a_fixed_poller(seed: int) -> None:
    week = run(make_sites(FEEDS, DAYS, seed), DAYS)
    assert week.shown > 300
    assert week.missed == 0
    assert week.poller.requests <= 0.4 * FEEDS * DAYS * timedelta(days=1) / timedelta(minutes=5)
    assert week.poller.filled > 0, "bursts that the feed alone could not show"
