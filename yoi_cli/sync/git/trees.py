"""Trees of a store: taken from its folder and edited, without the index or a checkout.

Everything goes through an index of its own whose work tree is the store's folder: what else
is staged, changed or ignored in the repository has no say, only the store's `.gitignore`.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.git.command import ask_git, git_failed
from yoi_cli.git.object_reader import ObjectEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yoi_cli.git.object_reader import ObjectReader

_AS_THEY_ARE = (
    *("-c", "core.safecrlf=false", "-c", "core.sparseCheckout=false"),
    *("-c", "core.untrackedCache=false", "-c", "core.splitIndex=false"),
    *("-c", "core.excludesFile=/dev/null", "-c", "core.quotePath=false"),
)
_FOLDER_MODE = "040000"
FILE_MODE = "100644"
EXECUTABLE_MODE = "100755"


class TreeEntry(NamedTuple):
    """What an edit puts at a path: git's mode and object; None takes the path away."""

    path: str
    mode: str
    object: str | None


class StoreIndex:
    """An index of the files below `folder` (absolute), kept at `path` from sync to sync.

    It remembers the times of files, so that only changed ones are read. Used under the lock
    of syncing.
    """

    def __init__(self, folder: str, git_dir: str, path: str) -> None:
        self._folder = folder
        self._path = path
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
        wanted = ["read-tree", "--empty"] if tree is None else ["read-tree", "--reset", tree]
        if ask_git([*_AS_THEY_ARE, *wanted], cwd=self._folder, variables=self._variables).code:
            _remove(self._path)
            self._git(wanted)

    def missing(self) -> tuple[str, ...]:
        """The paths that are held and are no files of the folder."""
        return self._listed("--deleted")

    def changed(self) -> tuple[str, ...]:
        """The paths that are held otherwise than they are in the folder, or not at all;
        those that are missing are among them."""
        return self._listed("--modified", "--others", "--exclude-per-directory=.gitignore")

    def is_file(self, path: str) -> bool:
        """Whether `path` is a regular file."""
        try:
            return stat.S_ISREG(os.lstat(os.path.join(self._folder, path)).st_mode)
        except OSError:
            return False

    def take(self, paths: Iterable[str]) -> None:
        """Hold the files at `paths` as they are."""
        self._git(["update-index", "-z", "--add", "--replace", "--stdin"], "\0".join(paths))

    def drop(self, paths: Iterable[str]) -> None:
        """Hold nothing at `paths`."""
        self._git(["update-index", "-z", "--force-remove", "--stdin"], "\0".join(paths))

    def put(self, entries: Iterable[TreeEntry], length: int) -> None:
        """Hold `entries`, in a repository whose objects have names of `length` digits."""
        self._git(["update-index", "-z", "--index-info"], index_lines(entries, length))

    def write(self) -> str:
        """The tree of what is held; its objects are in the repository from then on."""
        return self._git(["write-tree"]).strip()

    def _listed(self, *wanted: str) -> tuple[str, ...]:
        output = self._git(["ls-files", "-z", *wanted])
        return tuple(sorted({path for path in output.split("\0") if path}))

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
    if subtree is None:
        entries.pop(name, None)
    else:
        entries[name] = ObjectEntry(name, _FOLDER_MODE, "tree", subtree)
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


def tree_at(objects: ObjectReader, commit: str, path: str) -> str | None:
    """The tree that a commit or tree has at the folder `path`, None where there is none."""
    found = objects.entry(commit, path)
    return found.object if found is not None and found.kind == "tree" else None


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
