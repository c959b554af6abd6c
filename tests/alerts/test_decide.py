"""Decisions: every match gets one row per channel, told once per story, for a reason people can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from alerts.backoff import WAITS, next_try
from alerts.decide import Circumstances, decide, reason_in_words
from articles.article import Annotated, Annotations, Article, Moment, Span
from articles.match import ENDED, Match
from config.models import Alert

SEEN = datetime(2025, 6, 25, 12, 0, tzinfo=UTC)
TEXT = "Helsing liefert. Auch Helsing schweigt."
ARTICLE = Article("a1", "https://z.example/a", "z", "Helsing liefert", TEXT, SEEN)
ANNOTATED = Annotated(ARTICLE, Annotations("de", story="s1"))
MATCH = Match("helsing", "a1", (Span("title", 0, 7), Span("text", 0, 7), Span("text", 22, 29)), "v1")


def about(channels: tuple[str, ...] = ("file",), **changes: object) -> Circumstances:
    alert = Alert(id="helsing", query="Helsing", channels=channels)
    plain = Circumstances({"helsing": alert}, (), SEEN, timedelta(hours=48), ZoneInfo("Europe/Berlin"))
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name fields of Circumstances


def published(at: str) -> Annotated:
    precision = "minute" if "T" in at else "day"
    moment = Moment(at, precision, "meta")  # type: ignore[arg-type]  # one of the two
    return replace(ANNOTATED, article=replace(ARTICLE, published=moment))


def states(annotated: Annotated, circumstances: Circumstances) -> list[tuple[str | None, str, str | None]]:
    return [(d.channel, d.state, d.reason) for d in decide([MATCH], annotated, SEEN, circumstances)]


def test_a_fresh_match_is_said_on_every_channel() -> None:
    assert states(ANNOTATED, about(("file", "post"))) == [("file", "open", None), ("post", "open", None)]


def test_an_alert_without_channels_has_one_row_all_the_same() -> None:
    assert states(ANNOTATED, about(())) == [(None, "suppressed", "no_channel")]


def test_a_story_is_told_once_per_channel() -> None:
    told = {("helsing", "s1", "file")}
    assert states(ANNOTATED, about(("file", "post"), told=told)) == [("file", "collapsed", "s1"), ("post", "open", None)]


def test_an_edit_that_matters_is_told_to_whom_the_article_was_told_of_if_the_alert_wants_it() -> None:
    told, heard = {("helsing", "s1", "file"), ("helsing", "s1", "post")}, {("helsing", "file")}
    wants = Alert(id="helsing", query="Helsing", channels=("file", "post"), on_edit="material")
    edited = about(told=told, heard=heard, edited="number: 3 → 5", alerts={"helsing": wants})
    assert states(published("2025-06-20"), edited) == [("file", "open", None), ("post", "collapsed", "s1")]
    (on_file, _) = decide([MATCH], ANNOTATED, SEEN, edited)
    assert on_file.again
    assert on_file.why.startswith('the article was edited (number: 3 → 5); "Helsing" in title')
    for change in ({"edited": None}, {"heard": ()}, {"alerts": about(("file", "post")).alerts}):
        assert [state for _, state, _ in states(ANNOTATED, replace(edited, **change))] == ["collapsed"] * 2
    assert states(ANNOTATED, replace(edited, reprocessing=True))[0] == ("file", "suppressed", "reprocess")


def test_old_news_is_filed_and_not_told() -> None:
    assert states(published("2025-06-23T11:59:00+00:00"), about()) == [("file", "suppressed", "old")]
    assert states(published("2025-06-23T14:01:00+02:00"), about()) == [("file", "open", None)]


def test_a_bare_date_counts_to_the_end_of_its_day() -> None:
    assert states(published("2025-06-24"), about(alert_window=timedelta(hours=14, minutes=1)))[0][1] == "open"
    assert states(published("2025-06-24"), about(alert_window=timedelta(hours=13)))[0][1] == "suppressed"


def test_a_suspect_date_silences_no_alert() -> None:
    article = replace(ARTICLE, published=Moment("1999-01-01", "day", "text", suspect=True))
    assert states(replace(ANNOTATED, article=article), about()) == [("file", "open", None)]


def test_what_was_read_again_is_told_to_nobody() -> None:
    assert states(ANNOTATED, about(("file", "post"), reprocessing=True)) == [
        ("file", "suppressed", "reprocess"),
        ("post", "suppressed", "reprocess"),
    ]


def test_the_reason_quotes_the_words_and_says_where() -> None:
    assert reason_in_words(MATCH, ARTICLE) == '"Helsing" in title; "Helsing" (2x) in text'
    assert reason_in_words(replace(MATCH, spans=()), ARTICLE) == "the article's properties meet the query"


@given(
    channels=st.lists(st.sampled_from(["file", "post", "hook"]), unique=True),
    told=st.sets(st.tuples(st.just("helsing"), st.sampled_from(["s1", "s2"]), st.sampled_from(["file", "post"]))),
    reprocessing=st.booleans(),
    hours=st.integers(0, 100),
)
def test_every_match_is_accounted_for_on_every_channel(
    channels: list[str], told: set[tuple[str, str, str]], reprocessing: bool, hours: int
) -> None:
    annotated = published((SEEN - timedelta(hours=hours)).isoformat())
    circumstances = about(tuple(channels), told=told, reprocessing=reprocessing)
    decisions = decide([MATCH], annotated, SEEN, circumstances)
    told_of: list[str | None] = [*channels] or [None]
    assert [d.channel for d in decisions] == told_of
    for decision in decisions:
        assert decision.state == "open" or decision.state in ENDED
        assert decision.why


def test_waits_grow_and_end_after_three_days() -> None:
    waits = [at - SEEN for attempt in range(1, len(WAITS) + 1) if (at := next_try(attempt, SEEN))]
    assert waits == sorted(waits)
    assert timedelta(days=2) < sum(waits, timedelta()) < timedelta(days=4)
    assert next_try(len(WAITS) + 1, SEEN) is None


def test_a_receiver_may_ask_for_a_longer_wait_but_not_for_more_than_a_day() -> None:
    assert next_try(1, SEEN, timedelta(minutes=9)) == SEEN + timedelta(minutes=9)
    assert next_try(1, SEEN, timedelta(seconds=1)) == SEEN + WAITS[0]
    assert next_try(1, SEEN, timedelta(days=30)) == SEEN + timedelta(days=1)
