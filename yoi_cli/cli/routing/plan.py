"""`yoi plan add`, `remove` and `list`: order, conflict, capacity, and what was agreed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import routing
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    DatesOption,
    JsonOption,
    NoteOption,
    ticket_argument,
    ticket_option,
)
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text.table import ID, TEXT, TIME, Column, Row, print_table
from yoi_cli.errors import UsageError
from yoi_cli.model.plan import ACCEPTED_PLAN, KINDS, AcceptedPlan

if TYPE_CHECKING:
    from yoi_cli.model.plan import PlanRecord

complete_kinds = complete_words(KINDS)

WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TICKET] KIND [RELATED]",
        help=f"KIND is one of {', '.join(KINDS)}.",
        show_default=False,
    ),
]
TicketOption = Annotated[str | None, ticket_option("--ticket", "The same as TICKET.")]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="The same as KIND.", autocompletion=complete_kinds),
]
RelatedOption = Annotated[
    str | None, ticket_option("--related", "The same as RELATED: the other ticket.")
]


def add(
    ctx: typer.Context,
    words: WordsArgument = None,
    ticket: TicketOption = None,
    kind: KindOption = None,
    related: RelatedOption = None,
    note: NoteOption = None,
    summary: Annotated[
        str | None,
        typer.Option("--summary", metavar="TEXT", help="accepted_plan: what was agreed on."),
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar="NAME", help="accepted_plan: the branch.")
    ] = None,
    worktree: Annotated[
        str | None, typer.Option("--worktree", metavar="DIR", help="accepted_plan: the worktree.")
    ] = None,
    role_plan: Annotated[
        str | None,
        typer.Option("--role-plan", metavar="TEXT", help="accepted_plan: who does what."),
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Add a plan record: `T after R`, or `after --ticket T --related R`.

    Routing holds a ticket back for order and conflict; a record never changes a state.

    \b
    Example:
      yoi plan add 00001M7WFCYE0 after 00001M7WFCY38 --note 'Same files.'
    """
    session = session_of(ctx)
    parts = _parts(words or [], (ticket, kind, related))
    accepted = None
    if parts[1] == ACCEPTED_PLAN or any((summary, branch, worktree, role_plan)):
        accepted = AcceptedPlan(summary or "", branch, worktree, role_plan)
    planned = routing.add_plan(
        session, *parts, note=note, accepted=accepted, author=author, commit=commit
    )
    record = planned.record
    if as_json:
        from yoi_cli.api.documents.relations import planned_document

        document = planned_document(planned)
        report_json("plan", with_next(session, record.ticket_id, document))
    else:
        other = record.related_ticket or ""
        word = "Planned" if planned.changed else "Planned already"
        report_lines(
            [("plan", record.ticket_id, record.id, record.kind, other)],
            [f"{word}: {record.ticket_id} {record.kind} {other}".rstrip()],
        )
        write_next(session, record.ticket_id)
    warn(planned.committed.warnings)


def remove(
    ctx: typer.Context,
    words: WordsArgument = None,
    ticket: TicketOption = None,
    kind: KindOption = None,
    related: RelatedOption = None,
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="ID", help="Only the record with this id."),
    ] = None,
    note: NoteOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Take back what a plan record says: `T after R`, as it was added.

    A record of its own says so, and --note why; the line itself stays, and `plan list --all` has
    both. What was agreed on when a ticket was taken up is not taken back.
    """
    session = session_of(ctx)
    parts = _parts(words or [], (ticket, kind, related))
    done = routing.remove_plan(
        session, *parts, record=record, note=note, author=author, commit=commit
    )
    if as_json:
        from yoi_cli.api.documents.relations import plan_removed_document

        report_json("plan_removed", with_next(session, done.ticket, plan_removed_document(done)))
    else:
        rows = [
            ("unplanned", one.ticket_id, one.id, one.kind, one.related_ticket or "")
            for one in done.records
        ]
        report_lines(rows, [f"Removed: {' '.join((row[1], *row[3:]))}".rstrip() for row in rows])
        write_next(session, done.ticket)
    warn(done.committed.warnings)


def _parts(
    words: list[str], options: tuple[str | None, str | None, str | None]
) -> tuple[str, str, str | None]:
    """Ticket, kind and other ticket, where words stand for the options that are not given.

    Raises `UsageError` where there are too few words, or too many.
    """
    parts = list(options)
    missing = [index for index, option in enumerate(options) if option is None]
    for index, word in zip(missing, words, strict=False):
        parts[index] = word
    ticket, kind, related = parts
    if not ticket or not kind or len(words) > len(missing):
        raise UsageError(
            "plan_incomplete",
            "A plan record is a ticket, a kind and, for most kinds, another ticket.",
            hint="Write `T after R`, or `after --ticket T --related R`.",
        )
    return ticket, kind, related


def list_(
    ctx: typer.Context,
    ticket: Annotated[
        str | None, ticket_argument("Only records of this ticket, or that name it.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="KIND", help="Only this kind.", autocompletion=complete_kinds
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Include what was removed, and what removed it.")
    ] = False,
    dates: DatesOption = False,
    as_json: JsonOption = False,
) -> None:
    """List plan records: those around a ticket, or all of the store."""
    found = routing.list_plans(session_of(ctx), ticket, kind=kind, removed_too=everything)
    if as_json:
        from yoi_cli.api.documents.relations import plans_document

        report_json("plans", plans_document(found))
    else:
        rows = map(_row, found.records)
        print_table(_COLUMNS, rows, empty="No plan records.", dates=dates)
    warn(
        f"The plan records of {row.id} cannot be read: {row.error.message}"
        for row in found.unreadable
        if row.error is not None
    )


_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("id", only_piped=True),
    Column("kind"),
    Column("related", ID, style="bold"),
    Column("note", TEXT),
    Column("author", only_piped=True),
    Column("at", TIME, style="dim"),
)


def _row(record: PlanRecord) -> Row:
    accepted = record.accepted_plan
    return (
        record.ticket_id,
        record.id,
        record.kind,
        record.related_ticket or "",
        record.note or (accepted.summary if accepted is not None else ""),
        record.author,
        record.at,
    )
