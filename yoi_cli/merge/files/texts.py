"""The files of a ticket merged, as bytes (docs/merging.md), by the rules of `merge.algebra`.

The bytes of each event, plan record and frontmatter line stay; what is merged reads back as
exactly what was to be merged, or is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.merge import algebra as merge
from yoi_cli.merge.algebra import Description, MergeEntry
from yoi_cli.merge.files.originals import (
    as_they_were,
    cut_thread,
    originals_of_torn,
    without_white_space_twins,
)
from yoi_cli.model.findings import EVENT_CHANGED, EVENT_ID, PLAN_ID, STRAY_TEXT, TORN, Conflict
from yoi_cli.model.time import seconds_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.thread import parse_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.events import Event
    from yoi_cli.model.item import Item
    from yoi_cli.store.formats.thread import ParsedThread

_STRAY = frozenset({"text_before_first_event", "text_between_events"})

T = TypeVar("T")


class MergedText(NamedTuple):
    """The bytes of a merged file, and what a person has to look at."""

    data: bytes
    conflicts: tuple[Conflict, ...] = ()


def merge_threads(
    ours: bytes, theirs: bytes, *, base: bytes | None = None, path: str
) -> MergedText:
    """A thread of all events of two: parted by one blank line, each with its own bytes.

    An event that a side has otherwise than the ancestor `base` is as the ancestor has it, and
    reported. What comes out has CRLF line ends where both have; the merge itself is made with LF,
    or the order would depend on who meets whom first. Torn appends and stray text are
    left out, and reported. Raises `StoreInvalidError` (`thread_merge_refused`) where an older
    event whose code fence is open would hide the one that comes after it.
    """
    sides = (cut_thread(ours), cut_thread(theirs))
    ancestor = cut_thread(base or b"")
    (left, changed_left), (right, changed_right) = (as_they_were(one, ancestor) for one in sides)
    known = {entry.identity for entry in (*left, *right)}
    untorn = originals_of_torn(sides, ancestor, known)
    logs, twins = without_white_space_twins([left, right, untorn])
    merged = merge.merge_logs(*logs)
    data = b"".join(b"\n" * (n > 0) + entry.block + b"\n" for n, entry in enumerate(merged.entries))
    if cut_thread(data).entries != merged.entries:
        raise StoreInvalidError(
            "thread_merge_refused",
            f"{path} cannot be merged: an open code fence would hide an event.",
            hint="Close the fence in the older event, on one of the two sides.",
            details={"path": path},
        )
    if sides[0].is_crlf and sides[1].is_crlf:
        data = data.replace(b"\n", b"\r\n")
    changed = changed_left | changed_right | twins
    there = {entry.identity for entry in merged.entries}
    torn = [stretch for side in sides for stretch in side.torn]
    changed |= {stretch.about for stretch in torn if stretch.about in there}
    conflicts = {Conflict(EVENT_ID, identity) for identity in merged.contested}
    conflicts |= {Conflict(EVENT_CHANGED, identity) for identity in changed & there}
    conflicts |= {
        Conflict(TORN, f"{len(one.data)} bytes") for one in torn if one.about not in there
    }
    if any(one.about not in changed for side in sides for one in side.stray):
        conflicts.add(Conflict(STRAY_TEXT, "thread.md"))
    return MergedText(data, tuple(sorted(conflicts)))


def thread_identities(data: bytes) -> frozenset[tuple[str, bytes]]:
    """What tells the events of a thread from those of another ticket's."""
    return frozenset((entry.identity, entry.block) for entry in cut_thread(data).entries)


def events_of(data: bytes, is_wanted: Callable[[Event, bytes], bool]) -> bytes:
    """A thread of the events with ids that `is_wanted` (event, bytes) picks; empty without any."""
    parsed = parse_thread(data)
    blocks = [
        data[start:end].rstrip()
        for event, (start, end) in zip(parsed.thread.events, parsed.spans, strict=True)
        if event.id is not None and is_wanted(event, data[start:end])
    ]
    return b"\n\n".join(blocks) + b"\n" if blocks else b""


def has_stray_text(parsed: ParsedThread) -> bool:
    """Whether a thread has text that belongs to no event."""
    return any(fault.code in _STRAY for fault in parsed.thread.faults)


def _time_of(at: str) -> int:
    """The Unix milliseconds of a file's time; one that is none leaves its entry in place."""
    seconds = seconds_of(at)
    return 0 if seconds is None else seconds * 1000


def merge_items(base: bytes | None, ours: bytes, theirs: bytes, *, path: str) -> MergedText:
    """An item whose frontmatter merges key by key, its description as a whole.

    What is not merged (order of keys, quoting, comments) is as in the item updated later.
    `state` is still to be projected. An ancestor that cannot be read counts as none. Raises
    the errors of `parse_item` and `edit_item`.
    """
    from yoi_cli.store.formats.item import parse_item
    from yoi_cli.store.formats.item_writing import edit_item

    left, right = (parse_item(data, path=path) for data in (ours, theirs))
    ancestor = _ancestor(base, lambda data: parse_item(data, path=path))
    fields = merge.merge_fields(ancestor and ancestor.fields, left.fields, right.fields)
    description, contested = merge.merge_description(
        None if ancestor is None else ancestor.body, _description(left), _description(right)
    )
    _, data = max((left.text("updated_at"), ours), (right.text("updated_at"), theirs))
    item = parse_item(data, path=path)
    merged = edit_item(
        data,
        fields.fields,
        path=path,
        remove=[key for key in item.fields if key not in fields.fields],
        body=None if description == item.body else description,
    )
    return MergedText(merged, fields.conflicts + contested)


def _description(item: Item) -> Description:
    return Description(item.body, item.text("updated_at"))


def merge_relations_files(
    base: bytes | None, ours: bytes | None, theirs: bytes | None, *, path: str
) -> bytes:
    """A file of the relations that two sides make; an absent file is one of none.

    An ancestor that cannot be read counts as none. Raises the errors of `parse_relations`.
    """
    from yoi_cli.store.formats.relations import parse_relations, render_relations

    before = _ancestor(base, lambda data: parse_relations(data, path=path))
    left, right = (
        () if data is None else parse_relations(data, path=path) for data in (ours, theirs)
    )
    return render_relations(merge.merge_relations(before, left, right))


def _ancestor(data: bytes | None, parse: Callable[[bytes], T]) -> T | None:
    """An ancestor as it reads, None for one that does not: git makes such where histories cross.

    Without an ancestor the merge asks more, and takes nothing away.
    """
    try:
        return None if data is None else parse(data)
    except YoiError:
        return None


def merge_plan_files(ours: bytes, theirs: bytes, *, path: str) -> MergedText:
    """Plan records of both sides, united by id; lines keep their bytes.

    A torn tail is left out, and reported. Raises `StoreInvalidError` (`plan_invalid`).
    """
    from yoi_cli.store.formats.plan import torn_tail

    merged = merge.merge_logs(*(tuple(_lines(data, path)) for data in (ours, theirs)))
    torn = {torn_tail(data) for data in (ours, theirs)} - {b""}
    conflicts = [Conflict(PLAN_ID, identity) for identity in merged.contested]
    conflicts.extend(Conflict(TORN, f"{len(tail)} bytes") for tail in torn if tail.strip())
    data = b"".join(entry.block + b"\n" for entry in merged.entries)
    return MergedText(data, tuple(sorted(conflicts)))


def _lines(data: bytes, path: str) -> Iterator[MergeEntry]:
    from yoi_cli.store.formats.plan import parse_each, torn_tail

    for _, line, record in parse_each(data.removesuffix(torn_tail(data)), path=path):
        if isinstance(record, StoreInvalidError):
            raise record
        yield MergeEntry(_time_of(record.at), False, record.id, line.rstrip())
