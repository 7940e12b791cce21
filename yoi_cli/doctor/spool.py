"""Notes of hooks that wait, looked over for doctor (docs/worktrees.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.doctor.environment import CLONE, OK, EnvironmentCheck
from yoi_cli.errors import YoiError
from yoi_cli.model.findings import WARNING
from yoi_cli.model.text import some_of
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.commits import Note
    from yoi_cli.store.ports import TicketReader


def check_spool(
    reader: TicketReader, notes: Sequence[Note], unreadable: Sequence[str], folder: str
) -> EnvironmentCheck:
    """Whether what hooks left in the spool at `folder` will find its way into the store."""
    if unreadable:
        names = some_of(unreadable)
        hint = f"Look at them in {folder}; move away what cannot be saved."
        message = f"Spooled by hooks and not to be read: {names}."
        return EnvironmentCheck("spool", CLONE, WARNING, message, hint)
    stuck = dict.fromkeys(note.ticket for note in notes if not _is_there(reader, note.ticket))
    if stuck:
        message = f"Hooks spoke of tickets that are not in this store: {some_of(tuple(stuck))}."
        hint = (
            "What they said is kept until the ticket is there: see whether it is on another "
            f"branch. The notes are in {folder}."
        )
        return EnvironmentCheck("spool", CLONE, WARNING, message, hint)
    if notes:
        what = (
            "1 event of a hook waits" if len(notes) == 1 else f"{len(notes)} events of hooks wait"
        )
        return EnvironmentCheck(
            "spool", CLONE, OK, f"{what}; the next command that writes records it."
        )
    return EnvironmentCheck("spool", CLONE, OK, "No event of a hook waits.")


def _is_there(reader: TicketReader, word: str) -> bool:
    try:
        identify(reader, word)
    except YoiError:
        return False
    return True
