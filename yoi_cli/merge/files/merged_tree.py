"""The files of a store after a merge, in memory alone: nothing is written.

A ticket that one side alone changed is taken whole from there, by the names of git's trees;
only what both changed is read and merged. What `TreeReader` reads of it is then as of any
other tree.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.merge.files.parts import merge_file, projected
from yoi_cli.merge.files.texts import MergedText, thread_identities
from yoi_cli.merge.ports import Sides
from yoi_cli.model.findings import REMOVED, Conflict
from yoi_cli.model.trees import read_file
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.files.shared_paths import ticket_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.trees import FileKind, TreeFiles


class _Marks(NamedTuple):
    """What the ancestor and both sides have at one path, by its marks."""

    base: str | None
    ours: str | None
    theirs: str | None

    @property
    def is_settled(self) -> bool:
        """Whether at most one side changed what is there."""
        return self.ours == self.theirs or self.base in (self.ours, self.theirs)


class MergedFiles:
    """What merging `theirs` into `ours` makes of the tickets below `folder`; a `TreeFiles`.

    `threads` has the threads as they were written, where `base` is not the ancestor for that.
    """

    def __init__(
        self,
        base: TreeFiles,
        ours: TreeFiles,
        theirs: TreeFiles,
        folder: str,
        *,
        threads: TreeFiles | None = None,
    ) -> None:
        self._base = base
        self._threads = base if threads is None else threads
        self._ours = ours
        self._theirs = theirs
        self._folder = folder
        self._merged: dict[str, MergedText] = {}

    @cached_property
    def _contested(self) -> frozenset[str]:
        """The tickets that both sides changed, or made."""
        folders = {**self._ours.kinds, **self._theirs.kinds}
        depth = self._folder.count("/") + 1
        names = {self._ticket_of(path) for path in folders if path.count("/") == depth}
        found = {name for name in names if name and not self._marks(self._path(name)).is_settled}
        return frozenset(found)

    @cached_property
    def _sources(self) -> Mapping[str, TreeFiles | None]:
        """For every path that is left the side that it is taken from, None where it merges."""
        found: dict[str, TreeFiles | None] = {}
        for path in {**self._ours.kinds, **self._theirs.kinds}:
            name = self._ticket_of(path)
            merges_inside = not name or name in self._contested
            sides = self._marks(path if merges_inside else self._path(name))
            if name in self._half_removed:
                found[path] = self._ours if path in self._ours.kinds else self._theirs
            elif not sides.is_settled:
                found[path] = None
            else:
                side = self._ours if sides.theirs == sides.base else self._theirs
                if path in side.kinds:
                    found[path] = side
        return found

    @cached_property
    def _half_removed(self) -> frozenset[str]:
        """The tickets that one side removed and the other changed: these stay as changed."""
        sides = {name: self._marks(self._path(name)) for name in self._contested}
        return frozenset(name for name, found in sides.items() if None in found[1:])

    @cached_property
    def kinds(self) -> Mapping[str, FileKind]:
        """What is at every path; `other` where the sides have a file and a folder."""
        return {
            path: self._kind(path) if source is None else source.kinds[path]
            for path, source in self._sources.items()
        }

    def mark(self, path: str) -> str | None:
        """Git has no name for what is merged here, so that a path is its own mark."""
        return path if path in self.kinds else None

    def read(self, path: str) -> bytes:
        """The bytes of a file after the merge. Raises `StoreInvalidError` for what no merge
        can make, two tickets with one id above all."""
        name = self._ticket_of(path)
        if name in self._contested:
            self._refuse_two_tickets(name)
            if path == self._path(name, layout.ITEM):
                return self._projected(name, self._merge(path).data)
        return self._merge(path).data

    def side_of(self, path: str) -> TreeFiles | None:
        """The side from which `path` is taken as it is.

        None where the merge makes it, and for the files of a ticket that both sides changed.
        """
        return None if self._ticket_of(path) in self._contested else self._sources[path]

    @cached_property
    def conflicts(self) -> Mapping[str, tuple[Conflict, ...]]:
        """What a person has to look at, by ticket. What cannot be read is reported by `read`."""
        found = {name: (Conflict(REMOVED, name),) for name in sorted(self._half_removed)}
        for path in sorted(self._sources):
            name = self._ticket_of(path)
            if self._sources[path] is None and name and self.kinds[path] == "file":
                try:
                    self._refuse_two_tickets(name)
                    conflicts = self._merge(path).conflicts
                except YoiError:
                    continue
                if conflicts:
                    found[name] = (*found.get(name, ()), *conflicts)
        return found

    def _merge(self, path: str) -> MergedText:
        """The file at `path`, without what depends on other files."""
        source = self._sources[path]
        if source is not None:
            return MergedText(source.read(path))
        known = self._merged.get(path)
        if known is None:
            known = self._merged[path] = self._merged_text(path)
        return known

    def _merged_text(self, path: str) -> MergedText:
        sides = Sides(*(read_file(side, path) for side in (self._base, self._ours, self._theirs)))
        name = self._ticket_of(path)
        if not name and sides.ours is not None and sides.theirs is not None:
            raise _both_changed(path)
        part = path.removeprefix(f"{self._path(name)}/") if name else path
        if part == layout.THREAD:
            sides = sides._replace(base=read_file(self._threads, path))
        return merge_file(part, sides, path=path)

    def _projected(self, name: str, data: bytes) -> bytes:
        """An item with the state that the merged thread folds to."""
        thread = self._path(name, layout.THREAD)
        if self.kinds.get(thread) != "file":
            return data
        return projected(data, self._merge(thread).data, path=self._path(name, layout.ITEM))

    def _refuse_two_tickets(self, name: str) -> None:
        """Two tickets were made with one id where their logs have no event in common."""
        thread = self._path(name, layout.THREAD)
        if self._base.kinds.get(self._path(name)) is not None:
            return
        ours, theirs = (
            thread_identities(read_file(side, thread) or b"") for side in (self._ours, self._theirs)
        )
        if ours.isdisjoint(theirs):
            raise StoreInvalidError(
                "ticket_made_twice",
                f"Two different tickets were made with the id {name}, one on each side.",
                hint="Before merging, give one of them a new id, its relations included.",
                details={"ticket": name},
            )

    def _marks(self, path: str) -> _Marks:
        return _Marks(self._base.mark(path), self._ours.mark(path), self._theirs.mark(path))

    def _kind(self, path: str) -> FileKind:
        found = {side.kinds[path] for side in (self._ours, self._theirs) if path in side.kinds}
        return found.pop() if len(found) == 1 else "other"

    def _ticket_of(self, path: str) -> str:
        return ticket_of(path, self._folder)

    def _path(self, name: str, part: str = "") -> str:
        return f"{self._folder}/{name}/{part}".rstrip("/")


def _both_changed(path: str) -> StoreInvalidError:
    return StoreInvalidError(
        "merge_conflict",
        f"Both sides changed {path}, and no rule says which of them counts.",
        hint="Merge the two, and route the outcome.",
        details={"path": path},
    )
