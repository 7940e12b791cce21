"""Writing what a journal tells into the files again, each thing once (docs/format.md, "Journal").

An event goes where its id belongs, so that the thread's ids still rise; a relation, a plan
record or a field only where it is not there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.fold import fold, recorded_resolution
from yoi_cli.model.ids import TicketId
from yoi_cli.model.states import CLOSED
from yoi_cli.store.files import layout
from yoi_cli.store.files.atomic_folder import place_tree
from yoi_cli.store.files.journal import Journal
from yoi_cli.store.files.known_tickets import read_file
from yoi_cli.store.files.missing import find_lost
from yoi_cli.store.formats import journal
from yoi_cli.store.formats.journal import JournalEntry
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.told import Told
    from yoi_cli.store.files.writer import FileWriter


def settle_late(writer: FileWriter) -> None:
    """Write what waits for its file, and what a hook overwrote after it was written.

    What cannot be written now stays, and keeps no command from its own work.
    """
    git = writer.location.git
    if git is None:
        return
    kept = Journal(git.journal)
    late = kept.read_late().entries
    is_settled = True
    for lost in find_lost(writer.folder, late, writer.elsewhere).values():
        try:  # what is in a stash is for a person to bring back
            is_settled &= lost.gone.is_empty or bring_back(writer, lost.gone)
        except (YoiError, OSError):
            is_settled = False
    if is_settled:
        for entry in late:
            if entry.mark == journal.WAITS:
                kept.append(entry._replace(mark=journal.UNMARKED))
        kept.settle_late()


def restore_lost(writer: FileWriter, tickets: Collection[str]) -> None:
    """Bring back what of `tickets` is in no file, commit, stash or autostash."""
    git = writer.location.git
    if git is None:
        return
    lost = find_lost(writer.folder, Journal(git.journal).entries(), writer.elsewhere)
    for ticket, one in lost.items():
        if ticket in tickets and not one.gone.is_empty:
            bring_back(writer, one.gone)


def forget_lost(writer: FileWriter, tickets: Collection[str]) -> None:
    """Note that what is missing of `tickets` was taken away on purpose."""
    git = writer.location.git
    if git is None:
        return
    for ticket in tickets:
        entry = JournalEntry(ticket, writer.now_ms // 1000, ((journal.LEFT, "", b""),))
        Journal(git.journal).append(entry)


def bring_back(writer: FileWriter, told: Told) -> bool:
    """Write what of `told` is not in the files; whether all of it stands there afterwards.

    Under the store's lock. Raises `OSError` and store errors.
    """
    ticket = TicketId(told.ticket)
    if told.is_whole and not writer.exists(ticket):
        folder = writer.made_folder()
        place_tree(folder, ticket, told.files)
    if not writer.exists(ticket):
        return False  # on another branch, as it seems: there its thread will be
    with writer.announced(ticket):
        with writer.opened(ticket) as directory:
            for path, data in told.files.items() if told.is_whole else ():
                if directory.read_path(path) is None:
                    directory.replace_path(path, data)
            _write(directory, _rest(writer, told))
        writer.reproject(ticket)
        with writer.opened(ticket) as directory:
            _project_resolution(directory)
    return _rest(writer, told).is_empty


def _rest(writer: FileWriter, told: Told) -> Told:
    return told.without(partial(read_file, writer.folder))


def _write(directory: Directory, told: Told) -> None:
    if told.relations:
        from yoi_cli.store.formats.relations import parse_relations, render_relations

        data = directory.read_path(layout.RELATIONS_PATH)
        shown = directory.shown(layout.RELATIONS_PATH)
        known = () if data is None else parse_relations(data, path=shown)
        united = render_relations((*known, *told.relations.values()))
        directory.replace_path(layout.RELATIONS_PATH, united)
    if told.records:
        data = directory.read_path(layout.PLAN_PATH) or b""
        parts = "" if not data or data.endswith(b"\n") else "\n"
        lines = b"".join(line.rstrip(b"\n") + b"\n" for line in told.records.values())
        directory.replace_path(layout.PLAN_PATH, data + parts.encode() + lines)
    if told.events:
        data = directory.read_if_there(layout.THREAD) or b""
        directory.replace(layout.THREAD, with_events(data, told.events))
    if told.fields or told.description:
        from yoi_cli.store.formats.item_writing import edit_item

        data = directory.read(layout.ITEM)
        shown = directory.shown(layout.ITEM)
        changes = {name: new for name, (_, new) in told.fields.items() if new is not None}
        removed = [name for name, (_, new) in told.fields.items() if new is None]
        body = told.description[1] if told.description else None
        edited = edit_item(data, changes, path=shown, remove=removed, body=body)
        directory.replace(layout.ITEM, edited)


def with_events(thread: bytes, events: Mapping[str, bytes]) -> bytes:
    """`thread` with `events`, by their ids, each before the first that has a greater one."""
    parsed = parse_thread(thread)
    newline = parsed.newline.encode()
    placed = [
        (event.id, start)
        for event, (start, _) in zip(parsed.thread.events, parsed.spans, strict=True)
        if event.id is not None
    ]
    before: dict[int, list[bytes]] = {}
    for event_id, block in sorted(events.items()):
        starts = (start for other, start in placed if other > event_id)
        text = block.replace(b"\r\n", b"\n").replace(b"\n", newline)
        before.setdefault(next(starts, len(thread)), []).append(text)
    result, position = b"", 0
    for start in sorted(before):
        result += thread[position:start]
        position = start
        if result:
            result = result.rstrip(b"\r\n") + newline * 2
        result += newline.join(before[start])
        if position < len(thread):
            result += newline
    return result + thread[position:]


def _project_resolution(directory: Directory) -> None:
    """A closed ticket has its resolution in a file of its own."""
    events = parse_thread(directory.read(layout.THREAD)).thread.events
    recorded = recorded_resolution(events)
    is_closed = recorded is not None and fold(events).state == CLOSED
    if is_closed and directory.read_if_there(layout.RESOLUTION) is None:
        directory.replace(layout.RESOLUTION, f"{recorded}\n".encode())
