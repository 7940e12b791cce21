"""Merging the store of a clone with what others sent, and with what came to it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.merge.files.merged_store import MergedStore
from yoi_cli.merge.files.renumber import RenumberedFiles, free_id_after
from yoi_cli.merge.files.texts import thread_identities
from yoi_cli.merge.ports import Renumbering
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.shared_paths import ticket_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.findings import Conflict
    from yoi_cli.model.trees import TreeFiles
    from yoi_cli.sync.git.snapshot import StoreSnapshot, StoreTrees
    from yoi_cli.sync.ports import MergedCommit

_MOST_RENUMBERED = 1000


def united(
    trees: StoreTrees, ancestor: TreeFiles, ours: str, theirs: str
) -> tuple[str, Mapping[str, tuple[Conflict, ...]], tuple[Renumbering, ...]]:
    """The store's tree after a merge; tickets of `ours` make way for others' ids."""
    written, other = trees.files(ours), trees.files(theirs)
    side: TreeFiles = written
    changes: list[Renumbering] = []
    while True:
        merged = MergedStore(ancestor, side, other, trees.paths.root)
        try:
            edits = list(merged.edits(written))
            break
        except StoreInvalidError as error:
            ticket = error.details.get("ticket")
            is_known = error.code == "ticket_made_twice" and isinstance(ticket, str)
            if not is_known or len(changes) >= _MOST_RENUMBERED:
                raise
            changes.append(_renumbering(str(ticket), side, other, trees.paths.root))
            side = RenumberedFiles(side, changes[-1], trees.paths.root)
    store = trees.in_commit(ours, None)
    tree = trees.edited(store, trees.entries(edits, written, other))
    return tree, merged.conflicts, tuple(changes)


def with_what_came(
    trees: StoreTrees, before: StoreSnapshot, now: StoreSnapshot, merged: MergedCommit
) -> str:
    """The merge with what was written to the folder since it was taken."""
    root = trees.paths.root
    written, other = trees.files(now.tree), trees.files(merged.commit)
    base: TreeFiles = trees.files(before.tree)
    ours: TreeFiles = written
    for change in merged.renumbered:
        base = RenumberedFiles(base, change, root)
        ours = RenumberedFiles(ours, change, root)
    edits = MergedStore(base, ours, other, root).edits(written)
    return trees.edited(now.tree, trees.entries(edits, written, other))


def _renumbering(old: str, ours: TreeFiles, theirs: TreeFiles, root: str) -> Renumbering:
    """The new id of the ticket `old` of ours: the next free one.

    Or the one that it got in a sync that did not live to bring it to the folder.
    """
    thread = f"{root}/{old}/thread.md"
    events = thread_identities(ours.read(thread))
    taken = {ticket_of(path, root) for path in {**ours.kinds, **theirs.kinds}} - {""}
    new = free_id_after(old, ())
    while new in taken:
        path = f"{root}/{new}/thread.md"
        if theirs.kinds.get(path) == "file" and events <= thread_identities(theirs.read(path)):
            break
        new = free_id_after(new, ())
    return Renumbering(TicketId(old), new)
