"""The worktree of a worker that was ordered for a commit (docs/runtime.md, "Base").

The runtime makes it itself: whoever orders names a ref and a commit, and never a path.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError
from yoi_cli.git.command import ask_patiently
from yoi_cli.worktrees.git.creation import create_detached
from yoi_cli.worktrees.git.listing import all_entries, entry_at

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths

_FETCH_SECONDS = 60.0
_NAME = re.compile(r"[a-z0-9-]{1,64}")
REMOTE = "origin"
_HEADS = "refs/heads/"
#: What was fetched for a worker, so that git keeps it.
_FETCHED = "refs/yoi/base/"
_STORE = ".yoi/"


def worktree_for(
    repository: RepositoryPaths, name: str, *, ref: str, commit: str, folder: str
) -> tuple[str, bool]:
    """The folder in which a worker begins, in a worktree called `name` at `commit`; and whether
    that worktree was made now. One that was begun for the same name is taken up.

    What was worked in already is no beginning for another worker (`key_conflict`).

    Raises `NotFoundError` (`base_not_found`) where neither the clone nor its remote has the
    commit on `ref`, `ConflictError` (`base_dirty`) where what is checked out of `ref` has changes
    that the commit lacks, and `UsageError` (`folder_outside`).
    """
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    check_folder(folder)
    require_commit(repository, ref, commit)
    _check_clean(repository, ref, commit)
    path = os.path.join(repository.worktree_folder, name)
    relative = os.path.relpath(path, repository.root)
    with repository.locked():
        entry = entry_at(repository, path)
        if entry is not None and (entry.is_unfinished or entry.is_missing):
            repository.ask(["worktree", "remove", "--force", "--force", path])
            entry = None
        is_new = entry is None
        if entry is None:
            create_detached(repository, relative, commit)
        elif entry.head != commit or entry.tree.uncommitted():
            raise _taken()
    return inside(path, folder), is_new


def remove_worktree_of(repository: RepositoryPaths, name: str) -> None:
    """Take away a worktree that was just made, for a worker that could not be started."""
    path = os.path.join(repository.worktree_folder, name)
    with repository.locked():
        repository.ask(["worktree", "remove", "--force", path])


def check_folder(folder: str) -> None:
    """Raise `UsageError` (`folder_outside`) for a path that leads out of where it begins."""
    parts = folder.split("/") if folder else []
    if any(part in ("", ".", "..", ".git") for part in parts) or "\0" in folder:
        raise _outside()


def inside(path: str, folder: str) -> str:
    """The folder below the worktree at `path`, which no symlink leads out of. Raises `UsageError`
    (`folder_outside`, `folder_not_found`)."""
    wanted = os.path.join(path, folder) if folder else path
    real, root = os.path.realpath(wanted), os.path.realpath(path)
    if real != root and not real.startswith(root + os.sep):
        raise _outside()
    if not os.path.isdir(real):
        raise UsageError(
            "folder_not_found",
            "The commit has no such folder.",
            hint="Name a folder that it has, or none.",
            details={"field": "base.folder"},
        )
    return real


def _outside() -> UsageError:
    return UsageError(
        "folder_outside",
        "The folder leaves the worktree.",
        hint="Name one below the top of the commit, such as src/app.",
        details={"field": "base.folder"},
    )


def require_commit(repository: RepositoryPaths, ref: str, commit: str) -> None:
    """Have the commit here, on the ref: as it is in the clone, or after a fetch of it. Raises
    `NotFoundError` (`base_not_found`)."""
    if _holds(repository, ref, commit):
        return
    if not repository.find(["config", "--get", f"remote.{REMOTE}.url"]):
        raise _not_found()
    full, kept = _full(ref), fetched_as(ref)
    answer = ask_patiently(
        ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", REMOTE, f"+{full}:{kept}"],
        cwd=repository.root,
        seconds=_FETCH_SECONDS,
        variables={"GIT_TERMINAL_PROMPT": "0"},
    )
    if answer.code or not _is_on(repository, kept, commit):
        raise _not_found()


def fetched_as(ref: str) -> str:
    """The ref that keeps what was fetched of `ref`."""
    return _FETCHED + _full(ref).removeprefix("refs/")


def _full(ref: str) -> str:
    return ref if ref.startswith("refs/") else f"{_HEADS}{ref}"


def _holds(repository: RepositoryPaths, ref: str, commit: str) -> bool:
    """Whether the commit is on the ref, as the clone knows it."""
    full = _full(ref)
    tracked = f"refs/remotes/{REMOTE}/{full.removeprefix(_HEADS)}"
    return any(_is_on(repository, name, commit) for name in (full, tracked))


def _is_on(repository: RepositoryPaths, name: str, commit: str) -> bool:
    tip = repository.commit_of(name)
    is_here = tip is not None and repository.commit_of(commit) == commit
    return tip is not None and is_here and repository.is_ancestor(commit, tip)


def _check_clean(repository: RepositoryPaths, ref: str, commit: str) -> None:
    """Refuse a branch whose tip somebody is changing: the commit is not what they see there."""
    branch = ref.removeprefix(_HEADS)
    if repository.branch_commit(branch) != commit:
        return
    for entry in all_entries(repository):
        if entry.branch != branch or entry.is_missing:
            continue
        if any(not path.startswith(_STORE) for path in entry.tree.uncommitted()):
            raise ConflictError(
                "base_dirty",
                "What is checked out of that branch has changes that are not committed.",
                hint="Commit them, or name a commit that is not the branch's tip.",
            )


def _taken() -> ConflictError:
    return ConflictError(
        "key_conflict",
        "A worktree for this order is there, and somebody worked in it.",
        hint="Order with another key; `yoi worktree list` shows the worktree.",
    )


def _not_found() -> NotFoundError:
    return NotFoundError(
        "base_not_found",
        "Neither the clone nor its remote has that commit on that ref.",
        hint="Push it first; the ref is a branch or a full ref name.",
        details={"field": "base.commit"},
    )
