"""`yoi objective create`, `list`, `show`, `link`, `edit`, `close` and `doctor`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import objectives
from yoi_cli.api.next_action import objective_next
from yoi_cli.cli.candidates import complete_objectives
from yoi_cli.cli.context import session_of
from yoi_cli.cli.given_words import due_date
from yoi_cli.cli.options import (
    DatesOption,
    DueOption,
    FileOption,
    JsonOption,
    MessageOption,
    SourceArgument,
    ticket_argument,
    ticket_option,
)
from yoi_cli.cli.text.console import is_terminal
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, report_lines, warn, write_next
from yoi_cli.cli.text.table import ID, PROSE, TIME, TITLE, Cell, Column, print_table, state_style
from yoi_cli.cli.text_input import given_text
from yoi_cli.errors import StoreInvalidError, UsageError
from yoi_cli.model.findings import ERROR, WARNING
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.objectives import (
        Diagnostic,
        LinkedTicket,
        ObjectiveWritten,
    )
    from yoi_cli.api.session import Session


ObjectiveArgument = Annotated[
    str,
    typer.Argument(
        metavar="OBJECTIVE",
        help="The objective's id, or 4 or more characters of its beginning or end.",
        autocompletion=complete_objectives,
        show_default=False,
    ),
]
ObjectiveCommitOption = Annotated[
    bool, typer.Option("--commit", help="Commit the objective's file to git afterwards.")
]


def create(
    ctx: typer.Context,
    title: Annotated[
        str, typer.Option("--title", "-t", metavar="TEXT", help="The goal, in one line.")
    ],
    source: SourceArgument = None,
    link: Annotated[
        list[str] | None,
        ticket_option("--link", "A ticket that serves it; may be repeated."),
    ] = None,
    message: MessageOption = None,
    file: FileOption = None,
    edit: Annotated[bool, typer.Option("--edit", "-e", help="Write the text in $EDITOR.")] = False,
    as_json: JsonOption = False,
    commit: ObjectiveCommitOption = False,
) -> None:
    """Make an active objective, and link the tickets that serve it.

    Without a text, it starts from a template. An objective never holds a ticket up.
    """
    session = session_of(ctx)
    text = given_text(message, file, source)
    if edit:
        from yoi_cli.cli.editor import edit_text

        text = edit_text(objectives.template(session) if text is None else text)
    made = objectives.create(session, title, text=text, tickets=link or (), commit=commit)
    piped = ("created", made.id)
    sentence = f"Created {made.id}: {made.title}"
    _print_written(session, "objective_created", made, piped, sentence, as_json=as_json)


def list_(
    ctx: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Include achieved and dropped ones.")
    ] = False,
    dates: DatesOption = False,
    as_json: JsonOption = False,
) -> None:
    """List objectives, and how many of the tickets they link are done or closed."""
    rows = objectives.list_objectives(session_of(ctx), finished_too=everything)
    if as_json:
        from yoi_cli.api.documents.objective import objective_list_document

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
            dates=dates,
        )
    warn(f"{row.id} cannot be read: {row.error.message}" for row in rows if row.error is not None)


def show(ctx: typer.Context, objective: ObjectiveArgument, as_json: JsonOption = False) -> None:
    """Show one objective, the tickets that it links, and how many of them are resolved."""
    view = objectives.show(session_of(ctx), objective)
    if as_json:
        from yoi_cli.api.documents.objective import objective_document

        report_json("objective", objective_document(view))
        return
    item = view.objective.item
    page = Page()
    page.line(Cell(item.title, "bold"))
    page.facts(
        [
            ("id", view.objective.id),
            ("state", item.state),
            ("due", item.text("due")),
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


def link(
    ctx: typer.Context,
    objective: ObjectiveArgument,
    tickets: Annotated[list[str], ticket_argument("The tickets to link.", "TICKET...")],
    remove: Annotated[bool, typer.Option("--remove", help="Remove the links.")] = False,
    as_json: JsonOption = False,
    commit: ObjectiveCommitOption = False,
) -> None:
    """Link tickets to an objective, or remove links."""
    session = session_of(ctx)
    done = objectives.link(session, objective, tickets, remove=remove, commit=commit)
    sentence = f"{done.id} links {counted(len(done.linked), 'ticket')}"
    if not done.changed:
        sentence = f"{sentence} already; nothing was written"
    piped = ("linked", done.id, *done.linked)
    _print_written(session, "objective_linked", done, piped, sentence, as_json=as_json)


def edit(
    ctx: typer.Context,
    objective: ObjectiveArgument,
    title: Annotated[
        str | None, typer.Option("--title", "-t", metavar="TEXT", help="The new title.")
    ] = None,
    due: DueOption = None,
    message: MessageOption = None,
    file: FileOption = None,
    as_json: JsonOption = False,
    commit: ObjectiveCommitOption = False,
) -> None:
    """Change an objective's title, the day it is due (empty for none), or its text."""
    given = {"title": title, "due": due_date(due)}
    fields = {key: value or None for key, value in given.items() if value is not None}
    text = given_text(message, file)
    if not fields and text is None:
        raise UsageError(
            "edit_empty",
            "Nothing to change was given.",
            hint="Give --title, --due, --message or --file.",
        )
    session = session_of(ctx)
    done = objectives.edit(session, objective, fields=fields, text=text, commit=commit)
    sentence = f"Changed {done.id}" if done.changed else f"{done.id} says so already"
    _print_written(
        session, "objective_edited", done, ("edited", done.id), sentence, as_json=as_json
    )


def close(
    ctx: typer.Context,
    objective: ObjectiveArgument,
    dropped: Annotated[
        bool, typer.Option("--dropped", help="It was given up, not achieved.")
    ] = False,
    as_json: JsonOption = False,
    commit: ObjectiveCommitOption = False,
) -> None:
    """Say that an objective is achieved, or was dropped. Its tickets stay as they are."""
    session = session_of(ctx)
    done = objectives.close(session, objective, dropped=dropped, commit=commit)
    word = "dropped" if dropped else "achieved"
    sentence = f"{done.id} is {word}: {done.title}"
    _print_written(
        session, "objective_closed", done, ("closed", done.id, word), sentence, as_json=as_json
    )


def doctor(ctx: typer.Context, as_json: JsonOption = False) -> int:
    """Find what is wrong with objectives: unreadable files, missing keys, broken links.

    Exits with 6 if an objective cannot be read.
    """
    found = objectives.examine(session_of(ctx))
    print_objective_findings(found, as_json=as_json)
    broken = any(one.severity == ERROR for one in found)
    return StoreInvalidError.exit_code if broken else 0


_ROWS = (
    Column("state"),
    Column("id", ID, style="bold"),
    Column("title", TITLE),
    Column("updated_at", TIME, heading="updated", style="dim"),
    Column("resolved", justify="right"),
)
_FINDINGS = (
    Column("severity"),
    Column("code"),
    Column("place"),
    Column("message", PROSE),
)
_SEVERITY_STYLES = {ERROR: "red", WARNING: "yellow"}


def _print_written(
    session: Session,
    kind: str,
    written: ObjectiveWritten,
    piped: Sequence[str],
    sentence: str,
    *,
    as_json: bool,
) -> None:
    if as_json:
        from yoi_cli.api.documents.objective import objective_written_document

        following = objective_next(session, written.id)
        report_json(kind, objective_written_document(written, following))
    else:
        report_lines([piped], [sentence])
        if is_terminal(sys.stdout):
            write_next(session, "", objective_next(session, written.id))
    warn(written.warnings)


def _linked(ticket: LinkedTicket) -> tuple[Cell, ...]:
    state = ticket.state or ticket.problem or ""
    style = state_style(state) if ticket.problem is None else "red"
    return (Cell(f"{state:<10}", style), Cell(f" {ticket.id}", "bold"), Cell(f"  {ticket.title}"))


def print_objective_findings(found: Sequence[Diagnostic], *, as_json: bool) -> None:
    """What doctor found."""
    if as_json:
        from yoi_cli.api.documents.doctor import objective_doctor_document

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
