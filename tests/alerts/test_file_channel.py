"""Notices in a file: one line each, never twice, never half a line."""

from __future__ import annotations

import json
import resource
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.channel import TryLater
from alerts.file_channel import FileSender
from articles.article import Span
from articles.match import Notice

NOTICE = Notice(
    id="a1",
    alert="helsing",
    alert_title="Helsing",
    channel="file",
    article="3f1c9a0b5d7e2468",
    url="https://zeitung.example/gipfel",
    title="Gipfel endet ohne Zusage",
    source="zeitung",
    published="2025-06-25T14:30:00+02:00",
    spans=((Span("text", 4, 11), "Helsing"),),
    why='"Helsing" in text',
    at=datetime(2025, 6, 25, 12, 41, tzinfo=UTC),
)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_a_notice_is_one_line_of_the_public_form(tmp_path: Path) -> None:
    file = tmp_path / "data" / "notices.jsonl"
    await FileSender(file).send(NOTICE, again=False)
    assert lines(file) == [
        {
            "id": "a1",
            "alert": "helsing",
            "article": "3f1c9a0b5d7e2468",
            "url": "https://zeitung.example/gipfel",
            "title": "Gipfel endet ohne Zusage",
            "spans": [{"field": "text", "start": 4, "end": 11, "text": "Helsing"}],
            "why": '"Helsing" in text',
            "at": "2025-06-25T12:41:00+00:00",
        }
    ]


async def test_a_retry_after_a_kill_between_write_and_mark_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    await FileSender(file).send(NOTICE, again=False)
    await FileSender(file).send(NOTICE, again=True)
    assert len(lines(file)) == 1


async def test_a_retry_whose_first_attempt_never_wrote_does_write(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    await FileSender(file).send(replace(NOTICE, id="other"), again=False)
    await FileSender(file).send(NOTICE, again=True)
    assert [line["id"] for line in lines(file)] == ["other", "a1"]


async def test_half_a_line_of_a_killed_writer_is_cut_and_said_again(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    await FileSender(file).send(replace(NOTICE, id="other"), again=False)
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"id": "a1", "alert": "hels')
    await FileSender(file).send(NOTICE, again=True)
    assert [line["id"] for line in lines(file)] == ["other", "a1"]


async def test_what_a_person_wrote_into_the_file_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    file.write_text("# my notes\n[1, 2]\n", encoding="utf-8")
    await FileSender(file).send(NOTICE, again=True)
    assert json.loads(file.read_text(encoding="utf-8").splitlines()[-1])["id"] == "a1"


async def test_a_full_disk_means_later_and_leaves_no_half_line(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    await FileSender(file).send(replace(NOTICE, id="other"), again=False)
    room = file.stat().st_size + 40  # a part of the next line would fit
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(TryLater, match="cannot write"):
            await FileSender(file).send(NOTICE, again=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [line["id"] for line in lines(file)] == ["other"]
    await FileSender(file).send(NOTICE, again=True)
    assert [line["id"] for line in lines(file)] == ["other", "a1"]


async def test_a_place_that_cannot_be_written_means_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(TryLater, match="cannot write"):
        await FileSender(tmp_path / "file" / "notices.jsonl").send(NOTICE, again=False)


async def test_a_title_with_a_lone_surrogate_is_written_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "notices.jsonl"
    await FileSender(file).send(replace(NOTICE, title="kaputt \ud800"), again=False)
    assert lines(file)[0]["title"] == "kaputt ?"
