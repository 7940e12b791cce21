"""A store's folder as git's trees, and trees as what is to be written to the folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.git.objects import ListedFiles, RevisionFiles, differing_files, no_files
from yoi_cli.model.trees import read_file
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.descriptors import not_as_expected
from yoi_cli.store.files.layout import STORE_FOLDER
from yoi_cli.store.files.shared_paths import is_shared, meant_removals, subjects_of, ticket_of
from yoi_cli.sync.git.trees import (
    EXECUTABLE_MODE,
    FILE_MODE,
    StoreIndex,
    TreeEntry,
    with_folders,
    write_blob,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from yoi_cli.git.open import ObjectAnswers
    from yoi_cli.merge.files.merged_store import MergeEdit
    from yoi_cli.model.trees import TreeFiles
    from yoi_cli.sync.files.writing import FileChange
    from yoi_cli.workspace.trust import SettingsGate

#: Of more tickets the whole store is looked at as soon.
_FEW = 100
#: The trees of the folders of a store, in their order.
_Subtrees: TypeAlias = "tuple[str | None, ...]"


class StorePaths(NamedTuple):
    """Where a store is.

    `cwd` is the top of its checkout, `git_dir` that checkout's git folder. `workspace` is the
    absolute folder of the workspace, `below` the same from the top (empty for the top),
    `root` the folder of the tickets below the workspace. `scratch` is a folder for indexes.
    """

    cwd: str
    git_dir: str
    workspace: str
    below: str
    root: str
    scratch: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that the store consists of, from the workspace."""
        is_inside = self.root == STORE_FOLDER or self.root.startswith(f"{STORE_FOLDER}/")
        return (STORE_FOLDER,) if is_inside else (STORE_FOLDER, self.root)

    def in_tree(self, folder: str) -> str:
        """`folder` from the top of the checkout."""
        return f"{self.below}/{folder}" if self.below else folder

    @property
    def tree_folders(self) -> tuple[str, ...]:
        return tuple(self.in_tree(folder) for folder in self.folders)


class StoreSnapshot(NamedTuple):
    """The store at one moment.

    `tree` has it as it is shared, `raw` as it stands on disk, but for the paths in `absent`,
    which `raw` has and the disk has not. Both are trees of the store alone, or the commit that the
    store comes from, where it has the same. `unwritten` are the paths where the disk has something
    else than `tree`.
    """

    tree: str
    raw: str
    absent: frozenset[str]
    unwritten: frozenset[str]
    put_back: tuple[str, ...]


class StoreTrees:
    """Makes trees of a store's folder, and of merges, out of what `objects` reads."""

    def __init__(
        self, paths: StorePaths, objects: ObjectAnswers, settings: SettingsGate | None = None
    ) -> None:
        self.paths = paths
        self._objects = objects
        self._settings = settings
        self._compared: dict[tuple[_Subtrees, _Subtrees], tuple[ListedFiles, ListedFiles]] = {}

    def files(self, tree: str) -> RevisionFiles:
        """The store's files in a tree or commit."""
        paths, stream = self.paths, self._objects.stream
        return RevisionFiles(paths.cwd, tree, paths.below, paths.folders, stream)

    def differing(self, one: str, other: str) -> tuple[ListedFiles, ListedFiles]:
        """What of the store two trees or commits have where they differ; stores that were compared
        once are not compared again."""
        pair = self._subtrees(one), self._subtrees(other)
        if pair not in self._compared:
            paths, stream = self.paths, self._objects.stream
            self._compared[pair] = (
                no_files(stream)
                if pair[0] == pair[1]
                else differing_files(
                    paths.cwd, one, other, paths.below, paths.folders, objects=stream
                )
            )
        return self._compared[pair]

    def has_same(self, one: str, other: str) -> bool:
        """Whether two trees or commits have the same store."""
        return one == other or self._subtrees(one) == self._subtrees(other)

    def commit_at(self, ref: str) -> str | None:
        """The commit that the full ref name `ref` holds now, None where there is none."""
        return self._objects.commit_at(ref)

    def snapshot(self, base: str | None) -> StoreSnapshot:
        """The store as it stands, under its lock; `base` is the commit that it comes from.

        A ticket that is gone is there as in `base`, and one whose log has shrunk has what it
        had besides: nothing is ever lost by leaving it out. Settings that are held back are there
        as they came, or they would be taken back from those who sent them.
        """
        subtrees: dict[str, str | None] = {}
        absent: set[str] = set()
        for folder in self.paths.folders:
            subtrees[folder] = self._take(folder, base, absent)
        held = {} if self._settings is None else self._settings.held()
        is_base = base is not None and tuple(subtrees.values()) == self._subtrees(base)
        raw = base if base is not None and is_base else self._store_tree(subtrees)
        if base is None or (not held and is_base):
            return StoreSnapshot(
                raw,
                raw,
                frozenset(absent),
                frozenset(absent),
                subjects_of(absent, self.paths.root),
            )
        from yoi_cli.sync.files.shrinkage import shrunk_tickets, with_what_was

        before, now, root = self.files(base), self.files(raw), self.paths.root
        shrunk = shrunk_tickets(*self.differing(base, raw), root)
        restored = dict(with_what_was(before, now, shrunk, root)) if shrunk else {}
        restored |= held
        entries = (self._entry(path, data, before, now) for path, data in restored.items())
        tree = self.edited(raw, entries)
        put_back = sorted({*subjects_of(absent, root), *shrunk})
        unwritten = frozenset(absent | set(restored))
        return StoreSnapshot(tree, raw, frozenset(absent), unwritten, tuple(put_back))

    def _take(self, folder: str, base: str | None, absent: set[str]) -> str | None:
        """The tree of one folder; what is gone without being removed is added to `absent`."""
        paths = self.paths
        top = os.path.join(paths.workspace, folder)
        known = None if base is None else self._objects.tree_at(base, paths.in_tree(folder))
        if not os.path.isdir(top) or os.path.islink(top):
            if known is not None:
                files = self.files(self._with_folders(None, {paths.in_tree(folder): known}))
                absent |= {path for path, kind in files.kinds.items() if kind == "file"}
            return known
        index = self._index(folder, "store")
        index.load(known)
        found = index.differences()
        gone = [f"{folder}/{path}" for path in found.missing]
        removed = {path for path in meant_removals(gone, paths.root) if self._is_shared(path)}
        lost = {path for path in gone if path not in removed and self._is_shared(path)}
        absent |= lost
        changed = [
            path
            for path in found.changed
            if self._is_shared(f"{folder}/{path}") and index.is_file(path)
        ]
        cut = len(folder) + 1
        if changed:
            index.take(changed)
        if removed:
            index.drop([path[cut:] for path in removed])
        return index.write()

    def is_untouched(self, taken: str, then: str) -> bool:
        """Whether the folder still has what `taken`, which was taken from it last, has of whatever
        is otherwise in `then`: of whole tickets, and of all that stands with another file."""
        sides = [side.kinds.items() for side in self.differing(taken, then)]
        files = {path for side in sides for path, kind in side if kind != "folder"}
        touched = {self._scope(path) for path in files}
        if len(touched) > _FEW:
            return False
        for folder in self.paths.folders:
            prefix = f"{folder}/"
            inside = [one.removeprefix(prefix) for one in touched if one.startswith(prefix)]
            if inside and not self._index(folder, "store").is_as_held(inside):
                return False
        return True

    def _scope(self, path: str) -> str:
        ticket = ticket_of(path, self.paths.root)
        # With the slash git looks at no entry of other tickets.
        return f"{self.paths.root}/{ticket}/" if ticket else "/".join(path.split("/")[:2])

    def edited(self, tree: str, entries: Iterable[TreeEntry]) -> str:
        """The store's tree `tree` with `entries`, whose paths are from the workspace."""
        listed = list(entries)
        if not listed:
            return tree
        subtrees: dict[str, str | None] = {}
        for folder in self.paths.folders:
            path = self.paths.in_tree(folder)
            known = self._objects.tree_at(tree, path)
            prefix = f"{folder}/"
            inside = [
                entry._replace(path=entry.path.removeprefix(prefix))
                for entry in listed
                if entry.path.startswith(prefix)
            ]
            if inside:
                index = self._index(folder, "merge")
                index.load(known)
                index.put(inside, len(tree))
                known = index.write()
            subtrees[folder] = known
        return self._store_tree(subtrees)

    def entries(
        self, edits: Iterable[MergeEdit], ours: RevisionFiles, theirs: RevisionFiles
    ) -> Iterator[TreeEntry]:
        """`edits` of `ours` as git's entries; what comes from `theirs` by name."""
        for edit in edits:
            if edit.side is not None:
                mode, name = theirs.entry(edit.path)
                yield TreeEntry(edit.path, mode, name)
            elif edit.data is not None:
                yield self._entry(edit.path, edit.data, ours, theirs)
            else:
                yield TreeEntry(edit.path, FILE_MODE, None)

    def tree_of(self, commit: str) -> str:
        """The whole tree of a commit."""
        return self._objects.tree_of(commit)

    def in_commit(self, tree: str, base: str | None) -> str:
        """The whole tree of a commit: the store of `tree`, all else as `base` (a tree) has it."""
        subtrees = {path: self._objects.tree_at(tree, path) for path in self.paths.tree_folders}
        return self._with_folders(base, subtrees)

    def _subtrees(self, tree: str) -> _Subtrees:
        """The trees of the folders of the store in a commit or tree."""
        return tuple([self._objects.tree_at(tree, path) for path in self.paths.tree_folders])

    def file_changes(
        self, snapshot: StoreSnapshot, now: str, then: str, base: str | None
    ) -> Iterator[FileChange]:
        """What makes the store on disk hold `then`; `now` is the snapshot's tree, and `base` the
        commit that the store was brought to last.

        Raises `StoreInvalidError` (`path_unsafe`) for what a store never holds.
        """
        from yoi_cli.sync.files.writing import FileChange

        here: TreeFiles
        there: TreeFiles
        raw: ListedFiles
        here, there = self.differing(now, then)
        raw = here
        if snapshot.unwritten or not self.has_same(snapshot.raw, now):
            here, there, raw = (self.files(tree) for tree in (now, then, snapshot.raw))
        changed: frozenset[str] | None = None
        for path in {**here.kinds, **there.kinds}:
            if not self._is_shared(path) or not self._differs(path, snapshot, here, there):
                continue
            if there.kinds.get(path) == "other":
                raise not_as_expected(f"{path} of the remote", "a regular file")
            data = read_file(there, path)
            was = None if path in snapshot.absent else read_file(raw, path)
            is_executable = there.is_executable(path)
            if was != data or is_executable != raw.is_executable(path):
                if changed is None:
                    changed = self._changed(base, snapshot.raw)
                yield FileChange(path, was, data, is_executable, path in changed)

    def _changed(self, base: str | None, raw: str) -> frozenset[str]:
        """The paths that `raw` has otherwise than `base`, or that one of them has not."""
        if base is None:
            return frozenset(self.files(raw).kinds)
        before, now = self.differing(base, raw)
        return frozenset({**before.kinds, **now.kinds})

    def _differs(
        self, path: str, snapshot: StoreSnapshot, here: TreeFiles, there: TreeFiles
    ) -> bool:
        kinds = {here.kinds.get(path), there.kinds.get(path)}
        if kinds in ({"folder"}, {"folder", None}):
            return False
        return path in snapshot.unwritten or here.mark(path) != there.mark(path)

    def _is_shared(self, path: str) -> bool:
        return is_shared(path, self.paths.root)

    def _entry(self, path: str, data: bytes, *sides: RevisionFiles) -> TreeEntry:
        """`data` as a file, which is executable where it is so on one of the `sides`."""
        is_executable = any(side.is_executable(path) for side in sides)
        mode = EXECUTABLE_MODE if is_executable else FILE_MODE
        return TreeEntry(path, mode, write_blob(self.paths.cwd, data))

    def _store_tree(self, subtrees: Mapping[str, str | None]) -> str:
        named = {self.paths.in_tree(folder): tree for folder, tree in subtrees.items()}
        return self._with_folders(None, named)

    def _with_folders(self, tree: str | None, folders: Mapping[str, str | None]) -> str:
        return with_folders(self.paths.cwd, self._objects, tree, folders)

    def _index(self, folder: str, use: str) -> StoreIndex:
        number = self.paths.folders.index(folder)
        path = os.path.join(self.paths.scratch, f"{use}-{number}.index")
        top = os.path.join(self.paths.workspace, folder)
        return StoreIndex(top, self.paths.git_dir, path)
