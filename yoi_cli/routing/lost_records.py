"""Whether relations and plan records that git has and the store has not hold a ticket up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.lost import RECORDS_LOST, plan_sentence, relation_sentence
from yoi_cli.model.relations import DUPLICATE_OF, KINDS
from yoi_cli.routing.dependencies import constraints_of, holds_back
from yoi_cli.tickets.doubts import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from yoi_cli.model.lost import LostRecords
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.routing.dependencies import Dependencies


def doubts_of_lost(
    ticket: str, lost: Iterable[LostRecords], dependencies: Dependencies
) -> Iterator[Doubt]:
    """The doubts about a ticket that is not resolved: what was lost and would hold it up, were it
    there, whoever's file it stood in."""
    for one in lost:
        for relation in one.relations:
            if _may_hold(relation, ticket, dependencies):
                yield Doubt(RECORDS_LOST, one.ticket, relation_sentence(relation))
        for record in one.plans:
            if _may_keep_back(record, ticket, dependencies):
                yield Doubt(RECORDS_LOST, one.ticket, plan_sentence(record))


def _may_hold(relation: Relation, ticket: str, dependencies: Dependencies) -> bool:
    if relation.edge is not None:
        waiting, blocker = relation.edge
        return waiting == ticket and not dependencies.blocker_status(blocker).is_resolved
    if relation.kind == DUPLICATE_OF:
        is_open = not dependencies.status(relation.target).is_resolved
        return relation.ticket_id == ticket and is_open
    return relation.kind not in KINDS and ticket in (relation.ticket_id, relation.target)


def _may_keep_back(record: PlanRecord, ticket: str, dependencies: Dependencies) -> bool:
    return any(
        one == ticket and holds_back(what, dependencies.status(other))
        for one, what, other in constraints_of(record)
    )
