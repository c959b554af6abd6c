"""Matching: a prefilter that loses nothing, and spans that say why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.compiled import CompiledAlert, compile_alerts
from alerts.matcher import Matcher
from alerts.triggers import triggers
from articles.article import Annotated, Article
from articles.errors import Wrong
from config.desk import Desk
from config.load import load
from config.models import Alert
from language.query_judge import find
from language.query_lower import lower
from language.query_plan import AllOf, AnyOf, Except, Terms
from language.query_tree import Query
from tests.language import query_strategies as desk


def alert(id_: str, query: str, **more: Any) -> Alert:
    return Alert(id=id_, query=query, channels=("file",), **more)


def matched(alerts: list[Alert], text: str, language: str = "de") -> dict[str, list[str]]:
    """Return the alerts that a text makes true, with the words that made it so."""
    article = Article("a", "https://z.example/a", "blatt", None, text, datetime(2025, 6, 4, tzinfo=UTC), language=language)
    analysed = desk.analysed(Annotated(article))
    found = Matcher(compile_alerts(alerts, desk.context(), {})).match(analysed)
    return {match.alert: [text[span.start : span.end] for span in match.spans] for match in found}


def test_an_alert_names_the_words_that_made_it_true() -> None:
    alerts = [alert("helsing", "Helsing"), alert("systems", '"autonome Systeme"'), alert("metal", "Metall")]
    text = "Helsings Drohnen sind Teil von autonomen Systemen, sagt Rheinmetall."
    assert matched(alerts, text) == {"helsing": ["Helsings"], "systems": ["autonomen Systemen"]}


def test_a_compound_holds_its_parts_in_german_only() -> None:
    assert matched([alert("a", "Drohne")], "Neue Kampfdrohnen.") == {"a": ["Kampfdrohnen"]}
    assert matched([alert("a", "Drohne")], "Neue Kampfdrohnen.", "en") == {}


def test_not_alone_and_keywords_are_matched_without_any_word() -> None:
    alerts = [alert("quiet", "NOT Panzer"), alert("blatt", "source:blatt"), alert("amt", "source:amt")]
    assert matched(alerts, "Nichts Neues.") == {"quiet": [], "blatt": []}


def test_an_alert_for_one_language_is_silent_in_others() -> None:
    alerts = [alert("de", "drone", languages=("de",)), alert("en", "drone", languages=("en",))]
    assert matched(alerts, "A drone.", "en") == {"en": ["drone"]}


def test_a_disabled_alert_is_silent() -> None:
    assert matched([alert("off", "Drohne", enabled=False)], "Eine Drohne.") == {}


@settings(max_examples=300)
@given(st.lists(desk.queries(), min_size=1, max_size=8), desk.documents())
def test_the_prefilter_never_loses_a_match(queries: list[Query], annotated: Annotated) -> None:
    """For any alerts and any article: matching in one pass finds what judging every alert finds, spans included."""
    analysed = desk.analysed(annotated)
    compiled = [
        CompiledAlert(alert(f"q{number}", "unused"), lower(query, desk.context()), "v")
        for number, query in enumerate(queries)
    ]
    one_by_one = [(each.alert.id, find(each.plan, analysed)) for each in compiled]
    expected = [(id_, found.spans) for id_, found in one_by_one if found.holds]
    assert [(match.alert, match.spans) for match in Matcher(compiled).match(analysed)] == expected


def test_a_conjunction_waits_for_its_rarest_side_only() -> None:
    a, b, c = (Terms("text", "x", (word,)) for word in ("a", "b", "c"))
    found = triggers(AllOf((AnyOf((a, b)), c, Except(a))))
    assert found is not None
    assert found.strings == {" c "}
    assert triggers(Except(a)) is None
    assert triggers(AllOf(())) is None


def test_every_wrong_query_is_told_with_file_line_and_place(tmp_path: Path) -> None:
    written = _desk(
        tmp_path,
        """\
alerts:
- id: open-quote
  query: '"autonome Systeme'
  channels: [file]
- id: no-such-source
  query: source:hartpunk
  channels: [file]
""",
    )
    with pytest.raises(Wrong) as caught:
        compile_alerts(written.alerts.values(), desk.context(), {}, written)
    message = str(caught.value)
    assert "config/alerts.yaml:2: alerts.open-quote.query" in message
    assert "config/alerts.yaml:5: alerts.no-such-source.query" in message
    assert '"autonome Systeme\n' in message


def _desk(folder: Path, alerts: str) -> Desk:
    (folder / "config").mkdir()
    (folder / "lagebild.yaml").write_text("languages: [de, en]\n", encoding="utf-8")
    (folder / "config" / "alerts.yaml").write_text(alerts, encoding="utf-8")
    return load(folder, {})
