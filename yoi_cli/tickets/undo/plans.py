"""Plan records that a command wrote, taken back by records of their own (docs/undo.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.lost import plan_sentence
from yoi_cli.model.plan import ACCEPTED_PLAN, record_id, standing
from yoi_cli.tickets.plan_records import counter_record
from yoi_cli.tickets.undo.refusals import impossible, overtaken

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.noted import NotedWrite
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.store.ports import TicketReader


def plans_taken_back(
    reader: TicketReader, ticket: TicketId, writes: Sequence[NotedWrite], by: Author, at: str
) -> Iterator[tuple[PlanRecord, str]]:
    """The records that take back what `writes` planned, each with a sentence; what was removed
    stands again by a new record.

    That of an acceptance, which comes with events, stays as the record of what was known. Raises
    `ConflictError`: `undo_impossible` for what was agreed on, `undo_overtaken` for a record that
    was removed since.
    """
    noted = [id_ for one in writes if not one.event_ids for id_ in one.planned]
    records = reader.plan(ticket) if noted else ()
    for number, one in enumerate((one for one in records if one.id in noted), len(records) + 1):
        new_id = record_id(at, number)
        if one.removes is not None:
            other = next(other for other in records if other.id == one.removes)
            again = other._replace(id=new_id, author=by.author, at=at)
            yield again, f"{plan_sentence(other)} holds again."
            continue
        if one.kind == ACCEPTED_PLAN:
            what = "What was agreed on when a ticket is taken up stays in its records."
            hint = f"Agree anew: `yoi plan add {ticket} accepted_plan --summary TEXT`."
            raise impossible(ticket, what, hint)
        if one not in standing(records):
            raise overtaken(ticket, f"{plan_sentence(one)} was removed since.")
        yield counter_record(one, new_id, by.author, at), f"{plan_sentence(one)} holds no more."
