import os

import pytest

from xpnet.files import write_whole


def test_a_file_is_written_and_replaced_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "page.md"
    for text in ("382 µs\n", "new\n"):
        write_whole(path, text)
        assert path.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("old")
    path.chmod(0o600)
    write_whole(path, "new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("old")
    with pytest.raises(TypeError):
        write_whole(path, None)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link_and_a_pipe_a_pipe(tmp_path):
    (tmp_path / "real.md").write_text("old")
    (tmp_path / "link.md").symlink_to(tmp_path / "real.md")
    write_whole(tmp_path / "link.md", "new")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").read_text() == "new"

    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(str(tmp_path / "pipe"), "through it")
    assert os.read(reader, 1000) == b"through it"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_bytes_are_written_as_they_are(tmp_path):
    write_whole(tmp_path / "picture.png", b"\x89PNG\r\n\x00")
    assert (tmp_path / "picture.png").read_bytes() == b"\x89PNG\r\n\x00"
    assert len(list(tmp_path.iterdir())) == 1
