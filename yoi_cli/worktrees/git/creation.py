"""Making a worktree: whole, without what is local or secret, or not at all (docs/worktrees.md)."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError, YoiError
from yoi_cli.worktrees.git.listing import MAKING, WorktreeEntry, main_and_linked
from yoi_cli.worktrees.git.populate import failed, furnish, wait_for_index
from yoi_cli.worktrees.git.rescue import Rescue, rescue
from yoi_cli.worktrees.git.uncommitted import contents_of, scratch_of

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
    from yoi_cli.worktrees.ports import NewWorktree


def create(place: RepositoryPaths, new: NewWorktree) -> WorktreeEntry:
    """Make the worktree `new`, or finish the one whose making was cut short.

    Only while the lock on the worktrees is held: so whoever began it is gone.
    """
    path = _checked_path(place, new.path)
    begun = _entry_at(place, path)
    if begun is not None and begun.is_unfinished and begun.branch == new.branch:
        _clear_way(place, begun, new.ticket)
        furnish(begun.tree)
        return _released(place, path)
    commit = _start_of(place, new)
    _check_path_free(path, begun)
    exclude(place)
    options = [] if new.reuse else ["--no-track", "-b", new.branch]
    _begin(place, path, [*options, path, new.branch if new.reuse else commit])
    try:
        made = _entry_at(place, path)
        if made is None:
            raise failed(path, "git does not list it")
        furnish(made.tree)
    except BaseException:
        _undo(place, path, None if new.reuse else new.branch, commit)
        raise
    return _released(place, path)


def create_detached(place: RepositoryPaths, relative: str, commit: str) -> WorktreePaths:
    """A worktree with no branch on it, for a merge that is tried. Raises as `create` does."""
    path = _checked_path(place, relative)
    _check_path_free(path, _entry_at(place, path))
    exclude(place)
    _begin(place, path, ["--detach", path, commit])
    try:
        made = _entry_at(place, path)
        if made is None:
            raise failed(path, "git does not list it")
        furnish(made.tree)
    except BaseException:
        _undo(place, path, None, commit)
        raise
    return _released(place, path).tree


def exclude(place: RepositoryPaths) -> None:
    """Have git ignore the folder of the worktrees, in this clone only."""
    folder = os.path.join(place.common_dir, "info")
    os.makedirs(folder, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    line = os.fsencode("/" + re.sub(r"([*?\[\]\\ ])", r"\\\1", place.folder) + "/")
    with open(os.open(os.path.join(folder, "exclude"), flags, 0o666), "rb+") as file:
        text = file.read()
        if line in text.splitlines():
            return
        gap = b"" if not text or text.endswith(b"\n") else b"\n"
        file.write(gap + line + b"\n")


def _checked_path(place: RepositoryPaths, relative: str) -> str:
    """The absolute path, no step of which leaves the repository."""
    parts = relative.split("/")
    if not relative or any(part in ("", ".", "..") or part.lower() == ".git" for part in parts):
        raise UsageError(
            "path_invalid",
            f"{relative[:80]!r} is no path for a worktree.",
            hint="Give a relative path of plain names.",
        )
    path = place.root
    for part in parts[:-1]:
        path = os.path.join(path, part)
        with suppress(FileExistsError):
            os.mkdir(path)
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise ConflictError(
                "worktree_folder_unsafe",
                f"{path} is not a folder, so no worktree is made in it.",
                hint="See what it is and where it leads, then move it out of the way.",
                details={"path": path},
            )
    return os.path.join(path, parts[-1])


def _entry_at(place: RepositoryPaths, path: str) -> WorktreeEntry | None:
    _, linked = main_and_linked(place)
    wanted = os.path.realpath(path)
    return next((entry for entry in linked if os.path.realpath(entry.path) == wanted), None)


def _check_path_free(path: str, entry: WorktreeEntry | None) -> None:
    if os.path.lexists(path) or entry is not None:
        why = "git still lists a worktree there" if entry is not None else "something stands there"
        raise ConflictError(
            "path_taken",
            f"No worktree is made at {path}: {why}.",
            hint="`yoi worktree doctor` says what it is.",
            details={"path": path},
        )


def _start_of(place: RepositoryPaths, new: NewWorktree) -> str:
    """The commit that the worktree begins at. Raises where branch or base do not allow it."""
    said = place.ask(["check-ref-format", "--branch", new.branch])
    if said.code or new.branch.startswith("-") or said.text.strip() != new.branch:
        raise UsageError(
            "branch_invalid",
            f"{new.branch[:80]!r} is no name for a branch.",
            hint="`git check-ref-format --branch NAME` tells which are.",
        )
    tip = place.branch_commit(new.branch)
    if new.reuse:
        if tip is None:
            raise NotFoundError(
                "branch_not_found",
                f"There is no branch {new.branch}.",
                hint="Without it, a new branch is made.",
                details={"branch": new.branch},
            )
        _check_not_in_use(place, new.branch)
        return tip
    if tip is not None:
        raise ConflictError(
            "branch_exists",
            f"The branch {new.branch} is there already, and is not overwritten.",
            hint=f"Go on with it as it is: `yoi worktree add {new.ticket} --branch {new.branch}`.",
            details={"branch": new.branch, "commit": tip},
        )
    commit = place.target_commit(new.base)
    if commit is None:
        raise NotFoundError(
            "revision_not_found",
            f"There is no commit {new.base[:80]!r} to begin at.",
            hint="A repository needs one commit before it can have worktrees; else name "
            "another revision with --base.",
            details={"revision": new.base},
        )
    return commit


def _check_not_in_use(place: RepositoryPaths, branch: str) -> None:
    main, linked = main_and_linked(place)
    for entry in (*linked, *([main] if main else [])):
        if entry.branch == branch:
            raise ConflictError(
                "branch_in_use",
                f"The branch {branch} is checked out in {entry.path}.",
                hint="Work there, or choose another branch.",
                details={"branch": branch, "path": entry.path},
            )


def _begin(place: RepositoryPaths, path: str, arguments: list[str]) -> None:
    locked = ["--no-checkout", "--lock", "--reason", MAKING]
    answer = place.ask(["worktree", "add", "--quiet", *locked, *arguments])
    if answer.code:
        raise failed(path, answer.said)


def _released(place: RepositoryPaths, path: str) -> WorktreeEntry:
    """The finished worktree, no longer marked as being made."""
    place.run(["worktree", "unlock", path])
    entry = _entry_at(place, path)
    if entry is None:
        raise failed(path, "git no longer lists it")
    return entry


def _clear_way(place: RepositoryPaths, entry: WorktreeEntry, ticket: str) -> None:
    """Keep what somebody put into a worktree that was never finished."""
    if entry.is_missing:
        raise failed(entry.path, "it was begun, and its folder is gone")
    wait_for_index(entry.tree)
    with scratch_of(entry.tree) as scratch:
        found = contents_of(scratch)
        gone = {
            path for path in found.changed if not os.path.lexists(os.path.join(entry.path, path))
        }
        if set(found.changed) - gone or found.untracked:
            commits = {"": entry.head} if entry.head else {}
            rescue(place, scratch, ticket, Rescue(commits, is_dirty=True))


def _undo(place: RepositoryPaths, path: str, branch: str | None, commit: str) -> None:
    """Take away what this process just made, and nothing that was there before."""
    with suppress(YoiError):
        place.ask(["worktree", "remove", "--force", "--force", path])
        if branch is not None:
            place.ask(["update-ref", "-d", f"refs/heads/{branch}", commit])
