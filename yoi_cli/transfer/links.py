"""Links between tickets of other tools, as relations between ours.

A link whose other end is not in the store is kept by name in the ticket (`marks.missing_links`),
and becomes a relation once that ticket has come in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.ids import TicketId
from yoi_cli.model.relations import (
    RELATED,
    Relation,
    blocking_graph,
    closing_cycle,
    cyclic_components,
    sort_key,
)
from yoi_cli.transfer.marks import SOURCE
from yoi_cli.transfer.model import PARENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from yoi_cli.store.ports import TicketReader
    from yoi_cli.store.values import FieldsRow
    from yoi_cli.transfer.model import Finder


class Origins:
    """Which ticket of the store came from where; `finder_of` gives a tool's way with names."""

    def __init__(self, finder_of: Callable[[str], Finder]) -> None:
        self._finder_of = finder_of
        self._ids: dict[str, dict[str, TicketId]] = {}
        self._finders: dict[str, Callable[[str], str | None]] = {}

    def add_row(self, row: FieldsRow) -> None:
        """The origin that the ticket of `row` names, if any."""
        source = row.fields.get(SOURCE)
        if isinstance(source, str):
            self.add(source, row.id)

    def add(self, source: str, id_: TicketId) -> None:
        """The ticket `id_` came from `source`, unless another is known to have."""
        tool, _, name = source.partition(":")
        self._ids.setdefault(tool, {}).setdefault(name, id_)
        self._finders.pop(tool, None)

    def ticket(self, source: str) -> TicketId | None:
        """The ticket that came from exactly `source`."""
        tool, _, name = source.partition(":")
        return self._ids.get(tool, {}).get(name)

    def find(self, source: str) -> TicketId | None:
        """The ticket that came from what its tool understands by `source`."""
        exact = self.ticket(source)
        tool, _, name = source.partition(":")
        ids = self._ids.get(tool)
        if exact is not None or not ids:
            return exact
        if tool not in self._finders:
            self._finders[tool] = self._finder_of(tool)(ids)
        found = self._finders[tool](name)
        return None if found is None else ids.get(found)


class BlockingGraph:
    """Who waits for whom, in a store and among what comes in: no cycle gets into it."""

    def __init__(self, reader: TicketReader, coming: Iterable[tuple[str, str]]) -> None:
        """`coming` are (waiting, waited for), all that may be asked for."""
        self._graph = blocking_graph(
            relation for row in reader.all_relations() for relation in row.relations
        )
        self._parents: dict[str, str] = {
            relation.ticket_id: relation.target
            for row in reader.all_relations()
            for relation in row.relations
            if relation.kind == PARENT
        }
        whole = {ticket: list(blockers) for ticket, blockers in self._graph.items()}
        for waiting, blocker in coming:
            whole.setdefault(waiting, []).append(blocker)
        # An edge between two that are on no cycle, once all are in, closes none.
        self._component: dict[str, int] = {}
        circles = cyclic_components({one: tuple(others) for one, others in whole.items()})
        for number, members in enumerate(circles):
            self._component.update(dict.fromkeys(members, number))

    def admits_parent(self, ticket: str, parent: str) -> bool:
        """Whether `ticket` has no other parent and does not stand above this one; then it is in."""
        above: str | None = parent
        seen: set[str] = set()
        while above is not None and above not in seen:
            if above == ticket:
                return False
            seen.add(above)
            above = self._parents.get(above)
        return self._parents.setdefault(ticket, parent) == parent

    def admits(self, waiting: str, blocker: str) -> bool:
        """Whether the edge closes no cycle; then it is in."""
        one, other = self._component.get(waiting), self._component.get(blocker)
        if one is not None and one == other and closing_cycle(self._graph, waiting, blocker):
            return False
        self._graph[waiting] = (*self._graph.get(waiting, ()), blocker)
        return True


def related_instead(
    relation: Relation, graph: BlockingGraph, tool: str
) -> tuple[Relation, str | None]:
    """`relation`, or where it would close a cycle or be a second parent a mere `related`, and what
    to say of that."""
    if relation.kind == PARENT != RELATED and not graph.admits_parent(
        relation.ticket_id, relation.target
    ):
        note = f"{relation.kind} in {tool}, beside another parent or in a circle"
        said = f"is a second parent, or would close a circle; taken as {RELATED}"
        return relation._replace(kind=RELATED, note=note), said
    edge = relation.edge
    if edge is None or graph.admits(*edge):
        return relation, None
    note = f"{relation.kind} in {tool}, where it closes a cycle"
    said = f"would close a cycle; taken as {RELATED}"
    return relation._replace(kind=RELATED, note=note), said


def edges_of(
    ticket: str, links: Iterable[tuple[str, str]], find: Callable[[str], str | None]
) -> Iterable[tuple[str, str]]:
    """The edges of waiting that links (kind, name) of `ticket` stand for."""
    for kind, name in links:
        target = find(name)
        edge = None if target is None else Relation(ticket, kind, target, "", "").edge
        if edge is not None:
            yield edge


def merged(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """Relations in the order of a file, each kind and target once."""
    once: dict[tuple[str, str], Relation] = {}
    for relation in relations:
        once.setdefault(relation.key, relation)
    return tuple(sorted(once.values(), key=sort_key))


def targets_first(
    tickets: Sequence[TicketId], relations: Mapping[TicketId, tuple[Relation, ...]]
) -> list[TicketId]:
    """`tickets` such that each comes behind those that its relations name, but for circles, so
    that an import that is killed leaves relations between tickets that are there."""
    order: dict[TicketId, None] = {}
    begun: set[str] = set()
    for start in tickets:
        stack = [(start, iter(relations.get(start, ())))] if start not in begun else []
        begun.add(start)
        while stack:
            ticket, rest = stack[-1]
            for relation in rest:
                target = relation.target
                if target not in begun and target in relations:
                    begun.add(target)
                    known = TicketId(target)
                    stack.append((known, iter(relations[known])))
                    break
            else:
                order[ticket] = None
                stack.pop()
    return list(order)
