"""What differs between two commits, and how far the files of a work tree have come."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.worktrees.git.uncommitted import IndexCopy

LINK, PROGRAM, GITLINK, NOTHING = "120000", "100755", "160000", "000000"


class TreeChange(NamedTuple):
    """A path, with the mode and object that the later commit has there."""

    mode: str
    name: str
    path: str


def changes_between(scratch: IndexCopy, old: str, new: str) -> list[TreeChange]:
    """What differs: mode, object and path as `new` has them; mode 000000 for what it lacks."""
    raw = scratch.paths(["diff-tree", "-r", "--raw", "--no-renames", "-z", old, new])
    found: list[TreeChange] = []
    for facts, path in zip(raw[::2], raw[1::2], strict=True):
        _, mode, _, name, _ = facts.split(" ")
        found.append(TreeChange(mode, name, path))
    return found


def index_of(scratch: IndexCopy) -> Mapping[str, str]:
    """The object of every path in the index."""
    found: dict[str, str] = {}
    for line in scratch.paths(["ls-files", "--stage", "-z"]):
        facts, _, path = line.partition("\t")
        found[path] = facts.split(" ")[1]
    return found


def is_arrived(scratch: IndexCopy, change: TreeChange, full: str) -> bool:
    """Whether the file is what it is going to be."""
    status = os.lstat(full)
    if stat.S_ISLNK(status.st_mode):
        target = os.fsencode(os.readlink(full))
        said = scratch.run(["hash-object", "--stdin"], stdin=target)
        return change.mode == LINK and said.strip() == change.name
    if not stat.S_ISREG(status.st_mode) or change.mode == LINK:
        return False
    if bool(status.st_mode & stat.S_IXUSR) != (change.mode == PROGRAM):
        return False
    return scratch.run(["hash-object", "--", change.path]).strip() == change.name


def is_begun(scratch: IndexCopy, change: TreeChange, full: str) -> bool:
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
