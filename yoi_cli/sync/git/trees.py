"""Trees of a store: taken from its folder and edited, without the index or a checkout.

Everything goes through an index of its own whose work tree is the store's folder: what else
is staged, changed or ignored in the repository has no say, only the store's `.gitignore`.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.git.command import NO_INDEX, ask_git, git_failed
from yoi_cli.git.object_reader import ObjectEntry
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.sync.git.unknown_files import UnknownFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yoi_cli.git.object_reader import ObjectReader

_AS_THEY_ARE = (
    *("-c", "core.safecrlf=false", "-c", "core.sparseCheckout=false"),
    *("-c", "core.untrackedCache=false", "-c", "core.splitIndex=false"),
    *("-c", "core.excludesFile=/dev/null", "-c", "core.quotePath=false"),
    *("-c", "core.ignoreStat=false"),
)
_IGNORED = "--exclude-per-directory=.gitignore"
#: How `ls-files -t` marks what is not in the folder.
_DELETED = "R"
#: What a refresh says of a file that is not as it is held; of so few, only these are looked at.
_NEEDS = ": needs update"
_FEW = 100
#: The bytes at the end of an index that are looked at: all of a SHA-1, the end of a longer one.
_CHECKSUM = 20
_FOLDER_MODE = "040000"
#: Git's mode of what is not there.
NO_MODE = "000000"
FILE_MODE = "100644"
EXECUTABLE_MODE = "100755"


class TreeEntry(NamedTuple):
    """What an edit puts at a path: git's mode and object; None takes the path away."""

    path: str
    mode: str
    object: str | None


class StoreDifferences(NamedTuple):
    """Paths of a store's folder: those held that are `missing`, and those that are held otherwise
    than they are there, or not at all, `changed`; what is missing is among these."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]


class StoreIndex:
    """An index of the files below `folder` (absolute), kept at `path` from sync to sync.

    It remembers the times of files, so that only changed ones are read, and beside it stands what
    tree it holds, which is then not loaded again, and what is known of folders (`UnknownFiles`).
    Used under the lock of syncing.
    """

    def __init__(self, folder: str, git_dir: str, path: str) -> None:
        self._folder = folder
        self._path = path
        self._tree: str | None = None
        self._taken: set[str] = set()
        self._dropped: set[str] = set()
        self._unknown = UnknownFiles(folder, f"{path}.folders", self._others)
        self._variables = {
            "GIT_DIR": git_dir,
            "GIT_WORK_TREE": folder,
            "GIT_INDEX_FILE": path,
            "LC_ALL": "C",
        }

    def load(self, tree: str | None) -> None:
        """Hold what `tree` has, or nothing; a leftover of a killed sync is made anew."""
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        _remove(f"{self._path}.lock")
        self._tree = tree
        if tree is not None and self._is_brought_to(tree):
            return
        wanted = ["read-tree", "--empty"] if tree is None else ["read-tree", "--reset", tree]
        if ask_git([*_AS_THEY_ARE, *wanted], cwd=self._folder, variables=self._variables).code:
            _remove(self._path)
            self._git(wanted)

    def _is_brought_to(self, tree: str) -> bool:
        """Whether `tree` is held now, by what differs from the tree that is known to be held."""
        checksum, _, held = self._noted().partition(" ")
        if not held or checksum != self._checksum():
            return False
        if held == tree:
            return True
        asked = [*_AS_THEY_ARE, "diff-tree", "-r", "-z", tree, held]
        variables = {**self._variables, **NO_INDEX}
        answer = ask_git(asked, cwd=self._folder, variables=variables)
        if answer.code:
            return False
        entries = first_entries(answer.text)
        if entries:
            self.put(entries, len(tree))
        self._tree = tree
        self._unknown.follow(held, tree, [entry.path for entry in entries])
        return True

    def is_as_held(self, paths: Sequence[str]) -> bool:
        """Whether what stands at `paths`, and below them, is what is held there."""
        wanted = (f":(literal){path}" for path in paths)
        which = ("--deleted", "--modified", "--others", _IGNORED)
        return os.path.isdir(self._folder) and not self._listed(*which, "--", *wanted)

    def differences(self) -> StoreDifferences:
        """How the folder differs from what is held."""
        refresh = ["update-index", "--refresh"]  # exits with 1 where anything differs
        answer = ask_git([*_AS_THEY_ARE, *refresh], cwd=self._folder, variables=self._variables)
        lines = self._modified(answer.text) if answer.code else set()
        unknown = self._unknown.find(self._tree or "")
        return StoreDifferences(
            missing=tuple(sorted(path for tag, path in lines if tag == _DELETED)),
            changed=tuple(sorted(unknown.union(path for _, path in lines))),
        )

    def _others(self, paths: Sequence[str]) -> frozenset[str]:
        """The files that are not held and not ignored, at `paths` or anywhere."""
        wanted = (f":(literal){path}" for path in paths)
        listed = self._listed("--others", _IGNORED, *(("--", *wanted) if paths else ()))
        return frozenset([path for _, path in listed])

    def _modified(self, said: str) -> set[tuple[str, str]]:
        """What is held otherwise than it is there; `said` is what a refresh told of it."""
        named = {line.removesuffix(_NEEDS) for line in said.splitlines()}
        if len(named) <= _FEW:
            wanted = (f":(literal){path}" for path in sorted(named))
            lines = self._listed("--deleted", "--modified", "--", *wanted)
            if {path for _, path in lines} == named:  # else a name holds a line end
                return lines
        return self._listed("--deleted", "--modified")

    def _listed(self, *which: str) -> set[tuple[str, str]]:
        """Paths, each behind its mark."""
        lines = self._git(["ls-files", "-z", "-t", *which]).split("\0")
        return {(line[:1], line[2:]) for line in lines if line}

    def is_file(self, path: str) -> bool:
        """Whether `path` is a regular file."""
        try:
            return stat.S_ISREG(os.lstat(os.path.join(self._folder, path)).st_mode)
        except OSError:
            return False

    def take(self, paths: Sequence[str]) -> None:
        """Hold the files at `paths` as they are."""
        self._tree = None
        self._taken.update(paths)
        self._git(["update-index", "-z", "--add", "--replace", "--stdin"], "\0".join(paths))

    def drop(self, paths: Sequence[str]) -> None:
        """Hold nothing at `paths`."""
        self._tree = None
        self._dropped.update(paths)
        self._git(["update-index", "-z", "--force-remove", "--stdin"], "\0".join(paths))

    def put(self, entries: Iterable[TreeEntry], length: int) -> None:
        """Hold `entries`, in a repository whose objects have names of `length` digits."""
        self._tree = None
        self._git(["update-index", "-z", "--index-info"], index_lines(entries, length))

    def write(self) -> str:
        """The tree of what is held; its objects are in the repository from then on."""
        tree = self._git(["write-tree"]).strip() if self._tree is None else self._tree
        self._note(tree)
        self._unknown.keep(tree, self._taken, self._dropped)
        self._taken.clear()
        self._dropped.clear()
        return tree

    def _note(self, tree: str) -> None:
        """Remember what is held; where this is lost, the tree is loaded once more."""
        checksum = self._checksum()
        if checksum is not None and self._noted() != (line := f"{checksum} {tree}"):
            with suppress(OSError), open(self._note_path, "w", encoding="ascii") as file:
                file.write(line)

    def _noted(self) -> str:
        try:
            with open(self._note_path, encoding="ascii", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def _checksum(self) -> str | None:
        """What the index ends with: the checksum of all its bytes."""
        try:
            with open(self._path, "rb") as file:
                file.seek(-_CHECKSUM, os.SEEK_END)
                found = file.read()
        except OSError:
            return None
        return found.hex() if any(found) else None  # `index.skipHash` writes none

    @property
    def _note_path(self) -> str:
        return f"{self._path}.tree"

    def _git(self, arguments: Sequence[str], stdin: str = "") -> str:
        answer = ask_git(
            [*_AS_THEY_ARE, *arguments],
            cwd=self._folder,
            stdin=stdin.encode("utf-8", "surrogateescape"),
            variables=self._variables,
        )
        if answer.code:
            raise git_failed(arguments, answer)
        return answer.text


def first_entries(said: str) -> list[TreeEntry]:
    """Of two sides that git compared (`-r -z`), what the first has where they differ."""
    words = iter(said.split("\0"))
    entries: list[TreeEntry] = []
    for facts, path in zip(words, words, strict=False):
        mode, _, name, *_ = facts.removeprefix(":").split(" ")
        is_there = mode != NO_MODE
        entries.append(TreeEntry(path, mode if is_there else FILE_MODE, name if is_there else None))
    return entries


def index_lines(entries: Iterable[TreeEntry], length: int) -> str:
    """`entries` as `git update-index -z --index-info` reads them, in a repository whose
    objects have names of `length` digits. What goes makes way first."""
    nothing = "0" * length
    return "".join(
        f"{entry.mode} {entry.object}\t{entry.path}\0"
        if entry.object is not None
        else f"0 {nothing}\t{entry.path}\0"
        for entry in sorted(entries, key=lambda entry: entry.object is not None)
    )


def write_blob(cwd: str, data: bytes) -> str:
    """The name of git's object with the bytes `data`, which is there from then on."""
    wanted = ["hash-object", "-w", "--stdin", "--no-filters"]
    answer = ask_git(wanted, cwd=cwd, stdin=data)
    if answer.code:
        raise git_failed(wanted, answer)
    return answer.text.strip()


def with_folders(
    cwd: str, objects: ObjectReader, tree: str | None, folders: Mapping[str, str | None]
) -> str:
    """`tree` (None: an empty one) with other trees at the paths `folders`; the rest by name."""
    for path, subtree in folders.items():
        tree = _with_folder(cwd, objects, tree, path.split("/"), subtree)
    return tree if tree is not None else _make_tree(cwd, [])


def _with_folder(
    cwd: str, objects: ObjectReader, tree: str | None, path: list[str], subtree: str | None
) -> str | None:
    below = objects.entries(tree) if tree is not None else ()
    entries = {entry.name: entry for entry in below}
    name, rest = path[0], path[1:]
    if rest:
        found = entries.get(name)
        inner = found.object if found is not None and found.kind == "tree" else None
        subtree = _with_folder(cwd, objects, inner, rest, subtree)
    wanted = None if subtree is None else ObjectEntry(name, _FOLDER_MODE, "tree", subtree)
    if entries and entries.get(name) == wanted:
        return tree
    if wanted is None:
        entries.pop(name, None)
    else:
        entries[name] = wanted
    return _make_tree(cwd, entries.values()) if entries else None


def _make_tree(cwd: str, entries: Iterable[ObjectEntry]) -> str:
    text = "".join(f"{one.mode} {one.kind} {one.object}\t{one.name}\0" for one in entries)
    # `--missing`: what a partial clone has not fetched is named, and need not be there.
    answer = ask_git(
        ["mktree", "-z", "--missing"], cwd=cwd, stdin=text.encode("utf-8", "surrogateescape")
    )
    if answer.code:
        raise git_failed(["mktree"], answer)
    return answer.text.strip()


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
