"""The worktree on a ticket's branch for a worker that was ordered from elsewhere, and delivering
what is committed there (docs/runtime.md, "Branches").

Whoever orders names branch, ref and commit, and never a path. No branch is moved that was not made
for orders.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, OperationError
from yoi_cli.git.checkout import is_below
from yoi_cli.git.work_refs import WorkRefs
from yoi_cli.model.naming import BRANCH_PREFIX, WORK_REFS, ticket_of_branch
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.worktrees.git import creation, removal
from yoi_cli.worktrees.git.base import (
    REMOTE,
    check_folder,
    fetched_as,
    inside,
    require_commit,
)
from yoi_cli.worktrees.git.listing import entry_at, main_and_linked
from yoi_cli.worktrees.model import Worktree
from yoi_cli.worktrees.ports import NewWorktree
from yoi_cli.worktrees.target.advance import BranchMove, advance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.worktrees.git.listing import WorktreeEntry
    from yoi_cli.worktrees.model import Risk

_SHOWN = 50


class OrderedBranch(NamedTuple):
    """A branch that is to be worked on from `commit` on, which `ref` holds; `folder` is where in
    its worktree."""

    branch: str
    ref: str
    commit: str
    folder: str = ""

    @property
    def name(self) -> str:
        """The folder of its worktree."""
        return self.branch.removeprefix(BRANCH_PREFIX)


class DeliveredWork(NamedTuple):
    """What stands in a worker's worktree: the branch (None where HEAD is on none), its commit, and
    the first of the paths that are not committed, with how many there are."""

    branch: str | None
    commit: str
    uncommitted: tuple[str, ...] = ()
    uncommitted_count: int = 0


def worktree_on_branch(
    repository: RepositoryPaths,
    ordered: OrderedBranch,
    *,
    is_known: bool,
    mark: Callable[[], None],
) -> tuple[str, bool]:
    """The folder in which a worker begins, in the worktree on its branch, at its commit; and
    whether that was made now. What an earlier worker left there uncommitted stays; commits that
    the new one does not go on from are kept under a rescue ref.

    `is_known` says that the branch was made for an order; `mark` notes that it is, before it is.

    Raises `NotFoundError` (`base_not_found`), `ConflictError` (`branch_exists` where somebody else
    has a branch of that name, `path_taken`), and `UsageError` (`folder_outside`).
    """
    check_folder(ordered.folder)
    require_commit(repository, ordered.ref, ordered.commit)
    path = os.path.join(repository.worktree_folder, ordered.name)
    with repository.locked():
        entry = _usable(repository, path)
        tip = repository.branch_commit(ordered.branch)
        if tip is not None and not is_known:
            raise _branch_exists(ordered.branch)
        mark()
        if entry is not None and not _is_brought_forward(repository, entry, ordered):
            _put_aside(repository, entry, ordered)
            entry = None
        if entry is None:
            _make(repository, path, ordered)
    return inside(path, ordered.folder), entry is None


def _usable(repository: RepositoryPaths, path: str) -> WorktreeEntry | None:
    """The worktree that stands at `path`; what is left of one that was cut short goes."""
    entry = entry_at(repository, path)
    if entry is not None and (entry.is_unfinished or entry.is_missing):
        repository.ask(["worktree", "remove", "--force", "--force", path])
        return None
    return entry


def _is_brought_forward(
    repository: RepositoryPaths, entry: WorktreeEntry, ordered: OrderedBranch
) -> bool:
    """Whether the worktree is at the commit, having been brought forward to it where that only
    adds to what it has."""
    if entry.branch != ordered.branch or entry.head is None:
        return False
    if entry.head == ordered.commit:
        return True
    if not repository.is_ancestor(entry.head, ordered.commit):
        return False
    try:
        advance(repository, BranchMove(ordered.branch, entry.head, ordered.commit, ""))
    except ConflictError:
        return False
    return True


def _put_aside(repository: RepositoryPaths, entry: WorktreeEntry, ordered: OrderedBranch) -> None:
    """Take the worktree away, and the branch; what the commit lacks of them is kept."""
    ticket = ticket_of_branch(ordered.branch)
    worktree = Worktree(entry.path, ticket, entry.branch, entry.head, target=ordered.commit)
    removal.remove(repository, entry, worktree, force=True)


def _make(repository: RepositoryPaths, path: str, ordered: OrderedBranch) -> None:
    """Make the worktree; the branch, which is an order's, begins at the commit."""
    tip = repository.branch_commit(ordered.branch)
    if tip is not None and tip != ordered.commit:
        moved = ["update-ref", "-m", "yoi: ordered anew", f"refs/heads/{ordered.branch}"]
        repository.run([*moved, ordered.commit, tip])
    ticket = ticket_of_branch(ordered.branch) or ""
    relative = os.path.relpath(path, repository.root)
    new = NewWorktree(ticket, relative, ordered.branch, ordered.commit, reuse=tip is not None)
    creation.create(repository, new)


def deliver(repository: RepositoryPaths, folder: str, *, ref: str, branch: str) -> DeliveredWork:
    """What stands in the worktree around `folder`. Where that is on `branch`, its commit is at
    `ref` then, in this clone, and at its remote if the worker's base came from there.

    Raises `NotFoundError` (`work_not_found`) where the worktree is gone, and `OperationError`
    (`delivery_failed`).
    """
    entry = _entry_around(repository, folder)
    if entry is None or entry.head is None or entry.is_missing:
        raise NotFoundError(
            "work_not_found",
            "The worktree of that worker is not there any more.",
            hint="What it committed on a branch is there as long as that is.",
        )
    dirty = entry.tree.uncommitted()
    found = DeliveredWork(entry.branch, entry.head, tuple(dirty[:_SHOWN]), len(dirty))
    if branch and entry.branch == branch and ref.startswith(WORK_REFS):
        repository.run(["update-ref", ref, entry.head])
        _bring_to_remote(repository, ref, entry.head)
    return found


def _entry_around(repository: RepositoryPaths, folder: str) -> WorktreeEntry | None:
    _, linked = main_and_linked(repository)
    return entry_around(linked, folder)


def entry_around(linked: Sequence[WorktreeEntry], folder: str) -> WorktreeEntry | None:
    """The one of the worktrees in which `folder` lies."""
    real = os.path.realpath(folder)
    around = [one for one in linked if is_below(real, os.path.realpath(one.path))]
    return max(around, key=lambda one: len(one.path), default=None)


def _bring_to_remote(repository: RepositoryPaths, ref: str, commit: str) -> None:
    kept = fetched_as(ref)
    seen = repository.commit_of(kept)
    if seen is None or seen == commit:
        return
    try:
        WorkRefs(repository.root, REMOTE).push(ref, commit, seen=seen)
    except OperationError as error:
        raise OperationError(
            "delivery_failed",
            f"The commit is not at the remote: {error.message}",
            hint="It stays where it is; ask for it again.",
        ) from error
    repository.run(["update-ref", kept, commit])


def release(
    repository: RepositoryPaths, folder: str, *, ref: str, branch: str, commit: str
) -> tuple[str, ...]:
    """Take away what was made for an order that began at `commit`: the worktree around `folder`,
    its branch and refs. What was not delivered is kept; the refs that keep it.

    Raises `ConflictError` (`worktree_unsafe`) for what nobody may take away.
    """
    rescued: tuple[str, ...] = ()
    with repository.locked():
        entry = _entry_around(repository, folder)
        if entry is not None:
            worktree = _made_for(repository, entry, ref=ref, branch=branch, commit=commit)
            rescued = removal.remove(repository, entry, worktree, force=True).rescued
        if ref.startswith(WORK_REFS):
            for one in (ref, fetched_as(ref)):
                repository.ask(["update-ref", "-d", one])
    return rescued


def risks(
    repository: RepositoryPaths, entry: WorktreeEntry, *, ref: str, branch: str, commit: str
) -> tuple[Risk, ...]:
    """What speaks against taking away a worktree that was made for an order; `release` keeps what
    can be kept."""
    worktree = _made_for(repository, entry, ref=ref, branch=branch, commit=commit)
    return removal.risks_of(repository, entry, worktree)


def _made_for(
    repository: RepositoryPaths, entry: WorktreeEntry, *, ref: str, branch: str, commit: str
) -> Worktree:
    """The worktree of an order that began at `commit`, held against what was delivered of it."""
    known = (commit,) if entry.head == commit else (ref, fetched_as(ref))
    held = next(filter(repository.commit_of, known), "")
    ticket = ticket_of_branch(branch) if branch else None
    return Worktree(entry.path, ticket, entry.branch, entry.head, target=held)


def _branch_exists(branch: str) -> ConflictError:
    return ConflictError(
        "branch_exists",
        "There is a branch of that name, which was not made for an order.",
        hint="Take it away there, or work on it there.",
        details={"branch": branch},
    )
