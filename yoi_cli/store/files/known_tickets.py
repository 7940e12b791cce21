"""What a journal tells of tickets, for a reader that looks again and again (docs/format.md).

What was told is put together once, and a ticket in whose files all of it stood is not read again
as long as those files are the same.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.files.descriptors import mark_of
from yoi_cli.store.formats import journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.told import Told
    from yoi_cli.store.formats.journal import JournalEntry

#: Parts that a look at the thread's mark says enough of.
_IN_THREAD = frozenset({journal.EVENTS})
_SECOND = 1_000_000_000
#: A file that changed so short a time before a look (nanoseconds) may change again unseen: where
#: times have fractions of a second, and where they have none.
_FINE, _COARSE = _SECOND // 10, 3 * _SECOND


class _Seen(NamedTuple):
    """Files in which all stood that was told by then: how many entries had told of the ticket, the
    files, and what told them from others."""

    told: int
    names: tuple[str, ...]
    marks: tuple[str, ...]


class KnownTickets:
    """What the entries of one journal tell, as far as they were taken."""

    def __init__(self) -> None:
        self._entries: Sequence[JournalEntry] = ()
        self._own: dict[str, list[JournalEntry]] = {}
        #: How each ticket's thread was left, and of which more was told than events.
        self._marks: dict[str, str] = {}
        self._beyond: set[str] = set()
        self._told: dict[str, tuple[int, Told]] = {}
        self._seen: dict[str, _Seen] = {}

    def take(self, entries: Sequence[JournalEntry]) -> None:
        """Know of `entries`, all that there are: those before, and more, or others."""
        count = len(self._entries)
        if count and (len(entries) < count or entries[count - 1] is not self._entries[-1]):
            for known in (self._own, self._marks, self._beyond, self._told, self._seen):
                known.clear()
            count = 0
        for entry in islice(entries, count, None):
            self._own.setdefault(entry.ticket, []).append(entry)
            if entry.mark != journal.DOUBTED:
                self._marks[entry.ticket] = entry.mark
            if any(name not in _IN_THREAD for name, _, _ in entry.parts):
                self._beyond.add(entry.ticket)
        self._entries = entries

    def lacking(self, folder: Directory | None) -> Iterator[Told]:
        """What is not in the store's `folder`, of every ticket that lacks something."""
        for ticket in self._own:
            if self._is_suspicious(folder, ticket) and not self._is_as_seen(folder, ticket):
                left = self._look(folder, ticket)
                if not left.is_empty:
                    yield left

    def _is_suspicious(self, folder: Directory | None, ticket: str) -> bool:
        """Whether it is not seen at once that a ticket is as it was left."""
        if ticket in self._beyond:
            return True
        mark = self._marks.get(ticket)
        return mark is not None and _marks(folder, ticket, (layout.THREAD,))[0] != (mark,)

    def _is_as_seen(self, folder: Directory | None, ticket: str) -> bool:
        seen = self._seen.get(ticket)
        return (
            seen is not None
            and seen.told == len(self._own[ticket])
            and _marks(folder, ticket, seen.names)[0] == seen.marks
        )

    def _look(self, folder: Directory | None, ticket: str) -> Told:
        """What the files of a ticket lack."""
        told = self._all_told(ticket)
        names = tuple(_files_of(told))
        marks, is_settled = _marks(folder, ticket, names)
        left = told.without(partial(read_file, folder))
        if left.is_empty and is_settled:
            self._seen[ticket] = _Seen(len(self._own[ticket]), names, marks)
        else:
            self._seen.pop(ticket, None)
        return left

    def _all_told(self, ticket: str) -> Told:
        from yoi_cli.store.files.told import told_then

        own = self._own[ticket]
        count, told = self._told.get(ticket, (0, None))
        for entry in own[count:]:
            told = told_then(told, entry)
        if told is None:
            raise KeyError(ticket)
        self._told[ticket] = (len(own), told)
        return told


def read_file(folder: Directory | None, ticket: str, path: str) -> bytes | None:
    """The file at `path` of a ticket; None where it is not there, or cannot be read."""
    if folder is None:
        return None
    with suppress(OSError, YoiError):
        return folder.read_path(f"{ticket}/{path}")
    return None


def _files_of(told: Told) -> Iterator[str]:
    """The files of a ticket that have to do with what is told, and the folders on the way."""
    yield from ("", layout.THREAD)
    if told.fields or told.description:
        yield layout.ITEM
    if told.relations or told.records:
        yield layout.ARTIFACTS
    if told.relations:
        yield layout.RELATIONS_PATH
    if told.records:
        yield layout.PLAN_PATH


def _marks(
    folder: Directory | None, ticket: str, names: tuple[str, ...]
) -> tuple[tuple[str, ...], bool]:
    """What tells files and folders of a ticket from others, empty for one that is not there; and
    whether the files have been the same for so long that any change would show."""
    found: list[str] = []
    is_settled = True
    now = time.time_ns()
    for name in names:
        try:
            path = f"{ticket}/{name}" if name else ticket
            status = os.lstat(path, dir_fd=folder.descriptor if folder else -1)
        except OSError:
            found.append("")
            continue
        if stat.S_ISDIR(status.st_mode):
            found.append(str(status.st_ino))
            continue
        found.append(mark_of(status))
        margin = _FINE if status.st_ctime_ns % _SECOND else _COARSE
        is_settled &= now - status.st_ctime_ns > margin
    return tuple(found), is_settled
