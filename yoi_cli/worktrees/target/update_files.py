"""Bringing a work tree from one commit to another around what is not committed in it.

Git's own two-way merge does it; but git overwrites what it ignores, and cannot go on with
what a crash left half done. Both are looked after here, before anything moves.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.git.command import git_failed
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.worktrees.git.uncommitted import GITLINK, LINK, PROGRAM, nul_ended

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from yoi_cli.worktrees.git.uncommitted import IndexCopy

_PLAIN = ("-c", "submodule.recurse=false")
_SHOWN = 5
#: The mode of what a commit lacks.
_NOTHING = "000000"
#: How `ls-files -t` marks a path whose file is another, or gone.
_MODIFIED = "C"


class TreeUpdate(NamedTuple):
    """From the commit `old` to `new`. `resumed` says that an earlier step between the two
    died, so that files may stand as it left them: new already, or written in part."""

    old: str
    new: str
    resumed: bool = False


class TreeChange(NamedTuple):
    """A path, with the mode and object that the later commit has there."""

    mode: str
    name: str
    path: str


def update_files(scratch: IndexCopy, step: TreeUpdate) -> None:
    """Change the files behind `scratch`, and that copy of the index, from old to new.

    Raises `ConflictError` (`target_dirty`) before anything has moved, and `OperationError`
    where it went wrong in the middle.
    """
    _clear_way(scratch, step)
    asked = [*_PLAIN, "read-tree", "-m", "-u", step.old, step.new]
    trial = [*_PLAIN, "read-tree", "-m", "-u", "-n", step.old, step.new]
    tried = scratch.ask(trial)
    if tried.code:  # it goes by times, which say nothing of a file that was written as it was
        scratch.ask(["update-index", "-q", "--refresh"])
        tried = scratch.ask(trial)
    if tried.code:
        raise _dirty(scratch, tried.said)
    answer = scratch.ask(asked)
    if answer.code:
        raise git_failed(["read-tree"], answer)


def restore_files(scratch: IndexCopy, step: TreeUpdate) -> None:
    """Undo a step that went wrong in the middle: whatever is as `new` has it, completely or
    in part, becomes what the index says. Nothing else is touched."""
    changes = _changes_between(scratch, step.old, step.new)
    for change in changes:
        full = os.path.join(scratch.tree.path, change.path)
        is_new = change.mode not in (GITLINK, _NOTHING) and os.path.lexists(full)
        if is_new and (_is_arrived(scratch, change, full) or _is_begun(scratch, change, full)):
            os.unlink(full)
            _drop_empty(scratch, os.path.dirname(change.path))
    index, _ = _index_of(scratch)
    paths = (change.path for change in changes if change.path in index)
    lost = [path for path in paths if not os.path.lexists(os.path.join(scratch.tree.path, path))]
    scratch.run(["checkout-index", "--quiet", "-z", "--stdin"], stdin=nul_ended(lost))


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
        change for change in _changes_between(scratch, step.old, step.new) if change.mode != GITLINK
    ]
    index, modified = _index_of(scratch)
    arrived: list[TreeChange] = []
    in_way: list[str] = []
    for change in changes:
        full = os.path.join(scratch.tree.path, change.path)
        if change.mode == _NOTHING:
            continue
        blocked = _blocking_parent(scratch, change.path, index)
        if blocked is not None:
            in_way.append(blocked)
        elif (change.path in index and change.path not in modified) or not os.path.lexists(full):
            continue
        elif _is_arrived(scratch, change, full):
            arrived.append(change)
        elif step.resumed and _is_begun(scratch, change, full):
            os.unlink(full)
        elif change.path not in index and _holds_untracked(scratch, change.path, full):
            in_way.append(change.path)
    if in_way:
        raise _dirty(scratch, f"not committed and in the way: {', '.join(in_way[:_SHOWN])}")
    lines = [f"{one.mode} {one.name}\t{one.path}" for one in arrived]
    if lines:
        scratch.run(["update-index", "-z", "--index-info"], stdin=nul_ended(lines))
        scratch.ask(["update-index", "-q", "--refresh"])


def _blocking_parent(scratch: IndexCopy, path: str, index: AbstractSet[str]) -> str | None:
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


def _changes_between(scratch: IndexCopy, old: str, new: str) -> list[TreeChange]:
    """What differs: mode, object and path as `new` has them; mode 000000 for what it lacks."""
    raw = scratch.paths(["diff-tree", "-r", "--raw", "--no-renames", "-z", old, new])
    found: list[TreeChange] = []
    for facts, path in zip(raw[::2], raw[1::2], strict=True):
        _, mode, _, name, _ = facts.split(" ")
        found.append(TreeChange(mode, name, path))
    return found


def _index_of(scratch: IndexCopy) -> tuple[AbstractSet[str], AbstractSet[str]]:
    """The paths in the index, and those of them whose files are not as it says."""
    found: set[str] = set()
    modified: set[str] = set()
    for line in scratch.paths(["ls-files", "-t", "--cached", "--modified", "-z"]):
        (modified if line[0] == _MODIFIED else found).add(line[2:])
    return found, modified


def _is_arrived(scratch: IndexCopy, change: TreeChange, full: str) -> bool:
    """Whether the file is what it is going to be."""
    status = os.lstat(full)
    if stat.S_ISLNK(status.st_mode):
        target = os.fsencode(os.readlink(full))
        name = scratch.run(["hash-object", "--stdin"], stdin=target).strip()
        return change.mode == LINK and name == change.name
    if not stat.S_ISREG(status.st_mode) or change.mode == LINK:
        return False
    if bool(status.st_mode & stat.S_IXUSR) != (change.mode == PROGRAM):
        return False
    return scratch.run(["hash-object", "--", change.path]).strip() == change.name


def _is_begun(scratch: IndexCopy, change: TreeChange, full: str) -> bool:
    """Whether the file holds the beginning of what it is going to be, and nothing else."""
    if os.path.islink(full) or not os.path.isfile(full):
        return False
    answer = scratch.ask(["cat-file", "blob", change.name])
    if answer.code:
        raise OperationError(
            "git_object_missing",
            f"git cannot read its object {change.name}.",
            hint="`git fsck` says what is wrong with the repository.",
            details={"object": change.name},
        )
    with open(full, "rb") as file:
        return answer.out.startswith(file.read())


def _dirty(scratch: IndexCopy, text: str) -> ConflictError:
    lines: Sequence[str] = [line.removeprefix("error: ") for line in text.splitlines()]
    why = "; ".join(line.rstrip(".") for line in lines[:_SHOWN]) or "git does not say what"
    return ConflictError(
        "target_dirty",
        f"What is not committed in {scratch.tree.path} stands in the way: {why}.",
        hint="Commit it there, or move it aside; then do the same again. Nothing has moved.",
        details={"path": scratch.tree.path},
    )
