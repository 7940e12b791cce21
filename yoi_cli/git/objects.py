"""The files that a commit has, read from git's objects without a checkout.

A whole store is listed by one `git ls-tree` and read by one `git cat-file --batch`. GitPython,
which asks for every tree and parses it, took half as much time again for `route --at` at 10,000
tickets (ARCHITECTURE.md, "Git").
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import NO_INDEX, ask_git, look_up, run_git
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.trees import FileKind

_ABSENT = "000000"
_EXECUTABLE = "100755"
_KINDS: Mapping[str, FileKind] = {"040000": "folder", "100644": "file", _EXECUTABLE: "file"}


class _Entry(NamedTuple):
    kind: FileKind
    object: str
    mode: str


class ListedFiles:
    """Files that `listed` knows, once it is asked, and `objects` reads; a `TreeFiles`."""

    def __init__(self, listed: Callable[[], Mapping[str, _Entry]], objects: ObjectStream) -> None:
        self._listed = listed
        self._objects = objects

    @cached_property
    def _entries(self) -> Mapping[str, _Entry]:
        return self._listed()

    @cached_property
    def kinds(self) -> Mapping[str, FileKind]:
        """What stands at every path; symlinks and submodules are `other`."""
        return {path: entry.kind for path, entry in self._entries.items()}

    def mark(self, path: str) -> str | None:
        """The kind and the object of what stands at `path`, and whether it is executable; None
        where nothing does."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        mark = f"{entry.kind} {entry.object}"
        return f"{mark} executable" if entry.mode == _EXECUTABLE else mark

    def is_executable(self, path: str) -> bool:
        """Whether what stands at `path` is an executable file."""
        entry = self._entries.get(path)
        return entry is not None and entry.mode == _EXECUTABLE

    def entry(self, path: str) -> tuple[str, str]:
        """Git's mode and object of what stands at `path`, which `kinds` knows."""
        entry = self._entries[path]
        return entry.mode, entry.object

    def read(self, path: str) -> bytes:
        """The bytes of the file at `path`, which `kinds` says is one."""
        return self._objects.read(self._entries[path].object).data


class RevisionFiles(ListedFiles):
    """The files that a commit has at some paths and below them; a `TreeFiles`.

    `commit` is the full name of a commit of the repository that `cwd` lies in (a bare one
    will do). `folder` is the folder of its tree (empty for the top) that `paths`, and all
    that is asked for later, are relative to. `objects` reads the files, where many trees of one
    repository are to share a process.
    """

    def __init__(
        self,
        cwd: str,
        commit: str,
        folder: str,
        paths: Sequence[str],
        objects: ObjectStream | None = None,
    ) -> None:
        self._cwd = cwd
        self._commit = commit
        self._prefix = f"{folder}/" if folder else ""
        self._paths = paths
        super().__init__(self._list, ObjectStream(cwd) if objects is None else objects)

    def _list(self) -> Mapping[str, _Entry]:
        wanted = [f":(literal){self._prefix}{path}" for path in self._paths]
        said = run_git(
            ["ls-tree", "-r", "-t", "-z", "--full-tree", self._commit, "--", *wanted],
            cwd=self._cwd,
        )
        entries: dict[str, _Entry] = {}
        for line in said.split("\0"):
            facts, _, path = line.partition("\t")
            if path.startswith(self._prefix) and path:
                mode, _, name = facts.split(" ")
                entries[path.removeprefix(self._prefix)] = _Entry(
                    _KINDS.get(mode, "other"), name, mode
                )
        return entries


def differing_files(
    cwd: str, one: str, other: str, folder: str, paths: Sequence[str], *, objects: ObjectStream
) -> tuple[ListedFiles, ListedFiles]:
    """What two commits or trees have where they differ, and nothing of what is alike; all else as
    for `RevisionFiles`."""
    prefix = f"{folder}/" if folder else ""
    wanted = [f":(top,literal){prefix}{path}" for path in paths]
    asked = ["diff-tree", "-r", "-t", "-z", one, other, "--", *wanted]
    said = run_git(asked, cwd=cwd, variables=NO_INDEX)
    before: dict[str, _Entry] = {}
    after: dict[str, _Entry] = {}
    words = iter(said.split("\0"))
    for facts, path in zip(words, words, strict=False):
        if not path.startswith(prefix):
            continue
        was_mode, mode, was, name, _ = facts.removeprefix(":").split(" ")
        inside = path.removeprefix(prefix)
        if was_mode != _ABSENT:
            before[inside] = _Entry(_KINDS.get(was_mode, "other"), was, was_mode)
        if mode != _ABSENT:
            after[inside] = _Entry(_KINDS.get(mode, "other"), name, mode)
    return ListedFiles(lambda: before, objects), ListedFiles(lambda: after, objects)


def no_files(objects: ObjectStream) -> tuple[ListedFiles, ListedFiles]:
    """What two trees have where they differ that are the same."""
    return ListedFiles(dict, objects), ListedFiles(dict, objects)


def merge_base(cwd: str, ours: str, theirs: str) -> str | None:
    """The best common ancestor of two commits, by their full names; None without one."""
    return look_up(["merge-base", ours, theirs], cwd=cwd) or None


def committed_file(cwd: str, path: str) -> bytes | None:
    """What HEAD has at `path` below the folder `cwd`; None where it has nothing, or git is no
    help."""
    try:
        answer = ask_git(["cat-file", "blob", f"HEAD:./{path}"], cwd=cwd)
    except OperationError:
        return None
    return answer.out if answer.code == 0 else None
