"""Which tickets hold another one up, and which are set free (docs/routing.md)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.model.missing_links import missing_dependencies
from yoi_cli.model.relations import (
    DIVERGED,
    KINDS,
    MISSING,
    UNREADABLE,
    blocking_graph,
)
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.ports import RoutingReader, TicketReader
    from yoi_cli.store.values import RelationsRow


class Blocker(NamedTuple):
    """A ticket that holds another up.

    `via` is the kind of the relation that says so. `state` is None where it is unknown;
    then `problem` says why (`missing`, `unreadable`). A diverged blocker has both. One that never
    came in with an import is missing, and `ticket` is the name that it has elsewhere.
    """

    ticket: str
    via: str
    state: str | None
    problem: str | None = None


class TicketRelations(NamedTuple):
    """The relations around one ticket: its own, and those of others that name it.

    `unreadable` are tickets whose relations cannot be read, any of which might name it.
    """

    outgoing: tuple[Relation, ...]
    incoming: tuple[Relation, ...]
    unreadable: tuple[str, ...] = ()


def surroundings(reader: TicketReader, ticket: TicketId) -> TicketRelations:
    """The relations around `ticket`, by one pass over the store's relations."""
    return incoming_relations(reader, ticket)._replace(outgoing=reader.relations(ticket))


def incoming_relations(reader: TicketReader, ticket: TicketId) -> TicketRelations:
    """The relations of others that name `ticket`, without its own; those may be unreadable."""
    incoming: list[Relation] = []
    unreadable: list[str] = []
    for row in reader.all_relations(naming=ticket):
        if row.error is not None and row.id != ticket:
            unreadable.append(row.id)
        incoming += [relation for relation in row.relations if relation.target == ticket]
    return TicketRelations((), tuple(incoming), tuple(unreadable))


def blockers(
    reader: TicketReader, ticket: TicketId, around: TicketRelations
) -> tuple[Blocker, ...]:
    """The unresolved blockers of `ticket`, each once, by the fold of their own threads.

    A blocker that does not exist or cannot be read blocks; so does one whose thread is
    diverged, whatever state it shows, and one that an import knows by name alone.
    """
    found: dict[str, Blocker] = {}
    for relation in (*around.outgoing, *around.incoming):
        edge = relation.edge
        if edge is None or edge[0] != ticket or edge[1] in found:
            continue
        blocker = _judge(reader, edge[1], relation.kind)
        if blocker is not None:
            found[edge[1]] = blocker
    return (*found.values(), *blockers_by_name(reader.item(ticket).fields))


def blockers_by_name(fields: Mapping[str, FieldValue]) -> tuple[Blocker, ...]:
    """What a ticket with these fields waits for and an import has not brought."""
    return tuple(
        Blocker(link.source, link.kind, None, MISSING) for link in missing_dependencies(fields)
    )


def _judge(reader: TicketReader, ticket: str, via: str) -> Blocker | None:
    from yoi_cli.model.routing import summary_of_thread

    return _judged(ticket, via, lambda: summary_of_thread(reader.thread(TicketId(ticket))))


def _judged(ticket: str, via: str, read: Callable[[], ThreadSummary]) -> Blocker | None:
    try:
        seen = read()
    except NotFoundError:
        return Blocker(ticket, via, None, MISSING)
    except YoiError:
        return Blocker(ticket, via, None, UNREADABLE)
    if seen.is_damaged:  # the rest of it may say anything
        return Blocker(ticket, via, None, UNREADABLE)
    if seen.is_diverged:
        return Blocker(ticket, via, seen.state, DIVERGED)
    return None if seen.state in RESOLVED_STATES else Blocker(ticket, via, seen.state)


def find_blocked(
    reader: RoutingReader, waiting: Mapping[TicketId, Mapping[str, FieldValue]]
) -> tuple[dict[str, tuple[Blocker, ...]], list[RelationsRow]]:
    """What holds up each of `waiting` (fields by ticket) that is held up, and the rows that cannot
    be read.

    One pass over the relations; every blocker is judged once, by the fold of its thread.
    """
    rows = list(reader.all_relations())
    judged: dict[str, Blocker | None] = {}
    found: dict[str, dict[str, Blocker]] = {}
    for relation in (relation for row in rows for relation in row.relations):
        edge = relation.edge
        if edge is None or edge[0] not in waiting:
            continue
        ticket, other = edge
        if other not in judged:
            judged[other] = _judged(
                other, relation.kind, partial(reader.thread_summary, TicketId(other))
            )
        blocker = judged[other]
        if blocker is not None:
            found.setdefault(ticket, {})[other] = blocker._replace(via=relation.kind)
    for ticket, fields in waiting.items():
        for blocker in blockers_by_name(fields):
            found.setdefault(ticket, {})[blocker.ticket] = blocker
    blocked = {ticket: tuple(blocking.values()) for ticket, blocking in found.items()}
    return blocked, [row for row in rows if row.error is not None]


def store_graph(reader: TicketReader) -> dict[str, tuple[str, ...]]:
    """For each ticket that waits for others: those others, by one pass over the relations."""
    return blocking_graph(relation for row in reader.all_relations() for relation in row.relations)


def unblocked_by(reader: TicketReader, ticket: TicketId) -> tuple[str, ...]:
    """The open tickets that waited for `ticket` and, now that it is resolved, for nobody.

    One pass over the relations; every thread is folded once, however many wait for it.
    """
    graph = store_graph(reader)
    waiting = [id_ for id_, blocking in graph.items() if ticket in blocking]
    judged: dict[str, Blocker | None] = {}

    def holds(blocker: str) -> bool:
        if blocker not in judged:
            judged[blocker] = _judge(reader, blocker, "")
        return judged[blocker] is not None

    return tuple(
        id_
        for id_ in sorted(waiting)
        if reader.exists(id_) and holds(id_) and not any(map(holds, graph[id_]))
    )


def notices(around: TicketRelations) -> tuple[str, ...]:
    """What a reader should know although it blocks nothing (docs/routing.md)."""
    said: list[str] = []
    one_way = {name for name, kind in KINDS.items() if kind.one_way}
    for relation in around.outgoing:
        if relation.kind in one_way:
            said.append(f"{relation.kind.replace('_', ' ')} {relation.target}")
    for relation in around.incoming:
        if relation.kind in one_way:
            said.append(f"{relation.inverse.replace('_', ' ')} {relation.ticket_id}")
    said += [f"the relations of {other} cannot be read" for other in around.unreadable]
    return tuple(said)


def describe(found: Iterable[Blocker], limit: int = 3) -> str:
    """Blockers in one line: the first few with their states, and how many more."""
    shown: Sequence[Blocker] = tuple(found)
    parts = [f"{b.ticket} ({b.problem or b.state})" for b in shown[:limit]]
    if len(shown) > limit:
        parts.append(f"and {len(shown) - limit} more")
    return ", ".join(parts)


class RelationIndex:
    """What `surroundings` says of one ticket, kept for all of them."""

    def __init__(self, reader: TicketReader) -> None:
        self._outgoing: dict[str, tuple[Relation, ...]] = {}
        self._incoming: dict[str, list[Relation]] = {}
        self._errors: dict[str, YoiError] = {}
        for row in reader.all_relations():
            if row.error is not None:
                self._errors[row.id] = row.error
            self._outgoing[row.id] = row.relations
            for relation in row.relations:
                self._incoming.setdefault(relation.target, []).append(relation)

    def around(self, ticket: str) -> TicketRelations:
        """The relations around `ticket`. Raises the error of its own, where they are unreadable."""
        if ticket in self._errors:
            raise self._errors[ticket]
        return self.incoming(ticket)._replace(outgoing=self._outgoing.get(ticket, ()))

    def incoming(self, ticket: str) -> TicketRelations:
        """The relations of others that name `ticket`, without its own."""
        others = tuple(one for one in self._errors if one != ticket)
        return TicketRelations((), tuple(self._incoming.get(ticket, ())), others)
