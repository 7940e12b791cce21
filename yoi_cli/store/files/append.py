"""One append to a thread: repaired tail, one write, sync, and a guard against git.

docs/format.md, "Writing", steps 1 and 4 to 6. An append is whole or it is not there.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError, YoiError
from yoi_cli.model.ids import is_event_id
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.files.base_reader import missing_part
from yoi_cli.store.files.descriptors import check_size, most_bytes, read_all, sync_data
from yoi_cli.store.files.git_activity import wait_for_git
from yoi_cli.store.formats.thread import ParsedThread, parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.store.files.directory import Directory

_APPEND = os.O_RDWR | os.O_APPEND | os.O_NONBLOCK
#: A thread larger than this is not read whole for an event that moves no state.
WHOLE_READ_LIMIT = 1 << 17
_TAIL = 64 * 1024
#: How many events at the end may be torn before the thread is read whole.
_TORN_ATTEMPTS = 3
GIT_IS_STUCK = (
    "git's index.lock did not go away. What was written is safe as long as the git command "
    "behind it does not replace the files; `yoi doctor` says whether the lock is a leftover."
)
_NOT_SEEN = (
    "The event is recorded, but whether git replaced the thread meanwhile could not be seen: {}."
)
_GIT_ATTEMPTS = 20


class Tail(NamedTuple):
    """The end of a thread as an appending writer needs it.

    `parsed` covers the file from `offset` on, which is 0 where the thread was read whole.
    `inode` is the device and number of the file that was read.
    """

    parsed: ParsedThread
    offset: int
    size: int
    inode: tuple[int, int] = (0, 0)

    @property
    def is_whole(self) -> bool:
        return self.offset == 0

    @property
    def sound_size(self) -> int:
        """Where the torn tail begins, or the size of the file where there is none.

        An append cut in its body where a header might begin is read as two stretches.
        """
        sound = self.size
        for start, end in reversed(self.parsed.torn):
            if self.offset + end == sound:
                sound = self.offset + start
        return sound


def read_tail(directory: Directory, *, whole: bool) -> Tail:
    """The end of the thread in `directory`, or all of it where `whole` asks so, or is cheap.

    An end without a whole event, such as a torn one alone, does not tell the greatest id.
    """
    try:
        with directory.opened(layout.THREAD) as descriptor:
            offset, shown = os.fstat(descriptor).st_size, directory.shown(layout.THREAD)
            check_size(offset, shown, most_bytes(shown))
            if whole or offset <= WHOLE_READ_LIMIT:
                return _read_from(descriptor, 0, shown)
            for _ in range(_TORN_ATTEMPTS):
                offset = _tail_offset(descriptor, offset)
                tail = _read_from(descriptor, offset, shown)
                if tail.is_whole or tail.parsed.thread.greatest_id:
                    return tail
            return _read_from(descriptor, 0, shown)
    except FileNotFoundError as error:
        raise missing_part(directory.shown(layout.THREAD)) from error


def _read_from(descriptor: int, offset: int, shown: str) -> Tail:
    os.lseek(descriptor, offset, os.SEEK_SET)
    data = read_all(descriptor, shown)
    return Tail(parse_thread(data), offset, offset + len(data), inode_of(descriptor))


def inode_of(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _tail_offset(descriptor: int, size: int) -> int:
    """The start of the last event with an id in the first `size` bytes, looked for backwards.

    Such a header is a header wherever it stands, so reading may begin there.
    """
    width = _TAIL
    while width < size:
        data = os.pread(descriptor, width, size - width)
        position = len(data)
        while (position := data.rfind(b"\n<!-- event: ", 0, position)) >= 0:
            header = data[position + 1 : data.find(b"\n", position + 1)]
            event_id = header.rstrip().removesuffix(b" -->").rpartition(b" id: ")[2]
            if is_event_id(event_id.decode("ascii", "replace")):
                return size - width + position + 1
        width *= 4
    return 0


def settled_tail(directory: Directory, index_lock: str | None, *, whole: bool) -> Tail:
    """The end of the thread, where a torn one is believed only once git is not at work.

    A checkout writes a file piece by piece; what it has not written yet is no torn append.
    So the end must look the same twice, with no lock of git's before, between and after.
    One that does not come to its end is waited for once; the append then warns of it.
    """
    tail = read_tail(directory, whole=whole)
    for _ in range(_GIT_ATTEMPTS if index_lock is not None else 0):
        if index_lock is None or tail.sound_size == tail.size:
            break
        was_quiet = not os.path.lexists(index_lock)
        earlier, tail = tail, read_tail(directory, whole=whole)
        if was_quiet and tail == earlier and not os.path.lexists(index_lock):
            break
        if not wait_for_git(index_lock):
            return read_tail(directory, whole=whole)
    return tail


def append_events(
    open_ticket: Callable[[], Directory],
    tail: Tail,
    blocks: bytes,
    event_id: str,
    index_lock: str | None,
) -> Appended:
    """Append `blocks` to the thread and bring them to stable storage, whatever git does.

    `open_ticket` walks to the ticket's folder anew. `event_id` is the last event's. Raises
    `OperationError` where the disk refused and nothing was changed, and `ConflictError` where a
    checkout took the ticket away in the meantime.
    """
    warnings: list[str] = []
    for _ in range(_GIT_ATTEMPTS):
        with open_ticket() as directory:
            written = _write(directory, tail, blocks)
        if index_lock is not None and not wait_for_git(index_lock):
            warnings.append(GIT_IS_STUCK)
        try:
            with _reopened(open_ticket) as directory:
                status = _seen(directory, written, blocks)
                if status is not None:
                    return Appended(tuple(warnings), status)
                tail = settled_tail(directory, index_lock, whole=True)
        except OSError as error:  # committed: not to be seen is not to be lost
            return Appended((*warnings, _NOT_SEEN.format(error.strerror)))
        if any(event.id == event_id for event in tail.parsed.thread.events):
            return Appended(tuple(warnings))
    raise ConflictError(
        "git_races",
        "Git kept replacing the thread while the event was written.",
        hint="Try again when the checkout, merge or rebase is done.",
    )


class Appended(NamedTuple):
    """What came of an append: warnings, and the thread as it was seen to hold the event, None
    where it was not seen so."""

    warnings: tuple[str, ...] = ()
    status: os.stat_result | None = None


class _Written(NamedTuple):
    """Which file an event was written to, and where in it."""

    inode: tuple[int, int]
    offset: int


def _write(directory: Directory, tail: Tail, blocks: bytes) -> _Written:
    """Append once and sync. Raises `OperationError`, with the file as it was, where that fails."""
    with directory.opened(layout.THREAD, _APPEND) as descriptor:
        _set_aside_torn(directory, descriptor, tail)
        end = os.fstat(descriptor).st_size
        ending = os.pread(descriptor, 3, max(0, end - 3))
        data = gap_behind(ending, tail.parsed.newline) + blocks
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError(28, "the disk took only a part of the event")
            sync_data(descriptor)
        except OSError as error:
            os.ftruncate(descriptor, end)
            os.fsync(descriptor)
            raise write_failed(error) from error
        with suppress(OSError):  # committed already: only git's next look is hastened by it
            os.utime(descriptor)
        return _Written(inode_of(descriptor), end + len(data) - len(blocks))


def write_failed(error: OSError) -> OperationError:
    """The error for an event that the disk refused."""
    return OperationError(
        "write_failed",
        f"The event could not be written: {error.strerror}.",
        hint="Nothing was changed. Make room or make the disk writable, then try again.",
    )


def gap_behind(ending: bytes, newline: str) -> bytes:
    """What parts a new event from a file that ends with `ending`: exactly one blank line."""
    line_end = newline.encode()
    if not ending:
        return b""
    if not ending.endswith(b"\n"):
        # An append cut inside `\r\n` has its first byte already.
        return line_end.removeprefix(ending[-1:]) + line_end
    if ending.endswith((b"\n\n", b"\n\r\n")):
        return b""
    return line_end


def _set_aside_torn(directory: Directory, thread: int, tail: Tail) -> None:
    """Move a torn tail to `artifacts/.torn/`, sync, and only then truncate the thread.

    Not where git put another file in place of the one that `tail` was read from: its bytes
    stand elsewhere, and what is torn there readers pass over.
    """
    start = tail.sound_size
    is_same = inode_of(thread) == tail.inode and os.fstat(thread).st_size == tail.size
    if start == tail.size or not is_same:
        return
    torn = os.pread(thread, os.fstat(thread).st_size - start, start)
    with directory.make_child(layout.ARTIFACTS) as artifacts:
        keep_torn(artifacts, f"thread-{start}", torn)
    os.ftruncate(thread, start)
    os.fsync(thread)


def keep_torn(artifacts: Directory, name: str, torn: bytes) -> None:
    """Bring the bytes `torn` to stable storage in `.torn/` below the folder `artifacts`."""
    with artifacts.make_child(layout.TORN) as folder:
        folder.create(f"{name}-{time.time_ns()}", torn)
        folder.sync()


def repair_tail(directory: Directory, index_lock: str | None) -> bool:
    """Set a torn tail aside, where there is one; whether there was."""
    tail = settled_tail(directory, index_lock, whole=True)
    if tail.sound_size == tail.size:
        return False
    with directory.opened(layout.THREAD, _APPEND) as descriptor:
        _set_aside_torn(directory, descriptor, tail)
    return True


def _reopened(open_ticket: Callable[[], Directory]) -> Directory:
    try:
        return open_ticket()
    except YoiError as error:
        raise ConflictError(
            "ticket_taken_away",
            "A checkout took the ticket away while the event was written; it is not recorded.",
            hint="Switch back to the branch that has the ticket, and try again.",
        ) from error


def _seen(directory: Directory, written: _Written, blocks: bytes) -> os.stat_result | None:
    """The thread at the path, where it is still the file that was written, with the event."""
    try:
        with directory.opened(layout.THREAD) as descriptor:
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) != written.inode:
                return None
            is_there = os.pread(descriptor, len(blocks), written.offset) == blocks
            return status if is_there else None
    except FileNotFoundError:
        return None
