"""All shared files of a store after a merge: the tickets, and the files beside them.

`MergedFiles` has the rules for tickets; here are those for objectives and settings, and what
a merge changes about one of its sides, so that it can be written (docs/sync.md).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, StoreInvalidError, YoiError
from yoi_cli.merge.algebra import merge_orders
from yoi_cli.merge.files.merged_tree import MergedFiles
from yoi_cli.merge.files.parts import merge_file, merged_resolution
from yoi_cli.merge.files.texts import MergedText
from yoi_cli.merge.ports import Sides
from yoi_cli.model.config import DEFAULT
from yoi_cli.model.trees import read_file
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.config.store_config import parse_config
from yoi_cli.store.files import layout
from yoi_cli.store.files.descriptors import not_as_expected
from yoi_cli.store.files.shared_paths import is_shared, ticket_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.findings import Conflict
    from yoi_cli.model.trees import TreeFiles

_LINES = frozenset({f"{layout.STORE_FOLDER}/.gitignore", f"{layout.STORE_FOLDER}/.gitattributes"})
_MADE_AT = re.compile(rb'^created_at = "([^"]*)"', re.MULTILINE)


class MergeEdit(NamedTuple):
    """What a merge changes at `path` about its side `ours`.

    `side` (`theirs`) has the file as it is to be; where it is None `data` are its bytes, and
    where both are None there is to be no file.
    """

    path: str
    side: TreeFiles | None = None
    data: bytes | None = None


class MergedStore:
    """The merge of `theirs` into `ours`; `root` is the folder of the tickets."""

    def __init__(self, base: TreeFiles, ours: TreeFiles, theirs: TreeFiles, root: str) -> None:
        self._base = base
        self._ours = ours
        self._theirs = theirs
        self._root = root
        self._tickets = MergedFiles(base, ours, theirs, root)
        self._beside: dict[str, tuple[Conflict, ...]] = {}

    def edits(self, against: TreeFiles) -> Iterator[MergeEdit]:
        """What makes the merge of the files `against`, by path: `ours`, or what `ours` was made of.

        Raises `StoreInvalidError` (`ticket_made_twice`, `path_unsafe`), and `ConflictError`
        (`sync_conflict`) where no rule says what counts.
        """
        kinds = self._tickets.kinds
        for path, kind in kinds.items():
            if kind == "other":
                self._refuse_foreign(path)
            elif kind == "file" and is_shared(path, self._root):
                edit = self._edit(path, against)
                if edit is not None:
                    yield edit
        for path, kind in against.kinds.items():
            if kind == "file" and path not in kinds and is_shared(path, self._root):
                yield MergeEdit(path)

    def _edit(self, path: str, against: TreeFiles) -> MergeEdit | None:
        side = self._tickets.side_of(path)
        if side is against:
            return None
        if side is self._theirs:
            return MergeEdit(path, side=side) if side.mark(path) != against.mark(path) else None
        data = self._read(path) if side is None else side.read(path)
        return None if read_file(against, path) == data else MergeEdit(path, data=data)

    @property
    def conflicts(self) -> Mapping[str, tuple[Conflict, ...]]:
        """What a person may want to look at, by ticket or path; known once `edits` were read."""
        return {**self._tickets.conflicts, **self._beside}

    def _refuse_foreign(self, path: str) -> None:
        """What is neither file nor folder stays as it is, and is never taken over."""
        is_new = path in self._theirs.kinds and self._ours.mark(path) != self._theirs.mark(path)
        if is_new and is_shared(path, self._root):
            if "other" not in (self._theirs.kinds[path], self._ours.kinds.get(path)):
                raise _unsettled(path, ticket_of(path, self._root), _file_and_folder(path))
            raise not_as_expected(f"{path} of the remote", "a regular file")

    def _read(self, path: str) -> bytes:
        ticket = ticket_of(path, self._root)
        try:
            if not ticket:
                return self._merged_beside(path)
            if path == f"{self._root}/{ticket}/{layout.RESOLUTION}":
                return self._resolution(path, ticket)
            return self._tickets.read(path)
        except YoiError as error:
            if error.code == "ticket_made_twice":
                raise
            raise _unsettled(path, ticket, error) from error

    def _resolution(self, path: str, ticket: str) -> bytes:
        """The text of the closing that counts in the merged thread."""
        thread = f"{self._root}/{ticket}/{layout.THREAD}"
        if self._tickets.kinds.get(thread) == "file":
            found = merged_resolution(self._sides(path), self._tickets.read(thread))
            if found is not None:
                return found.data
        return self._tickets.read(path)

    def _merged_beside(self, path: str) -> bytes:
        """A file that belongs to no ticket, and that both sides changed."""
        sides = self._sides(path)
        merged = _merge_beside(path, sides)
        if merged.conflicts:
            self._beside[path] = merged.conflicts
        return merged.data

    def _sides(self, path: str) -> Sides:
        return Sides(*(read_file(side, path) for side in (self._base, self._ours, self._theirs)))


def _merge_beside(path: str, sides: Sides) -> MergedText:
    base, ours, theirs = sides
    if ours is None or theirs is None:
        return merge_file(path, sides, path=path)
    if path == layout.CONFIG_FILE:
        return MergedText(_settings(path, base, ours, theirs))
    if path == layout.WORKSPACE_FILE:
        return MergedText(min(ours, theirs, key=_age))
    if path in _LINES:
        return MergedText(_lines(ours, theirs))
    if path.startswith(f"{layout.OBJECTIVES_FOLDER}/") and path.endswith(f"/{layout.ITEM}"):
        return merge_file(layout.ITEM, sides, path=path)
    return merge_file(path, sides, path=path)


def _settings(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> bytes:
    """Settings, of which a side that has only defaults yields to the other."""
    if base is None:
        for quiet, other in ((ours, theirs), (theirs, ours)):
            if parse_config(quiet, path=path) is DEFAULT:
                return other
    raise StoreInvalidError("merge_conflict", "both sides changed the settings")


def _age(data: bytes) -> tuple[bytes, bytes]:
    """An order in which the workspace that was made first comes first."""
    found = _MADE_AT.search(data)
    return (found[1] if found else b"\xff", data)


def _lines(ours: bytes, theirs: bytes) -> bytes:
    """The lines of both, each once."""
    sides = [side.decode("utf-8", "surrogateescape").splitlines() for side in (ours, theirs)]
    merged = "".join(f"{line}\n" for line in merge_orders(*sides))
    return merged.encode("utf-8", "surrogateescape")


def _file_and_folder(path: str) -> StoreInvalidError:
    return StoreInvalidError(
        "merge_conflict", f"{path} is a file on one side and a folder on the other."
    )


def _unsettled(path: str, ticket: str, error: YoiError) -> ConflictError:
    what = f"The ticket {ticket}" if ticket else path
    how = "Put the ticket right"
    if error.code == "thread_fused":
        how = f"Run `yoi resolve {ticket}` here, or sync a clone that has run it"
    return ConflictError(
        "sync_conflict",
        f"{what} was changed here and on the remote, and cannot be merged: "
        f"{error.message.rstrip('.')}.",
        hint=f"Nothing was sent or taken over. {how}, then sync again."
        if ticket
        else "Nothing was sent or taken over. Give the file here the text that the remote's has, "
        "sync, and then change what you want otherwise.",
        details={"ticket": ticket, "path": path, "cause": error.code},
    )
