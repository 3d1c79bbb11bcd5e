"""Files are tried without a trace, and replaced whole or, where that is impossible, in place."""

import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xpnet.errors import OptionError
from xpnet.files import check_writable, expanded, remove_unfinished, write_whole

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="the errors and devices are those of Linux",
)


@pytest.fixture
def umask():
    """``umask(0o027)`` sets it until the test ends."""
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.fixture
def mounted(tmp_path):
    """A file mounted on another, as ``docker run -v file:file`` does it."""
    host, bound = tmp_path / "host.json", tmp_path / "bound.json"
    host.write_text("old")
    bound.touch()
    if shutil.which("mount") is None:
        pytest.skip("no file can be mounted here: there is no command for it")
    done = subprocess.run(
        ["mount", "--bind", host, bound], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file can be mounted here: {done.stderr.strip()}")
    yield bound
    subprocess.run(["umount", bound], check=True)


def mode(path):
    return path.stat().st_mode & 0o777


# --- whole -------------------------------------------------------------------------------


def test_a_file_is_written_and_replaced_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "page.md"
    for text in ("382 µs\n", "new\n"):
        write_whole(path, text)
        assert path.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_bytes_are_written_as_they_are(tmp_path):
    write_whole(tmp_path / "picture.png", b"\x89PNG\r\n\x00")
    assert (tmp_path / "picture.png").read_bytes() == b"\x89PNG\r\n\x00"
    assert len(list(tmp_path.iterdir())) == 1


def test_parts_are_written_one_after_the_other(tmp_path):
    write_whole(tmp_path / "x", (part for part in (b"a", memoryview(b"bc"))))
    assert (tmp_path / "x").read_bytes() == b"abc"


STEPS = {False: ["name"], True: ["file", "name", "folder"]}


@pytest.mark.parametrize("durable", STEPS)
def test_what_is_durable_is_on_the_disk_before_and_after_it_has_its_name(
    tmp_path, monkeypatch, durable
):
    seen = []
    replace = Path.replace

    def synced(handle):
        seen.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", lambda *names: (seen.append("name"), replace(*names))[1])
    write_whole(tmp_path / "x", "new", durable=durable)
    assert seen == STEPS[durable]


def test_a_file_system_that_syncs_no_folders_is_no_error(tmp_path, monkeypatch):
    def synced(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no folders")

    monkeypatch.setattr(os, "fsync", synced)
    write_whole(tmp_path / "x", "new", durable=True)
    assert (tmp_path / "x").read_text() == "new"


def test_a_disk_that_fails_is_an_error(tmp_path, monkeypatch):
    def synced(handle):
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "x").write_text("old")
    monkeypatch.setattr(os, "fsync", synced)
    with pytest.raises(OptionError, match="x cannot be written: Input/output error"):
        write_whole(tmp_path / "x", "new", durable=True)
    assert (tmp_path / "x").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_unfinished_is_removed_and_nothing_else(tmp_path):
    for name in (".xpnet-0a1b", ".xpnetrc", "x"):
        (tmp_path / name).touch()
    remove_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".xpnetrc", "x"]


@pytest.mark.parametrize("content", [None, 3, "half a pair: \ud800"])
def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(tmp_path, content):
    path = tmp_path / "page.md"
    path.write_text("old")
    with pytest.raises((TypeError, OptionError)):
        write_whole(path, content)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", [None, "old"])
def test_a_write_that_ends_early_leaves_what_was_there_alone(tmp_path, monkeypatch, error, old):
    def fail(handle, how):
        os.close(handle)
        raise error

    path = tmp_path / "page.md"
    if old is not None:
        path.write_text(old)
    monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises((OptionError, KeyboardInterrupt)):
        write_whole(path, "new")
    monkeypatch.undo()
    assert [found.read_text() for found in tmp_path.iterdir()] == [old][: old is not None]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is full")
def test_a_full_disk_is_told_with_the_path_that_was_given():
    with pytest.raises(OptionError, match=r"^/dev/full cannot be written: No space left on"):
        write_whole("/dev/full", "text")


def test_the_umask_is_kept_and_a_file_keeps_its_own_permissions(tmp_path, umask):
    for mask, made in ((0o077, 0o600), (0o027, 0o640), (0o000, 0o666), (0o022, 0o644)):
        umask(mask)
        path = tmp_path / f"{mask}"
        write_whole(path, "new")
        assert mode(path) == made
    for kept in (0o600, 0o664, 0o755):
        path.chmod(kept)
        write_whole(path, "newer")
        assert mode(path) == kept


def test_what_others_may_not_read_is_not_shown_to_them_while_it_is_written(tmp_path, monkeypatch):
    path, fdopen, modes = tmp_path / "secret", os.fdopen, []
    path.write_text("old")
    path.chmod(0o600)

    def look(handle, how):
        modes.append(os.fstat(handle).st_mode & 0o777)
        return fdopen(handle, how)

    monkeypatch.setattr(os, "fdopen", look)
    write_whole(path, "new")
    assert modes == [0o600]


def test_the_owner_of_a_file_stays_its_owner(nobody):
    path = nobody.folder / "theirs.json"
    path.write_text("old")
    os.chown(path, 12345, 23456)
    before = path.stat().st_ino
    write_whole(path, "new")
    after = path.stat()
    assert (after.st_uid, after.st_gid) == (12345, 23456)
    assert after.st_ino != before


def test_a_name_as_long_as_a_name_can_be_is_replaced_whole(tmp_path):
    path = tmp_path / ("a" * 250 + ".json")
    check_writable(path)
    path.write_text("old")
    before = path.stat().st_ino
    check_writable(path)
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_ino != before


def test_a_link_stays_a_link_and_may_point_to_nothing_yet(tmp_path):
    (tmp_path / "real.md").write_text("old")
    for name, target in (("link", "real.md"), ("far", "link"), ("dangling", "new.md")):
        link = tmp_path / name
        link.symlink_to(target)
        check_writable(link)
        assert (tmp_path / target).exists() is (name != "dangling")
        write_whole(link, name)
        assert link.is_symlink()
        assert link.read_text() == name
    assert not (tmp_path / "real.md").is_symlink()
    assert (tmp_path / "new.md").read_text() == "dangling"


def test_the_users_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    check_writable("~/run.json")
    write_whole("~/run.json", "new")
    write_whole(Path("~/page.md"), "new")
    assert {path.name for path in tmp_path.iterdir()} == {"run.json", "page.md"}
    assert expanded("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    assert expanded("a~/~") == Path("a~/~")


# --- in place ----------------------------------------------------------------------------


def test_a_mounted_file_is_written_in_place(mounted):
    check_writable(mounted)
    assert mounted.read_text() == "old"
    write_whole(mounted, "n")
    assert mounted.read_text() == "n"
    assert (mounted.parent / "host.json").read_text() == "n"
    assert len(list(mounted.parent.iterdir())) == 2


def test_what_is_durable_is_never_written_in_its_place(mounted):
    with pytest.raises(
        OptionError, match=r"bound\.json cannot be written: Device or resource busy"
    ):
        write_whole(mounted, "new", durable=True)
    assert mounted.read_text() == "old"


def test_an_own_file_in_a_folder_that_is_read_only_is_written_in_place(nobody):
    with nobody():
        folder = nobody.folder
    path = folder / "own.json"
    path.write_text("something old")
    path.chmod(0o644)
    os.chown(path, 65534, 65534)
    folder.chmod(0o555)
    with nobody():
        check_writable(path)
        assert path.read_text() == "something old"
        write_whole(path, "new")
        with pytest.raises(OptionError, match="Permission denied; name a file in a folder that"):
            check_writable(folder / "another.json")
    assert path.read_text() == "new"
    assert list(folder.iterdir()) == [path]


def test_a_file_of_somebody_else_is_written_in_place_and_stays_theirs(nobody):
    path = nobody.folder / "theirs.json"
    path.write_text("something old")
    path.chmod(0o666)
    for permissions in (0o1777, 0o777, 0o755):  # sticky, open, closed
        nobody.folder.chmod(permissions)
        with nobody():
            check_writable(path)
            write_whole(path, "new")
        assert (path.read_text(), path.stat().st_uid) == ("new", 0)
    assert list(nobody.folder.iterdir()) == [path]


def test_a_place_where_nothing_can_be_made_still_has_its_files_written(tmp_path, monkeypatch):
    opened = os.open

    def forbid(path, flags, *mode):
        if flags & os.O_CREAT:  # a sticky folder does so too for a file of somebody else
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, flags, *mode)

    path = tmp_path / "run.json"
    path.write_text("something old")
    monkeypatch.setattr(os, "open", forbid)
    check_writable(path)
    write_whole(path, "new")
    assert path.read_text() == "new"


def test_a_pipe_is_not_opened_before_there_is_something_to_write(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    check_writable(tmp_path / "pipe")  # waits for a reader if it opens
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    check_writable(tmp_path / "pipe")
    write_whole(str(tmp_path / "pipe"), "through it")
    assert os.read(reader, 1000) == b"through it"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


def test_a_link_may_lead_to_a_pipe_that_has_no_path(tmp_path):
    reader, writer = os.pipe()
    (tmp_path / "link").symlink_to(f"/proc/{os.getpid()}/fd/{writer}")
    check_writable(tmp_path / "link")
    write_whole(tmp_path / "link", "new")
    assert os.read(reader, 100) == b"new"
    os.close(reader)
    os.close(writer)


def test_devices_and_open_files_are_written_as_they_are(tmp_path):
    for device in ("/dev/null", "/dev/zero"):
        check_writable(device)
        write_whole(device, "new")
        assert Path(device).is_char_device()
    ours, theirs = socket.socketpair()  # cannot be opened by a name
    with ours, theirs, (tmp_path / "log").open("w+b", buffering=0) as log:
        log.write(b"before, ")
        for handle in (ours.fileno(), log.fileno()):
            for name in ("/dev/fd", "/proc/self/fd"):
                check_writable(f"{name}/{handle}")
                write_whole(f"{name}/{handle}", "new")
        assert theirs.recv(100) == b"newnew"
        log.write(b", after")
    assert (tmp_path / "log").read_bytes() == b"before, newnew, after"


def test_the_standard_streams_have_names(tmp_path):
    code = (
        "from xpnet.files import check_writable, write_whole\n"
        "for name in ('/dev/stdout', '/dev/stderr'):\n"
        "    check_writable(name); write_whole(name, name)"
    )
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        subprocess.run([sys.executable, "-c", code], stdout=out, stderr=err, check=True)
    assert (tmp_path / "out").read_text() == "/dev/stdout"
    assert (tmp_path / "err").read_text() == "/dev/stderr"


# --- tried, and refused --------------------------------------------------------------------


def test_trying_leaves_no_trace(tmp_path):
    path = tmp_path / "run.json"
    check_writable(path)
    assert list(tmp_path.iterdir()) == []
    path.write_text("old")
    os.utime(path, (1, 1))
    before = path.stat()
    check_writable(path)
    assert path.stat() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_appears_while_its_name_is_tried_stays(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    path.write_text("of somebody else")
    monkeypatch.setattr("xpnet.files._found", lambda path: (str(path), None))
    with pytest.raises(OptionError, match="File exists"):
        check_writable(path)
    assert path.read_text() == "of somebody else"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing/run.json", "No such file or directory"),
        ("folder", "Is a directory"),
        ("folder/", "Is a directory"),
        ("new/", "Is a directory"),
        ("file/", "Is a directory"),
        ("file/run.json", "Not a directory"),
        ("", "Is a directory"),
        (".", "Is a directory"),
        ("a" * 256, "File name too long"),
        ("a/" * 3000 + "b", "File name too long"),
        ("a\0b", "embedded null"),
        ("~a\0b/c", "embedded null"),
        ("half a pair \ud800", "surrogates not allowed"),
        ("loop", "Too many levels of symbolic links"),
        ("into nothing", "No such file or directory"),
        ("socket", "No such device or address"),
        ("/dev/fd/987", "Bad file descriptor"),
    ],
)
def test_what_cannot_be_written_is_one_error_that_says_why(tmp_path, monkeypatch, name, why):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").write_text("old")
    Path("loop").symlink_to("loop")
    Path("into nothing").symlink_to("nothing/file")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        before = sorted(tmp_path.rglob("*"))
        for act in (check_writable, lambda path: write_whole(path, "new")):
            with pytest.raises(OptionError) as refused:
                act(name)
            assert str(refused.value).startswith(f"{name} cannot be written: ")
            assert why in str(refused.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("file").read_text() == "old"


def test_a_file_or_a_pipe_that_is_read_only_is_refused(nobody, tmp_path, monkeypatch):
    path = nobody.folder / "page.md"
    path.write_text("old")
    path.chmod(0o444)
    with nobody(), pytest.raises(OptionError, match="Permission denied"):
        check_writable(path)
    with path.open() as reading, pytest.raises(OptionError, match="Bad file descriptor"):
        check_writable(f"/dev/fd/{reading.fileno()}")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(os, "access", lambda path, wanted: False)
    with pytest.raises(OptionError, match="Permission denied"):
        check_writable(tmp_path / "pipe")
