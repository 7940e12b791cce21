"""Folders of other tools' tickets: which tool they belong to, and what is in them."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.store.formats.thread_writing import check_header_value
from yoi_cli.transfer.formats.backlog import read_backlog
from yoi_cli.transfer.formats.tk import read_tk
from yoi_cli.transfer.import_foreign import ForeignTickets
from yoi_cli.transfer.model import ImportProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.transfer.model import ForeignNote, ForeignTicket

TK = "tk"
BACKLOG = "backlog"
_TK_FOLDER = ".tickets"
_BACKLOG_FOLDERS = ("backlog", ".backlog")
_TASKS_FOLDERS = ("tasks", "completed", "drafts")


def find_tool(path: str, wanted: str | None = None) -> tuple[str, str]:
    """The tool whose tickets are in the folder `path` or right below it, and their folder.

    With `wanted`, only that tool is looked for, and `path` is taken at its word. Raises
    `NotFoundError` for a folder that is not there, `UsageError` where it cannot be told.
    """
    if not os.path.isdir(path):
        raise NotFoundError(
            "folder_not_found",
            f"There is no folder {path[:200]!r}.",
            hint="Check the path; nothing was written.",
        )
    found = [one for one in _candidates(path) if wanted in (None, one[0])]
    if found and (len(found) == 1 or found[0][1] == path):
        return found[0]
    if wanted is not None:
        return wanted, path
    problem = "holds tickets of several tools" if found else "holds no tickets that are known"
    raise UsageError(
        "format_unclear",
        f"The folder {path[:200]!r} {problem}.",
        hint="Name the folder itself (.tickets, backlog or backlog/tasks), with --format.",
    )


def _candidates(path: str) -> list[tuple[str, str]]:
    """Where tickets may be, the folder itself first."""
    name = os.path.basename(os.path.abspath(path))
    found = [(TK, path)] if name == _TK_FOLDER else []
    if name in _TASKS_FOLDERS or os.path.isdir(os.path.join(path, "tasks")):
        found.append((BACKLOG, path))
    below = [(TK, _TK_FOLDER), *((BACKLOG, folder) for folder in _BACKLOG_FOLDERS)]
    folders = ((tool, os.path.join(path, folder)) for tool, folder in below)
    return [*found, *(one for one in folders if os.path.isdir(one[1]))]


def read_folder(tool: str, path: str) -> ForeignTickets:
    """The tickets of `tool` in the folder `path`.

    Only regular files are read: no symlink leads out of the folder, no FIFO makes anybody
    wait.
    """
    files: list[tuple[str, bytes]] = []
    problems: list[ImportProblem] = []
    for shown, file_path in sorted(_markdown(tool, path)):
        if stat.S_ISREG(os.lstat(file_path).st_mode):
            with open(file_path, "rb") as file:
                files.append((shown, file.read()))
        else:
            problems.append(ImportProblem(shown, None, "not a regular file; it was not read"))
    tickets, unread = (read_tk if tool == TK else read_backlog)(files)
    fitting = [_fitting(ticket) for ticket in tickets]
    return ForeignTickets(tool, fitting, [*problems, *unread])


def _markdown(tool: str, path: str) -> Iterator[tuple[str, str]]:
    """(name as shown, path) of every file that may hold a ticket.

    The folder of a Backlog.md task says what it is, so that its name is kept.
    """
    name = os.path.basename(os.path.abspath(path))
    folders = [(name, path)]
    if tool == BACKLOG and name not in _TASKS_FOLDERS:
        below = ((f"{name}/{folder}", os.path.join(path, folder)) for folder in _TASKS_FOLDERS)
        folders = [(shown, folder) for shown, folder in below if os.path.isdir(folder)]
    for shown, folder in folders:
        for entry in os.scandir(folder):
            if entry.name.endswith(".md") and not entry.is_dir(follow_symlinks=False):
                yield f"{shown}/{entry.name}", entry.path


def _fitting(ticket: ForeignTicket) -> ForeignTicket:
    """`ticket` with the names that no event's header can hold moved into the text."""
    notes = tuple(_fitting_note(note) for note in ticket.notes)
    return ticket if notes == ticket.notes else replace(ticket, notes=notes)


def _fitting_note(note: ForeignNote) -> ForeignNote:
    try:
        check_header_value("author", note.author)
    except UsageError:
        return replace(note, author="", body=f"author: {note.author}\n\n{note.body}")
    return note
