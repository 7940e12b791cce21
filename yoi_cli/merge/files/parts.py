"""One file of a ticket, merged by its name: what the driver and `yoi resolve` share.

Git starts the driver once for every file, so what only one kind of file needs is imported
where that kind is merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.merge.files.fused_events import refuse_fused
from yoi_cli.merge.files.renames import home_and_stranger
from yoi_cli.merge.files.texts import (
    MergedText,
    merge_items,
    merge_plan_files,
    merge_relations_files,
    merge_threads,
)
from yoi_cli.merge.ports import MergedPart
from yoi_cli.model.findings import DESCRIPTION, FIELD, FILE, OTHER_TICKET, REMOVED, Conflict
from yoi_cli.store.files import layout
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_headers import fold_thread

if TYPE_CHECKING:
    from yoi_cli.merge.ports import Sides

#: The value in an ancestor of what its own ancestors contest; neither side has it.
_CONTESTED = "(Both ancestors of this merge have their own.)"
#: The files that merge by meaning.
PARTS = frozenset({layout.THREAD, layout.ITEM, layout.RELATIONS, layout.PLAN})


def merge_part(path: str, sides: Sides) -> MergedPart:
    """The merged file; `path` says by its name what it is, and messages name it.

    `state` of an item is still to be projected. Of the files of two tickets it is that of the
    one whose `path` it is, with a conflict (`other_ticket`). Raises `ConflictError`
    (`ticket_made_twice`), `StoreInvalidError` for sides that cannot be read, or whose events
    `merge=union` fused.
    """
    apart = home_and_stranger(path, sides)
    if apart is not None:
        return MergedPart(apart[0], (Conflict(OTHER_TICKET, ticket_at(path)),))
    name = path.rpartition("/")[2]
    part = f"{layout.ARTIFACTS}/{name}" if name in (layout.RELATIONS, layout.PLAN) else name
    is_thread = part == layout.THREAD and sides.ours is not None and sides.theirs is not None
    if is_thread and not sides.base:
        _refuse_two_tickets(path, sides.ours or b"", sides.theirs or b"")
    merged = merge_file(part, sides, path=path)
    is_diverged = is_thread and fold_thread(merged.data).is_diverged
    return MergedPart(merged.data, merged.conflicts, is_diverged)


def merge_file(part: str, sides: Sides, *, path: str) -> MergedText:
    """The file `part` of a ticket, merged by itself; `path` says in messages which file it is.

    One that a side lacks stays as the other has it, and of two that no rule merges the greater
    counts, with a conflict. Raises `StoreInvalidError` as `merge_part` does.
    """
    base, ours, theirs = sides
    if part == layout.RELATIONS_PATH:
        return MergedText(merge_relations_files(base, ours, theirs, path=path))
    if part == layout.PLAN_PATH:
        return merge_plan_files(ours or b"", theirs or b"", path=path)
    if ours is None or theirs is None:
        return MergedText(ours or theirs or b"", (Conflict(REMOVED, part),))
    if part == layout.ITEM:
        return merge_items(base, ours, theirs, path=path)
    if part == layout.THREAD:
        refuse_fused(ours, theirs, path=path, known=base or b"")
        return merge_threads(ours, theirs, base=base, path=path)
    return MergedText(max(ours, theirs), (Conflict(FILE, part),))


def ticket_at(path: str) -> str:
    """The id of the ticket, or objective, that a file belongs to."""
    folder = path.rpartition("/")[0]
    return folder.removesuffix(f"/{layout.ARTIFACTS}").rpartition("/")[2]


def _refuse_two_tickets(path: str, ours: bytes, theirs: bytes) -> None:
    from yoi_cli.merge.files.renumber import made_twice

    if made_twice(ours, theirs):
        ticket = ticket_at(path)
        raise ConflictError(
            "ticket_made_twice",
            f"Two different tickets were made with the id {ticket}, one on each side.",
            hint=f"`yoi resolve {ticket}` gives one of them a new id, its relations included.",
            details={"ticket": ticket},
        )


def unsettled(merged: MergedPart, *, path: str) -> bytes:
    """A merged file as an ancestor: an item has neither side's value for what is contested.

    Raises the errors of `edit_item`.
    """
    fields = {one.about: _CONTESTED for one in merged.conflicts if one.code == FIELD}
    is_contested = any(one.code == DESCRIPTION for one in merged.conflicts)
    if not fields and not is_contested:
        return merged.data
    from yoi_cli.store.formats.item_writing import edit_item

    body = f"{_CONTESTED}\n" if is_contested else None
    return edit_item(merged.data, fields, path=path, body=body)


def projected(item: bytes, thread: bytes, *, path: str) -> bytes:
    """An item with the state that its thread folds to.

    Raises the errors of `parse_item` and `edit_item`.
    """
    from yoi_cli.store.formats.item import parse_item
    from yoi_cli.store.formats.item_writing import edit_item

    state = fold_thread(thread).state
    if parse_item(item, path=path).state == state:
        return item
    return edit_item(item, {"state": state}, path=path)


def moved_apart(sides: Sides, *, path: str) -> bool:
    """Whether the sides of an item say two states, so that only their threads can tell."""
    from yoi_cli.store.formats.item import parse_item

    if sides.ours is None or sides.theirs is None:
        return False
    return parse_item(sides.ours, path=path).state != parse_item(sides.theirs, path=path).state


def merged_resolution(sides: Sides, thread: bytes) -> MergedPart | None:
    """`resolution.md` as the thread has it: the text of the closing that counts.

    None where the thread does not settle it, because the ticket is open or was closed with
    a text that neither side has.
    """
    from yoi_cli.model.fold import recorded_resolution

    said = recorded_resolution(parse_thread(thread).thread.events)
    if said is None:
        return None
    for data in (sides.ours, sides.theirs):
        if data is not None and data.decode("utf-8", "replace").strip() == said:
            return MergedPart(data)
    return None
