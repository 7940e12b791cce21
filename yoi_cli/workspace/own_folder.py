"""Local state that belongs to this clone and this workspace (docs/worktrees.md, "What is local").

A clone is copied with its claims and the records of its workers, which are the first one's: they
are set aside in the copy. What an earlier version kept for all workspaces of a clone in one folder
is brought to the workspace whose tickets it is about.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.store.ports import TicketReader

_MARK = "clone"
#: What is nothing to a copy. Spooled notes are about commits that the copy has as well.
_SET_ASIDE = ("claims", "shared_claims", "workers", "orchestrate", "own")
_COPIED = "copied"
_LONGEST = 1 << 16
_SUFFIX = ".json"


def own(folder: str, *, mark: bool) -> None:
    """See to it that the local folder is this clone's own; with `mark` it knows from now on whose
    it is, if it did not.

    It knows its path and its inode, and is a copy where both are others: so it may be moved, and
    seen at another place from a container. Where nothing can be written, nothing is done.
    """
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _own(folder, opened, is_new=mark)
        finally:
            os.close(opened)


def _own(folder: str, opened: int, *, is_new: bool) -> None:
    inode = os.fstat(opened).st_ino
    mark = f"{os.path.realpath(folder)}\n{inode}\n".encode("utf-8", "surrogateescape")
    flags = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    reading = -1
    with suppress(FileNotFoundError):
        reading = os.open(_MARK, os.O_RDONLY | flags, dir_fd=opened)
    if reading >= 0:
        with open(reading, "rb") as file:
            if file.read(len(mark) + 1) == mark:
                return
    elif not is_new:
        return
    writing = os.open(_MARK, os.O_RDWR | os.O_CREAT | flags, 0o666, dir_fd=opened)
    with open(writing, "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = file.read(_LONGEST)
        if known.count(b"\n") == 2 and not set(known.splitlines()) & set(mark.splitlines()):
            _set_aside(folder)
        file.seek(0)
        file.write(mark)
        file.truncate()


def _set_aside(folder: str) -> None:
    there = os.path.join(folder, _COPIED, str(time.time_ns()))
    os.makedirs(there, mode=0o700)
    for name in _SET_ASIDE:
        with suppress(FileNotFoundError):
            os.rename(os.path.join(folder, name), os.path.join(there, name))


def bring_over(old: str, new: str, store: TicketReader, *, is_alone: bool) -> None:
    """Move what the folder `old` has of the tickets of `store` to `new`, once.

    Workers for no ticket come along where the workspace `is_alone`, none being at the top. A worker
    that runs keeps its folder open, and does not notice.
    """

    def is_ours(ticket: str | None) -> bool:
        return is_alone if ticket is None else store.exists(ticket)

    with suppress(OSError):
        _bring_claims(os.path.join(old, "claims"), os.path.join(new, "claims"), is_ours)
        _bring_workers(os.path.join(old, "workers"), os.path.join(new, "workers"), is_ours)


def _bring_claims(old: str, new: str, is_ours: Callable[[str | None], bool]) -> None:
    for name in _names(old):
        if not name.endswith(_SUFFIX) or not is_ours(name.removesuffix(_SUFFIX)):
            continue
        os.makedirs(new, exist_ok=True)
        with suppress(FileExistsError, FileNotFoundError):
            os.link(os.path.join(old, name), os.path.join(new, name))
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(old, name))


def _bring_workers(old: str, new: str, is_ours: Callable[[str | None], bool]) -> None:
    found = [
        name
        for name in _names(old)
        if name.startswith("w-") and is_ours(_ticket_of(os.path.join(old, name)))
    ]
    if not found:
        return
    os.makedirs(os.path.join(new, "keys"), mode=0o700, exist_ok=True)
    keys = dict(_keys(os.path.join(old, "keys")))
    for name in found:
        with suppress(FileNotFoundError):
            os.rename(os.path.join(old, name), os.path.join(new, name))
            if name in keys:
                key = os.path.join("keys", keys[name])
                os.rename(os.path.join(old, key), os.path.join(new, key))


def _ticket_of(folder: str) -> str | None:
    """The ticket of a worker, by its record; the empty one where that cannot be read."""
    try:
        with open(os.path.join(folder, "spec.json"), "rb") as file:
            record: object = json.loads(file.read())
    except (OSError, ValueError, RecursionError):
        return ""
    ticket = record.get("ticket") if isinstance(record, dict) else ""
    return ticket if ticket is None or isinstance(ticket, str) else ""


def _keys(folder: str) -> Iterator[tuple[str, str]]:
    """The worker that every key stands for, and the key's file."""
    for name in _names(folder):
        with suppress(OSError), open(os.path.join(folder, name), encoding="ascii") as file:
            yield file.read().strip(), name


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
