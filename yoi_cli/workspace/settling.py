"""Writing what hooks left in the spool: every writer does it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.store.files.spool import FileSpool

if TYPE_CHECKING:
    from yoi_cli.store.files.writer import FileWriter


def settle_spool(path: str, writer: FileWriter, *, japanese: bool) -> None:
    """Write the notes in the folder at `path`, each once; what cannot be written stays.

    Nothing here keeps a command from its own work: doctor tells of what does not go away.
    """
    try:
        from yoi_cli.tickets.commit_notes import settle

        spool = FileSpool(path)
        spool.sweep()
        settle(writer, spool, japanese=japanese)
    except (YoiError, OSError):
        return
