"""The journal of a checkout's store: what was acknowledged, outside of what git replaces.

docs/format.md, "Journal". Two files beside the store's lock: the journal itself, and what waits
for its files (`.late`). The first is never synced, since the files it tells of are; the second
is what an acknowledgement rests on, and is. Both may be thrown away: that costs the protection
of what is not committed, and what waits.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.store.files.descriptors import read_all, sync_data, write_all
from yoi_cli.store.files.directory import TEMPORARY, Directory
from yoi_cli.store.formats.journal import render_entry, render_journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.store.formats.journal import JournalEntry
    from yoi_cli.store.formats.journal_reading import JournalText

_LATE = ".late"
_ASIDE = ".aside"
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
#: A journal that is longer (bytes) is looked over: what a commit holds is taken out of it.
LONG = 1 << 18
#: What is read of one at all.
LONGEST = 64 << 20
_OPENING = 64


class Journal:
    """The journal at `path`, which need not be there. What was read of it once is not read again
    where it only grew."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._known: tuple[bytes, JournalText] | None = None

    @property
    def has_late(self) -> bool:
        """Whether anything waits; the one look that every write pays for."""
        return os.path.lexists(self.path + _LATE)

    def append(self, entry: JournalEntry) -> None:
        """Keep what a write changed; it stands in its files already."""
        _append(self.path, entry, is_synced=False)

    def append_late(self, entry: JournalEntry, *, is_synced: bool) -> None:
        """Keep what the next writer is to look after; `is_synced` where it stands nowhere else."""
        _append(self.path + _LATE, entry, is_synced=is_synced)

    def read(self) -> JournalText:
        """What was written and is not known to be committed."""
        self._known = _read(self.path, self._known)
        return self._known[1]

    def read_late(self) -> JournalText:
        """What waits for its files, or was written while git had them in its hands."""
        return _read(self.path + _LATE, None)[1]

    def entries(self) -> Sequence[JournalEntry]:
        """All of it, what waits last."""
        return (*self.read().entries, *self.read_late().entries)

    def is_long(self) -> bool:
        """Whether it is time to look it over."""
        try:
            size = os.lstat(self.path).st_size
            if size <= LONG:
                return False
            from yoi_cli.store.formats.journal_reading import threshold_of

            with _folder(self.path) as folder, folder.opened(_name(self.path)) as descriptor:
                return size > threshold_of(os.pread(descriptor, _OPENING, 0))
        except (OSError, ValueError):
            return False

    def settle_late(self) -> None:
        """What waited stands in its files now. What nobody could read is kept beside it."""
        late = self.path + _LATE
        if self.read_late().is_sound:
            with suppress(FileNotFoundError):
                os.unlink(late)
        else:
            _set_aside(late)

    def rewrite(self, entries: Iterable[JournalEntry]) -> None:
        """Keep `entries` alone, and set aside one that another version wrote."""
        if self.read().is_foreign:
            _set_aside(self.path)
        kept = tuple(entries)
        length = sum(len(render_entry(entry)) for entry in kept)
        beside = os.path.join(os.path.dirname(self.path), TEMPORARY + _name(self.path))
        with suppress(FileNotFoundError):
            os.unlink(beside)
        descriptor = os.open(beside, _APPEND, 0o666)
        try:
            write_all(descriptor, render_journal(kept, max(LONG, 2 * length)))
        finally:
            os.close(descriptor)
        os.rename(beside, self.path)


def _append(path: str, entry: JournalEntry, *, is_synced: bool) -> None:
    descriptor = _opened(path)
    try:
        is_new = os.fstat(descriptor).st_size == 0
        write_all(descriptor, render_journal([entry], LONG) if is_new else render_entry(entry))
        if is_synced:
            sync_data(descriptor)
    finally:
        os.close(descriptor)
    if is_synced and is_new:
        with _folder(path) as folder:
            folder.sync()


def _opened(path: str) -> int:
    try:
        return os.open(path, _APPEND, 0o666)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return os.open(path, _APPEND, 0o666)


def _read(path: str, known: tuple[bytes, JournalText] | None) -> tuple[bytes, JournalText]:
    """The bytes of the journal at `path`, and what they hold. One that cannot be read, or is larger
    than any that is kept, counts as foreign: nothing is known from it."""
    from yoi_cli.store.formats.journal_reading import JournalText, parse_journal

    try:
        with _folder(path) as folder, folder.opened(_name(path)) as descriptor:
            if os.fstat(descriptor).st_size > LONGEST:
                return b"", JournalText(is_foreign=True)
            data = read_all(descriptor, path)
            return data, parse_journal(data, known)
    except FileNotFoundError:
        return b"", JournalText()
    except (OSError, YoiError):
        return b"", JournalText(is_foreign=True)


def _set_aside(path: str) -> None:
    with suppress(FileNotFoundError):
        os.replace(path, path + _ASIDE)


def _folder(path: str) -> Directory:
    above = os.path.dirname(path)
    return Directory.open(above, above)


def _name(path: str) -> str:
    return os.path.basename(path)
