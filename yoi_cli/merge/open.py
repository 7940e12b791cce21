"""Merging with git: the driver, what it is configured with, and resolving without it."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError, YoiError
from yoi_cli.git.checkout import find_checkout

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from yoi_cli.merge.driver import DriverResult
    from yoi_cli.merge.git.index import IndexConflicts
    from yoi_cli.merge.ports import MergedPart, Sides
    from yoi_cli.merge.resolve import Resolution
    from yoi_cli.workspace.session import Session


def drive(
    base: str,
    ours: str,
    theirs: str,
    path: str,
    environment: Mapping[str, str],
    *,
    is_ancestor: bool = False,
) -> DriverResult:
    """Merge three files for git, and put the outcome at once where `ours` was.

    `path` is where the file is at home, from the top of the checkout; `is_ancestor` says that
    git makes one ancestor of two. Raises `YoiError` and `OSError`; then `ours` is as it was.
    """
    from yoi_cli.merge.driver import drive_ancestor, drive_merge
    from yoi_cli.merge.ports import Sides

    sides = Sides(*(_read(file) for file in (base, ours, theirs)))
    if is_ancestor:
        driven = drive_ancestor(path, sides, _Parts())
    else:
        driven = drive_merge(path, sides, _Parts(), _Threads(environment))
    if driven.data != sides.ours:
        _replace(ours, driven.data)
    return driven


def resolve_store(
    session: Session,
    wanted: Collection[str],
    *,
    is_dry: bool,
    advance: Callable[[], None],
) -> Resolution:
    """Resolve and repair the store of `session`, under its lock unless `is_dry`.

    Raises `ConflictError` (`lock_timeout`), and `OperationError` where git does not answer.
    """
    from yoi_cli.merge.files.resolver import FileResolver
    from yoi_cli.merge.files.resolver_files import TicketFiles
    from yoi_cli.merge.resolve import StoreFolders, resolve
    from yoi_cli.store.files.layout import OBJECTIVES_FOLDER

    repository = _conflicts_of(session)
    places = StoreFolders(session.location.folder, OBJECTIVES_FOLDER)
    with nullcontext() if is_dry else session.store.write() as writer:
        files = TicketFiles(session.store if writer is None else writer, writer)
        return resolve(
            FileResolver(files), repository, places, wanted, is_dry=is_dry, advance=advance
        )


def _conflicts_of(session: Session) -> IndexConflicts | None:
    if session.checkout is None:
        return None
    from yoi_cli.merge.files.merged_tree import NoFiles
    from yoi_cli.merge.git.index import IndexConflicts
    from yoi_cli.store.files.layout import OBJECTIVES_FOLDER

    folders = [session.location.folder, OBJECTIVES_FOLDER]
    return IndexConflicts(session.checkout, session.workspace, folders, NoFiles())


class _Parts:
    """A `PartMerger` on the files of a ticket."""

    def merge(self, path: str, sides: Sides) -> MergedPart:
        from yoi_cli.merge.files.parts import PARTS, merge_part

        if path.rpartition("/")[2] not in PARTS:
            raise OperationError(
                "merge_unknown",
                f"Nothing is known of merging {path[:200]!r} but by lines.",
                hint="`.gitattributes` should name the driver for tickets' files only.",
            )
        return merge_part(path, sides)

    def unsettled(self, path: str, merged: MergedPart) -> bytes:
        from yoi_cli.merge.files.parts import unsettled

        return unsettled(merged, path=path)

    def moved_apart(self, path: str, sides: Sides) -> bool:
        from yoi_cli.merge.files.parts import moved_apart
        from yoi_cli.store.files.layout import ITEM, OBJECTIVES_FOLDER

        is_ticket = path.endswith(f"/{ITEM}") and f"/{OBJECTIVES_FOLDER}/" not in f"/{path}"
        return is_ticket and moved_apart(sides, path=path)

    def project(self, path: str, item: bytes, threads: tuple[bytes, bytes]) -> bytes | None:
        from yoi_cli.merge.files.parts import merge_part, projected
        from yoi_cli.merge.ports import Sides

        thread = f"{path.rpartition('/')[0]}/thread.md"
        try:
            return projected(item, merge_part(thread, Sides(None, *threads)).data, path=path)
        except YoiError:
            return None


class _Threads:
    """A `SiblingThreads` that looks for git's checkout when it is asked, which is seldom.

    It finds nothing where git keeps no checkout, as in a bare repository.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def beside(self, path: str, sides: Sides) -> tuple[bytes, bytes] | None:
        from yoi_cli.merge.git.operation import MergingThreads

        checkout = find_checkout(os.getcwd())
        if checkout is None:
            return None
        return MergingThreads(checkout, self._environment).beside(path, sides)


def _read(path: str) -> bytes:
    from yoi_cli.store.files.directory import Directory

    with Directory.open(os.path.dirname(path) or ".", os.path.dirname(path)) as folder:
        return folder.read(os.path.basename(path))


def _replace(path: str, data: bytes) -> None:
    from yoi_cli.store.files.directory import Directory

    with Directory.open(os.path.dirname(path) or ".", os.path.dirname(path)) as folder:
        # Git reads its temporary file back and removes it; what it makes of it, it syncs or not.
        folder.replace(os.path.basename(path), data, is_synced=False)
