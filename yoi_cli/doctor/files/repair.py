"""Repairs that guess nothing, made under the store's lock (docs/doctor.md).

What is taken out of a file is first brought to stable storage in `artifacts/.torn/`.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.model.fold import fold, is_kept, recorded_resolution
from yoi_cli.model.states import CLOSED
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import keep_torn, repair_tail
from yoi_cli.store.files.reader import read_part
from yoi_cli.store.formats.plan import torn_tail
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.store import FileStore
    from yoi_cli.store.files.writer import FileWriter


class FileMender:
    """Repairs the files of one store, for as long as `writer` holds its lock."""

    def __init__(self, writer: FileWriter) -> None:
        self._writer = writer

    def reproject(self, ticket: TicketId) -> None:
        """Bring item.md in line with the thread, and resolution.md, which goes with the state."""
        self._writer.reproject(ticket)
        self.project_resolution(ticket)

    def set_thread_aside(self, ticket: TicketId) -> None:
        with self._writer.opened(ticket) as directory:
            repair_tail(directory, self._writer.location.index_lock)
            data = read_part(directory, layout.THREAD)
            torn = parse_thread(data).torn
            if not torn:
                return
            with directory.make_child(layout.ARTIFACTS) as artifacts:
                for start, end in torn:
                    keep_torn(artifacts, f"thread-{start}", data[start:end])
            _replace_unchanged(directory, layout.THREAD, data, without(data, torn))

    def set_plan_aside(self, ticket: TicketId) -> None:
        with self._writer.opened(ticket) as directory:
            with directory.child(layout.ARTIFACTS) as artifacts:
                data = artifacts.read_if_there(layout.PLAN) or b""
            torn = torn_tail(data, path=directory.shown(layout.PLAN))
            if not torn.strip():
                return
            sound = data.removesuffix(torn)
            with directory.child(layout.ARTIFACTS) as artifacts:
                keep_torn(artifacts, f"plan-{len(sound)}", torn)
                _replace_unchanged(artifacts, layout.PLAN, data, sound)

    def project_resolution(self, ticket: TicketId) -> None:
        with self._writer.opened(ticket) as directory:
            events = parse_thread(read_part(directory, layout.THREAD)).thread.events
            standing = directory.read_if_there(layout.RESOLUTION)
            told = recorded_resolution(events)
            if standing is None and told is not None:
                directory.replace(layout.RESOLUTION, f"{told}\n".encode())
            elif standing is not None and _is_stale(standing, events):
                directory.remove_if_there(layout.RESOLUTION)
                directory.sync()

    def make_artifacts(self, ticket: TicketId) -> None:
        with (
            self._writer.opened(ticket) as directory,
            directory.make_child(layout.ARTIFACTS) as artifacts,
        ):
            if not artifacts.has(layout.KEEP):
                artifacts.create(layout.KEEP, b"")
                artifacts.sync()

    def remove_leftover(self, path: str) -> None:
        names = path.removeprefix(f"{self._writer.location.folder}/").split("/")
        if self._writer.folder is not None:
            _remove_leftover(self._writer.folder, names)


def _is_stale(resolution: bytes, thread: Sequence[Event]) -> bool:
    is_open = fold(thread).state != CLOSED
    return is_open and is_kept(resolution.decode("utf-8", "replace"), thread)


@contextmanager
def repairing(store: FileStore) -> Iterator[FileMender]:
    """Hold the lock of `store` and repair. What a dead writer left undone is finished first.

    Raises `ConflictError` where the lock cannot be had in time.
    """
    with store.write() as writer:
        yield FileMender(writer)


def without(data: bytes, torn: tuple[tuple[int, int], ...]) -> bytes:
    """A thread's bytes without the stretches `torn`, its events still parted by a blank line."""
    newline = b"\r\n" if data[: data.find(b"\n") + 1].endswith(b"\r\n") else b"\n"
    kept = b""
    place = 0
    for start, end in (*torn, (len(data), len(data))):
        piece = data[place:start]
        if kept and piece:
            kept = kept.rstrip(b"\r\n") + newline * 2
        kept += piece
        place = end
    return kept


def _replace_unchanged(directory: Directory, name: str, before: bytes, after: bytes) -> None:
    """Write `after`, unless git put another file there in the meantime."""
    if directory.read_if_there(name) != before:
        raise ConflictError(
            "file_changed",
            f"{directory.shown(name)} changed while it was repaired.",
            hint="Try again when the checkout, merge or rebase is done.",
        )
    directory.replace(name, after)


def _remove_leftover(directory: Directory, names: list[str]) -> None:
    """Remove the file or folder at the end of `names`, if it is what a command left there.

    Raises `NotFoundError` for anything else: what a person made is never removed.
    """
    name, *rest = names
    kind = directory.kind_of(name)
    if rest:
        with directory.child(name) as below:
            _remove_leftover(below, rest)
    elif kind == stat.S_IFDIR and layout.is_unfinished_ticket(name):
        shutil.rmtree(name, dir_fd=directory.descriptor)
        directory.sync()
    elif kind == stat.S_IFREG and layout.is_temporary_file(name):
        os.unlink(name, dir_fd=directory.descriptor)
        directory.sync()
    elif kind is not None:
        shown = directory.shown(name)
        raise NotFoundError("leftover_unknown", f"{shown} is nothing that a command left.")
