"""Tickets below their parents, and how far the children of each have come (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.item import field_text
from yoi_cli.model.relations import PARENT
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yoi_cli.store.ports import TicketReader
    from yoi_cli.store.values import FieldsRow


class Place(NamedTuple):
    """Where a ticket stands in a tree: below its `parent`, if that is listed, at a `depth`; how
    many `children` it has in the store, and how many of them are `resolved`."""

    depth: int = 0
    parent: str | None = None
    children: int = 0
    resolved: int = 0


def as_tree(
    reader: TicketReader, rows: Sequence[FieldsRow]
) -> tuple[list[FieldsRow], Mapping[str, Place]]:
    """`rows` with each ticket right below its parent, in their order otherwise, and their places.

    Of several parents the first that is listed counts; tickets that are each other's parents stand
    at the top.
    """
    parents = _parents(reader)
    listed = {row.id: row for row in rows}
    upper: dict[str, str | None] = {
        row.id: next((one for one in parents.get(row.id, ()) if one in listed), None)
        for row in rows
    }
    below: dict[str | None, list[FieldsRow]] = {}
    for row in rows:
        below.setdefault(None if _is_in_loop(row.id, upper) else upper[row.id], []).append(row)
    children, resolved = _progress(reader, parents)
    ordered: list[FieldsRow] = []
    places: dict[str, Place] = {}
    pending = [(row, 0, None) for row in reversed(below.get(None, []))]
    stack: list[tuple[FieldsRow, int, str | None]] = [*pending]
    while stack:
        row, depth, parent = stack.pop()
        ordered.append(row)
        places[row.id] = Place(depth, parent, children.get(row.id, 0), resolved.get(row.id, 0))
        stack += [(one, depth + 1, row.id) for one in reversed(below.get(row.id, []))]
    return ordered, places


def _parents(reader: TicketReader) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in reader.all_relations():
        for relation in row.relations:
            if relation.kind == PARENT:
                found.setdefault(relation.ticket_id, []).append(relation.target)
    return found


def _is_in_loop(ticket: str, upper: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    one = upper[ticket]
    while one is not None and one not in seen:
        if one == ticket:
            return True
        seen.add(one)
        one = upper.get(one)
    return False


def _progress(
    reader: TicketReader, parents: Mapping[str, Iterable[str]]
) -> tuple[dict[str, int], dict[str, int]]:
    """How many children each parent has, and how many of them are resolved."""
    children: dict[str, int] = {}
    resolved: dict[str, int] = {}
    for row in reader.all_fields() if parents else ():
        is_resolved = field_text(row.fields, "state") in RESOLVED_STATES
        for parent in parents.get(row.id, ()):
            children[parent] = children.get(parent, 0) + 1
            resolved[parent] = resolved.get(parent, 0) + is_resolved
    return children, resolved
