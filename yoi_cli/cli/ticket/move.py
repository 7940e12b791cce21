"""`yoi ticket state`, `intake`, `close` and `reopen`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import tickets
from yoi_cli.cli.candidates import complete_targets
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    ExpectOption,
    FileOption,
    JsonOption,
    MessageOption,
    MoreArgument,
    ReasonOption,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.plain.state import move, print_moved
from yoi_cli.cli.several import for_each, tickets_and_source
from yoi_cli.cli.text_input import given_text, required_text

if TYPE_CHECKING:
    from yoi_cli.api.session import Session
    from yoi_cli.api.tickets import Moved


def state(
    ctx: typer.Context,
    ticket: TicketArgument,
    state: Annotated[
        str | None,
        typer.Argument(
            metavar="[STATE]",
            help="planning, ready, queued, inprogress or done; without it, the state is printed.",
            autocompletion=complete_targets,
            show_default=False,
        ),
    ] = None,
    more: MoreArgument = None,
    reason: ReasonOption = None,
    message: MessageOption = None,
    file: FileOption = None,
    expect: ExpectOption = None,
    steal: Annotated[
        bool, typer.Option("--steal", help="Begin the work even if somebody else has claimed it.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> int:
    """Move a ticket to another state, or print the state it is in.

    If the ticket is in that state already, what is said becomes a comment. Going back to planning
    needs --reason; closing has its own command.

    \b
    Example:
      yoi ticket state 00001M7WFCY38 queued --expect ready
    """
    return move(
        ctx,
        ticket,
        state,
        more,
        reason=reason,
        message=message,
        file=file,
        expect=expect,
        steal=steal,
        author=author,
        as_json=as_json,
        commit=commit,
    )


def close(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    more: MoreArgument = None,
    resolution: Annotated[
        list[str] | None,
        typer.Option("--resolution", metavar="TEXT", help="The same as --message."),
    ] = None,
    message: MessageOption = None,
    file: FileOption = None,
    expect: ExpectOption = None,
    author: AuthorOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Even while a worker runs for it.")
    ] = False,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> int:
    """Close tickets with a resolution: their outcome.

    Tickets that waited only for this one are listed as unblocked.
    """
    session = session_of(ctx)
    author = session.author(author).author  # known before anybody writes a text
    named, source = tickets_and_source(ticket, source, more)
    text = given_text([*(message or ()), *(resolution or ())], file, source)
    said = required_text(None, None, draft=_draft(session, named)) if text is None else text

    def run(word: str) -> Moved:
        return tickets.close(
            session, word, said, expect=expect, force=force, author=author, commit=commit
        )

    def show(moved: Moved, in_json: bool) -> None:
        print_moved(session, moved, as_json=in_json)

    return for_each(named, run, show, as_json=as_json)


def _draft(session: Session, named: list[str]) -> str:
    """What the editor begins with: the tickets that are closed, in lines that are dropped."""
    found = [tickets.read_item(session, word) for word in named]
    lines = ["#! What came of it? Lines that begin with #! are dropped.", "#!"]
    for ticket, item in found:
        body = [f"#!   {line}".rstrip() for line in item.body.split("\n")]
        lines += [f"#! {ticket}  {item.title}", "#!", *body]
    return "\n" + "\n".join(lines) + "\n"


def intake(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    message: MessageOption = None,
    file: FileOption = None,
    reason: ReasonOption = None,
    expect: ExpectOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Mark a planned ticket ready, with a summary of what was decided."""
    session = session_of(ctx)
    author = session.author(author).author  # known before anybody writes a text
    summary = required_text(message, file, source)
    moved = tickets.intake(
        session, ticket, summary, reason=reason, expect=expect, author=author, commit=commit
    )
    print_moved(session, moved, as_json=as_json)


def reopen(
    ctx: typer.Context,
    ticket: TicketArgument,
    reason: ReasonOption = None,
    message: MessageOption = None,
    file: FileOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Take a done or closed ticket back to planning; --reason says why.

    The old resolution stays readable in the ticket's thread.
    """
    session = session_of(ctx)
    moved = tickets.reopen(
        session,
        ticket,
        reason or "",
        text=given_text(message, file),
        author=author,
        commit=commit,
    )
    print_moved(session, moved, as_json=as_json)
