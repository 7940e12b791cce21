"""Where things stand in a store (docs/format.md), and the way down to them."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from yoi_cli.errors import NotFoundError
from yoi_cli.model.ids import is_ticket_id
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.directory import TEMPORARY, Directory

STORE_FOLDER = ".yoi"
TICKETS_FOLDER = ".yoi/tickets"
OBJECTIVES_FOLDER = ".yoi/objectives"
CONFIG_FILE = ".yoi/ticket.config.toml"
WORKSPACE_FILE = ".yoi/workspace.toml"

ITEM = "item.md"
THREAD = "thread.md"
RESOLUTION = "resolution.md"
ARTIFACTS = "artifacts"
RELATIONS = "relations.json"
PLAN = "orchestration-plan.jsonl"
KEEP = ".gitkeep"
TORN = ".torn"
#: Where these are in a ticket's folder.
RELATIONS_PATH = f"{ARTIFACTS}/{RELATIONS}"
PLAN_PATH = f"{ARTIFACTS}/{PLAN}"
KEEP_PATH = f"{ARTIFACTS}/{KEEP}"
#: After so many seconds a lock of git's is taken for one that was left behind.
_LEFT_BEHIND = 60
#: A folder that is being made, and not a ticket yet.
UNFINISHED = TEMPORARY


class GitPlaces(NamedTuple):
    """The checkout that a store stands in: its own git folder, the one that all worktrees share,
    and where the journal of this store is kept (docs/format.md, "Journal")."""

    git_dir: str
    common_dir: str
    journal: str

    @property
    def stirred(self) -> int:
        """When git last made or removed a file in its folder, as every one of its commands does
        that may take files away: as long as it is the same, no other has begun."""
        try:
            return os.stat(self.git_dir).st_mtime_ns
        except OSError:
            return -1

    @property
    def is_at_work(self) -> bool:
        """Whether git holds its index, by a lock that is not one left behind."""
        try:
            return time.time() - os.lstat(f"{self.git_dir}/index.lock").st_mtime < _LEFT_BEHIND
        except OSError:
            return False


class StoreLocation(NamedTuple):
    """Where one store is.

    `workspace` is the absolute path of the folder that holds `.yoi`, `folder` the store's
    path below it. `lock` is the lock file; `index_lock` is git's, of the checkout that the
    store stands in, or None where no git could change the store while it is written. `git` is
    what git has of that checkout, None outside of git.
    """

    workspace: str
    lock: str
    folder: str = TICKETS_FOLDER
    index_lock: str | None = None
    git: GitPlaces | None = None

    @property
    def path(self) -> str:
        return os.path.join(self.workspace, self.folder)

    @property
    def batch(self) -> str:
        """Where a batch stands that is being carried out (docs/format.md, "Batches")."""
        kept = self.lock.removesuffix(".lock") if self.git is None else self.git.journal
        return f"{kept}.batch"


def open_folder(location: StoreLocation, *, make: bool = False) -> Directory | None:
    """The store's own folder, walked to from the workspace without following a symlink.

    None where it is not there (an empty store, fresh from a clone) and `make` is off.
    """
    with Directory.open(location.workspace, "") as workspace, suppress(FileNotFoundError):
        return workspace.descend(location.folder, make=make)
    return None


def is_unfinished_ticket(name: str) -> bool:
    """Whether `name`, in the store's folder, is that of a ticket that is being made."""
    return name.startswith(UNFINISHED) and is_ticket_id(name.removeprefix(UNFINISHED))


def is_temporary_file(name: str) -> bool:
    """Whether `name` is that of a file of a ticket's that is being replaced."""
    replaced = (ITEM, THREAD, RESOLUTION, RELATIONS, PLAN)
    return name.startswith(TEMPORARY) and name.removeprefix(TEMPORARY) in replaced


def no_such_ticket(ticket: str) -> NotFoundError:
    """The error for an id that no ticket has."""
    return NotFoundError(
        "ticket_not_found",
        f"There is no ticket {ticket}.",
        hint="`yoi ticket list --all` shows every ticket of this store; `yoi where` says "
        "which store it is.",
        details={"ticket": ticket},
    )
