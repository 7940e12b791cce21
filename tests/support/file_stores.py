"""Stores of files made and looked at without the command line."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from support.threads import AT

from yoi_cli.model.events import Author
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.layout import StoreLocation
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.values import Committed
from yoi_cli.tickets.comment import add_comment
from yoi_cli.tickets.create import Draft, create_ticket
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import Start

ADA = Author("Ada Example")
#: The ticket of `with_thread`, and its item.
TICKET = TicketId("00001KVZZZZZZ")
ITEM = f"---\ntitle: 'x'\nstate: 'planning'\ncreated_at: '{AT}'\nupdated_at: '{AT}'\n---\n"


def open_store(workspace: Path, *, deadline: float = 10.0, in_git: bool = False) -> FileStore:
    """The store of `workspace`; `in_git`, as a session has it, with its journal."""
    lock = workspace / ".yoi/store.lock"
    if in_git:
        environment = {"YOI_LOCK_TIMEOUT": f"{deadline:g}"}
        return open_session(Start(str(workspace), False, "a test", environment)).store
    return FileStore(StoreLocation(str(workspace), str(lock)), command="a test", deadline=deadline)


def empty_store(workspace: Path) -> FileStore:
    """A store without tickets in the new folder `workspace`."""
    (workspace / ".yoi" / "tickets").mkdir(parents=True)
    return open_store(workspace)


def make_ticket(
    store: FileStore, title: str = "A ticket", *, acceptance: tuple[str, ...] = ()
) -> TicketId:
    return create_ticket(store, Draft(title, acceptance=acceptance), ADA).ticket


def with_thread(store: FileStore, thread: bytes) -> Path:
    """A ticket whose thread is exactly `thread`; the path of that thread."""
    with store.write() as writer:
        writer.install(TICKET, {"item.md": ITEM.encode(), "thread.md": thread})
    return thread_of(store, TICKET)


def comment(store: FileStore, ticket: str, text: str) -> Committed:
    return add_comment(store, ticket, "comment", text, ADA)


def folder_of(store: FileStore, ticket: str) -> Path:
    return Path(store.location.path) / ticket


def thread_of(store: FileStore, ticket: str) -> Path:
    return folder_of(store, ticket) / "thread.md"


def item_of(store: FileStore, ticket: str) -> Path:
    return folder_of(store, ticket) / "item.md"


def fingerprint(folder: Path) -> dict[str, str]:
    """What stands below `folder`: a digest for each file, a word for everything else."""
    found: dict[str, str] = {}
    for top, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(top, name)
            shown = str(path.relative_to(folder))
            if path.is_symlink():
                found[shown] = f"link to {path.readlink()}"
            elif path.is_file():
                found[shown] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                found[shown] = "folder" if path.is_dir() else "special"
    return found
