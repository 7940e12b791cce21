"""Objectives as rows, pages, tables or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents.objective import (
    objective_doctor_document,
    objective_document,
    objective_list_document,
    objective_written_document,
)
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report, report_json, warn
from yoi_cli.cli.text.table import Cell, Column, print_table, state_style
from yoi_cli.doctor.rules import ERROR, WARNING
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.objectives.service import (
        LinkedTicket,
        ObjectiveRow,
        ObjectiveView,
        ObjectiveWritten,
    )

_ROWS = (
    Column("state", no_wrap=True),
    Column("id", style="bold", no_wrap=True),
    Column("title", ratio=1),
    Column("updated_at", style="dim", no_wrap=True),
    Column("resolved", justify="right", no_wrap=True),
)
_FINDINGS = (
    Column("severity", no_wrap=True),
    Column("code", no_wrap=True),
    Column("place", no_wrap=True),
    Column("message"),
)
_SEVERITY_STYLES = {ERROR: "red", WARNING: "yellow"}


def say_objective_created(written: ObjectiveWritten, *, as_json: bool) -> None:
    """An objective was made."""
    report(
        as_json,
        "objective_created",
        objective_written_document(written),
        piped=[("created", written.id)],
        spoken=[f"Created {written.id}: {written.title}"],
    )


def say_objective_linked(written: ObjectiveWritten, *, as_json: bool) -> None:
    """An objective's links were changed, or stood so already."""
    said = f"{written.id} links {counted(len(written.linked), 'ticket')}"
    report(
        as_json,
        "objective_linked",
        objective_written_document(written),
        piped=[("linked", written.id, *written.linked)],
        spoken=[said if written.changed else f"{said} already; nothing was written"],
    )


def say_objectives(rows: Sequence[ObjectiveRow], *, as_json: bool) -> None:
    """Objectives as a list; broken ones are named on standard error."""
    if as_json:
        report_json("objectives", objective_list_document(rows))
    else:
        print_table(
            _ROWS,
            [
                (
                    row.objective.item.state,
                    row.id,
                    row.objective.item.title,
                    row.objective.item.text("updated_at"),
                    f"{row.resolved}/{len(row.objective.linked_tickets)}",
                )
                for row in rows
                if row.objective is not None
            ],
            empty="No objectives.",
        )
    warn(f"{row.id} cannot be read: {row.error.message}" for row in rows if row.error is not None)


def say_objective(view: ObjectiveView, *, as_json: bool) -> None:
    """One objective, whole."""
    if as_json:
        report_json("objective", objective_document(view))
        return
    item = view.objective.item
    page = Page()
    page.line(Cell(item.title, "bold"))
    page.facts(
        [
            ("id", view.objective.id),
            ("state", item.state),
            ("created", item.text("created_at")),
            ("updated", item.text("updated_at")),
        ]
    )
    page.heading(f"Tickets: {view.resolved} of {len(view.tickets)} resolved")
    for ticket in view.tickets:
        page.line("  ", *_linked(ticket))
    page.heading("Description")
    page.prose(item.body)
    page.show()


def _linked(ticket: LinkedTicket) -> tuple[Cell, ...]:
    state = ticket.state or ticket.problem or ""
    style = state_style(state) if ticket.problem is None else "red"
    return (Cell(f"{state:<10}", style), Cell(f" {ticket.id}", "bold"), Cell(f"  {ticket.title}"))


def say_objective_findings(found: Sequence[Diagnostic], *, as_json: bool) -> None:
    """What doctor found."""
    if as_json:
        report_json("objective_doctor", objective_doctor_document(found))
        return
    rows = [
        (
            Cell(one.severity, _SEVERITY_STYLES.get(one.severity, "")),
            one.code,
            one.place,
            one.message,
        )
        for one in found
    ]
    print_table(_FINDINGS, rows, empty="Nothing is wrong with the objectives.")
