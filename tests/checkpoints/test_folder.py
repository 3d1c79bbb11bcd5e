"""The folder of a run: its newest checkpoint, whose it is, and what is deleted in it."""

import errno
import os
from pathlib import Path

import pytest

from xpnet.checkpoints import check_folder, newest_in, place_in, remove_old
from xpnet.errors import CheckpointError


@pytest.fixture
def filled(tmp_path):
    """``filled(600, 1200)`` is a folder with empty checkpoints of these iterations."""

    def make(*iterations):
        for iteration in iterations:
            place_in(tmp_path, iteration).touch()
        return tmp_path

    return make


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_checkpoints_are_listed_in_their_order():
    places = [place_in("run", iteration).name for iteration in (5, 600, 10_000, 999_999_999)]
    assert places == sorted(places)


def test_the_newest_is_that_of_the_highest_iteration(filled):
    folder = filled(999_999_999, 1_000_000_000, 5)
    (folder / "iteration-9.txt").touch()
    (folder / "best.safetensors").touch()
    assert newest_in(folder) == place_in(folder, 1_000_000_000)


def test_a_file_is_taken_as_it_is(filled):
    path = place_in(filled(5, 600), 5)
    assert newest_in(path) == path


def test_a_tilde_is_the_users_folder(filled, monkeypatch):
    folder = filled(5)
    monkeypatch.setenv("HOME", str(folder.parent))
    assert newest_in(f"~/{folder.name}") == place_in(folder, 5)


@pytest.mark.parametrize("name", ["empty", "nowhere", "half a pair: \ud800", "nul\0"])
def test_a_folder_without_checkpoints_is_one_error(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CheckpointError, match=r"(?s)^(the folder )?/.*(got none|cannot be read)"):
        newest_in(tmp_path / name)


def test_the_folder_is_made_with_those_above_it(tmp_path):
    check_folder(tmp_path / "runs" / "digits", None)
    assert names(tmp_path / "runs") == ["digits"]
    assert names(tmp_path / "runs" / "digits") == []


def test_what_a_killed_process_has_left_is_deleted_and_nothing_else(filled):
    folder = filled(600)
    (folder / ".xpnet-0123456789abcdef").write_bytes(b"half of it")
    (folder / ".hidden").touch()
    check_folder(folder, place_in(folder, 600))
    assert names(folder) == [".hidden", place_in(folder, 600).name]


def test_the_run_that_wrote_the_newest_checkpoint_goes_on(filled):
    folder = filled(600, 1200)
    check_folder(folder, place_in(folder, 1200))
    check_folder(Path(os.path.relpath(folder)), place_in(folder, 1200))


def test_a_run_whose_newest_checkpoints_were_deleted_goes_on(filled):
    folder = filled(600, 1200)
    check_folder(folder, place_in(folder, 1800))


@pytest.mark.parametrize("last", [None, 600, 5])
def test_another_run_is_refused_and_nothing_is_deleted(filled, last):
    folder = filled(600, 1200)
    last = None if last is None else place_in(folder, last)
    with pytest.raises(CheckpointError, match=r"holds a run .* iteration 1,200: resume it"):
        check_folder(folder, last)
    assert len(names(folder)) == 2


def test_earlier_checkpoints_in_another_folder_than_the_last_are_of_another_run(filled, tmp_path):
    with pytest.raises(CheckpointError, match=r"holds a run .* iteration 1,200: resume it"):
        check_folder(filled(1200), place_in(tmp_path / "elsewhere", 1800))


def test_a_run_takes_a_new_folder_for_its_next_checkpoints(filled, tmp_path):
    check_folder(tmp_path / "new", place_in(filled(600), 600))


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "run").touch()
    with pytest.raises(CheckpointError, match=r"the folder .*run cannot be written: .*; name a"):
        check_folder(tmp_path / "run", None)


def test_a_folder_that_is_read_only_is_refused(nobody):
    with (
        nobody(),
        pytest.raises(CheckpointError, match="written: Permission denied; name a folder"),
    ):
        check_folder(nobody.folder, None)


@pytest.mark.parametrize(
    ("keep", "left"), [(1, [30]), (2, [20, 30]), (3, [10, 20, 30]), (9, [10, 20, 30])]
)
def test_the_newest_stay(filled, keep, left):
    folder = filled(10, 20, 30)
    (folder / "notes.txt").touch()
    remove_old(folder, keep)
    assert names(folder) == [*(place_in(folder, k).name for k in left), "notes.txt"]


def test_what_cannot_be_deleted_is_one_error(filled, monkeypatch):
    def refuse(path, missing_ok):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    folder = filled(10, 20)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(CheckpointError, match="cannot be written: Read-only file system"):
        remove_old(folder, 1)
