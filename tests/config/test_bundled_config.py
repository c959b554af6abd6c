"""The config that comes with Lagebild: what init writes loads, and every entry holds what its comments promise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from articles.errors import Wrong
from config.init import write_desk
from config.load import BUNDLED, bundled, load
from config.schema import schemas
from config.versions import body, version
from config.yaml_places import read


def test_a_new_desk_loads_as_it_is(tmp_path: Path) -> None:
    written = write_desk(tmp_path / "new")
    desk = load(tmp_path / "new", {})
    assert (tmp_path / "new" / "lagebild.yaml") in written
    assert {"helsing", "autonomous-systems"} <= set(desk.alerts)
    assert all(alert.channels == ("file",) for alert in desk.alerts.values())
    assert desk.sources == bundled().sources
    assert desk.entities == bundled().entities


def test_an_existing_empty_folder_will_do_and_any_other_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_desk(tmp_path / "empty")
    with pytest.raises(Wrong, match="is not empty"):
        write_desk(tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    with pytest.raises(Wrong, match="cannot make a desk"):
        write_desk(tmp_path / "file")


def test_the_defaults_that_settings_show_are_the_defaults(tmp_path: Path) -> None:
    write_desk(tmp_path)
    text = (tmp_path / "lagebild.yaml").read_text()
    shown = load(tmp_path, {}).settings
    uncommented = re.sub(r"^# (\w+: )", r"\1", text, flags=re.M)
    for optional in ("keep_raw", "operator_channel", "allow_private", "proxy", "prefect_api"):
        uncommented = re.sub(rf"^{optional}:.*\n", "", uncommented, flags=re.M)
    (tmp_path / "lagebild.yaml").write_text(uncommented)
    assert load(tmp_path, {}).settings == shown


def test_every_entry_of_the_field_is_there() -> None:
    entities = bundled().entities
    assert len(entities) >= 271
    assert entities["helsing"].names[0].name == "Helsing"
    assert entities["hx-2"].maker == "helsing"
    assert entities["rheinmetall"].isin == "DE0007030009"
    assert all(entity.qid is None for entity in entities.values()), "no Wikidata id was looked up, so none is stated"


def test_an_ambiguous_name_has_words_that_decide() -> None:
    for entity in bundled().entities.values():
        if any("needs-context" in name.flags for name in entity.names):
            assert len(entity.context) >= 3, entity.id


def test_only_proper_names_of_one_word_are_protected() -> None:
    for entity in bundled().entities.values():
        for name in entity.names:
            if "protected" in name.flags:
                assert re.fullmatch(r"[\w]+", name.name), name.name
    protected = bundled().protected
    assert {"Rheinmetall", "Helsing", "Auterion"} <= protected
    assert not {"Kampfpanzer", "Beschaffungsamt", "Haushaltsausschuss", "Drohnenwall", "Streitkräfte"} & protected


def test_no_two_entities_share_a_name() -> None:
    bearers: dict[str, str] = {}
    for entity in bundled().entities.values():
        for name in entity.names:
            assert bearers.setdefault(name.name, entity.id) == entity.id, name.name


def test_a_name_is_valid_for_a_time_that_ends_after_it_begins() -> None:
    names = [name for entity in bundled().entities.values() for name in entity.names]
    dated = [name for name in names if name.valid_from and name.valid_to]
    assert dated
    assert all(name.valid_from < name.valid_to for name in dated if name.valid_from and name.valid_to)
    (kmw,) = [name for name in names if name.name == "KMW"]
    assert kmw.valid_from is None
    assert kmw.valid_to is not None


def test_every_topic_has_terms_in_german_and_english() -> None:
    for topic in bundled().topics.values():
        assert {"de", "en"} <= set(topic.terms), topic.id
        assert {"de", "en"} <= set(topic.title), topic.id
        for language in ("de", "en"):
            terms = [term.term for term in topic.terms[language]]
            assert len(terms) >= 8, (topic.id, language)
            assert len(terms) == len(set(terms)), (topic.id, language)


def test_no_source_claims_to_have_been_seen() -> None:
    sources = bundled().sources
    assert len(sources) >= 160
    assert all(source.verified is None and source.expected is None for source in sources.values())
    assert all(source.languages for source in sources.values())


def test_state_media_and_general_press_are_off_until_switched_on() -> None:
    sources = bundled().sources.values()
    assert all(not source.enabled for source in sources if source.tier == "state-media")
    assert all(source.enabled is (source.id == "kyivindependent") for source in sources if source.tier == "general")
    assert sum(source.enabled for source in sources) >= 60


def test_no_address_stands_twice() -> None:
    addresses = [address.url for source in bundled().sources.values() for address in source.addresses]
    assert len(addresses) == len(set(addresses))


def test_titles_of_one_house_have_one_owner() -> None:
    sources = bundled().sources
    assert sources["armytimes"].owner == sources["defensenews"].owner
    assert sources["frankfurter-rundschau"].owner == sources["merkur"].owner


def test_the_bundled_files_fit_the_schemas_for_editors() -> None:
    validators = {name: jsonschema.Draft202012Validator(schema) for name, schema in schemas().items()}
    for name, validator in validators.items():
        validator.check_schema(validator.schema)
        if name not in ("lagebild", "source", "entities"):
            validator.validate(read(BUNDLED / f"{name}.yaml").value)
    validators["lagebild"].validate(read(BUNDLED / "lagebild.yaml").value)
    for file in sorted((BUNDLED / "sources").glob("*.yaml"))[::20]:
        validators["source"].validate(read(file).value)
    entities = read(BUNDLED / "entities.yaml").value
    assert isinstance(entities, dict)
    validators["entities"].validate({"entities": entities["entities"][::20]})
    with pytest.raises(jsonschema.ValidationError):
        validators["alerts"].validate({"alerts": [{"id": "x", "query": "y", "chanels": []}]})


def test_the_hash_of_a_thing_is_the_same_in_every_process() -> None:
    code = (
        "from config.load import bundled; from config.versions import version; print(version(*bundled().entities.values()))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(BUNDLED.parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert seen == {version(*bundled().entities.values())}


def test_a_change_changes_the_hash_and_a_default_does_not() -> None:
    alert = bundled().topics["munitions"]
    assert version(alert) != version(alert.model_copy(update={"threshold": 0.6}))
    assert version(alert) == version(alert.model_copy(update={"threshold": alert.threshold}))
    assert "threshold" not in body(alert)
