"""Lists of tickets, from their frontmatter alone: no thread is read (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.model.states import CLOSED, RESOLVED_STATES, STATES
from yoi_cli.store.values import Unreadable
from yoi_cli.tickets.blocking import Blocker, find_blocked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.ports import TicketReader
    from yoi_cli.store.values import FieldsRow

SORTS = ("updated", "created", "priority", "state", "title", "id")
_NEWEST_FIRST = frozenset({"updated", "created"})


class Selection(NamedTuple):
    """Which tickets a list shows, and in what order.

    An empty set asks for nothing in particular: without `states`, all but the closed ones
    are shown, and those too with `closed_too`. A ticket must have every one of `tags`, and
    one of `assignees` (an empty word stands for nobody) and of `priorities`.
    """

    states: frozenset[str] = frozenset()
    closed_too: bool = False
    tags: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    priorities: frozenset[str] = frozenset()
    only_blocked: bool = False
    sort: str = "updated"
    reverse: bool = False
    limit: int | None = None

    def accepts(self, fields: Mapping[str, FieldValue]) -> bool:
        """Whether a ticket with these fields is shown, blockers aside."""
        state = fields.get("state")
        if self.states:
            if state not in self.states:
                return False
        elif state == CLOSED and not self.closed_too:
            return False
        if self.tags and not self.tags.issubset(texts(fields, "tags")):
            return False
        if self.assignees and text(fields, "assignee") not in self.assignees:
            return False
        return not self.priorities or text(fields, "priority").upper() in self.priorities


class Listing(NamedTuple):
    """The tickets to show, how many there are without the limit, and the broken ones.

    `blockers` says, where that was asked for, what holds up each ticket that is held up.
    """

    tickets: list[FieldsRow]
    total: int
    unreadable: list[Unreadable]
    blockers: Mapping[str, tuple[Blocker, ...]] | None = None


def list_tickets(reader: TicketReader, selection: Selection) -> Listing:
    """The tickets that `selection` asks for, by one pass over the store.

    `only_blocked` costs another one, over the relations.
    """
    found: list[FieldsRow] = []
    unreadable: list[Unreadable] = []
    accepts = selection.accepts
    for row in reader.all_fields():
        if row.error is not None:
            unreadable.append(Unreadable(row.id, row.error))
        elif accepts(row.fields):
            found.append(row)
    blockers: Mapping[str, tuple[Blocker, ...]] | None = None
    if selection.only_blocked:
        waiting = {row.id for row in found if text(row.fields, "state") not in RESOLVED_STATES}
        blockers, broken = find_blocked(reader, waiting)
        found = [row for row in found if row.id in blockers]
        known = {one.ticket for one in unreadable}
        unreadable += [
            Unreadable(row.id, row.error)
            for row in broken
            if row.error is not None and row.id not in known
        ]
    # The rows come by rising id, and sorting is stable: among equals the id decides.
    newest_first = selection.sort in _NEWEST_FIRST
    found.sort(key=_SORT_KEYS[selection.sort], reverse=newest_first != selection.reverse)
    return Listing(found[: selection.limit], len(found), unreadable, blockers)


def text(fields: Mapping[str, FieldValue], key: str) -> str:
    """The value of `key` where it is text, else the empty string."""
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def texts(fields: Mapping[str, FieldValue], key: str) -> tuple[str, ...]:
    """The value of `key` where it is a list, a lone text as a list of one."""
    value = fields.get(key)
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


def _by_priority(row: FieldsRow) -> tuple[int, str]:
    """P0 before P1, and what has no priority last."""
    priority = text(row.fields, "priority").upper()
    return (0 if priority else 1, priority)


def _by_state(row: FieldsRow) -> tuple[int, str]:
    """In the order in which a ticket passes through the states."""
    state = text(row.fields, "state")
    return (STATES.index(state) if state in STATES else len(STATES), state)


_SORT_KEYS: Mapping[str, Callable[[FieldsRow], str | tuple[int, str]]] = {
    "updated": lambda row: text(row.fields, "updated_at"),
    "created": lambda row: text(row.fields, "created_at"),
    "priority": _by_priority,
    "state": _by_state,
    "title": lambda row: text(row.fields, "title").casefold(),
    "id": lambda row: row.id,
}
