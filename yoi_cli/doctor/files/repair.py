"""Repairs that guess nothing, made under the store's lock (docs/doctor.md).

What is taken out of a file is first brought to stable storage in `artifacts/.torn/`.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.doctor.repair import (
    ADOPT_ITEM,
    BRING_BACK,
    MAKE_ARTIFACTS,
    PROJECT_RESOLUTION,
    REMOVE_LEFTOVER,
    REPROJECT,
    SET_PLAN_ASIDE,
    SET_THREAD_ASIDE,
    adopt_state,
)
from yoi_cli.errors import ConflictError, NotFoundError, StoreInvalidError
from yoi_cli.merge.files.originals import left_out
from yoi_cli.model.events import CREATE
from yoi_cli.model.fold import fold, is_kept, recorded_resolution
from yoi_cli.model.ids import TicketId
from yoi_cli.model.missing import concerning, hint_for
from yoi_cli.model.states import CLOSED
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import keep_torn, repair_tail
from yoi_cli.store.files.bring_back import restore_lost
from yoi_cli.store.files.kept import keep_left_out
from yoi_cli.store.files.reader import read_part
from yoi_cli.store.formats.plan import torn_tail
from yoi_cli.store.formats.thread import parse_header_pairs, parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.doctor.repair import Repair
    from yoi_cli.merge.files.restored import RestoredThread
    from yoi_cli.model.events import Author, Event, Thread
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.store import FileStore
    from yoi_cli.store.files.writer import FileWriter

#: The headers of what a ticket's state and its approval rest on, be they whole or cut.
_DECIDING = re.compile(rb"(?m)^<!-- event: (?:state_changed|closed?|review)\b")


def apply_repair(store: FileStore, repair: Repair, author: Callable[[], Author]) -> None:
    """Make one repair, under the lock of `store`; what a dead writer left is finished first.

    Every repair may be made again, and looks at the file again before it changes anything.
    `author` is asked only where an event is written. Raises `YoiError`, among others
    `ConflictError` where the lock cannot be had in time, and `OSError`.
    """
    ticket = TicketId(repair.ticket or "")
    if repair.action == ADOPT_ITEM:
        adopt_state(store, ticket, author())
        return
    with store.write() as writer:
        if repair.action == REMOVE_LEFTOVER:
            _remove_at(writer, repair.path)
        elif repair.action in _REPAIRS:
            _REPAIRS[repair.action](writer, ticket)
        # FINISH_WRITE: whoever takes the lock does that first.


def _bring_back(writer: FileWriter, ticket: TicketId) -> None:
    """Bring back what is in no file, commit, stash or autostash. What is in one is a person's."""
    restore_lost(writer, (ticket,))
    left = concerning(writer.missing_writes(), (ticket,))
    if left:
        raise ConflictError("events_set_aside", f"{left[0].sentence}.", hint=hint_for(left))


def restore_events(
    store: FileStore, ticket: TicketId, restored: Callable[[str, bytes], RestoredThread]
) -> None:
    """Put events of a thread back as `restored` (of the ticket and its thread) has them.

    What that takes out is kept first. Raises as `apply_repair`.
    """
    with store.write() as writer:
        with writer.opened(ticket) as directory:
            data = read_part(directory, layout.THREAD)
            found = restored(ticket, data)
            if found.data != data:
                keep_left_out(directory, layout.THREAD, left_out(data, found.data))
                _replace_unchanged(directory, layout.THREAD, data, found.data)
        with suppress(StoreInvalidError):  # what is not read even now the next look tells
            _reproject(writer, ticket)


def _reproject(writer: FileWriter, ticket: TicketId) -> None:
    """Bring item.md in line with the thread, and resolution.md, which goes with the state."""
    with writer.opened(ticket) as directory:
        try:
            writer.thread(ticket)  # what is no cut append stays where it is
        except StoreInvalidError as error:
            raise _needs_a_person(directory, "Part of it cannot be read") from error
        repair_tail(directory, writer.location.index_lock)
        _whole_thread(directory)
    writer.reproject(ticket)
    _project_resolution(writer, ticket)


def _set_thread_aside(writer: FileWriter, ticket: TicketId) -> None:
    """Move the torn stretches of a thread to artifacts/.torn.

    Not where one before the end holds what the ticket's state rests on: no crash leaves that
    there, and without it the rest of the thread would tell another state.
    """
    with writer.opened(ticket) as directory:
        data = read_part(directory, layout.THREAD)
        if any(_made_by(data[start:end]) for start, end in parse_thread(data).torn):
            raise StoreInvalidError(
                "thread_unreadable",
                "The event that made the ticket cannot be read, and that is no torn append; "
                "nothing was set aside.",
                hint="Bring the file back from git, or put the `---` lines back.",
            )
        repair_tail(directory, writer.location.index_lock)
        data = read_part(directory, layout.THREAD)
        torn = parse_thread(data).torn
        if not torn:
            return
        if any(end < len(data) and _DECIDING.search(data, start, end) for start, end in torn):
            what = "Part of it that cannot be read holds a move or a review"
            raise _needs_a_person(directory, what)
        with directory.make_child(layout.ARTIFACTS) as artifacts:
            for start, end in torn:
                keep_torn(artifacts, f"thread-{start}", data[start:end])
        _replace_unchanged(directory, layout.THREAD, data, without(data, torn))


def _made_by(torn: bytes) -> bool:
    """Whether what is torn is the event that made a ticket, which no append ever wrote."""
    line = torn.partition(b"\n")[0].decode("utf-8", "surrogateescape")
    return parse_header_pairs(line).get("event") == CREATE


def _set_plan_aside(writer: FileWriter, ticket: TicketId) -> None:
    """Move the torn last line of the plan records to artifacts/.torn."""
    with writer.opened(ticket) as directory, directory.child(layout.ARTIFACTS) as artifacts:
        data = artifacts.read_if_there(layout.PLAN) or b""
        torn = torn_tail(data)
        if torn.strip():
            sound = data.removesuffix(torn)
            keep_torn(artifacts, f"plan-{len(sound)}", torn)
            _replace_unchanged(artifacts, layout.PLAN, data, sound)


def _project_resolution(writer: FileWriter, ticket: TicketId) -> None:
    """Write the resolution that a closed ticket's thread has, or remove one that the thread of
    an open ticket keeps."""
    with writer.opened(ticket) as directory:
        events = _whole_thread(directory).events
        present = directory.read_if_there(layout.RESOLUTION)
        recorded = recorded_resolution(events)
        if present is None and recorded is not None:
            directory.replace(layout.RESOLUTION, f"{recorded}\n".encode())
        elif present is not None and _is_stale(present, events):
            directory.remove_if_there(layout.RESOLUTION)
            directory.sync()


def _whole_thread(directory: Directory) -> Thread:
    """The thread of a ticket. Raises where it cannot be read wholly: nothing is projected from
    what is left of it."""
    thread = parse_thread(read_part(directory, layout.THREAD)).thread
    if thread.is_damaged:
        raise _needs_a_person(directory, "Part of it cannot be read")
    return thread


def _needs_a_person(directory: Directory, why: str) -> StoreInvalidError:
    return StoreInvalidError(
        "thread_damaged",
        f"{why}: {directory.shown(layout.THREAD)} is left as it is, and nothing follows from it.",
        hint="`yoi resolve` parts events that a merge fused; `git log -p` of the file has more.",
    )


def _make_artifacts(writer: FileWriter, ticket: TicketId) -> None:
    """Make artifacts/ and its .gitkeep where they are missing."""
    with (
        writer.opened(ticket) as directory,
        directory.make_child(layout.ARTIFACTS) as artifacts,
    ):
        if not artifacts.has(layout.KEEP):
            artifacts.create(layout.KEEP, b"")
            artifacts.sync()


def _remove_at(writer: FileWriter, path: str) -> None:
    """Remove a temporary file or unfinished folder at the workspace-relative `path`."""
    names = path.removeprefix(f"{writer.location.folder}/").split("/")
    if writer.folder is not None:
        _remove_leftover(writer.folder, names)


def _is_stale(resolution: bytes, thread: Sequence[Event]) -> bool:
    is_open = fold(thread).state != CLOSED
    return is_open and is_kept(resolution.decode("utf-8", "replace"), thread)


_REPAIRS: Mapping[str, Callable[[FileWriter, TicketId], None]] = {
    SET_THREAD_ASIDE: _set_thread_aside,
    SET_PLAN_ASIDE: _set_plan_aside,
    MAKE_ARTIFACTS: _make_artifacts,
    PROJECT_RESOLUTION: _project_resolution,
    REPROJECT: _reproject,
    BRING_BACK: _bring_back,
}


def without(data: bytes, torn: tuple[tuple[int, int], ...]) -> bytes:
    """A thread's bytes without the stretches `torn`, its events still parted by a blank line."""
    newline = b"\r\n" if data[: data.find(b"\n") + 1].endswith(b"\r\n") else b"\n"
    kept = b""
    position = 0
    for start, end in (*torn, (len(data), len(data))):
        piece = data[position:start]
        if kept and piece:
            kept = kept.rstrip(b"\r\n") + newline * 2
        kept += piece
        position = end
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
