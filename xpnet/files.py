"""Files that are tried before the work, and replaced whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from xpnet.errors import OptionError

__all__ = ["check_writable", "expanded", "remove_unfinished", "write_whole"]

Buffer: TypeAlias = bytes | memoryview
UNFINISHED = ".xpnet-"
"""How the name of a file begins until all of it is written."""

DESCRIPTOR = re.compile(r"/dev/(stdout|stderr)|(?:/dev|/proc/self)/fd/(\d+)")
"""A file that is open already: opened again by its name, it would begin anew, or not open."""
STANDARD = {"stdout": 1, "stderr": 2}
PLACE_REFUSES = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV}
PLACE_REFUSES |= {errno.ENAMETOOLONG, errno.EINVAL, errno.ENOTSUP}
"""What the system says where no file can be made beside another, with its owner, and moved over it:
the folder is read-only or sticky, the file is mounted or belongs to another user."""


def expanded(path: str | os.PathLike[str]) -> Path:
    """The path with the user's folder for ``~``, as a shell does it."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises without a home


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse a path that cannot be written, before the work.

    Trying leaves no trace: a file is as it was, and one that did not exist does not exist.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> check_writable("nowhere/run.json")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: nowhere/run.json cannot be written: No such file or directory; ...
    """
    with _refused(path):
        target, before = _found(path)
        if isinstance(target, int):
            os.write(target, b"")  # fails where it is open for reading alone
        elif before is None:
            # under its own name: whatever the folder or its system does not take is reported now
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            try:
                os.close(handle)
            finally:
                Path(target).unlink()
        elif stat.S_ISREG(before.st_mode):
            os.close(os.open(target, os.O_WRONLY))
        elif stat.S_ISSOCK(before.st_mode):
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        elif not os.access(target, os.W_OK):  # a reader of a pipe would see it opened
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def write_whole(
    path: str | os.PathLike[str], content: str | bytes | Iterable[Buffer], *, durable: bool = False
) -> None:
    """Write a file under another name first: what stood there stays until all is written.

    Where its folder does not allow that, the file is written in its place.

    Parameters
    ----------
    path : str or path
        A link stays, what it points to is written; a device or a pipe takes what it is given.
        A new file has the permissions that the umask leaves, another one keeps its own.
    content : str, bytes, or iterable of bytes or memoryviews
        Text is written as UTF-8; of several parts, one is written after the other.
    durable : bool
        Wait until the file is on the disk, so that it outlives a power failure too. What stands
        there is then never written in its place.

    Raises
    ------
    OptionError
        It cannot be written.
    """
    with _refused(path):
        text = content.encode() if isinstance(content, str) else content
        data = [memoryview(text)] if isinstance(text, (bytes, memoryview)) else text
        target, before = _found(path)
        if isinstance(target, int):
            handle = os.dup(target)
        elif before is None or stat.S_ISREG(before.st_mode):
            if _replaced(Path(target), data, before, durable):
                return
            # without O_CREAT, which a sticky folder forbids for a file of another user
            flags = os.O_CREAT | os.O_EXCL if before is None else os.O_TRUNC
            handle = os.open(target, os.O_WRONLY | flags)
        else:
            handle = os.open(target, os.O_WRONLY)
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(data)


def remove_unfinished(folder: Path) -> None:
    """Delete what a process that was killed while it wrote has left in a folder of its own.

    Examples
    --------
    >>> remove_unfinished(Path())
    """
    for part in folder.glob(f"{UNFINISHED}*"):
        part.unlink(missing_ok=True)


def _replaced(
    target: Path, data: Iterable[Buffer], before: os.stat_result | None, durable: bool
) -> bool:
    """Whether a new file stands in the place; if not, what stands there may be written instead."""
    part = target.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    # no other user may read in it what the old file kept to its owner
    mode = 0o666 if before is None else 0o600
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(data)
            if durable:
                stream.flush()
                os.fsync(handle)
        if before is not None:
            made = part.stat()
            if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
                os.chown(part, before.st_uid, before.st_gid)
            part.chmod(stat.S_IMODE(before.st_mode))
        part.replace(target)
        if durable:
            _sync_folder(target.parent)
    except OSError as error:
        if durable or error.errno not in PLACE_REFUSES:
            raise
        return False
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return True


def _sync_folder(folder: Path) -> None:
    """Wait until a new name in a folder is on the disk, where the system can do it."""
    if os.name == "nt":  # opens no folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # of a network's file system
            raise
    finally:
        os.close(handle)


def _found(path: str | os.PathLike[str]) -> tuple[str | int, os.stat_result | None]:
    """Behind all links, what would be written, or its number if it is open; and what is there."""
    place = expanded(path)
    match = DESCRIPTOR.fullmatch(str(place))
    if match:
        number = STANDARD.get(match[1]) or int(match[2])
        return number, os.fstat(number)
    try:
        before = place.stat()
    except FileNotFoundError:
        before = None
    if os.fspath(path).endswith(os.sep) or (before is not None and stat.S_ISDIR(before.st_mode)):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    # a pipe behind /proc has no path of its own
    plain = before is None or stat.S_ISREG(before.st_mode)
    return os.path.realpath(place) if plain else str(place), before


@contextlib.contextmanager
def _refused(path: str | os.PathLike[str]) -> Iterator[None]:
    """What the system says against a path, as one sentence about it."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name with NUL, or half a surrogate pair
        why = getattr(error, "strerror", None) or error
        raise OptionError(
            f"{path} cannot be written: {why}; name a file in a folder that exists and can be "
            "written"
        ) from error
