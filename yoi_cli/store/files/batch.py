"""Making many decided writes, all of them or none (docs/format.md, "Batches").

What is to be written is first kept whole beside the store's journal, by a rename: from there on it
is recorded. The writes are then made one by one, as single commands make them. Whoever takes the
lock and finds a batch makes what is left of it, each thing once.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError, YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.model.time import stamp
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import write_failed
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.git_holds import git_holds
from yoi_cli.store.files.interrupts import held_back
from yoi_cli.store.files.journal import LONGEST, Journal
from yoi_cli.store.formats import journal
from yoi_cli.store.formats.journal import JournalEntry, render_journal
from yoi_cli.store.values import Change, Committed, NewTicket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.store.files.staging import Step
    from yoi_cli.store.files.told import Told
    from yoi_cli.store.files.writer import FileWriter

_LEFT = (
    "It is recorded, but not all of it could be written ({}). The next command that writes does "
    "the rest."
)


def carry_out(writer: FileWriter, steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
    """Make all `steps`; for each what went wrong after the batch was recorded.

    Raises `UsageError` (`batch_too_large`), `ConflictError` (`git_holds_files`) and
    `OperationError` (`write_failed`); then nothing is written, as where an earlier batch waits
    (`batch_unfinished`).
    """
    if writer.held is not None:
        raise git_holds(writer.held)
    if len(steps) < 2:  # one write is whole by itself
        return tuple(_made(writer, step).warnings for step in steps)
    text = render_journal(map(_entry, steps), LONGEST)
    if len(text) > LONGEST:
        raise UsageError(
            "batch_too_large",
            f"A batch that is written whole may have {LONGEST >> 20} MiB.",
            hint="Nothing was written; make several of it, or leave out --atomic.",
        )
    path, warnings = writer.location.batch, list[tuple[str, ...]]()
    if os.path.lexists(path):
        raise ConflictError(
            "batch_unfinished",
            "An earlier batch could not be written to its end, and waits.",
            hint="Nothing was written. `yoi doctor` says what is wrong with its tickets; the next "
            "command that writes does the rest.",
        )
    with held_back() as interrupts:
        _keep(path, text)
        try:
            for step in steps:
                warnings.append(_made(writer, step).warnings)
            _forget(path)
        except (OSError, YoiError) as error:
            writer.left_undone = True
            warnings += [(_LEFT.format(error),)] * (len(steps) - len(warnings))
    warnings[-1] = (*warnings[-1], *interrupts.warnings)
    return tuple(warnings)


def finish(writer: FileWriter) -> None:
    """Make what is left of a batch whose writer died. What cannot be made now waits as any write
    does that waits for its file; outside of git the batch itself waits."""
    path, git = writer.location.batch, writer.location.git
    text = Journal(path).read()
    if not text.is_sound:
        os.replace(path, f"{path}.aside")
        return
    is_whole = _bring_all(writer, text.entries)
    if git is not None:
        kept = Journal(git.journal)
        for entry in text.entries:
            if is_whole:
                kept.append(entry)
            else:
                kept.append_late(entry._replace(mark=journal.WAITS), is_synced=True)
    if is_whole or git is not None:
        _forget(path)


def _made(writer: FileWriter, step: Step) -> Committed:
    writer.now_ms = step.now_ms
    if isinstance(step.what, NewTicket):
        return writer.create(step.what, ticket_id=step.ticket, event_ids=step.event_ids)
    if isinstance(step.what, Change):
        return writer.commit(step.ticket, step.what, event_ids=step.event_ids)
    writer.affirm(step.what)
    return Committed(step.ticket, stamp(step.now_ms))


def _entry(step: Step) -> JournalEntry:
    return JournalEntry(step.ticket, step.now_ms // 1000, step.parts)


def _keep(path: str, text: bytes) -> None:
    """Bring the batch to stable storage under its name, at once."""
    above, name = os.path.split(path)
    try:
        os.makedirs(above, exist_ok=True)
        with Directory.open(above, above) as folder:
            folder.replace(name, text)
    except OSError as error:
        with suppress(OSError):
            os.unlink(path)
        raise write_failed(error) from error


def _forget(path: str) -> None:
    above = os.path.dirname(path)
    os.unlink(path)
    with Directory.open(above, above) as folder:
        folder.sync()  # or it would come back after what was written later


def _bring_all(writer: FileWriter, entries: Sequence[JournalEntry]) -> bool:
    """Write what of `entries` is not in its files; whether all of it stands there then."""
    from yoi_cli.store.files.told import told_by

    is_whole = True
    for told in told_by(entries).values():
        try:
            is_whole &= _bring(writer, told)
        except (OSError, YoiError):
            is_whole = False
    return is_whole


def _bring(writer: FileWriter, told: Told) -> bool:
    from yoi_cli.store.files import recovery
    from yoi_cli.store.files.bring_back import bring_back
    from yoi_cli.store.formats.item import parse_item
    from yoi_cli.store.formats.item_writing import edit_item
    from yoi_cli.store.formats.thread import parse_thread

    if not bring_back(writer, told):
        return False
    with writer.opened(TicketId(told.ticket)) as directory:
        thread = parse_thread(directory.read(layout.THREAD)).thread
        for event_id in sorted(told.events):
            recovery.finish(directory, thread, event_id)
        recovery.project_resolution(directory, thread)
        if not told.events:  # an edit leaves none, and is told by its time alone
            item, at = directory.read(layout.ITEM), stamp(told.since * 1000)
            path = directory.shown(layout.ITEM)
            if parse_item(item, path=path).text("updated_at") < at:
                directory.replace(layout.ITEM, edit_item(item, {"updated_at": at}, path=path))
    return True
