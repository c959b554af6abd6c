"""Stories about Retry-After: both of its forms, and whatever else a server may write there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.retry_after import LONGEST, retry_after

NOW = datetime(2025, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "wait"),
    [
        (None, None),
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("0", timedelta(0)),
        ("Mon, 24 Nov 2025 13:00:00 GMT", timedelta(hours=1)),
        ("Monday, 24-Nov-25 13:00:00 GMT", timedelta(hours=1)),
        ("Mon, 24 Nov 2025 11:00:00 GMT", timedelta(0)),
        ("99999999999999999999", LONGEST),
        ("Mon, 24 Nov 2031 13:00:00 GMT", LONGEST),
        ("-5", None),
        ("bald", None),
        ("", None),
        ("１２０", None),
    ],
)
def test_both_forms_of_retry_after_are_read(stated: str | None, wait: timedelta | None) -> None:
    assert retry_after(stated, NOW) == wait


@given(st.text(max_size=40))
def test_any_header_is_a_wait_within_a_day_or_none(stated: str) -> None:
    wait = retry_after(stated, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST
