"""What is there is documented, what is documented is there, and no command loads what it does not need."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel

from app.cli import cli
from config import models
from config.load import BUNDLED
from tests.app.commanding import ROOT, done
from tests.stories.desks import new_desk

REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVERYWHERE = {"--json", "--help"}
"""Options of which the reference speaks once for all commands."""


def commands() -> Iterator[tuple[str, set[str]]]:
    """Every command with its options as they are written."""
    top = typer.main.get_command(cli)
    for name, command in top.commands.items():  # type: ignore[attr-defined]  # the top is a group
        for path, leaf in (
            [(name, command)]
            if not hasattr(command, "commands")
            else [(f"{name} {sub}", one) for sub, one in command.commands.items()]
        ):
            yield path, {option for part in leaf.params for option in part.opts if option.startswith("--")}


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_reference(name: str) -> None:
    rows = [line for line in REFERENCE.splitlines() if re.search(rf"`(lagebild )?{name}[ `]", line)]
    assert rows, f"`lagebild {name}` is not in docs/reference.md"
    for option in COMMANDS[name] - EVERYWHERE:
        assert any(option in row for row in rows) or f"`{option}" in REFERENCE, f"{option} of {name} is not documented"


def test_every_command_of_reference_and_readme_is_there() -> None:
    for text in (REFERENCE, README):
        for words in re.findall(r"lagebild ((?!-)[a-z]+(?: [a-z]+)?)", text):
            first, _, second = words.partition(" ")
            assert words in COMMANDS or first in COMMANDS, f"`lagebild {words}` is documented and not there"
            assert second or first in COMMANDS


def test_every_command_says_what_it_does() -> None:
    for name in COMMANDS:
        assert len(done(*name.split(), "--help").out.splitlines()) > 4


def keys() -> Iterator[tuple[str, str, str]]:
    """Model, key, and the bundled file that shows how it is written."""
    files: dict[type[BaseModel], str] = {
        models.Settings: "lagebild.yaml",
        models.Alert: "alerts.yaml",
        models.FileChannel: "channels.yaml",
        models.WebhookChannel: "channels.yaml",
        models.MailChannel: "channels.yaml",
    }
    for model, file in files.items():
        yield from ((model.__name__, name, file) for name in model.model_fields)


@pytest.mark.parametrize(("model", "key", "file"), list(keys()))
def test_every_key_is_shown_in_the_bundled_config_or_the_reference(model: str, key: str, file: str) -> None:
    """Word by word: a person finds each key without reading the code."""
    shown = (BUNDLED / file).read_text(encoding="utf-8") + REFERENCE
    assert re.search(rf"\b{key}\b", shown), f"{model}.{key} is nowhere shown"


@pytest.mark.parametrize("model", [models.Source, models.Entity, models.Topic, models.Address])
def test_every_key_of_the_larger_files_says_what_it_means(model: type[BaseModel]) -> None:
    plain = {"id", "name", "type", "url", "tier", "paywall", "enabled", "context", "isin", "country", "addresses"}
    dates = {"valid_from", "valid_to"}
    for name, field in model.model_fields.items():
        assert field.description or field.metadata or name in plain | dates, f"{model.__name__}.{name} is unexplained"


def test_the_exit_codes_of_the_reference_are_those_of_the_errors() -> None:
    from app.door import INTERRUPTED
    from articles.errors import Broken, NotSo, Transient, Wrong

    stated = {int(code) for code in re.findall(r"^\| (\d+) \|", REFERENCE, re.MULTILINE)}
    families = (NotSo, Wrong, Transient, Broken)
    assert stated == {0, INTERRUPTED, *(family.exit_code for family in families)}


def test_the_readme_s_own_desk_works_as_written(tmp_path: Path) -> None:
    query = re.search(r"search '([^']+)' (.+)$", README, re.MULTILINE)
    assert query is not None
    desk = new_desk(tmp_path / "lage")
    done("-C", desk, "index", "migrate")
    assert done("-C", desk, "search", query[1], *query[2].split(), "--json").json["total"] == 0
    alerts = re.search(r"```yaml\n(.+?)```", README, re.DOTALL)
    assert alerts is not None
    (desk / "config" / "alerts.yaml").write_text(alerts[1], encoding="utf-8")
    assert "all right" in done("-C", desk, "alerts", "test").out


def loaded(program: str) -> set[str]:
    """The top-level packages that a program has imported at its end, in a process of its own."""
    program += "\nimport sys; print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ended.stderr.split())


HEAVY = {"scrapy", "twisted", "prefect", "spacy", "fastapi", "trafilatura", "numpy"}


def test_help_loads_nothing_heavy() -> None:
    assert loaded("from app.door import run; run(['--help'])") & (HEAVY | {"sqlalchemy", "pydantic", "asyncio"}) == set()


def test_search_loads_neither_crawler_nor_flows_nor_names(tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "desk")
    done("-C", desk, "index", "migrate")
    program = f"from app.door import run; assert run(['-C', {str(desk)!r}, 'search', 'Helsing', '--json']) == 0"
    assert loaded(program) & HEAVY == set()


def test_a_run_loads_no_flows(tmp_path: Path) -> None:
    desk = new_desk(tmp_path / "desk")
    program = f"from app.door import run; assert run(['-C', {str(desk)!r}, 'run', '--json']) == 0"
    found = loaded(program)
    assert "scrapy" in found
    assert found & {"prefect", "fastapi"} == set()
