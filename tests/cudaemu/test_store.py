"""The store gives finished things only, and makes one anew exactly when its sources change."""

from importlib import import_module

import pytest


@pytest.fixture
def store(building):
    return import_module(f"{building.__name__}.store")


def test_a_thing_is_made_once(store, tmp_path):
    made = []

    def make(folder):
        made.append(folder)
        (folder / "it").write_text("whole")

    kept = store.Store(tmp_path / "cache")
    places = [kept.get("thing", "k1", make) for _ in range(2)]
    assert places[0] == places[1]
    assert (places[0] / "it").read_text() == "whole"
    assert len(made) == 1


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt])
def test_an_interrupted_thing_is_not_taken_for_whole(store, tmp_path, interruption):
    kept = store.Store(tmp_path / "cache")

    def breaks_off(folder):
        (folder / "half").write_text("")
        raise interruption

    with pytest.raises(interruption):
        kept.get("thing", "k1", breaks_off)
    assert list(kept.folder.iterdir()) == []
    place = kept.get("thing", "k1", lambda folder: (folder / "it").write_text("whole"))
    assert [entry.name for entry in place.iterdir()] == ["it"]


def test_of_two_makers_at_once_the_first_is_kept(store, tmp_path):
    kept = store.Store(tmp_path / "cache")

    def slow(folder):
        kept.get("thing", "k1", lambda other: (other / "by").write_text("the first"))
        (folder / "by").write_text("the second")

    assert (kept.get("thing", "k1", slow) / "by").read_text() == "the first"
    assert len(list(kept.folder.iterdir())) == 1


def test_a_key_changes_with_a_files_content_and_not_with_its_time(store, tmp_path):
    file = tmp_path / "a.cpp"
    file.write_text("int a;")
    before = store.digest(file, "-O2")
    file.touch()
    assert store.digest(file, "-O2") == before
    file.write_text("int b;")
    assert store.digest(file, "-O2") != before


def test_a_key_keeps_its_parts_apart(store):
    assert store.digest("ab", "c") != store.digest("a", "bc")


def test_a_folders_key_sees_names_contents_and_new_files(store, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.h").write_text("1")
    keys = [store.digest_of_folder(tmp_path, "*.h")]
    (tmp_path / "in" / "b.h").write_text("2")
    keys.append(store.digest_of_folder(tmp_path, "*.h"))
    (tmp_path / "in" / "b.h").rename(tmp_path / "in" / "c.h")
    keys.append(store.digest_of_folder(tmp_path, "*.h"))
    assert len(set(keys)) == 3
    (tmp_path / "in" / "notes.txt").write_text("no header")
    assert store.digest_of_folder(tmp_path, "*.h") == keys[-1]


def test_a_changed_source_changes_its_own_objects_key_alone(building, tmp_path):
    compiler = import_module(f"{building.__name__}.compiler")
    files = [tmp_path / name for name in ("a.cpp", "b.cpp")]
    for file in files:
        file.write_text("int x;")

    def keys(depends="headers", version="g++ 12"):
        jobs = [compiler.Job(file, ("-O2",), (tmp_path,), depends) for file in files]
        return [compiler.key_of(job, version) for job in jobs]

    before = keys()
    files[0].write_text("int y;")
    assert keys()[0] != before[0]
    assert keys()[1] == before[1]
    assert keys(depends="other headers")[1] != before[1]
    assert keys(version="g++ 13")[1] != before[1]
