"""Plan records, on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_terminal
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.cli.text.table import Cell, Column, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.tickets.plan_records import PlanList, Planned

_COLUMNS = (
    Column("ticket", style="bold", no_wrap=True),
    Column("id", style="dim", no_wrap=True),
    Column("kind", no_wrap=True),
    Column("related", style="bold", no_wrap=True),
    Column("note", ratio=1),
    Column("author", no_wrap=True),
    Column("at", style="dim", no_wrap=True),
)
#: What a terminal has no room for: pipes and JSON have it.
_ONLY_PIPED = ("id", "author")


def say_planned(planned: Planned, *, as_json: bool) -> None:
    """A plan record was kept, or stood already."""
    record = planned.record
    if as_json:
        from yoi_cli.api.documents.plan import planned_document

        report_json("plan", planned_document(planned))
    else:
        related = record.related_ticket or ""
        word = "Planned" if planned.changed else "Planned already"
        report_lines(
            [("plan", record.ticket_id, record.id, record.kind, related)],
            [f"{word}: {record.ticket_id} {record.kind} {related}".rstrip()],
        )
    warn(planned.committed.warnings)


def say_plans(found: PlanList, *, as_json: bool) -> None:
    """Print plan records, and name the tickets whose records cannot be read."""
    if as_json:
        from yoi_cli.api.documents.plan import plans_document

        report_json("plans", plans_document(found))
    else:
        hidden = _ONLY_PIPED if is_terminal(sys.stdout) else ()
        columns = [column for column in _COLUMNS if column.name not in hidden]
        rows = [_row(record, columns) for record in found.records]
        print_table(columns, rows, empty="No plan records.")
    warn(
        f"The plan records of {row.id} cannot be read: {row.error.message}"
        for row in found.unreadable
        if row.error is not None
    )


def _row(record: PlanRecord, columns: Sequence[Column]) -> list[Cell]:
    accepted = record.accepted_plan
    cells = {
        "ticket": record.ticket_id,
        "id": record.id,
        "kind": record.kind,
        "related": record.related_ticket or "",
        "note": record.note or (accepted.summary if accepted is not None else ""),
        "author": record.author,
        "at": record.at,
    }
    return [Cell(cells[column.name]) for column in columns]
