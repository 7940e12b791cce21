"""Lists of tickets, from their frontmatter alone: no thread is read (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model.fields import CHOICE, FIELDS, LIST, SORTS, TEXT
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.states import CLOSED, RESOLVED_STATES, STATES, check_state
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Unreadable
from yoi_cli.tickets.blocking import Blocker, find_blocked
from yoi_cli.tickets.create import check_choices
from yoi_cli.tickets.disagreement import disagreeing, is_doubtful

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.ports import RoutingReader, TextReader
    from yoi_cli.store.values import FieldsRow
    from yoi_cli.tickets.search import Query
    from yoi_cli.tickets.tree import Place

_NEWEST_FIRST = frozenset({"updated", "created"})


class Selection(NamedTuple):
    """Which tickets a list shows, and in what order.

    Without `states`, all but the closed ones are shown, and those too with `closed_too`.
    `due_by` is the last day on which those that are not resolved are due. `query` is what
    title, description and thread together hold. `as_tree` puts tickets
    below their parents. `fields` are what is asked of other fields, by name, as `wanted` makes
    them.
    """

    states: frozenset[str] = frozenset()
    closed_too: bool = False
    fields: Mapping[str, frozenset[str]] = {}
    only_blocked: bool = False
    due_by: str | None = None
    query: Query | None = None
    as_tree: bool = False
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
        if self.due_by is not None:
            due = field_text(fields, "due")
            if not due or due > self.due_by or state in RESOLVED_STATES:
                return False
        if not self.fields:
            return True
        return all(_has(fields, name, words) for name, words in self.fields.items())


def wanted(given: Mapping[str, Iterable[str] | None]) -> Mapping[str, frozenset[str]]:
    """What is asked of fields, by their names; nothing of those without a word.

    A ticket must have every word that is asked of a list, and one of those that are asked of
    another field, where the empty word stands for no value. Commas part words. Raises `UsageError`
    for a word that is none of its field's choices.
    """
    chosen = {
        name: frozenset(part.strip() for word in words or () for part in word.split(","))
        for name, words in given.items()
    }
    for name, words in chosen.items():
        for word in words if _is_choice(name) else ():
            check_choices({name: word or None})
    return {
        name: frozenset(map(str.upper, words)) if _is_choice(name) else words
        for name, words in chosen.items()
        if words
    }


class Listing(NamedTuple):
    """The tickets to show, how many there are without the limit, and the broken ones.

    `blockers` says, where that was asked for, what holds up each ticket that is held up;
    `disagreeing` are tickets whose state is not what their thread says. `tree` has the places of
    tickets below their parents, where that was asked for.
    """

    tickets: list[FieldsRow]
    total: int
    unreadable: list[Unreadable]
    blockers: Mapping[str, tuple[Blocker, ...]] | None = None
    disagreeing: tuple[str, ...] = ()
    tree: Mapping[str, Place] | None = None


def list_tickets(
    reader: RoutingReader, selection: Selection, texts: TextReader | None = None
) -> Listing:
    """The tickets that `selection` asks for, by one pass over the store.

    A `query` is looked for in `texts`. `only_blocked` costs another one, over the relations.
    Raises `UsageError` for an unknown sort or state.
    """
    _check(selection)
    found: list[FieldsRow] = []
    unreadable: list[Unreadable] = []
    accepts = selection.accepts
    doubtful: list[FieldsRow] = []
    for row in reader.all_fields():
        if row.error is not None:
            unreadable.append(Unreadable(row.id, row.error))
            continue
        if is_doubtful(reader, row):
            doubtful.append(row)
        if accepts(row.fields):
            found.append(row)
    if selection.query is not None and texts is not None:
        from yoi_cli.tickets.search import says

        found = [row for row in found if says(texts, row, selection.query)]
    blockers: Mapping[str, tuple[Blocker, ...]] | None = None
    if selection.only_blocked:
        waiting = {
            row.id: row.fields
            for row in found
            if field_text(row.fields, "state") not in RESOLVED_STATES
        }
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
    disagree = tuple(disagreeing(reader, doubtful))
    tree: Mapping[str, Place] | None = None
    if selection.as_tree:
        from yoi_cli.tickets.tree import as_tree

        found, tree = as_tree(reader, found)
    return Listing(found[: selection.limit], len(found), unreadable, blockers, disagree, tree)


def _check(selection: Selection) -> None:
    for state in selection.states:
        check_state(state)
    if selection.sort not in SORTS:
        raise UsageError(
            "sort_unknown",
            f"Tickets cannot be sorted by {selection.sort[:40]!r}.",
            hint=f"Sort by {', '.join(SORTS)}.",
        )


def _has(fields: Mapping[str, FieldValue], name: str, words: frozenset[str]) -> bool:
    """Whether the field `name` of `fields` has what is asked of it."""
    if _type_of(name) == LIST:
        return words.issubset(field_texts(fields, name))
    value = field_text(fields, name)
    return (value.upper() if _is_choice(name) else value) in words


def _is_choice(name: str) -> bool:
    return _type_of(name) == CHOICE


def _type_of(name: str) -> str:
    """What a field holds; one that is not in the table counts as text."""
    field = FIELDS.get(name)
    return TEXT if field is None else field.type


def _by_priority(row: FieldsRow) -> tuple[int, str]:
    """P0 before P1, and what has no priority last."""
    priority = field_text(row.fields, "priority").upper()
    return (0 if priority else 1, priority)


def _by_state(row: FieldsRow) -> tuple[int, str]:
    """In the order in which a ticket passes through the states."""
    state = field_text(row.fields, "state")
    return (STATES.index(state) if state in STATES else len(STATES), state)


_SORT_KEYS: Mapping[str, Callable[[FieldsRow], str | tuple[int, str]]] = {
    "updated": lambda row: field_text(row.fields, "updated_at"),
    "created": lambda row: field_text(row.fields, "created_at"),
    "priority": _by_priority,
    "state": _by_state,
    "title": lambda row: field_text(row.fields, "title").casefold(),
    "id": lambda row: row.id,
}
