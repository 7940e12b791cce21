"""Making rows of the index from files, each with what tells the files as they were read.

Every function raises `OSError` and store errors where any of its files cannot be read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from yoi_cli.errors import YoiError
from yoi_cli.model.intent import has_acceptance
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.files.descriptors import open_directory, open_regular, read_all
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.index.rows import (
    figures_row,
    item_row,
    latest_in,
    records_row,
    summary_in,
    thread_row,
)
from yoi_cli.store.files.index.stat_data import NO_FILE, stat_data
from yoi_cli.store.formats.item import parse_description, parse_fields, parse_item
from yoi_cli.store.formats.thread import is_utf8
from yoi_cli.store.formats.thread_headers import summarise_thread, thread_figures
from yoi_cli.store.formats.thread_pieces import latest_at
from yoi_cli.store.values import PlansRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.files.index.table import Row

#: What is below `artifacts/` that routing reads.
RECORD_FILES = (layout.RELATIONS, layout.PLAN)
#: A pass over the fields of a store reads no more (bytes) of an item.
_LONG = 4096


#: Takes the store's folder, a ticket, and the row that is known of it.
Make: TypeAlias = "Callable[[Directory, TicketId, Row | None], Made]"


class Made(NamedTuple):
    """A row, and the states of the files that it is made of, as they were when it was read."""

    row: Row
    statuses: tuple[os.stat_result, ...]


def read_item(folder: Directory, ticket: TicketId, _: Row | None) -> Made:
    """The row of an item."""
    # Criteria are asked for of tickets that may start, and of next to no other.
    return _item(folder, ticket, lambda state: state not in RESOLVED_STATES)


def read_acceptance(folder: Directory, ticket: TicketId, _: Row | None) -> Made:
    """The row of an item, with whether it has acceptance criteria."""
    return _item(folder, ticket, lambda _: True)


def _item(folder: Directory, ticket: TicketId, asks: Callable[[FieldValue], bool]) -> Made:
    path = f"{ticket}/{layout.ITEM}"
    data, status = _read(folder, path)
    shown = folder.shown(path)
    fields, is_text = parse_fields(data, path=shown), data.isascii() or is_utf8(data)
    if fields is None:
        fields, is_text = parse_item(data, path=shown).fields, True
    elif is_text and len(data) >= _LONG:
        try:
            parse_item(data, path=shown)
        except YoiError:
            is_text = False
    acceptance = None
    if is_text and asks(fields.get("state")):
        acceptance = has_acceptance(parse_description(data, path=shown))
    row = item_row(stat_data(status), fields, is_text=is_text, has_acceptance=acceptance)
    return Made(row, (status,))


def read_summary(folder: Directory, ticket: TicketId, known: Row | None) -> Made:
    """The row of a thread with its summary, and what one that is `known` has of it besides."""
    data, status = _read(folder, f"{ticket}/{layout.THREAD}")
    latest = latest_in(known) if _is_of(known, status) else None
    row = thread_row(stat_data(status), summarise_thread(data), latest)
    return Made(row, (status,))


def read_latest(folder: Directory, ticket: TicketId, known: Row | None) -> Made:
    """The same with the time that none of its events is later than."""
    data, status = _read(folder, f"{ticket}/{layout.THREAD}")
    summary = summary_in(known) if _is_of(known, status) else None
    return Made(thread_row(stat_data(status), summary, latest_at(data)), (status,))


def read_figures(folder: Directory, ticket: TicketId, _: Row | None) -> Made:
    """The row of a thread's figures."""
    data, status = _read(folder, f"{ticket}/{layout.THREAD}")
    return Made(figures_row(stat_data(status), thread_figures(data)), (status,))


def _is_of(row: Row | None, status: os.stat_result) -> TypeGuard[Row]:
    """Whether a row is of the file of that status."""
    return row is not None and tuple(row.signature) == stat_data(status)


def read_records(folder: Directory, ticket: TicketId, _: Row | None) -> Made:
    """The row of a ticket's relations and plan records."""
    above = f"{ticket}/{layout.ARTIFACTS}"
    try:
        opened = open_directory(above, folder.descriptor, folder.shown(above))
    except FileNotFoundError:
        return Made(records_row(NO_FILE * (1 + len(RECORD_FILES)), (), None), ())
    with Directory(opened, folder.shown(above)) as artifacts:
        status = os.fstat(artifacts.descriptor)
        statuses, signature = [status], list(stat_data(status))
        found: list[bytes | None] = []
        for name in RECORD_FILES:
            data = None
            # Most tickets have neither, and to look costs less than to fail to open.
            if artifacts.has(name):
                data, status = _read(artifacts, name)
                statuses.append(status)
            signature += NO_FILE if data is None else stat_data(status)
            found.append(data)
    relations, plans = _parsed(folder.shown(above), ticket, *found)
    return Made(records_row(tuple(signature), relations, plans), tuple(statuses))


def _parsed(
    above: str, ticket: TicketId, relations: bytes | None, plan: bytes | None
) -> tuple[tuple[Relation, ...], PlansRow | None]:
    related: tuple[Relation, ...] = ()
    if relations is not None:
        from yoi_cli.store.formats.relations import parse_relations

        related = parse_relations(relations, path=f"{above}/{layout.RELATIONS}")
    if plan is None:
        return related, None
    from yoi_cli.store.formats.plan import parse_plan, torn_tail

    records = parse_plan(plan, path=f"{above}/{layout.PLAN}")
    is_torn = bool(torn_tail(plan).strip())
    return related, PlansRow(ticket, records, is_torn=is_torn) if records or is_torn else None


def _read(folder: Directory, path: str) -> tuple[bytes, os.stat_result]:
    """A file below `folder` and its status before it was read; only its last name is checked.

    Raises `FileNotFoundError` and store errors.
    """
    shown = folder.shown(path)
    descriptor, status = open_regular(path, folder.descriptor, shown)
    try:
        return read_all(descriptor, shown), status
    finally:
        os.close(descriptor)
