"""Merging one file for git, which asks a driver file by file (docs/merging.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from yoi_cli.model.conflict import OTHER_TICKET

if TYPE_CHECKING:
    from yoi_cli.merge.ports import MergedPart, Sides
    from yoi_cli.model.conflict import Conflict


class PartMerger(Protocol):
    """Merges single files by their names; see `storage.merge_part`."""

    def merge(self, path: str, sides: Sides) -> MergedPart: ...

    def unsettled(self, path: str, merged: MergedPart) -> bytes:
        """The file with nobody's value for what its sides contest, as an ancestor's has to be."""
        ...

    def moved_apart(self, path: str, sides: Sides) -> bool:
        """Whether it is an item of a ticket that the sides moved to different states."""
        ...

    def project(self, path: str, item: bytes, threads: tuple[bytes, bytes]) -> bytes | None:
        """The item with the state of the two threads' merge; None where these do not merge."""
        ...


class SiblingThreads(Protocol):
    """Looks for what stands beside a file on both sides of the merge that git is making."""

    def beside(self, path: str, sides: Sides) -> tuple[bytes, bytes] | None:
        """The threads beside the item at `path`, ours and theirs; None where git does not
        yet say what it merges."""
        ...


class DriverResult(NamedTuple):
    """What the driver gives back: the file, what was to be told, and what it is unsure of.

    `is_guessed` says that the state of an item is that of the side updated later, for want
    of the threads.
    """

    data: bytes
    conflicts: tuple[Conflict, ...]
    questions: tuple[Conflict, ...]
    diverged: bool
    is_guessed: bool


def drive_merge(
    path: str, sides: Sides, merger: PartMerger, threads: SiblingThreads
) -> DriverResult:
    """The merged file at `path`. Raises `YoiError` for what only a text merge can show."""
    merged = merger.merge(path, sides)
    data, is_guessed = merged.data, False
    is_one_ticket = all(one.code != OTHER_TICKET for one in merged.conflicts)
    if is_one_ticket and merger.moved_apart(path, sides):
        found = threads.beside(path, sides)
        settled = None if found is None else merger.project(path, data, found)
        is_guessed = settled is None
        data = data if settled is None else settled
    return DriverResult(data, merged.conflicts, merged.questions, merged.diverged, is_guessed)


def drive_ancestor(path: str, sides: Sides, merger: PartMerger) -> DriverResult:
    """One ancestor at `path`, of the two that a merge of crossing histories has.

    Nobody is asked, for its merge is not the one that anybody makes. What the two contest, and
    two earlier merges may have settled in two ways, has nobody's value: with that of one of
    them, the other side alone would count as changed. Raises `YoiError` as `drive_merge` does;
    an ancestor that cannot be read counts as none.
    """
    return DriverResult(merger.unsettled(path, merger.merge(path, sides)), (), (), False, False)
