"""Relations and plan records that git has and the store has not (docs/merging.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation

#: The code by which doctor and whoever decides tell of it.
RECORDS_LOST = "records_lost"


class LostRecords(NamedTuple):
    """What the files of `ticket` lack that git has: `lines` are those of the plan records, as they
    were written."""

    ticket: str
    relations: tuple[Relation, ...] = ()
    plans: tuple[PlanRecord, ...] = ()
    lines: tuple[bytes, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.relations or self.plans)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What each of them says, in short."""
        return (*map(relation_sentence, self.relations), *map(plan_sentence, self.plans))


def relation_sentence(relation: Relation) -> str:
    """What a relation says, in short."""
    return f"{relation.ticket_id} {relation.kind} {relation.target}"


def plan_sentence(record: PlanRecord) -> str:
    """What a plan record says, in short."""
    words = (record.ticket_id, record.kind, record.related_ticket or "")
    return " ".join(word for word in words if word)
