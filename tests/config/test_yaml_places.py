"""Reading YAML with places: every value has its line, and no file can hurt the reader."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import Wrong
from config.yaml_places import MAX_BYTES, parse, read

HERE = Path("config/x.yaml")


def refusal(text: str) -> Wrong:
    with pytest.raises(Wrong) as caught:
        parse(text, HERE)
    return caught.value


def test_every_key_and_item_has_its_line() -> None:
    document = parse("alerts:\n- id: a\n  query: x\n\n- id: b\n", HERE)
    assert document.value == {"alerts": [{"id": "a", "query": "x"}, {"id": "b"}]}
    assert document.line(("alerts", 0, "query")) == 3
    assert document.line(("alerts", 1)) == 5
    assert document.line(("alerts", 1, "missing")) == 5, "a key that is not there stands where its mapping begins"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2025-06-25", "2025-06-25"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("true", True),
        ("~", None),
        ("12", 12),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ('"true"', "true"),
        ("9" * 40, "9" * 40),
    ],
)
def test_words_mean_what_they_look_like(written: str, read_as: object) -> None:
    assert parse(f"key: {written}\n", HERE).value == {"key": read_as}


def test_a_key_may_be_a_word_that_older_yaml_reads_as_no() -> None:
    assert parse("terms:\n  no: [drone]\n", HERE).value == {"terms": {"no": ["drone"]}}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands already in line 1"),
        ("a: &x [1]\nb: *x\n", 1, "anchors and aliases"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "tags (!) are not supported"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: [1, 2\nb: 3\n", 2, "is not valid YAML"),
        ("a: 'open\n", 2, "is not valid YAML"),
        ("a:\n\t- b\n", 2, "is not valid YAML"),
        ("? [x]\n: y\n", 1, "a key must be plain text"),
        ("a: \x01\n", 1, "is not valid YAML"),
    ],
)
def test_what_is_amiss_is_told_with_its_line(text: str, line: int, message: str) -> None:
    error = refusal(text)
    assert message in error.message
    assert error.file == HERE
    assert error.line in (line, None if "\x01" in text else line)


def test_nesting_cannot_exhaust_the_stack() -> None:
    started = time.process_time()
    assert "nest" in refusal("[" * 100_000).message, "libyaml has a limit of its own"
    assert "nested deeper than 32" in refusal("- " * 100 + "a\n").message
    assert time.process_time() - started < 5


def test_files_that_are_no_config_are_refused_before_they_are_parsed(tmp_path: Path) -> None:
    large, latin, gone = tmp_path / "large.yaml", tmp_path / "latin.yaml", tmp_path / "gone.yaml"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    latin.write_bytes("a: 1\nname: Lürssen\n".encode("latin-1"))
    with pytest.raises(Wrong, match="larger than 4 MB"):
        read(large)
    with pytest.raises(Wrong, match="is not UTF-8 here") as caught:
        read(latin)
    assert caught.value.line == 2
    with pytest.raises(Wrong, match="cannot be read"):
        read(gone)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbfalerts: []\n")
    assert read(file).value == {"alerts": []}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_a_yaml_writer_writes_is_read_back(value: object) -> None:
    text = yaml.dump(value)  # with allow_unicode PyYAML writes U+0085 as a line break, and itself reads back another value
    if "&" in text and "*" in text and ("&id" in text):
        return  # the writer shares equal lists by anchors, which a person would not
    assert parse(text, HERE).value == value


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Wrong):
        assert parse(text, HERE).line(()) == 1
