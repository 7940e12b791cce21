"""What every writer does before and beside its own work."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.checkout import Checkout
    from yoi_cli.model.config import Config
    from yoi_cli.model.events import NewEvent
    from yoi_cli.store.files.layout import (
        GitPlaces,
    )
    from yoi_cli.store.files.writer import FileWriter


def settle(
    writer: FileWriter, config: Config, checkout: Checkout | None, folders: tuple[str, ...]
) -> None:
    """What every writer does first, unless git has the files in its hands: write what waits for
    that, and what hooks could not, which is in `folders` (docs/format.md, "Journal";
    docs/hooks.md)."""
    if writer.held is not None:
        return
    git = writer.location.git
    if git is not None and checkout is not None:
        _keep_up(writer, git, checkout)
    for folder in folders:
        spool = os.path.join(folder, "spool")
        if _has_entries(spool):
            settle_spool(spool, writer, japanese=config.is_japanese)
        if _has_entries(os.path.join(folder, "outbox")):
            settle_outboxes(folder, writer, japanese=config.is_japanese)


def marks_of_driving(written: Sequence[tuple[NewEvent, str]]) -> list[str]:
    """The marks of those events, each with its id, that orchestration goes by."""
    from yoi_cli.model.events import KINDS
    from yoi_cli.model.worker_message import MESSAGE

    driving = [
        one
        for one in written
        if one[0].kind in KINDS
        and KINDS[one[0].kind].is_driving
        and MESSAGE not in dict(one[0].attributes)
    ]
    if not driving:
        return []
    from yoi_cli.model.own_events import mark_of_new

    return [mark_of_new(*one) for one in driving]


def _keep_up(writer: FileWriter, git: GitPlaces, checkout: Checkout) -> None:
    """Settle what waits in the journal, and keep it short."""
    from yoi_cli.store.files.journal import Journal

    journal = Journal(git.journal)
    if journal.has_late:
        from yoi_cli.store.files.bring_back import settle_late

        settle_late(writer)
    if journal.is_long():
        from yoi_cli.workspace.upkeep import look_over

        with suppress(YoiError, OSError):
            look_over(writer.location, checkout)


def settle_spool(path: str, writer: FileWriter, *, japanese: bool) -> None:
    """Write the notes in the folder at `path`, each once; what cannot be written stays.

    Nothing here keeps a command from its own work: doctor tells of what does not go away.
    """
    from yoi_cli.store.files.spool import FileSpool
    from yoi_cli.tickets.commit_notes import settle

    spool = FileSpool(path)
    with suppress(YoiError, OSError):
        spool.sweep()
        settle(writer, spool, japanese=japanese)


def _has_entries(path: str) -> bool:
    try:
        return bool(os.listdir(path))
    except OSError:  # nobody ever left anything here
        return False


def settle_outboxes(local_folder: str, writer: FileWriter, *, japanese: bool) -> None:
    """Write what confined workers said, each once and under its name; what cannot be written
    stays."""
    from yoi_cli.store.files.outbox import outboxes
    from yoi_cli.tickets.commit_notes import settle
    from yoi_cli.tickets.worker_messages import SentNotes, settle_messages

    with suppress(YoiError, OSError):
        for one in outboxes(local_folder):
            with suppress(YoiError, OSError):
                settle(writer, SentNotes(one.notes, one.sender), japanese=japanese)
                done = settle_messages(writer, one.sender, one.messages, japanese=japanese)
                if done:
                    one.remove(done)
