"""What may be wrong with an item, its state and its resolution (docs/format.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import quote
from yoi_cli.model.fields import CHOICE, FIELDS, LIST, RESERVED, TIME
from yoi_cli.model.fold import is_kept, recorded_resolution
from yoi_cli.model.missing_links import MISSING_LINKS, missing_links
from yoi_cli.model.states import CLOSED, is_state
from yoi_cli.model.time import is_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.ports import InspectedTicket
    from yoi_cli.model.fields import Field
    from yoi_cli.model.item import FieldValue, Item

_ITEM = "item.md"
_RESOLUTION = "resolution.md"
#: What may hold a list.
_MAY_BE_LIST = (LIST, RESERVED)


def check_item(inspected: InspectedTicket) -> Iterator[Diagnostic]:
    """Keys and values of the frontmatter."""
    item = inspected.item
    if item is None:
        return
    for name, known in FIELDS.items():
        if known.is_required and name not in item.fields:
            yield _item(inspected, "item_key_missing", f"The key {name} is missing.", "")
    for key, value in item.fields.items():
        field = FIELDS.get(key)
        if field is None:
            continue
        if field.is_obsolete:
            yield _item(inspected, "item_key_obsolete", f"The key {key} is obsolete.", key)
        elif field.type not in _MAY_BE_LIST and isinstance(value, tuple):
            yield _item(inspected, "item_value_type", f"{key} is a list.", key)
        elif field.type == TIME and not _is_time(field, value):
            yield _item(inspected, "item_time_invalid", f"{key} is {_shown(value)}.", key)
    yield from _check_words(inspected, item)
    for link in missing_links(item.fields):
        what = f"{quote(link.kind)} {quote(link.source)} has not come in."
        yield _item(inspected, "link_missing", what, MISSING_LINKS)


def _check_words(inspected: InspectedTicket, item: Item) -> Iterator[Diagnostic]:
    """Values that are text, or nothing, and must be a certain one."""
    if _lacks_words(item, FIELDS["title"]):
        yield _item(inspected, "item_title_empty", "The title is empty.", "title")
    for field in FIELDS.values():
        if field.name not in item.fields:
            continue
        text = item.text(field.name)
        if field.form and text and not re.fullmatch(field.form, text):
            what = f"{field.name} is {quote(text)}."
            yield _item(inspected, field.fault, what, field.name)
        if field.type == CHOICE and _is_no_choice(item, field):
            value, choices = quote(item.text(field.name)), ", ".join(field.choices)
            what = f"The {field.name} {value} is none of {choices}."
            yield _item(inspected, field.fault, what, field.name)


def _lacks_words(item: Item, field: Field) -> bool:
    """Whether the field is there without a word; a list is another fault."""
    value = item.fields.get(field.name, ())
    return not isinstance(value, tuple) and not (value or "").strip()


def _is_no_choice(item: Item, field: Field) -> bool:
    """Whether the field holds what it may not, nothing included where it is required."""
    value = item.fields.get(field.name, ())
    if isinstance(value, tuple) or (value is None and not field.is_required):
        return False
    return value not in field.choices


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
    events = inspected.thread.events if inspected.thread is not None else ()
    if text is None:
        is_recorded = recorded_resolution(events) is not None
        code = "resolution_unwritten" if is_recorded else "resolution_missing"
        what = "The ticket is closed and has no resolution.md."
    else:
        code = "resolution_stale" if is_kept(text, events) else "resolution_unexpected"
        what = f"The ticket is {state} and has a resolution.md."
    yield inspected.finding(code, what, _RESOLUTION)


def _is_time(field: Field, value: FieldValue) -> bool:
    if value is None:
        return not field.is_required
    return isinstance(value, str) and is_stamp(value)


def _shown(value: FieldValue) -> str:
    return quote(value) if isinstance(value, str) else "null"


def _item(inspected: InspectedTicket, code: str, what: str, key: str) -> Diagnostic:
    line = inspected.item.lines.get(key, 1) if inspected.item else 1
    return inspected.finding(code, what, _ITEM, line)
