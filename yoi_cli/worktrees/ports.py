"""What the use cases need of git's worktrees and branches, as protocols (docs/worktrees.md).

`git` implements them. Nothing here ever discards work: what a removal would lose is kept
under a rescue ref first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from yoi_cli.worktrees.model import Risk, Worktree


class NewWorktree(NamedTuple):
    """A worktree to be made: `path` is relative to the repository, `branch` short.

    Where one of the same path and branch was begun and cut short, making it finishes it.

    `base` is the revision that a new branch begins at. An existing branch is never
    overwritten; it is checked out only where `reuse` allows it.
    """

    ticket: str
    path: str
    branch: str
    base: str
    reuse: bool = False


class RemovedWorktree(NamedTuple):
    """What a removal took away, and the refs that keep what would have been lost.

    `branch` is the one that went with the worktree, None where it stays. `ignored` are the
    files and folders that went unkept because git ignores them.
    """

    path: str
    branch: str | None
    rescued: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


class MergeTry(NamedTuple):
    """A merge made in a worktree of its own: the commit, or the paths in conflict.

    `path` is that worktree's folder, where the result is validated.
    """

    path: str
    commit: str | None
    conflicts: tuple[str, ...] = ()


class WorktreeFacts(NamedTuple):
    """What there is of worktrees in a repository, complete or not. Paths are absolute.

    `unknown` are names below `.worktree` that git lists no worktree for, `tries` worktrees
    of `try_merge`, `strays` those whose `.git` leads elsewhere, `branches` the ticket
    branches that are checked out nowhere. `local` has the committed files, by worktree,
    that should have stayed out of it. `halted` are worktrees in which moving the target
    branch was cut short. `hookless` are those in which git finds no folder of hooks, each with
    the main worktree's.
    """

    worktrees: tuple[Worktree, ...]
    unknown: tuple[str, ...] = ()
    tries: tuple[str, ...] = ()
    strays: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    local: tuple[tuple[str, tuple[str, ...]], ...] = ()
    halted: tuple[str, ...] = ()
    hookless: tuple[tuple[str, str], ...] = ()


class Worktrees(Protocol):
    """The worktrees of one repository."""

    def all(self, target: str) -> Sequence[Worktree]:
        """Every worktree but the main one, by path; `ahead` and `base` counted against `target`."""
        ...

    def tickets(self) -> AbstractSet[str]:
        """The tickets that have a worktree, in whatever state it is."""
        ...

    def find(self, path: str, target: str) -> Worktree | None:
        """The worktree whose folder ends with `path` (relative to the repository) and stands,
        without `base` and `ahead`; `target` is what it is to be merged into."""
        ...

    def locate(self, path: str, target: str) -> Worktree | None:
        """The same without a look at its files: what is not committed there is not told."""
        ...

    def stands(self, path: str) -> bool:
        """Whether there is one to `find`."""
        ...

    def of(self, ticket: str, target: str) -> Worktree | None:
        """The worktree on the branch of `ticket`; one that is not finished is none yet."""
        ...

    def add(self, new: NewWorktree) -> Worktree:
        """`make` a worktree, and look at it."""
        ...

    def make(self, new: NewWorktree) -> None:
        """Make a worktree, or finish one whose making was cut short.

        Raises `UsageError` (`path_invalid`, `branch_invalid`), `ConflictError`
        (`branch_exists`, `branch_in_use`, `branch_blocked`, `path_taken`,
        `worktree_folder_unsafe`), `NotFoundError` (`branch_not_found`, `revision_not_found`), and
        `OperationError` (`worktree_failed`, `worktree_not_sparse`); then nothing is left.
        """
        ...

    def rescues(self, ticket: str) -> Sequence[str]:
        """The refs that keep what removals of this ticket's worktrees would have lost."""
        ...

    def facts(self, target: str) -> WorktreeFacts:
        """Everything that doctor looks at; nothing is changed."""
        ...

    def ignore(self, pattern: str) -> None:
        """Have git ignore what `pattern` says, in every worktree of this clone."""
        ...

    def remove(self, worktree: Worktree, *, force: bool) -> RemovedWorktree:
        """Take a worktree and its branch away. Raises `ConflictError` (`worktree_unsafe`)
        where work would be lost and not `force`; with it, that work is rescued first. Where
        a rescue cannot keep it, nobody removes it."""
        ...

    def risks(self, worktree: Worktree) -> Sequence[Risk]:
        """What `remove` would refuse over; nothing is changed."""
        ...


class TargetRepository(Protocol):
    """Reading refs, and moving the target branch with a compare-and-swap."""

    def commit_of(self, revision: str) -> str | None:
        """The full id of a commit, None where there is none."""
        ...

    def is_ancestor(self, commit: str, of: str) -> bool: ...

    def branch_obstacle(self, branch: str) -> str:
        """Why no worktree can be made on a branch of this name, in a sentence; empty where one
        can."""
        ...

    def default_branch(self) -> str:
        """The short name of the branch that tickets are merged into by default."""
        ...

    def try_merge(self, target: str, commit: str, message: str, name: str) -> MergeTry:
        """Merge `commit` into the head of `target` in a detached worktree called `name`,
        made anew; the branch itself stays where it is. Its worktree is gone again where
        there are conflicts. A `commit` that `target` has already gives the head of
        `target`. Raises `NotFoundError` (`branch_not_found`, `revision_not_found`) and
        `OperationError` (`merge_failed`)."""
        ...

    def check_out(self, commit: str, name: str) -> str:
        """The folder of a detached worktree called `name` at `commit`, made anew. Raises
        `OperationError`."""
        ...

    def targets_with(self, commit: str, target: str) -> tuple[str, ...]:
        """The branch `target`, and what remotes were last seen to have of it, as far as they
        hold `commit`: short names."""
        ...

    def advance(self, target: str, *, old: str, new: str, approved: str) -> None:
        """Move the branch `target` from `old` to `new`, the merge of `approved` into `old`, with
        the work tree where it is checked out. Doing it again, also after a crash in the middle,
        ends the same. Raises `ConflictError` (`target_moved`, `target_dirty`, `target_busy`,
        `merge_unexpected` where `new` is another merge); then nothing has moved."""
        ...

    def fast_forward(self, target: str, *, old: str, new: str) -> None:
        """Move the branch `target` from `old` to `new`, which contains it, as `advance` does."""
        ...

    def take_over(self, branch: str, *, old: str, new: str) -> None:
        """Move `branch` from `old` to `new`, whether that contains it or was written anew, as
        `advance` does. What `new` lacks is kept by nothing but the branch's log."""
        ...

    def drop_try(self, name: str) -> None:
        """Take the worktree of `try_merge` or `check_out` away, where it stands."""
        ...
