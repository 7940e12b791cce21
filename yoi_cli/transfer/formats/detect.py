"""Other tools' tickets: which tool a folder or a file belongs to, and what is in it."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, OperationError, UsageError
from yoi_cli.model.limits import shown_size
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.thread_writing import check_header_value
from yoi_cli.transfer.formats.backlog import (
    FOLDERS,
    find_backlog,
    name_milestones,
    no_task,
    read_backlog,
)
from yoi_cli.transfer.formats.beads import BEADS, read_beads
from yoi_cli.transfer.formats.git_bug import GIT_BUG, read_git_bug
from yoi_cli.transfer.formats.github import GITHUB, read_github
from yoi_cli.transfer.formats.records import SOURCE_LIMIT
from yoi_cli.transfer.formats.taskwarrior import TASKWARRIOR, read_taskwarrior
from yoi_cli.transfer.formats.tk import find_tk, no_ticket, read_tk
from yoi_cli.transfer.model import ForeignTickets, ImportProblem, LeftOut, by_its_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from yoi_cli.transfer.model import Finder, ForeignNote, ForeignTicket

TK = "tk"
BACKLOG = "backlog"
JSONL = "jsonl"
_TK_FOLDER = ".tickets"
_BACKLOG_FOLDERS = ("backlog", ".backlog")
_BEADS_FOLDER = ".beads"
_BEADS_FILES = ("issues.jsonl", "beads.jsonl")
#: How many bytes a markdown file may have.
_FILE_LIMIT = 16 << 20
_HEAD = 1 << 16
_READERS: dict[str, Callable[[bytes, str], ForeignTickets]] = {
    BEADS: read_beads,
    TASKWARRIOR: read_taskwarrior,
    GITHUB: read_github,
    GIT_BUG: read_git_bug,
}
#: What stands in the first record of a file, tried in this order. An unescaped quote before a
#: colon is a key: no text of a ticket has one.
_SIGNS = (
    (JSONL, ("schema",)),
    (GIT_BUG, ("human_id",)),
    (TASKWARRIOR, ("uuid", "entry")),
    (BEADS, ("issue_type",)),
    (BEADS, ("priority", "status", "id")),
    (GITHUB, ("number", "title")),
    (GITHUB, ("issue_url", "body")),
)


class Source(NamedTuple):
    """Tickets of `tool` at `path`: a folder, or a file of records."""

    tool: str
    path: str
    is_folder: bool


def finder_of(tool: str) -> Finder:
    """How `tool` finds a ticket by a name."""
    return {TK: find_tk, BACKLOG: find_backlog}.get(tool, by_its_name)


def tool_of(head: bytes) -> str:
    """The tool that writes what begins with `head`; `jsonl`, which is ours, where none is known."""
    text = head[:_HEAD].decode(errors="replace")
    for tool, keys in _SIGNS:
        if all(re.search(rf'(?<!\\)"{key}"\s*:', text) for key in keys):
            return tool
    return JSONL


def find_source(path: str, wanted: str | None = None) -> Source:
    """The tool whose tickets are in the folder `path` or right below it, and where.

    With `wanted`, only that tool is looked for, and `path` is taken at its word. Raises
    `NotFoundError` for a folder that is not there, `UsageError` where it cannot be told.
    """
    if not os.path.isdir(path):
        raise NotFoundError(
            "folder_not_found",
            f"There is no folder {path[:200]!r}.",
            hint="Check the path; nothing was written.",
        )
    found = [one for one in _candidates(path) if wanted in (None, one.tool)]
    if found and (len(found) == 1 or found[0].path == path):
        return found[0]
    if wanted in (TK, BACKLOG):
        return Source(wanted, path, is_folder=True)
    problem = "holds tickets of several tools" if found else "holds no tickets that are known"
    raise UsageError(
        "format_unclear",
        f"The folder {path[:200]!r} {problem}.",
        hint="Name the folder or file itself (.tickets, backlog, .beads/issues.jsonl), and the "
        "tool with --from.",
    )


def _candidates(path: str) -> list[Source]:
    """Where tickets may be, the folder itself first."""
    name = os.path.basename(os.path.abspath(path))
    found = [Source(TK, path, is_folder=True)] if name == _TK_FOLDER else []
    if name in FOLDERS or os.path.isdir(os.path.join(path, "tasks")):
        found.append(Source(BACKLOG, path, is_folder=True))
    if name == _BEADS_FOLDER:
        return [*found, *_beads(path)]
    below = [(TK, _TK_FOLDER), *((BACKLOG, folder) for folder in _BACKLOG_FOLDERS)]
    folders = (Source(tool, os.path.join(path, one), is_folder=True) for tool, one in below)
    found += [one for one in folders if os.path.isdir(one.path)]
    return [*found, *_beads(os.path.join(path, _BEADS_FOLDER))]


def _beads(folder: str) -> list[Source]:
    paths = (os.path.join(folder, name) for name in _BEADS_FILES)
    return [Source(BEADS, path, is_folder=False) for path in paths if os.path.isfile(path)][:1]


def read_records_of(tool: str, stream: BinaryIO, shown: str) -> ForeignTickets:
    """The tickets of `tool` in a file that messages call `shown`. Raises `OperationError`
    (`source_too_large`)."""
    data = stream.read(SOURCE_LIMIT + 1)
    if len(data) > SOURCE_LIMIT:
        raise OperationError(
            "source_too_large",
            f"{shown} has more than {shown_size(SOURCE_LIMIT)}.",
            hint="Import it in parts; what came in before is skipped.",
        )
    return _fitted(_READERS[tool](data, shown))


def read_folder(tool: str, path: str) -> ForeignTickets:
    """The tickets of `tool` (tk or Backlog.md) in the folder `path`.

    Only regular files are read: no symlink leads out of the folder, no FIFO makes anybody
    wait. Every file that is not read is named, with the reason.
    """
    files: list[tuple[str, bytes]] = []
    problems: list[ImportProblem] = []
    left_out: list[LeftOut] = []
    is_none = no_ticket if tool == TK else no_task
    for shown, file_path in sorted(_files(path)):
        if none := is_none(shown):
            left_out.append(LeftOut(*none, shown))
            continue
        status = os.lstat(file_path)
        if not stat.S_ISREG(status.st_mode):
            problems.append(ImportProblem(shown, None, "not a regular file; it was not read"))
        elif status.st_size > _FILE_LIMIT:
            said = f"larger than {shown_size(_FILE_LIMIT)}; it was not read"
            problems.append(ImportProblem(shown, None, said))
        else:
            with open(file_path, "rb") as file:
                files.append((shown, file.read()))
    tickets, unread = (read_tk if tool == TK else read_backlog)(files)
    problems += unread
    if tool == BACKLOG:
        tickets = name_milestones(
            tickets, (one.path for one in left_out if one.kind == "milestone")
        )
    return _fitted(ForeignTickets(tool, tickets, problems, left_out, finder_of(tool)))


def _files(path: str) -> Iterator[tuple[str, str]]:
    """(name as shown, path) of everything but folders below `path`; no symlink is followed."""
    waiting = [(os.path.basename(os.path.abspath(path)), path)]
    while waiting:
        shown, folder = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                name = f"{shown}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((name, entry.path))
                else:
                    yield name, entry.path


def _fitted(found: ForeignTickets) -> ForeignTickets:
    return replace(found, tickets=[_fitting(ticket) for ticket in found.tickets])


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
