"""Merging with git: the driver, what it is configured with, and resolving without it."""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError, YoiError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.merge.ports import MergedPart, Sides
from yoi_cli.model.findings import OTHER_TICKET

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from yoi_cli.git.commit_facts import CommitFacts
    from yoi_cli.merge.git.index import IndexConflicts
    from yoi_cli.merge.resolve import Resolution
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.lost import LostRecords
    from yoi_cli.workspace.session import Session

#: The folder in which the shell in front of the driver looks for what lies ready.
_AHEAD = "YOI_MERGE_AHEAD"


def drive(
    base: str,
    ours: str,
    theirs: str,
    path: str,
    environment: Mapping[str, str],
    *,
    is_ancestor: bool = False,
) -> MergedPart:
    """Merge three files for git, and put the outcome at once where `ours` was.

    `path` is where the file is at home, from the top of the checkout; `is_ancestor` says that
    git makes one ancestor of two. Raises `YoiError` and `OSError`; then `ours` is as it was.
    """
    sides = Sides(*(_read(file) for file in (base, ours, theirs)))
    merged = _merged_ancestor(path, sides) if is_ancestor else _merged(path, sides, environment)
    if path.endswith("/thread.md") and not is_ancestor:
        _keep_left_out(path, sides, merged.data)
    if _AHEAD in environment and not is_ancestor:
        # Whatever becomes of it: each of the others is asked about by itself, too. Before our file
        # is written, for a driver that is killed must leave it as it was.
        with suppress(Exception):
            _work_ahead(path, environment[_AHEAD], environment)
    if merged.data != sides.ours:
        _replace(ours, merged.data)
    return merged


def _work_ahead(path: str, folder: str, environment: Mapping[str, str]) -> None:
    """Merge what git is going to ask about after `path`, for the shell to find in `folder`."""
    from yoi_cli.merge.files.parts import PARTS
    from yoi_cli.merge.files.prepared import PreparedFiles
    from yoi_cli.merge.git.both_sides import changed_on_both, read_sides

    prepared = PreparedFiles.begin(folder)
    if prepared is None:
        return
    cwd, git_dir = os.getcwd(), os.path.dirname(os.path.dirname(folder))
    with prepared:
        files = changed_on_both(cwd, git_dir, environment, sorted(PARTS))
        for file, sides in read_sides(cwd, [one for one in files if one.path != path]):
            data = _settled(file.path, sides)
            if data is not None:
                prepared.add(*file, data)
            if prepared.is_full:
                return


def _settled(path: str, sides: Sides) -> bytes | None:
    """The merged file at `path`, where its three versions are all that decides, and nothing is to
    be said or kept of it; else None."""
    from yoi_cli.merge.files.originals import left_out
    from yoi_cli.merge.files.parts import moved_apart

    try:
        merged = _merged_part(path, sides)
        if merged.conflicts or merged.diverged:
            return None
        if _is_ticket_item(path) and moved_apart(sides, path=path):
            return None
    except YoiError:
        return None
    is_thread = path.endswith("/thread.md")
    if is_thread and any(left_out(side, merged.data) for side in sides[1:] if side):
        return None
    return merged.data


def _keep_left_out(path: str, sides: Sides, merged: bytes) -> None:
    """Keep what the sides of a thread have and the merge has not, with the ticket in the checkout.

    Git has it too, in the commits of both: where the folder is not there, that is enough.
    """
    from yoi_cli.merge.files.originals import left_out
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.files.kept import keep_left_out

    pieces = [left_out(side, merged) for side in (sides.ours, sides.theirs) if side]
    checkout = find_checkout(os.getcwd()) if any(pieces) else None
    if checkout is None:
        return
    with (
        suppress(OSError, YoiError),
        Directory.open(checkout.root, "") as top,
        top.descend(os.path.dirname(path)) as folder,
    ):
        for piece in pieces:
            keep_left_out(folder, os.path.basename(path), piece)


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
    folders = StoreFolders(session.location.folder, OBJECTIVES_FOLDER)
    with nullcontext() if is_dry else session.store.write() as writer:
        files = TicketFiles(session.store if writer is None else writer, writer)
        return resolve(
            FileResolver(files), repository, folders, wanted, is_dry=is_dry, advance=advance
        )


def lost_to_git(
    session: Session,
    tickets: Collection[TicketId] | None = None,
    facts: CommitFacts | None = None,
) -> Mapping[str, frozenset[str]]:
    """The ids of events that HEAD, or a parent of its merges, has and the store has not, by ticket.

    Only `tickets` are asked for, or all. Outside of git, and for a store whose files no commit
    of the checkout has, there is nothing to say. docs/merging.md says how far back it looks.
    `facts` are for whoever asks again and again.
    """
    if session.checkout is None:
        return {}
    from yoi_cli.merge.git.merge_losses import lost_events
    from yoi_cli.model.ids import TicketId

    store = session.store

    def thread(ticket: str) -> bytes | None:
        try:
            return store.raw(TicketId(ticket), "thread.md")
        except YoiError:
            return None

    return lost_events(session.workspace, session.location.folder, thread, tickets, facts=facts)


def lost_records_to_git(
    session: Session,
    tickets: Collection[TicketId] | None = None,
    facts: CommitFacts | None = None,
) -> Mapping[str, LostRecords]:
    """The relations and plan records of the same, by the ticket whose files lack them."""
    if session.checkout is None:
        return {}
    from yoi_cli.merge.git.record_losses import lost_records
    from yoi_cli.store.files.known_tickets import read_file

    read = partial(read_file, session.store.folder)
    notes = os.path.join(session.local_folder, "merges")
    return lost_records(
        session.workspace, session.location.folder, read, tickets, notes, facts=facts
    )


def restore_records(
    session: Session, tickets: Collection[TicketId] | None = None
) -> Mapping[str, LostRecords]:
    """Write what `lost_records_to_git` finds into the files again, each thing once.

    What was brought back, by ticket. Raises `ConflictError` (`lock_timeout`; `git_holds_files`
    while git has files of the store in its hands), store errors and `OSError`.
    """
    if session.checkout is None:
        return {}
    from yoi_cli.merge.git.record_losses import lost_records
    from yoi_cli.store.files.bring_back import bring_back
    from yoi_cli.store.files.git_holds import git_holds
    from yoi_cli.store.files.known_tickets import read_file
    from yoi_cli.store.files.told import Told

    with session.store.write() as writer:
        if writer.held is not None:
            raise git_holds(writer.held)
        read = partial(read_file, writer.folder)
        found = lost_records(session.workspace, session.location.folder, read, tickets)
        for ticket, lost in found.items():
            relations = {one.key: one for one in lost.relations}
            records = {one.id: line for one, line in zip(lost.plans, lost.lines, strict=True)}
            bring_back(writer, Told(ticket, 0, relations=relations, records=records))
        return found


def _conflicts_of(session: Session) -> IndexConflicts | None:
    if session.checkout is None:
        return None
    from yoi_cli.merge.git.index import IndexConflicts
    from yoi_cli.store.files.layout import OBJECTIVES_FOLDER

    folders = [session.location.folder, OBJECTIVES_FOLDER]
    return IndexConflicts(session.checkout, session.workspace, folders)


def _merged(path: str, sides: Sides, environment: Mapping[str, str]) -> MergedPart:
    """The merged file at `path`. Raises `YoiError` for what only a text merge can show."""
    from yoi_cli.merge.files.parts import moved_apart

    merged = _merged_part(path, sides)
    is_one_ticket = all(one.code != OTHER_TICKET for one in merged.conflicts)
    if not is_one_ticket or not _is_ticket_item(path) or not moved_apart(sides, path=path):
        return merged
    data = _with_merged_state(path, sides, merged.data, environment)
    return merged._replace(is_guessed=True) if data is None else merged._replace(data=data)


def _merged_ancestor(path: str, sides: Sides) -> MergedPart:
    """One ancestor at `path`, of the two that a merge of crossing histories has.

    It has no conflicts, for it is not the merge that somebody makes. What the two contest, and
    two earlier merges may have settled in two ways, has neither side's value: with that of one
    of them, the other side alone would count as changed. Raises `YoiError` as `_merged` does; an
    ancestor that cannot be read counts as none.
    """
    from yoi_cli.merge.files.parts import unsettled

    return MergedPart(unsettled(_merged_part(path, sides), path=path))


def _merged_part(path: str, sides: Sides) -> MergedPart:
    from yoi_cli.merge.files.parts import PARTS, merge_part

    if path.rpartition("/")[2] not in PARTS:
        raise OperationError(
            "merge_unknown",
            f"There is no rule for merging {path[:200]!r} other than by lines.",
            hint="`.gitattributes` should name the driver for tickets' files only.",
        )
    return merge_part(path, sides)


def _is_ticket_item(path: str) -> bool:
    from yoi_cli.store.files.layout import ITEM, OBJECTIVES_FOLDER

    return path.endswith(f"/{ITEM}") and f"/{OBJECTIVES_FOLDER}/" not in f"/{path}"


def _with_merged_state(
    path: str, sides: Sides, item: bytes, environment: Mapping[str, str]
) -> bytes | None:
    """`item` with the state of its threads' merge.

    None where these do not merge, git does not yet say what it merges, or it keeps no
    checkout, as in a bare repository.
    """
    from yoi_cli.merge.files.parts import merge_part, projected
    from yoi_cli.merge.git.operation import MergingThreads

    checkout = find_checkout(os.getcwd())
    if checkout is None:
        return None
    threads = MergingThreads(checkout, environment).beside(path, sides)
    if threads is None:
        return None
    thread = f"{path.rpartition('/')[0]}/thread.md"
    try:
        return projected(item, merge_part(thread, Sides(None, *threads)).data, path=path)
    except YoiError:
        return None


def _read(path: str) -> bytes:
    from yoi_cli.store.files.directory import Directory

    with Directory.open(os.path.dirname(path) or ".", os.path.dirname(path)) as folder:
        return folder.read(os.path.basename(path))


def _replace(path: str, data: bytes) -> None:
    from yoi_cli.store.files.directory import Directory

    with Directory.open(os.path.dirname(path) or ".", os.path.dirname(path)) as folder:
        # Git reads its temporary file back and removes it; what it makes of it, it syncs or not.
        folder.replace(os.path.basename(path), data, is_synced=False)
