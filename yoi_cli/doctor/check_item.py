"""What may be wrong with an item, its state and its resolution (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import diagnose, quote
from yoi_cli.model.fold import is_kept, resolution_told
from yoi_cli.model.item import OBSOLETE_KEYS, PRIORITIES, REQUIRED_KEYS
from yoi_cli.model.states import CLOSED, STATES, is_state
from yoi_cli.model.time import is_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.ports import InspectedTicket
    from yoi_cli.model.item import FieldValue, Item

_ITEM = "item.md"
_RESOLUTION = "resolution.md"
_REQUIRED_TIMES = ("created_at", "updated_at")
_TIMES = (*_REQUIRED_TIMES, "queued_at")
#: Keys that hold one text; tags and risk_flags hold lists.
_TEXTS = (*REQUIRED_KEYS, "assignee", "readiness", "priority", "queued_by", "queued_at")


def check_item(inspected: InspectedTicket) -> Iterator[Diagnostic]:
    """Keys and values of the frontmatter."""
    item = inspected.item
    if item is None:
        return
    for key in REQUIRED_KEYS:
        if key not in item.fields:
            yield _item(inspected, "item_key_missing", f"The key {key} is missing.", "")
    for key, value in item.fields.items():
        if key in OBSOLETE_KEYS:
            yield _item(inspected, "item_key_obsolete", f"The key {key} is obsolete.", key)
        elif key in _TEXTS and isinstance(value, tuple):
            yield _item(inspected, "item_value_type", f"{key} is a list.", key)
        elif key in _TIMES and not _is_time(key, value):
            yield _item(inspected, "item_time_invalid", f"{key} is {_shown(value)}.", key)
    yield from _check_words(inspected, item)


def _check_words(inspected: InspectedTicket, item: Item) -> Iterator[Diagnostic]:
    """Values that are text, or nothing, and must be a certain one."""
    if _holds_text(item, "title") and not item.title.strip():
        yield _item(inspected, "item_title_empty", "The title is empty.", "title")
    if _holds_text(item, "state") and not is_state(item.state):
        what = f"The state {quote(item.state)} is none of {', '.join(STATES)}."
        yield _item(inspected, "item_state_unknown", what, "state")
    priority = item.fields.get("priority")
    if isinstance(priority, str) and priority not in PRIORITIES:
        what = f"The priority {quote(priority)} is none of {', '.join(PRIORITIES)}."
        yield _item(inspected, "item_priority_invalid", what, "priority")


def _holds_text(item: Item, key: str) -> bool:
    """Whether `key` is there and holds no list, which is another fault."""
    return key in item.fields and not isinstance(item.fields[key], tuple)


def check_state(inspected: InspectedTicket, state: str) -> Iterator[Diagnostic]:
    """Whether the item says the `state` that the thread folds to."""
    item = inspected.item
    if item is not None and is_state(item.state) and item.state != state:
        what = f"item.md says {item.state}, the thread says {state}."
        yield _item(inspected, "state_mismatch", what, "state")


def check_resolution(inspected: InspectedTicket, state: str) -> Iterator[Diagnostic]:
    """Whether there is a resolution exactly where the ticket is closed.

    A ticket whose item and thread do not agree is left to `state_mismatch`.
    """
    item, text = inspected.item, inspected.resolution
    if item is None or item.state != state or (state == CLOSED) == (text is not None):
        return
    path = inspected.path(_RESOLUTION)
    events = inspected.thread.events if inspected.thread is not None else ()
    if text is None:
        is_told = resolution_told(events) is not None
        code = "resolution_unwritten" if is_told else "resolution_missing"
        what = "The ticket is closed and has no resolution.md."
    else:
        code = "resolution_stale" if is_kept(text, events) else "resolution_unexpected"
        what = f"The ticket is {state} and has a resolution.md."
    yield diagnose(code, what, ticket=inspected.id, path=path)


def _is_time(key: str, value: FieldValue) -> bool:
    if value is None:
        return key not in _REQUIRED_TIMES
    return isinstance(value, str) and is_stamp(value)


def _shown(value: FieldValue) -> str:
    return quote(value) if isinstance(value, str) else "null"


def _item(inspected: InspectedTicket, code: str, what: str, key: str) -> Diagnostic:
    line = inspected.item.lines.get(key, 1) if inspected.item else 1
    return diagnose(code, what, ticket=inspected.id, path=inspected.path(_ITEM), line=line)
