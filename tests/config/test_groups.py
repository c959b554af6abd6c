"""Sources are switched on in groups: by tier, country and language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from articles.errors import Wrong
from config.groups import switch_on
from config.load import load
from config.models import Address, Source, SourceGroups

ADDRESS = (Address(kind="feed", url="https://zeitung.example/feed"),)


def source(id: str, tier: Any, country: str, *languages: str, enabled: bool = False) -> Source:
    return Source(id=id, name=id, addresses=ADDRESS, tier=tier, country=country, languages=languages, enabled=enabled)


SOURCES = {
    one.id: one
    for one in (
        source("fachblatt", "trade", "DE", "de", enabled=True),
        source("zeitung", "general", "DE", "de", "en"),
        source("courier", "general", "FR", "fr"),
        source("agentur", "wire", "DE", "de"),
    )
}


@pytest.mark.parametrize(
    ("groups", "on"),
    [
        (SourceGroups(), {"fachblatt"}),
        (SourceGroups(tiers=("general",)), {"fachblatt", "zeitung", "courier"}),
        (SourceGroups(tiers=("general", "wire"), countries=("DE",)), {"fachblatt", "zeitung", "agentur"}),
        (SourceGroups(languages=("fr", "en")), {"fachblatt", "zeitung", "courier"}),
        (SourceGroups(tiers=("state-media",)), {"fachblatt"}),
        (SourceGroups(countries=("DE",), off=("agentur", "fachblatt")), {"zeitung"}),
    ],
)
def test_a_group_is_what_fits_every_list(groups: SourceGroups, on: set[str]) -> None:
    assert {id_ for id_, one in switch_on(SOURCES, groups).items() if one.enabled} == on


def test_a_desk_switches_groups_on_in_its_settings(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "sources"
    folder.mkdir(parents=True)
    for name, tier in (("zeitung", "general"), ("blog", "trade")):
        text = (
            f"name: {name}\ntier: {tier}\nenabled: false\naddresses: [{{kind: feed, url: 'https://{name}.example/feed'}}]\n"
        )
        (folder / f"{name}.yaml").write_text(text)
    (tmp_path / "lagebild.yaml").write_text("sources: {tiers: [general]}\n")
    assert {id_: one.enabled for id_, one in load(tmp_path).sources.items()} == {"zeitung": True, "blog": False}
    (tmp_path / "lagebild.yaml").write_text("sources:\n  tiers: [generl]\n")
    with pytest.raises(Wrong, match=r"lagebild\.yaml"):
        load(tmp_path)
