"""The dependency graph of a store, or of what is around some of its tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import states
from yoi_cli.model.graph import Edge, Graph, Node, critical_path, cycles, reachable
from yoi_cli.model.ids import TicketId
from yoi_cli.model.relations import KINDS
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.dependencies import Dependencies
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.store.ports import RoutingReader
    from yoi_cli.store.values import FieldsRow
    from yoi_cli.tickets.store_facts import TicketStatus


class GraphRequest(NamedTuple):
    """What is to be drawn: around `words`, or everything; closed tickets and relations too."""

    words: Sequence[str] = ()
    with_closed: bool = False
    with_related: bool = False


def draw_graph(reader: RoutingReader, request: GraphRequest) -> Graph:
    """The graph of the tickets that wait for others or hold them up.

    Around named tickets it holds all that they wait for and all that waits for them. Closed
    tickets are left out unless asked for or named. One broken ticket never hides the others:
    it is a node with a problem. Raises `NotFoundError` for a word that names no ticket.
    """
    named = tuple(dict.fromkeys(identify(reader, word) for word in request.words))
    dependencies = Dependencies(reader)
    related = tuple(_related(dependencies)) if request.with_related else ()
    rows = {row.id: row for row in reader.all_fields()}
    drawn = _drawn(dependencies, related, named)
    shown = {
        ticket
        for ticket in drawn
        if ticket in named or request.with_closed or _is_open(dependencies.status(ticket))
    }
    edges = [
        Edge(waiting, blocker, kind)
        for waiting, blockers in sorted(dependencies.waits_for.items())
        for blocker, kind in sorted(blockers.items())
        if waiting in shown and blocker in shown
    ]
    edges += [edge for edge in related if edge.source in shown and edge.target in shown]
    linked = {ticket for edge in edges for ticket in edge[:2]} | set(named)
    unresolved = {ticket for ticket in linked if not dependencies.status(ticket).is_resolved}
    isolated = () if named else tuple(_isolated(rows, linked, request))
    return Graph(
        nodes=tuple(_node(ticket, dependencies, rows) for ticket in sorted(linked)),
        edges=tuple(edges),
        critical_path=critical_path(dependencies.waits_for, unresolved),
        cycles=tuple(cycles(dependencies.waits_for, unresolved)),
        isolated=isolated,
        unreadable=dependencies.unreadable_relations,
    )


def _drawn(dependencies: Dependencies, related: Sequence[Edge], named: Sequence[str]) -> set[str]:
    """The tickets of all edges, or those before and behind the named ones."""
    if named:
        around = reachable(dependencies.waits_for, named) | reachable(dependencies.held_by, named)
        beside = {ticket for e in related if {e.source, e.target} & around for ticket in e[:2]}
        return around | beside
    ends = {ticket for edge in related for ticket in edge[:2]}
    return ends | set(dependencies.waits_for) | set(dependencies.held_by)


def _related(dependencies: Dependencies) -> Iterator[Edge]:
    """The relations that say the same of both ends, each pair once."""
    mutual = {name for name, kind in KINDS.items() if kind.is_mutual}
    seen: set[tuple[str, frozenset[str]]] = set()
    for ticket, relations in sorted(dependencies.relations.items()):
        for relation in relations:
            pair = (relation.kind, frozenset((ticket, relation.target)))
            if relation.kind in mutual and pair not in seen:
                seen.add(pair)
                yield Edge(ticket, relation.target, relation.kind)


def _is_open(status: TicketStatus) -> bool:
    return status.problem is not None or status.state != states.CLOSED


def _isolated(
    rows: Mapping[TicketId, FieldsRow], linked: set[str], request: GraphRequest
) -> Iterator[str]:
    """The tickets without an edge; which of them are open comes from the projection."""
    for ticket, row in rows.items():
        is_open = row.error is not None or row.fields.get("state") != states.CLOSED
        if ticket not in linked and (is_open or request.with_closed):
            yield ticket


def _node(ticket: str, dependencies: Dependencies, rows: Mapping[TicketId, FieldsRow]) -> Node:
    row = rows.get(TicketId(ticket))
    title = row.fields.get("title") if row is not None else None
    status = dependencies.status(ticket)
    return Node(ticket, title if isinstance(title, str) else "", status.state, status.problem)
