"""Where and how a command was started, and where the store that it found has its files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, StoreInvalidError, UsageError
from yoi_cli.git.checkout import Checkout, is_below
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.layout import (
    CONFIG_FILE,
    STORE_FOLDER,
    TICKETS_FOLDER,
    GitPlaces,
    StoreLocation,
)
from yoi_cli.workspace.finding import read_config
from yoi_cli.workspace.local_folder import local_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.config import Config


DEFAULT_DEADLINE = 10.0


class Start(NamedTuple):
    """Where and how a command was started.

    `folder` is `-C`, where given; `here` asks for the checkout's own store; `command` names
    the command for the lock's note.
    """

    folder: str | None
    here: bool
    command: str
    environment: Mapping[str, str]


def starting_folder(start: Start) -> str:
    """The absolute folder from which the workspace is looked for."""
    chosen = start.folder or start.environment.get("YOI_WORKSPACE") or "."
    try:
        folder = os.path.realpath(chosen, strict=True)
        if not os.path.isdir(folder):
            raise NotADirectoryError(folder)
    except (OSError, ValueError) as error:
        if chosen == ".":
            raise NotFoundError(
                "folder_not_found",
                "The folder that you stand in is gone.",
                hint="Go to another with cd; a worktree that was removed is gone with its ticket.",
            ) from error
        raise NotFoundError(
            "folder_not_found",
            f"There is no folder {chosen[:200]!r}.",
            hint="Check the path given with -C or YOI_WORKSPACE.",
        ) from error
    return folder


def how(start: Start) -> str:
    """By what the folder was chosen, as the beginning of a sentence."""
    if start.folder:
        return "Found upward from the folder given with -C"
    if start.environment.get("YOI_WORKSPACE"):
        return "Found upward from YOI_WORKSPACE"
    return "Found upward from the current folder"


def store_location(
    start: Start, workspace: str, root: str, checkout: Checkout | None
) -> StoreLocation:
    """Where the store of `workspace` has its tickets, below `root`, and its lock. Raises
    `StoreInvalidError` for a `root` in git's own folder."""
    if checkout is not None and root != TICKETS_FOLDER:
        _check_outside_of_git(os.path.join(workspace, root), checkout)
    return StoreLocation(
        workspace=workspace,
        lock=_lock_path(workspace, checkout),
        folder=root,
        index_lock=_index_lock(start, checkout),
        git=_git_places(workspace, root, checkout),
    )


def _check_outside_of_git(store: str, checkout: Checkout) -> None:
    """Raise `StoreInvalidError` where the store would lie in the repository's own folder, which
    may be called anything and stand in the checkout."""
    if any(is_below(store, folder) for folder in (checkout.git_dir, checkout.common_dir)):
        raise StoreInvalidError(
            "config_invalid",
            f"{CONFIG_FILE}: backend.root: {store} lies in git's own folder.",
            hint="Name a folder of the checkout, such as .yoi/tickets.",
            details={"path": CONFIG_FILE, "key": "backend.root"},
        )


def _lock_path(workspace: str, checkout: Checkout | None) -> str:
    if checkout is None:
        return os.path.join(workspace, STORE_FOLDER, "store.lock")
    return os.path.join(local_folder(workspace, checkout), "store.lock")


def _index_lock(start: Start, checkout: Checkout | None) -> str | None:
    """Git's lock on the index. Inside a git hook it is git itself that waits for `yoi`."""
    if checkout is None or "GIT_INDEX_FILE" in start.environment:
        return None
    return os.path.join(checkout.git_dir, "index.lock")


def folder_beside(location: StoreLocation, checkout: Checkout | None) -> str:
    """The folder for what is this clone's own, beside the lock."""
    beside = os.path.dirname(location.lock)
    return beside if checkout is not None else os.path.join(beside, "local")


def _git_places(workspace: str, root: str, checkout: Checkout | None) -> GitPlaces | None:
    """What git has of the store's checkout. Every checkout has a journal of its own, though all
    of a repository share the lock: with `--here` each has its own store."""
    if checkout is None or not is_below(workspace, checkout.root):
        return None
    name = os.path.basename(checkout.git_dir) if checkout.is_linked else "main"
    if root != TICKETS_FOLDER:
        name += "@" + root.replace("%", "%25").replace("/", "%2F")
    folder = os.path.join(os.path.dirname(_lock_path(workspace, checkout)), "journal")
    return GitPlaces(checkout.git_dir, checkout.common_dir, os.path.join(folder, name))


def settings_of(workspace: str, *, forgiving: bool) -> Config:
    """The configuration of the workspace. Raises `StoreInvalidError`, but with `forgiving` for what
    it says wrong, in place of which it has the defaults."""
    try:
        return read_config(workspace)
    except StoreInvalidError as error:
        if not forgiving or error.code != "config_invalid":
            raise
        from yoi_cli.model.config import DEFAULT

        return DEFAULT


def lock_deadline(start: Start) -> float:
    """How long the store's lock is waited for, in seconds. Raises `UsageError`."""
    text = start.environment.get("YOI_LOCK_TIMEOUT", "")
    try:
        seconds = float(text) if text else DEFAULT_DEADLINE
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86400:
        raise UsageError(
            "timeout_invalid",
            f"YOI_LOCK_TIMEOUT={text[:40]!r} is not a number of seconds.",
            hint="Give seconds between 0 and 86400, such as 30.",
        )
    return seconds
