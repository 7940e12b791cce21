"""Long threads, which a writer decides on by their headers (docs/format.md, "Writing")."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.model.states import INPROGRESS
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import WHOLE_READ_LIMIT, Tail, inode_of
from yoi_cli.store.files.descriptors import check_size, most_bytes, read_all
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.formats.thread_headers import PlainThread

_PIECE = 64 * 1024


class LongThread(NamedTuple):
    """A thread of many whole events: its bytes, its last event as an appending writer needs it, and
    what its headers say."""

    data: bytes
    tail: Tail
    plain: PlainThread

    @property
    def summary(self) -> ThreadSummary:
        """What of it others decide by."""
        from yoi_cli.model.routing import ThreadSummary
        from yoi_cli.store.formats.thread_headers import summarise_thread

        folded = self.plain.folded
        if folded.state != INPROGRESS:
            return ThreadSummary(folded.state, folded.is_diverged)
        return summarise_thread(self.data)


class LongThreads:
    """Reads them; the one that was read last is known, for under the lock it is read again and
    again."""

    def __init__(self) -> None:
        self._data = b""
        self._plain: PlainThread | None = None

    def read(self, directory: Directory) -> LongThread | None:
        """The thread in `directory`; None for one that is short, is not there, or has to be read
        whole. Raises `StoreInvalidError` (`file_too_large`)."""
        found = self._read(directory)
        if found is None:
            return None
        data, inode = found
        start = data.rfind(b"\n<!-- event: ") + 1
        if not start:
            return None
        if data is not self._data:
            from yoi_cli.store.formats.thread_headers import read_plain

            self._data, self._plain = data, read_plain(data)
        if self._plain is None:
            return None
        tail = Tail(parse_thread(data[start:]), start, len(data), inode)
        return LongThread(data, tail, self._plain)

    def _read(self, directory: Directory) -> tuple[bytes, tuple[int, int]] | None:
        """The bytes, which are those that are known where the file still holds them, and what tells
        the file from another in its place."""
        try:
            with directory.opened(layout.THREAD) as descriptor:
                size, shown = os.fstat(descriptor).st_size, directory.shown(layout.THREAD)
                check_size(size, shown, most_bytes(shown))
                if size <= WHOLE_READ_LIMIT:
                    return None
                is_known = size == len(self._data) and _holds(descriptor, self._data)
                data = self._data if is_known else read_all(descriptor, shown)
                return data, inode_of(descriptor)
        except FileNotFoundError:
            return None


def _holds(descriptor: int, known: bytes) -> bool:
    """Whether the file holds just that; where not, it is read from its beginning again."""
    view, position = memoryview(known), 0
    while chunk := os.read(descriptor, _PIECE):
        if view[position : position + len(chunk)] != chunk:
            break
        position += len(chunk)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return not chunk and position == len(known)
