"""What a worktree holds that no commit does: staged, changed and untracked, byte for byte.

Everything is done on a scratch copy of the index, so that looking changes nothing.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import git_failed
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yoi_cli.git.command import GitAnswer
    from yoi_cli.git.repository import WorktreePaths

_CHUNK = 200
#: What git knows of an untracked folder from before is not gone by, nor what it leaves out of a
#: submodule.
_STATUS = (
    *("-c", "core.untrackedCache=false", "status", "--porcelain=v1", "-z", "--no-renames"),
    *("--untracked-files=all", "--ignore-submodules=untracked"),
)
LINK, PROGRAM, _FILE, GITLINK = "120000", "100755", "100644", "160000"
#: A rescue must outlive a power cut, and git syncs no loose objects by itself.
SYNCED = ("-c", "core.fsync=committed,loose-object")


class UncommittedPaths(NamedTuple):
    """Paths of a worktree, relative to it: `staged` against HEAD, `changed` against the
    index, `untracked`, `ignored` (folders end in `/`), and `nested` repositories that are
    not part of this one."""

    staged: tuple[str, ...]
    changed: tuple[str, ...]
    untracked: tuple[str, ...]
    ignored: tuple[str, ...]
    nested: tuple[str, ...]

    @property
    def uncommitted(self) -> tuple[str, ...]:
        """Everything that git's own notion calls work, sorted."""
        return tuple(sorted({*self.staged, *self.changed, *self.untracked}))


class UncommittedTrees(NamedTuple):
    """Trees that hold what is not committed: the index (None where that is HEAD's tree, or
    in conflict), and the work tree with what is untracked."""

    staged: str | None
    files: str


class IndexCopy(NamedTuple):
    """A worktree seen through a copy of its index, in which nothing is hidden."""

    tree: WorktreePaths
    index_file: str

    def ask(self, arguments: Sequence[str], *, stdin: bytes = b"") -> GitAnswer:
        return self.tree.ask(arguments, stdin=stdin, variables={"GIT_INDEX_FILE": self.index_file})

    def run(self, arguments: Sequence[str], *, stdin: bytes = b"") -> str:
        answer = self.ask(arguments, stdin=stdin)
        if answer.code:
            raise git_failed(arguments, answer)
        return answer.text

    def paths(self, arguments: Sequence[str]) -> tuple[str, ...]:
        return tuple(path for path in self.run(arguments).split("\0") if path)


@contextmanager
def index_copy_of(tree: WorktreePaths) -> Iterator[IndexCopy]:
    """A copy of the index of `tree`, for as long as the context lasts.

    Entries that were marked to be taken for unchanged, or for left out, are looked at.
    """
    # Threads of one process may look at a worktree at once, as a server's do.
    with plain_copy_of(tree, f"yoi-index-{os.getpid()}-{get_ident()}") as scratch:
        if os.path.isdir(tree.path):
            _unhide(scratch)
        yield scratch


@contextmanager
def plain_copy_of(tree: WorktreePaths, name: str) -> Iterator[IndexCopy]:
    """A copy of the index of `tree` as it is, as the file `name` of its git folder."""
    scratch = IndexCopy(tree, tree.own(name))
    try:
        _copy_index(scratch)
        yield scratch
    finally:
        for leftover in (scratch.index_file, f"{scratch.index_file}.lock"):
            if os.path.exists(leftover):
                os.unlink(leftover)


def _copy_index(scratch: IndexCopy) -> None:
    try:
        shutil.copyfile(scratch.tree.own("index"), scratch.index_file)
    except FileNotFoundError:  # nothing was ever checked out
        scratch.run(["read-tree", _head(scratch)])
        return
    # Git looks twice at what changed in the index's own instant: the copy keeps its time.
    shutil.copystat(scratch.tree.own("index"), scratch.index_file)


def _unhide(scratch: IndexCopy) -> None:
    assumed: list[str] = []
    skipped: list[str] = []
    for line in scratch.paths(["ls-files", "-v", "-z"]):
        tag, path = line[0], line[2:]
        if tag.islower():
            assumed.append(path)
        if tag in "Ss" and os.path.lexists(os.path.join(scratch.tree.path, path)):
            skipped.append(path)
    for option, paths in (("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)):
        if paths:
            scratch.run(["update-index", option, "-z", "--stdin"], stdin=nul_ended(paths))


def uncommitted_of(scratch: IndexCopy) -> UncommittedPaths:
    """What is not committed in the worktree behind `scratch`."""
    if not os.path.isdir(scratch.tree.path):
        cached = ["diff-index", "--cached", "--name-only", "--no-renames", "-z"]
        return UncommittedPaths(scratch.paths([*cached, _head(scratch), "--"]), (), (), (), ())
    staged: list[str] = []
    changed: list[str] = []
    others: list[str] = []
    for entry in scratch.paths(_STATUS):
        index, files, path = entry[0], entry[1], entry[3:]
        if index == "?":
            others.append(path)
            continue
        if index != " ":
            staged.append(path)
        if files != " ":
            changed.append(path)
    ignored = scratch.paths(
        ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"]
    )
    return UncommittedPaths(
        tuple(staged),
        tuple(changed),
        tuple(others),
        ignored,
        tuple(path for path in others if path.endswith("/")),
    )


def keep(scratch: IndexCopy) -> UncommittedTrees:
    """Write everything that is not committed into trees of the repository's objects.

    Files are taken as they are: no filter, no change of line ends. `scratch` holds all of it
    afterwards. Raises `OperationError` where one cannot be read; then nothing was kept.
    """
    scratch.ask(["update-index", "-q", "--really-refresh"])
    index = scratch.ask([*SYNCED, "write-tree"])
    if os.path.isdir(scratch.tree.path):
        _take_files(scratch)
    files = scratch.run([*SYNCED, "write-tree"]).strip()
    staged = index.text.strip() if index.code == 0 else None
    is_heads = staged == scratch.run(["rev-parse", f"{_head(scratch)}^{{tree}}"]).strip()
    return UncommittedTrees(None if is_heads else staged, files)


def _take_files(scratch: IndexCopy) -> None:
    gone: list[str] = []
    there: dict[str, str] = {}
    raw = scratch.paths(["diff-files", "--raw", "--no-ext-diff", "--no-renames", "-z"])
    for facts, path in zip(raw[::2], raw[1::2], strict=True):
        _, mode, _, _, letter = facts.split(" ")
        if letter == "D" or not os.path.lexists(os.path.join(scratch.tree.path, path)):
            gone.append(path)
        else:
            there[path] = mode
    for path in scratch.paths(["ls-files", "--others", "--exclude-standard", "-z"]):
        there[path] = ""
    none = "0" * len(_head(scratch))
    _record(scratch, [f"0 {none}\t{path}" for path in gone])
    _record(scratch, _hashed(scratch, there))


def _hashed(scratch: IndexCopy, there: dict[str, str]) -> list[str]:
    """Lines for `update-index --index-info`, with the objects they name written."""
    lines: list[str] = []
    files: list[tuple[str, str]] = []
    for path, mode in there.items():
        full = os.path.join(scratch.tree.path, path)
        status = os.lstat(full)
        if mode == GITLINK:
            commit = scratch.tree.run(["-C", path, "--git-dir", ".git", "rev-parse", "HEAD"])
            lines.append(f"{GITLINK} {commit.strip()}\t{path}")
        elif stat.S_ISLNK(status.st_mode):
            target = os.fsencode(os.readlink(full))
            name = scratch.run([*SYNCED, "hash-object", "-w", "--stdin"], stdin=target).strip()
            lines.append(f"{LINK} {name}\t{path}")
        elif stat.S_ISREG(status.st_mode):
            files.append((path, PROGRAM if status.st_mode & stat.S_IXUSR else _FILE))
        else:
            raise _not_kept(path)
    for start in range(0, len(files), _CHUNK):
        chunk = files[start : start + _CHUNK]
        asked = [*SYNCED, "hash-object", "-w", "--no-filters", "--"]
        names = scratch.run([*asked, *(path for path, _ in chunk)]).split()
        pairs = zip(chunk, names, strict=True)
        lines += [f"{mode} {name}\t{path}" for (path, mode), name in pairs]
    return lines


def _record(scratch: IndexCopy, lines: Sequence[str]) -> None:
    if lines:
        scratch.run(["update-index", "-z", "--index-info"], stdin=nul_ended(lines))


def nul_ended(lines: Iterable[str]) -> bytes:
    """`lines` as git reads them with `-z`."""
    return b"".join(os.fsencode(line) + b"\0" for line in lines)


def _head(scratch: IndexCopy) -> str:
    """HEAD's commit, or the tree of nothing where nothing is committed."""
    head = scratch.tree.find(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    return head or scratch.tree.run(["hash-object", "-t", "tree", "--stdin"]).strip()


def _not_kept(path: str) -> OperationError:
    return OperationError(
        "rescue_failed",
        f"{path} is neither a file nor a symlink, and git cannot keep it.",
        hint="Move it out of the worktree, then try again.",
        details={"path": path},
    )
