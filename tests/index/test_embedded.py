"""What only the embedded engine has: a folder, one writer, readers in other processes, and tantivy's panics."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import tantivy

from articles.errors import Broken, Transient
from index.embedded import EmbeddedEngine
from index.embedded_call import border
from index.embedded_query import placements
from index.embedded_schema import schema
from index.engine import Bucket, Count
from index.fields import FIELDS
from language.query_plan import AllOf, AnyOf, Is, Terms
from tests.index.asking import by_tie, paged, put, says
from tests.index.conftest import BERLIN, annotated, document

EVERYTHING = AllOf(())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def writer(folder: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(folder, "a1")
    engine.migrate()
    yield engine
    engine.close()


def test_a_second_writer_is_told_who_writes(writer: EmbeddedEngine, folder: Path) -> None:
    writer.put([document(annotated("a", "Titel"))])
    second = EmbeddedEngine(folder, "a1")
    with pytest.raises(Transient, match=r"index.*another process \(pid \d+\)"):
        second.put([document(annotated("b", "Titel"))])
    assert second.count(EVERYTHING) == 1
    assert second.migrate().state == "ready", "what is there already needs no lock"
    writer.close()
    second.put([document(annotated("b", "Titel"))])
    assert second.count(EVERYTHING) == 2
    second.close()


READER = """
import sys
from pathlib import Path
from index.embedded import EmbeddedEngine
from language.query_plan import AllOf
engine = EmbeddedEngine(Path(sys.argv[1]), "a1")
for _ in sys.stdin:
    print(engine.count(AllOf(())), flush=True)
"""


def test_a_reader_in_another_process_sees_each_commit_and_each_rebuild(writer: EmbeddedEngine, folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        seen = []
        for number in range(3):
            writer.put([document(annotated(f"{number}", "Titel"))])
            reader.stdin.write("\n")
            reader.stdin.flush()
            seen.append(int(reader.stdout.readline()))
        writer.rebuild([document(annotated("neu", "Titel"))])
        reader.stdin.write("\n")
        reader.stdin.flush()
        seen.append(int(reader.stdout.readline()))
        reader.stdin.close()
    assert seen == [1, 2, 3, 1]


def test_threads_search_while_one_writes_and_rebuilds(writer: EmbeddedEngine) -> None:
    writer.put([document(annotated("bleibt", "Titel"))])
    stop, wrong = threading.Event(), []

    def search() -> None:
        while not stop.is_set():
            if "bleibt" not in {hit.id for hit in writer.search(EVERYTHING, limit=100).hits}:
                wrong.append("an article vanished")

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(5):
        writer.put([document(annotated(f"{number}", "Titel"), number + 2)])
        writer.rebuild([document(annotated("bleibt", "Titel"))])
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_a_killed_rebuild_left_is_swept_by_the_next_writer(writer: EmbeddedEngine, folder: Path) -> None:
    writer.close()
    (folder / "articles-7").mkdir()
    (folder / "articles-7" / "meta.json").write_text("{}")
    writer.put([document(annotated("a", "Titel"))])
    assert sorted(path.name for path in folder.glob("articles-*")) == ["articles-1"]


def test_a_writer_that_is_closed_finishes_its_merges(writer: EmbeddedEngine, folder: Path) -> None:
    one = document(annotated("one", "Titel", " ".join(f"wort{number}" for number in range(3_000))))
    for begin in range(0, 80, 10):  # tantivy merges eight segments of a size
        keys = [str(number) for number in range(begin, begin + 10)]
        writer.put(replace(one, key=key, stored=replace(one.stored, id=key)) for key in keys)
    writer.close()
    index = tantivy.Index.open(str(folder / "articles-1"))
    index.reload()
    assert (index.searcher().num_segments, index.searcher().num_docs) == (1, 80)


def test_a_damaged_pointer_says_what_to_do(writer: EmbeddedEngine, folder: Path) -> None:
    writer.close()
    (folder / "current.json").write_text("{")
    engine = EmbeddedEngine(folder, "a1")
    with pytest.raises(Broken, match="lagebild index rebuild"):
        engine.count(EVERYTHING)
    assert engine.status().state == "broken"
    assert engine.rebuild([document(annotated("a", "Titel"))]).state == "ready"
    assert engine.count(EVERYTHING) == 1
    engine.close()


def test_a_damaged_segment_is_a_fault_of_the_index_not_of_the_question(writer: EmbeddedEngine, folder: Path) -> None:
    writer.put([document(annotated("a", "Titel"))])
    writer.close()
    for path in (folder / "articles-1").glob("*.term"):
        path.write_bytes(b"\0" * 20)
    engine = EmbeddedEngine(folder, "a1")
    with pytest.raises(Broken, match=r"articles-1.*lagebild index rebuild"):
        engine.count(Terms("title", "x", ("titel",)))
    assert engine.status().state == "broken"
    assert engine.rebuild([document(annotated("a", "Titel"))]).documents == 1
    engine.close()


def test_an_index_of_other_fields_says_that_it_needs_a_rebuild(folder: Path) -> None:
    (folder / "articles-1").mkdir(parents=True)
    tantivy.Index(tantivy.SchemaBuilder().add_text_field("body").build(), str(folder / "articles-1"))
    (folder / "current.json").write_text('{"folder": "articles-1", "version": "older-a1"}')
    engine = EmbeddedEngine(folder, "a1")
    with pytest.raises(Broken, match="lagebild index rebuild"):
        engine.count(EVERYTHING)
    assert engine.rebuild([document(annotated("a", "Titel"))]).state == "ready"
    engine.close()


def test_a_panic_is_told_and_the_process_lives(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="tantivy stopped while trying to search"), border(tmp_path, "search"):
        tantivy.Query.phrase_query(schema(), "title_x", ["allein"])


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (ValueError("An IO error occurred: 'No space left on device (os error 28)'"), Transient),
        (OSError(28, "No space left on device"), Transient),
        (ValueError("Field `x` is not defined in the schema."), Broken),
    ],
)
def test_an_error_of_the_machine_may_pass_and_one_of_the_index_does_not(
    tmp_path: Path, error: Exception, family: type[Exception]
) -> None:
    with pytest.raises(family), border(tmp_path, "search"):
        raise error


def test_our_own_mistakes_are_not_dressed_up(tmp_path: Path) -> None:
    with pytest.raises(KeyError), border(tmp_path, "search"):
        raise KeyError("ours")


FULL_DISK = """
import resource, sys
from pathlib import Path
from articles.errors import Transient
from index.embedded import EmbeddedEngine
from language.query_plan import AllOf
from tests.index.conftest import BERLIN, annotated, document
engine = EmbeddedEngine(Path(sys.argv[1]), "a1")
many = [document(annotated(f"{n}", text=" ".join(f"wort{n * m % 997}x" for m in range(99))), 2) for n in range(500)]
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        print(engine.put(many).counts())
    except Transient:
        print("try again")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(engine.count(AllOf(())), engine.put(many).counts(), engine.count(AllOf(())))
"""


def test_a_full_disk_passes_and_loses_nothing(writer: EmbeddedEngine, folder: Path) -> None:
    writer.put([document(annotated("before", "Titel"))])
    writer.close()
    said = subprocess.run([sys.executable, "-c", FULL_DISK, str(folder)], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["try again", "try again", "1 {'put': 500} 501"]


def test_a_field_that_no_engine_keeps_is_a_fault(writer: EmbeddedEngine) -> None:
    with pytest.raises(Broken, match="tier"):
        writer.count(Is("tier", "official"))


def test_of_many_values_tied_with_the_last_one_wanted_the_first_by_name_are_told(writer: EmbeddedEngine) -> None:
    names = [f"source-{number:02}" for number in range(40)]
    for some in (names[20:], names[:20]):  # a segment each, so that tantivy has to merge their counts
        writer.put(document(annotated(name, "Titel", source=name)) for name in reversed(some))
    writer.put([document(annotated("more", "Titel", source="source-39"))])
    assert writer.facets(EVERYTHING, ["source"], size=3) == {
        "source": (Count("source-39", 2), Count("source-00", 1), Count("source-01", 1))
    }


@pytest.mark.parametrize("oldest", ["2025-01-15", "1990-01-15"])
def test_months_are_those_of_what_was_found_however_old_the_rest_is(writer: EmbeddedEngine, oldest: str) -> None:
    writer.put(
        document(annotated(str(number), title, published=day))
        for number, (title, day) in enumerate(
            [("Anders", oldest), ("Titel", "2025-06-03"), ("Titel", "2025-08-03"), ("Anders", "2025-11-03")]
        )
    )
    assert writer.histogram(Terms("title", "x", ("titel",)), "month", BERLIN) == tuple(
        Bucket(datetime(2025, month, 1, tzinfo=BERLIN), count) for month, count in [(6, 1), (7, 0), (8, 1)]
    )
    writer.put([document(annotated("later", "Titel", published="2025-12-03"))])
    assert len(writer.histogram(Terms("title", "x", ("titel",)), "month", BERLIN)) == 7, "a new month is seen"


def test_the_schema_is_the_field_table() -> None:
    index = tantivy.Index(schema())
    made = {field.name for field in FIELDS}
    writer = index.writer(15_000_000, 1)
    writer.add_document(tantivy.Document(key=["a"], seq=[1], tie=[1]))
    writer.commit()
    index.reload()
    for name in made - {"stored", "gone"}:
        kind = next(field.kind for field in FIELDS if field.name == name)
        index.searcher().search(tantivy.Query.term_query(index.schema, name, 1 if kind == "number" else "x"), 1)


def test_the_pointer_names_the_versions(writer: EmbeddedEngine, folder: Path) -> None:
    pointer = json.loads((folder / "current.json").read_text())
    assert pointer == {"folder": "articles-1", "version": writer.status().wanted}
    assert pointer["version"].endswith("-a1")


def test_placements_are_all_and_only_those_within_the_slop() -> None:
    assert placements(("a", "b", "c"), 0) == [[(0, "a"), (1, "b"), (2, "c")]]
    for words, slop in ((("a", "b", "c"), 2), (("a", "a"), 3), (("a", "b", "a"), 2)):
        for placed in placements(words, slop):
            assert placed[0][0] == 0
            assert sorted(word for _, word in placed) == sorted(words)
    assert len(placements(("a", "b", "c"), 5)) <= 6**3 - 5**3


def test_of_more_ties_than_can_be_seen_at_once_the_first_are_found(
    writer: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.embedded_snapshot.TIED", 4)
    words = ("Gipfel", "Lage", "Lage Lage", "Gipfel Lage")
    for part in range(3):
        put(writer, *(annotated(f"{part}-{n}", text=words[n % 4]) for n in range(60)), seq=1 + 100 * part)
    plan = AnyOf((says("gipfel"), Is("source", "zeitung")))

    def alike(*numbers: int) -> list[str]:
        return by_tie(f"{part}-{n}" for part in range(3) for n in range(60) if n % 4 in numbers)

    for limit in (1, 2, 7, 50, 179, 180):
        assert paged(writer, plan, limit) == [*alike(0), *alike(3), *alike(1, 2)]
