"""The JSON types of what ties tickets together: relations, their graph, plan records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import (
    UnreadableDocument,
    from_value,
    from_values,
    unreadable_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.graph import Graph
    from yoi_cli.model.plan import AcceptedPlan, PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.tickets.plan_records import PlanList, Planned, PlanRemoval
    from yoi_cli.tickets.relations import RelationChange


class RelationDocument(Struct, frozen=True, kw_only=True):
    """One forward relation, as the file has it."""

    ticket_id: str
    kind: str
    target: str
    note: str | None
    author: str
    at: str


class IncomingDocument(Struct, frozen=True, kw_only=True):
    """A relation of another ticket to this one; `kind` is the inverse word."""

    ticket_id: str
    inverse: str = field(name="kind")
    kind: str = field(name="forward_kind")
    note: str | None
    author: str
    at: str


class RelatedDocument(Struct, frozen=True, kw_only=True):
    """A relation that was recorded or removed; `changed` is false where it stood already."""

    relation: RelationDocument
    removed: bool
    changed: bool
    warnings: tuple[str, ...]
    next_action: str | None


class RelationListDocument(Struct, frozen=True, kw_only=True):
    """Relations: all forward ones of a store, or those around one ticket."""

    ticket: str | None
    outgoing: tuple[RelationDocument, ...]
    incoming: tuple[IncomingDocument, ...]
    unreadable: tuple[str, ...]


class BlockerDocument(Struct, frozen=True, kw_only=True):
    """A ticket that holds another up. `problem` is missing, unreadable, diverged or null."""

    ticket: str
    via: str
    state: str | None
    problem: str | None


class NodeDocument(Struct, frozen=True, kw_only=True):
    """A ticket of the graph. `problem` is missing, unreadable, diverged or null."""

    ticket: str
    title: str
    state: str | None
    problem: str | None


class EdgeDocument(Struct, frozen=True, kw_only=True):
    """`source` waits for `target`; where the kind is `related`, neither waits.

    `kind` is the relation as it was recorded: `blocks` is recorded by the target.
    """

    source: str
    target: str
    kind: str


class GraphDocument(Struct, frozen=True, kw_only=True):
    """The graph; `critical_path` stands in the order of the work.

    `isolated` are tickets that wait for nobody and hold nobody up, and so are no nodes;
    `unreadable` are those whose relations cannot be read.
    """

    nodes: tuple[NodeDocument, ...]
    edges: tuple[EdgeDocument, ...]
    critical_path: tuple[str, ...]
    cycles: tuple[tuple[str, ...], ...]
    isolated: tuple[str, ...]
    unreadable: tuple[str, ...]


class AcceptedPlanDocument(Struct, frozen=True, kw_only=True):
    """What was agreed on when a ticket was accepted."""

    summary: str
    branch: str | None
    worktree: str | None
    role_plan: str | None


class PlanDocument(Struct, frozen=True, kw_only=True):
    """One plan record. `removes` is the id of the one that it takes back, or null."""

    id: str
    ticket_id: str
    kind: str
    related_ticket: str | None
    note: str | None
    accepted_plan: AcceptedPlanDocument | None
    author: str
    at: str
    removes: str | None


class PlannedDocument(Struct, frozen=True, kw_only=True):
    """A plan record that was kept; `changed` is false where an equal one stood already."""

    record: PlanDocument
    changed: bool
    warnings: tuple[str, ...]
    next_action: str | None


class PlanRemovedDocument(Struct, frozen=True, kw_only=True):
    """Plan records of a ticket that hold no more."""

    ticket: str
    removed: tuple[PlanDocument, ...]
    warnings: tuple[str, ...]
    next_action: str | None


class PlansDocument(Struct, frozen=True, kw_only=True):
    """Plan records; `ticket` is the one that was asked about, or null."""

    ticket: str | None
    plans: tuple[PlanDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]


def related_document(related: RelationChange, *, removed: bool) -> RelatedDocument:
    return RelatedDocument(
        relation=from_value(RelationDocument, related.relation),
        removed=removed,
        changed=related.changed,
        warnings=related.committed.warnings,
        next_action=None,
    )


def relation_list_document(
    ticket: str | None,
    outgoing: Iterable[Relation],
    incoming: Iterable[Relation],
    unreadable: Iterable[str],
) -> RelationListDocument:
    return RelationListDocument(
        ticket=ticket,
        outgoing=from_values(RelationDocument, outgoing),
        incoming=from_values(IncomingDocument, incoming),
        unreadable=tuple(unreadable),
    )


def graph_document(graph: Graph) -> GraphDocument:
    return from_value(
        GraphDocument,
        graph,
        nodes=from_values(NodeDocument, graph.nodes),
        edges=from_values(EdgeDocument, graph.edges),
    )


def accepted_plan_document(plan: AcceptedPlan) -> AcceptedPlanDocument:
    return from_value(AcceptedPlanDocument, plan)


def plan_document(record: PlanRecord) -> PlanDocument:
    plan = record.accepted_plan
    accepted = None if plan is None else accepted_plan_document(plan)
    return from_value(PlanDocument, record, accepted_plan=accepted)


def planned_document(planned: Planned) -> PlannedDocument:
    return PlannedDocument(
        record=plan_document(planned.record),
        changed=planned.changed,
        warnings=planned.committed.warnings,
        next_action=None,
    )


def plan_removed_document(removed: PlanRemoval) -> PlanRemovedDocument:
    return PlanRemovedDocument(
        ticket=removed.ticket,
        removed=tuple(map(plan_document, removed.records)),
        warnings=removed.committed.warnings,
        next_action=None,
    )


def plans_document(found: PlanList) -> PlansDocument:
    return PlansDocument(
        ticket=found.ticket,
        plans=tuple(plan_document(record) for record in found.records),
        unreadable=tuple(
            unreadable_document(row.id, row.error)
            for row in found.unreadable
            if row.error is not None
        ),
    )
