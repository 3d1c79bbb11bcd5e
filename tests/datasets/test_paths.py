"""A path that a user names: what is there, nothing, or an error that says why nobody can tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from xpnet.datasets.paths import located
from xpnet.errors import DataError


def test_a_file_is_found_with_its_status(tmp_path):
    file = tmp_path / "images"
    file.write_bytes(b"12345")
    path, status = located(file, "an IDX file")
    assert path == file
    assert status is not None
    assert status.st_size == 5


@pytest.mark.parametrize("kind", [str, Path])
def test_the_users_folder_stands_for_a_tilde(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "data").mkdir()
    path, status = located(kind("~/data"), "a folder")
    assert path == tmp_path / "data"
    assert status is not None


def test_where_nothing_is_the_path_comes_without_a_status(tmp_path):
    absent = tmp_path / "no folder" / "images"
    assert located(absent, "an IDX file") == (absent, None)


def test_a_file_used_as_a_folder_is_refused_with_the_reason(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        DataError, match=r"file/images: .*\(Not a directory\); expected an IDX file"
    ) as caught:
        located(tmp_path / "file" / "images", "an IDX file")
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_file_can_have_is_refused(name):
    with pytest.raises(DataError, match=r"not readable.*expected a folder"):
        located(name, "a folder")


def test_a_locked_folder_is_refused(nobody):
    locked = nobody.folder / "locked"
    locked.mkdir(mode=0o700)
    with nobody(), pytest.raises(DataError, match=r"\(Permission denied\)"):
        located(locked / "images", "an IDX file")


def test_an_error_calls_the_path_as_it_is_told():
    with pytest.raises(DataError, match=r"^XPNET_DATA_DIR: this is not readable"):
        located("a\0b", "a folder", "XPNET_DATA_DIR")
