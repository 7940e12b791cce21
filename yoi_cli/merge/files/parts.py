"""One file of a ticket, merged by its name: what the driver and `yoi resolve` share.

Git starts the driver once for every file, so what only one kind of file needs is imported
where that kind is merged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.merge.files.fused_events import refuse_fused, sides_of_markers
from yoi_cli.merge.files.renames import home_and_stranger
from yoi_cli.merge.files.texts import (
    MergedText,
    merge_items,
    merge_plan_files,
    merge_relations_files,
    merge_threads,
)
from yoi_cli.merge.ports import MergedPart, Sides
from yoi_cli.model.conflict import DESCRIPTION, FIELD, FILE, OTHER_TICKET, REMOVED, Conflict
from yoi_cli.store.files import layout
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_headers import fold_thread

if TYPE_CHECKING:
    from collections.abc import Callable

#: A line that git puts before or behind a conflict.
MARKER = re.compile(rb"^(?:<{7}|>{7})(?: |\r?$)", re.MULTILINE)
#: What stands in an ancestor for what its own ancestors contest; neither side has it.
_CONTESTED = "(Both ancestors of this merge have their own.)"
#: The files that merge by meaning.
PARTS = frozenset({layout.THREAD, layout.ITEM, layout.RELATIONS, layout.PLAN})


def has_markers(data: bytes) -> bool:
    """Whether git's conflict markers stand in a file, outside of what its events quote."""
    if not MARKER.search(data):
        return False
    parsed = parse_thread(data)
    return any(
        not any(start <= match.start() < end for start, end in parsed.spans)
        for match in MARKER.finditer(data)
    )


def item_is_marked(data: bytes) -> bool:
    """Whether git's conflict markers stand in an item, outside of a code fence."""
    return bool(MARKER.search(data)) and sides_of_markers(data)[0] != data


def merge_part(path: str, sides: Sides) -> MergedPart:
    """The merged file; `path` says by its name what it is, and stands in messages.

    `state` of an item is still to be projected. Of the files of two tickets it is that of the
    one whose `path` it is, with a conflict (`other_ticket`). Raises `ConflictError`
    (`ticket_made_twice`), `StoreInvalidError` for sides that cannot be read, or whose events
    `merge=union` fused.
    """
    apart = home_and_stranger(path, sides)
    if apart is not None:
        return MergedPart(apart[0], (Conflict(OTHER_TICKET, ticket_at(path)),))
    return _merge_by_name(path, sides)


def _merge_by_name(path: str, sides: Sides) -> MergedPart:
    name = path.rpartition("/")[2]
    ours, theirs = sides.ours, sides.theirs
    if name == layout.RELATIONS:
        return _whole(_merge_relations(path, sides))
    if name == layout.PLAN:
        return _whole(merge_plan_files(ours or b"", theirs or b"", path=path))
    if ours is None or theirs is None:
        left = ours if theirs is None else theirs
        return MergedPart(left or b"", (Conflict(REMOVED, name),))
    if name == layout.THREAD:
        return _merge_thread(path, sides.base, ours, theirs)
    if name == layout.ITEM:
        from yoi_cli.store.formats.item import parse_item

        base = _readable(sides.base, lambda data: parse_item(data, path=path))
        return _whole(merge_items(base, ours, theirs, path=path))
    return MergedPart(max(ours, theirs), (Conflict(FILE, name),))


def ticket_at(path: str) -> str:
    """The id of the ticket, or objective, that a file belongs to."""
    folder = path.rpartition("/")[0]
    return folder.removesuffix(f"/{layout.ARTIFACTS}").rpartition("/")[2]


def _whole(merged: MergedText) -> MergedPart:
    return MergedPart(merged.data, merged.conflicts)


def _merge_relations(path: str, sides: Sides) -> MergedText:
    from yoi_cli.store.formats.relations import parse_relations

    base = _readable(sides.base, lambda data: parse_relations(data, path=path))
    return MergedText(merge_relations_files(base, sides.ours, sides.theirs, path=path))


def _readable(base: bytes | None, parse: Callable[[bytes], object]) -> bytes | None:
    """An ancestor that can be read; git makes one that cannot where histories cross.

    Without an ancestor the merge asks more, and takes nothing away.
    """
    if not base:
        return None
    try:
        parse(base)
    except YoiError:
        return None
    return base


def _merge_thread(path: str, base: bytes | None, ours: bytes, theirs: bytes) -> MergedPart:
    if not base:
        _refuse_two_tickets(path, ours, theirs)
    refuse_fused(ours, theirs, path=path)
    merged = merge_threads(ours, theirs, path=path)
    return MergedPart(merged.data, merged.conflicts, fold_thread(merged.data).is_diverged)


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
    """A merged file as an ancestor: an item has nobody's value for what is contested in it.

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
    from yoi_cli.model.fold import resolution_told

    said = resolution_told(parse_thread(thread).thread.events)
    if said is None:
        return None
    for data in (sides.ours, sides.theirs):
        if data is not None and data.decode("utf-8", "replace").strip() == said:
            return MergedPart(data)
    return None
