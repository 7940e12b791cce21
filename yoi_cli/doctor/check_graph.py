"""What may be wrong between tickets: cycles of waiting, contradictions (docs/routing.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import diagnose
from yoi_cli.model.relations import (
    KINDS,
    blocking_graph,
    closing_cycle,
    cyclic_components,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.ports import PlacedRelation

_FILE = "artifacts/relations.json"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class OwnedRelation:
    """A relation in the file of the ticket `owner`, whose folder is `folder`."""

    owner: str
    folder: str
    placed: PlacedRelation

    def diagnose(self, code: str, what: str) -> Diagnostic:
        path, line = f"{self.folder}/{_FILE}", self.placed.line
        return diagnose(code, what, ticket=self.owner, path=path, line=line)


def check_graph(
    edges: Sequence[OwnedRelation], *, about: str | None = None
) -> Iterator[Diagnostic]:
    """One finding for each cycle and each contradiction; only those of `about`, if given."""
    yield from _check_cycles(edges, about)
    yield from _check_one_way(edges, about)


def _check_cycles(edges: Sequence[OwnedRelation], about: str | None) -> Iterator[Diagnostic]:
    places: dict[tuple[str, str], OwnedRelation] = {}
    for edge in edges:
        pair = edge.placed.relation.edge
        if pair is not None and pair[0] != pair[1]:
            places.setdefault(pair, edge)
    graph = blocking_graph(edge.placed.relation for edge in places.values())
    for component in cyclic_components(graph):
        if about is not None and about not in component:
            continue
        cycle = _shortest_cycle(graph, component, about or min(component))
        shown = [*cycle[:_SHOWN], "…", cycle[-1]] if len(cycle) > _SHOWN + 1 else cycle
        what = f"These tickets wait for one another: {' → '.join(shown)}."
        yield places[cycle[0], cycle[1]].diagnose("relation_cycle", what)


def _shortest_cycle(
    graph: Mapping[str, tuple[str, ...]], component: frozenset[str], start: str
) -> tuple[str, ...]:
    """The shortest walk from `start`, a member of `component`, back to itself."""
    inside = {
        ticket: tuple(other for other in graph[ticket] if other in component)
        for ticket in component
    }
    return min((closing_cycle(inside, start, other) for other in inside[start]), key=len)


def _check_one_way(edges: Sequence[OwnedRelation], about: str | None) -> Iterator[Diagnostic]:
    said: dict[tuple[str, str, str], OwnedRelation] = {}
    for edge in edges:
        relation = edge.placed.relation
        kind = KINDS.get(relation.kind)
        if kind is None or not kind.one_way or relation.ticket_id == relation.target:
            continue
        other = said.get((relation.kind, relation.target, relation.ticket_id))
        said[relation.kind, relation.ticket_id, relation.target] = edge
        if other is not None and about in (None, relation.ticket_id, relation.target):
            word = relation.kind.replace("_", " ")
            what = (
                f"{relation.ticket_id} is recorded as {word} {relation.target}, and "
                f"{relation.target} as {word} {relation.ticket_id}."
            )
            yield (edge if about in (None, edge.owner) else other).diagnose("relation_mutual", what)
