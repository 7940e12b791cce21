"""Making a worktree, completely or not at all, without local or secret files.

See docs/worktrees.md.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, UsageError, YoiError
from yoi_cli.git.dot_git import git_dir_of
from yoi_cli.git.unusual import record_main
from yoi_cli.model.config import is_git_folder
from yoi_cli.workspace.which import mark_worktree
from yoi_cli.worktrees.git.branch_names import is_name, name_in_the_way
from yoi_cli.worktrees.git.listing import MAKING, WorktreeEntry, all_entries, entry_at, tree_at
from yoi_cli.worktrees.git.populate import failed, populate, wait_for_index
from yoi_cli.worktrees.git.rescue import Rescue, rescue
from yoi_cli.worktrees.git.uncommitted import index_copy_of, uncommitted_of

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
    from yoi_cli.worktrees.ports import NewWorktree


def create(repository: RepositoryPaths, new: NewWorktree) -> WorktreeEntry:
    """Make the worktree `new`, or finish the one whose making was cut short. One whose folder
    is gone gets it back, as HEAD and index have it.

    Only while the lock on the worktrees is held: so whoever began it is gone.
    """
    path = _checked_path(repository, new.path)
    begun = entry_at(repository, path)
    if begun is not None and begun.is_missing and _is_gone(path):
        _restore_folder(begun, new)
        if not begun.is_unfinished:
            return begun
    if begun is not None and begun.is_unfinished and begun.branch == new.branch:
        _clear_way(repository, begun, new.ticket)
        populate(repository, begun.tree)
        return _finished(repository, begun.tree)
    if begun is not None and begun.is_missing and begun.branch == new.branch:
        raise _path_taken(path, "its `.git` is gone or leads elsewhere, and the files are there")
    commit = _start_of(repository, new)
    _check_path_free(path, begun)
    if new.reuse:
        return _listed(repository, _make(repository, path, [path, new.branch], None, commit))
    options = ["--no-track", "-b", new.branch, path, commit]
    return _listed(repository, _make(repository, path, options, new.branch, commit))


def _is_gone(path: str) -> bool:
    """Whether nothing is at `path`, or an empty folder, which is all that a confined worker leaves
    of its worktree."""
    try:
        return not os.listdir(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _restore_folder(entry: WorktreeEntry, new: NewWorktree) -> None:
    """Make the folder of a worktree anew. Its own git folder stays as it is, so that nothing is
    lost of what was staged, or of a merge under way. Raises `ConflictError` (`path_taken`)."""
    is_locked = entry.lock is not None and not entry.is_unfinished
    if is_locked or entry.branch not in (new.branch, None):
        raise _path_taken(entry.path, "git lists a worktree there that is another's, or locked")
    os.makedirs(entry.path, exist_ok=True)
    with open(os.path.join(entry.path, ".git"), "wb") as file:
        file.write(b"gitdir: " + os.fsencode(entry.tree.git_dir) + b"\n")
    if not entry.is_unfinished:
        wait_for_index(entry.tree)
        entry.tree.run(["checkout-index", "--all", "--quiet"])
        entry.tree.ask(["update-index", "-q", "--refresh"])


def create_detached(repository: RepositoryPaths, relative: str, commit: str) -> WorktreePaths:
    """A worktree with no branch on it, for a merge that is tried. Raises as `create` does."""
    path = _checked_path(repository, relative)
    _check_path_free(path, entry_at(repository, path))
    return _make(repository, path, ["--detach", path, commit], None, commit)


def _make(
    repository: RepositoryPaths, path: str, options: list[str], branch: str | None, commit: str
) -> WorktreePaths:
    """Add a worktree and fill it; where that fails, it is gone again, with its new `branch`."""
    exclude(repository)
    _record_root(repository)
    locked = ["--no-checkout", "--lock", "--reason", MAKING]
    answer = repository.ask(["worktree", "add", "--quiet", *locked, *options])
    if answer.code:
        raise failed(path, answer.said)
    try:
        tree = tree_at(repository, path)
        if tree is None:
            raise failed(path, "git does not list it")
        if repository.workspace:
            mark_worktree(tree.git_dir, repository.workspace)
        populate(repository, tree)
    except BaseException:
        _undo(repository, path, branch, commit)
        raise
    _release(tree)
    return tree


def _record_root(repository: RepositoryPaths) -> None:
    """Let the new worktree find its way to the main checkout, where git does not know it: the
    clone may be one in which nobody ran `yoi init`."""
    git_dir = git_dir_of(os.path.join(repository.root, ".git"))
    if git_dir == repository.common_dir:
        record_main(repository.root, git_dir, repository.common_dir)


def exclude(repository: RepositoryPaths, pattern: str = "") -> None:
    """Have git ignore `pattern`, by default the folder of the worktrees, in this clone only."""
    folder = os.path.join(repository.common_dir, "info")
    os.makedirs(folder, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    own = "/" + re.sub(r"([*?\[\]\\ ])", r"\\\1", repository.folder) + "/"
    line = os.fsencode(pattern or own)
    with open(os.open(os.path.join(folder, "exclude"), flags, 0o666), "rb+") as file:
        text = file.read()
        if line in text.splitlines():
            return
        gap = b"" if not text or text.endswith(b"\n") else b"\n"
        file.write(gap + line + b"\n")


def _checked_path(repository: RepositoryPaths, relative: str) -> str:
    """The absolute path, no step of which leaves the repository."""
    parts = relative.split("/")
    if not relative or any(part in ("", ".", "..") or is_git_folder(part) for part in parts):
        raise UsageError(
            "path_invalid",
            f"{relative[:80]!r} is no path for a worktree.",
            hint="Give a relative path of plain names.",
        )
    path = repository.root
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


def _check_path_free(path: str, entry: WorktreeEntry | None) -> None:
    if os.path.lexists(path) or entry is not None:
        why = "git still lists a worktree there" if entry is not None else "something stands there"
        raise _path_taken(path, why)


def _path_taken(path: str, why: str) -> ConflictError:
    return ConflictError(
        "path_taken",
        f"No worktree is made at {path}: {why}.",
        hint="`yoi worktree doctor` says what it is.",
        details={"path": path},
    )


def _start_of(repository: RepositoryPaths, new: NewWorktree) -> str:
    """The commit that the worktree begins at. Raises where branch or base do not allow it."""
    if not is_name(repository, new.branch):
        raise UsageError(
            "branch_invalid",
            f"{new.branch[:80]!r} is no name for a branch.",
            hint="`git check-ref-format --branch NAME` tells which are.",
        )
    tip = repository.branch_commit(new.branch)
    if new.reuse:
        if tip is None:
            raise NotFoundError(
                "branch_not_found",
                f"There is no branch {new.branch}.",
                hint="Without it, a new branch is made.",
                details={"branch": new.branch},
            )
        _check_not_in_use(repository, new.branch)
        return tip
    if tip is not None:
        raise ConflictError(
            "branch_exists",
            f"The branch {new.branch} is there already, and is not overwritten.",
            hint=f"Go on with it as it is: `yoi worktree add {new.ticket} --branch {new.branch}`.",
            details={"branch": new.branch, "commit": tip},
        )
    other = name_in_the_way(repository, new.branch)
    if other is not None:
        raise ConflictError(
            "branch_blocked",
            f"There is a branch {other}, so git can have none called {new.branch}.",
            hint="Rename it (`git branch -m`), or choose another name with --branch.",
            details={"branch": new.branch, "blocked_by": other},
        )
    commit = repository.target_commit(new.base)
    if commit is None:
        raise NotFoundError(
            "revision_not_found",
            f"There is no commit {new.base[:80]!r} to begin at.",
            hint="A repository needs one commit before it can have worktrees; else name "
            "another revision with --base.",
            details={"revision": new.base},
        )
    return commit


def _check_not_in_use(repository: RepositoryPaths, branch: str) -> None:
    for entry in all_entries(repository):
        if entry.branch == branch:
            raise ConflictError(
                "branch_in_use",
                f"The branch {branch} is checked out in {entry.path}.",
                hint="Work there, or choose another branch.",
                details={"branch": branch, "path": entry.path},
            )


def _release(tree: WorktreePaths) -> None:
    """Let a finished worktree be marked no longer as being made, as `git worktree unlock` does."""
    os.unlink(tree.own("locked"))


def _finished(repository: RepositoryPaths, tree: WorktreePaths) -> WorktreeEntry:
    _release(tree)
    return _listed(repository, tree)


def _listed(repository: RepositoryPaths, tree: WorktreePaths) -> WorktreeEntry:
    entry = entry_at(repository, tree.path)
    if entry is None:
        raise failed(tree.path, "git no longer lists it")
    return entry


def _clear_way(repository: RepositoryPaths, entry: WorktreeEntry, ticket: str) -> None:
    """Keep what somebody put into a worktree that was never finished."""
    wait_for_index(entry.tree)
    with index_copy_of(entry.tree) as scratch:
        found = uncommitted_of(scratch)
        gone = {
            path for path in found.changed if not os.path.lexists(os.path.join(entry.path, path))
        }
        if set(found.changed) - gone or found.untracked:
            commits = {"": entry.head} if entry.head else {}
            rescue(repository, scratch, ticket, Rescue(commits, is_dirty=True))


def _undo(repository: RepositoryPaths, path: str, branch: str | None, commit: str) -> None:
    """Take away what this process just made, and nothing that was there before."""
    with suppress(YoiError):
        repository.ask(["worktree", "remove", "--force", "--force", path])
        if branch is not None:
            repository.ask(["update-ref", "-d", f"refs/heads/{branch}", commit])
