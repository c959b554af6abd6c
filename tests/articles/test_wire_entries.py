"""An entry of a live blog comes back from JSON as it was; what was concluded says so, what was stated says nothing."""

from __future__ import annotations

from articles.article import Annotated, Article, Entry
from articles.wire import from_json, to_json

STATED, INFERRED = Entry("2026-03-01T10:00:00+01:00", 0, 4), Entry("2026-03-01T09:00:00+01:00", 4, 8, day_inferred=True)


def test_entries_come_back_with_what_is_known_of_their_day() -> None:
    live = Article("1", "https://a.example/live", None, "Gipfel", "EinsZwei", kind="live", entries=(STATED, INFERRED))
    data = to_json(Annotated(live))
    assert [entry.get("day_inferred") for entry in data["entries"]] == [None, True]
    assert from_json(data).article == live
