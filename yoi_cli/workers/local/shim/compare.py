"""Noticing what changed in a clone while a worker ran (docs/security.md).

The shim alone keeps what was there before, in its memory: a worker that nothing confines could
write down anything else. What is kept of a file is a number that only this process can make.
"""

from __future__ import annotations

import os
import stat

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.light import TYPE_CHECKING, suppress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Before a path: its files are told apart by what the kernel says of them, without reading them;
#: it is left out.
BY_STAT, LEFT_OUT = b"?", b"-"
#: In place of paths: nothing could be compared.
UNKNOWN = b"*"
#: As many entries are looked at, and as many differences told.
_MOST, _TOLD = 200_000, 50
_LARGEST = 1 << 24
_PACKED, _BRANCHES = b"/packed-refs", b"/refs/heads/"
_ID_LENGTH, _ID_DIGITS = 13, b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Comparison(NamedTuple):
    """What is looked at, and what was there before."""

    watched: tuple[bytes, ...]
    before: dict[bytes, int]

    def write_changes(self, folder: int) -> None:
        """Write down in the worker's folder what changed, where anything did. Raises `OSError`."""
        after = snapshot(self.watched)
        paths = self.before.keys() | after.keys()
        changed = (path for path in paths if self.before.get(path) != after.get(path))
        found = sorted(path for path in changed if not self._is_plain(path, after))
        if found:
            files.replace(folder, files.CHANGES, b"\0".join(found[:_TOLD]))

    def _is_plain(self, path: bytes, after: dict[bytes, int]) -> bool:
        """Whether it is a branch more, of no ticket, or a worktree that is gone as a whole."""
        if path not in self.before:
            id_, _, _ = os.path.basename(path).partition(b"-")
            names_ticket = len(id_) == _ID_LENGTH and not id_.translate(None, _ID_DIGITS)
            return _BRANCHES in path and not names_ticket
        return path not in after and path.endswith(b"/.git")


def begin(watched: Sequence[bytes]) -> Comparison:
    """Look at what is there now."""
    return Comparison(tuple(watched), snapshot(watched))


def write_unknown(folder: int) -> None:
    """Write down that nothing could be compared. Raises `OSError`."""
    files.replace(folder, files.CHANGES, UNKNOWN)


def snapshot(watched: Sequence[bytes]) -> dict[bytes, int]:
    """What stands at the paths, and below those that are folders: a number for each file. Of a
    ref it is the same whether it is packed or not."""
    found: dict[bytes, int] = {}
    for path in watched:
        if path.startswith(LEFT_OUT) or path.endswith(_PACKED):
            continue
        is_read = not path.startswith(BY_STAT)
        for name, entry in _entries(path.removeprefix(BY_STAT)):
            if len(found) >= _MOST:
                break
            with suppress(OSError):
                found[name] = _of_file(name, entry) if is_read else _of_stat(entry)
    for path in watched:
        if path.endswith(_PACKED):
            for ref, value in _packed(path):
                if any(ref.startswith(one + b"/") for one in watched):
                    found.setdefault(ref, hash((value, 0)))
    for path in watched:
        if path.startswith(LEFT_OUT):
            found.pop(path.removeprefix(LEFT_OUT), None)
    return found


def _entries(path: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    """The files at and below `path`, but for locks; no symlink is followed."""
    try:
        entry = os.lstat(path)
        names = os.listdir(path) if stat.S_ISDIR(entry.st_mode) else None
    except OSError:
        return
    if names is not None:
        for name in names:
            yield from _entries(os.path.join(path, name))
    elif not path.endswith(b".lock"):
        yield path, entry


def _of_file(path: bytes, entry: os.stat_result) -> int:
    if stat.S_ISLNK(entry.st_mode):
        return hash((os.readlink(path), 1))
    if not stat.S_ISREG(entry.st_mode) or entry.st_size > _LARGEST:
        return _of_stat(entry)
    with files.closing(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)) as descriptor:
        return hash((files.read_all(descriptor).strip(), entry.st_mode & stat.S_IXUSR))


def _of_stat(entry: os.stat_result) -> int:
    return hash((entry.st_ino, entry.st_size, entry.st_mode, entry.st_ctime_ns))


def _packed(path: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The refs of `packed-refs`, as the files that they would be otherwise, with their values."""
    try:
        with files.closing(os.open(path, os.O_RDONLY | os.O_CLOEXEC)) as descriptor:
            lines = files.read_all(descriptor).splitlines()
    except OSError:
        return
    folder = path.removesuffix(_PACKED)
    for line in lines:
        value, _, ref = line.partition(b" ")
        if ref and not line.startswith((b"#", b"^")):
            yield os.path.join(folder, ref), value
