"""Moving the target branch to a merge that was approved, with its work tree (docs/orchestrate.md).

Where the branch is checked out, git's own lock on the index is held, the files follow first,
then the ref, then the index. A crash in between leaves the lock with our mark in it: the
next move of that branch takes it over and ends what was begun. Files that are not committed
and not part of the move are never touched; one that stands in the way stops it before
anything has moved, also where git ignores it.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, YoiError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.worktrees.git.listing import all_entries
from yoi_cli.worktrees.git.marks import MARK, is_marked
from yoi_cli.worktrees.git.uncommitted import plain_copy_of
from yoi_cli.worktrees.target.update_files import TreeUpdate, restore_files, update_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
    from yoi_cli.worktrees.git.listing import WorktreeEntry

_OURS = "yoi-advance-"
_BUSY_SECONDS = 10.0
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")
_REBASES = ("rebase-merge/head-name", "rebase-apply/head-name")


class BranchMove(NamedTuple):
    """The branch `target`, by its short name, from the commit `old` to `new`, which merges
    `approved` into it; where that is empty, `new` only has to contain `old`, and where it is a
    rewrite not even that."""

    target: str
    old: str
    new: str
    approved: str
    is_rewrite: bool = False

    @property
    def ref(self) -> str:
        return f"refs/heads/{self.target}"


def advance(repository: RepositoryPaths, move: BranchMove) -> None:
    """Make the move. Only while the lock on the worktrees is held.

    Raises `NotFoundError` (`branch_not_found`) and `ConflictError` (`target_moved`,
    `target_dirty`, `target_busy`, `merge_unexpected`).
    """
    entries = [entry for entry in all_entries(repository) if not entry.is_missing]
    holders = [entry for entry in entries if entry.branch == move.target]
    _check_rest(entries, holders, move)
    _is_there(repository, move)
    _check_merge(repository, move)
    if holders:
        _advance_with_files(repository, holders[0].tree, move)
        return
    if not _is_there(repository, move):
        _move_ref(repository, move)


def _check_merge(repository: RepositoryPaths, move: BranchMove) -> None:
    """What was approved is what is merged: parents are read from the commit itself, so that no
    graft and no replacement speaks for it."""
    if not move.approved:
        if not move.is_rewrite and not repository.is_ancestor(move.old, move.new):
            raise _moved(move, f"it has commits that {move.new[:12]} lacks")
        return
    if repository.parents_of(move.new) != (move.old, move.approved):
        raise ConflictError(
            "merge_unexpected",
            f"{move.new[:12]} is not the merge of {move.approved[:12]} into {move.old[:12]}.",
            hint="Nothing has moved. See who made that commit: `git show` tells.",
            details={"branch": move.target, "old": move.old, "new": move.new},
        )


def _is_there(repository: RepositoryPaths, move: BranchMove) -> bool:
    """Whether the branch is at its end already. Raises where it is neither here nor there."""
    head = repository.branch_commit(move.target)
    if head is None:
        raise NotFoundError(
            "branch_not_found",
            f"There is no branch {move.target[:80]!r}.",
            hint="`git branch --all` lists the branches of this clone.",
            details={"branch": move.target},
        )
    if head not in (move.old, move.new):
        raise _moved(move, f"it is at {head[:12]}")
    return head == move.new


def _check_rest(
    entries: list[WorktreeEntry], holders: list[WorktreeEntry], move: BranchMove
) -> None:
    if len(holders) > 1:
        raise _busy(move, "it is checked out in more than one worktree")
    for entry in holders:
        for name in _UNDER_WAY:
            if os.path.exists(entry.tree.own(name)):
                raise _busy(move, f"a merge or the like is under way in {entry.path}")
    for entry in entries:
        for name in _REBASES:
            with suppress(OSError), open(entry.tree.own(name), "rb") as file:
                if os.fsdecode(file.read()).strip() == move.ref:
                    raise _busy(move, f"it is being rebased in {entry.path}")


def _advance_with_files(repository: RepositoryPaths, tree: WorktreePaths, move: BranchMove) -> None:
    with _index_held(tree, move) as resumed:
        if _is_there(repository, move) and not resumed:
            return
        with plain_copy_of(tree, f"{_OURS}{os.getpid()}.index") as scratch:
            step = TreeUpdate(move.old, move.new, resumed=resumed)
            try:
                update_files(scratch, step)
                if not _is_there(repository, move):
                    _move_ref(repository, move)
            except YoiError as error:
                if error.code != "target_dirty":
                    _go_back(tree, step)
                raise
            os.rename(scratch.index_file, tree.own("index"))


def _go_back(tree: WorktreePaths, step: TreeUpdate) -> None:
    """Let the files be what they were: the index, which was not touched, still says so."""
    with suppress(YoiError), plain_copy_of(tree, f"{_OURS}{os.getpid()}.index") as scratch:
        restore_files(scratch, step)


def _move_ref(repository: RepositoryPaths, move: BranchMove) -> None:
    reason = f"yoi: {'work on' if move.is_rewrite else 'merge into'} {move.target}"
    answer = repository.ask(["update-ref", "-m", reason, move.ref, move.new, move.old])
    if answer.code:
        raise _moved(move, answer.said or "git refused")


@contextmanager
def _index_held(tree: WorktreePaths, move: BranchMove) -> Iterator[bool]:
    """Hold git's lock on the index; gives whether a move that died had it before."""
    lock, mine = tree.own("index.lock"), tree.own(f"{_OURS}{os.getpid()}.mark")
    resumed = _take_over(tree, lock)
    with open(mine, "wb") as file:
        file.write(MARK)
    try:
        _link(mine, lock, move)
    finally:
        os.unlink(mine)
    try:
        yield resumed
    finally:
        os.unlink(lock)


def _take_over(tree: WorktreePaths, lock: str) -> bool:
    """Remove the lock of a move that died: a living one would hold the worktrees' lock."""
    is_ours = is_marked(lock)
    if is_ours:
        os.unlink(lock)
    for name in os.listdir(tree.git_dir):
        if name.startswith(_OURS):
            os.unlink(tree.own(name))
    return is_ours


def _link(mine: str, lock: str, move: BranchMove) -> None:
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            os.link(mine, lock)
        except FileExistsError:
            if time.monotonic() > end:
                raise _busy(move, f"another git works there ({lock} stands)") from None
            time.sleep(0.02)
        else:
            return


def _moved(move: BranchMove, how: str) -> ConflictError:
    return ConflictError(
        "target_moved",
        f"{move.target} was not moved from {move.old[:12]}: {how}.",
        hint="Merge anew into what it is now.",
        details={"branch": move.target, "old": move.old, "new": move.new},
    )


def _busy(move: BranchMove, why: str) -> ConflictError:
    return ConflictError(
        "target_busy",
        f"{move.target} was not moved: {why}.",
        hint="Try again when that is over.",
        details={"branch": move.target},
    )
