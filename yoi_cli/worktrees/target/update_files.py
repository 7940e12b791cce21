"""Bringing a work tree from one commit to another around what is not committed in it.

Git's own two-way merge does it; but git overwrites what it ignores, and cannot go on with
what a crash left half done. Both are looked after here, before anything moves.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import ConflictError
from yoi_cli.git.command import git_failed
from yoi_cli.worktrees.target.file_state import (
    GITLINK,
    NOTHING,
    TreeChange,
    changes_between,
    index_of,
    is_arrived,
    is_begun,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.worktrees.git.uncommitted import IndexCopy

_PLAIN = ("-c", "submodule.recurse=false")
_SHOWN = 5


class TreeUpdate(NamedTuple):
    """From the commit `old` to `new`. `resumed` says that an earlier step between the two
    died, so that files may stand as it left them: new already, or written in part."""

    old: str
    new: str
    resumed: bool = False


def follow(scratch: IndexCopy, step: TreeUpdate) -> None:
    """Change the files behind `scratch`, and that copy of the index, from old to new.

    Raises `ConflictError` (`target_dirty`) before anything has moved, and `OperationError`
    where it went wrong in the middle.
    """
    scratch.ask(["update-index", "-q", "--refresh"])
    _clear_way(scratch, step)
    asked = [*_PLAIN, "read-tree", "-m", "-u", step.old, step.new]
    tried = scratch.ask([*_PLAIN, "read-tree", "-m", "-u", "-n", step.old, step.new])
    if tried.code:
        raise _dirty(scratch, tried.said)
    answer = scratch.ask(asked)
    if answer.code:
        raise git_failed(["read-tree"], answer)


def take_back(scratch: IndexCopy, step: TreeUpdate) -> None:
    """Undo a step that went wrong in the middle: whatever stands as `new` has it, whole or
    in part, becomes what the index says. Nothing else is touched."""
    changes = changes_between(scratch, step.old, step.new)
    for change in changes:
        full = os.path.join(scratch.tree.path, change.path)
        is_new = change.mode not in (GITLINK, NOTHING) and os.path.lexists(full)
        if is_new and (is_arrived(scratch, change, full) or is_begun(scratch, change, full)):
            os.unlink(full)
            _drop_empty(scratch, os.path.dirname(change.path))
    index = index_of(scratch)
    paths = (change.path for change in changes if change.path in index)
    lost = [path for path in paths if not os.path.lexists(os.path.join(scratch.tree.path, path))]
    stdin = b"".join(os.fsencode(path) + b"\0" for path in lost)
    scratch.run(["checkout-index", "--quiet", "-z", "--stdin"], stdin=stdin)


def _drop_empty(scratch: IndexCopy, folder: str) -> None:
    """Remove folders that hold nothing any more, from the inmost out."""
    while folder:
        try:
            os.rmdir(os.path.join(scratch.tree.path, folder))
        except OSError:
            return
        folder = os.path.dirname(folder)


def _clear_way(scratch: IndexCopy, step: TreeUpdate) -> None:
    """Take what is as it will be for done; raise for what git would run over."""
    changes = [
        change for change in changes_between(scratch, step.old, step.new) if change.mode != GITLINK
    ]
    index = index_of(scratch)
    modified = set(scratch.paths(["diff-files", "--name-only", "--no-ext-diff", "-z"]))
    arrived: list[TreeChange] = []
    in_way: list[str] = []
    for change in changes:
        full = os.path.join(scratch.tree.path, change.path)
        if change.mode == NOTHING:
            continue
        blocked = _blocking_parent(scratch, change.path, index)
        if blocked is not None:
            in_way.append(blocked)
        elif (change.path in index and change.path not in modified) or not os.path.lexists(full):
            continue
        elif is_arrived(scratch, change, full):
            arrived.append(change)
        elif step.resumed and is_begun(scratch, change, full):
            os.unlink(full)
        elif change.path not in index and _holds_untracked(scratch, change.path, full):
            in_way.append(change.path)
    if in_way:
        raise _dirty(scratch, f"not committed and in the way: {', '.join(in_way[:_SHOWN])}")
    lines = [f"{one.mode} {one.name}\t{one.path}" for one in arrived]
    if lines:
        stdin = b"".join(os.fsencode(line) + b"\0" for line in lines)
        scratch.run(["update-index", "-z", "--index-info"], stdin=stdin)
        scratch.ask(["update-index", "-q", "--refresh"])


def _blocking_parent(scratch: IndexCopy, path: str, index: Mapping[str, str]) -> str | None:
    """What is not committed and stands where `path` needs a folder."""
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        parent = "/".join(parts[:count])
        try:
            kind = os.lstat(os.path.join(scratch.tree.path, parent)).st_mode
        except FileNotFoundError:
            return None
        if not stat.S_ISDIR(kind):
            return None if parent in index else parent
    return None


def _holds_untracked(scratch: IndexCopy, path: str, full: str) -> bool:
    """Whether something untracked, ignored or not, stands at `path` or below."""
    if os.path.islink(full) or not os.path.isdir(full):
        return True
    return bool(scratch.paths(["ls-files", "--others", "-z", "--", f":(top,literal){path}"]))


def _dirty(scratch: IndexCopy, said: str) -> ConflictError:
    lines: Sequence[str] = [line.removeprefix("error: ") for line in said.splitlines()]
    why = "; ".join(line.rstrip(".") for line in lines[:_SHOWN]) or "git does not say what"
    return ConflictError(
        "target_dirty",
        f"What is not committed in {scratch.tree.path} stands in the way: {why}.",
        hint="Commit it there, or move it aside; then do the same again. Nothing has moved.",
        details={"path": scratch.tree.path},
    )
