"""`yoi ticket state`, `intake`, `close` and `reopen`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import tickets
from yoi_cli.cli.completion.candidates import complete_states
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    ExpectOption,
    FileOption,
    JsonOption,
    MessageOption,
    ReasonOption,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.text_input import given_text, required_text
from yoi_cli.cli.ticket.outcomes import print_moved, print_state


def state(
    ctx: typer.Context,
    ticket: TicketArgument,
    state: Annotated[
        str | None,
        typer.Argument(
            metavar="[STATE]",
            help="planning, ready, queued, inprogress or done; without it, the state is printed.",
            autocompletion=complete_states,
            show_default=False,
        ),
    ] = None,
    reason: ReasonOption = None,
    message: MessageOption = None,
    file: FileOption = None,
    expect: ExpectOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Move a ticket to another state, or print the state it is in.

    A ticket that is there already is a success that writes nothing. Going back to planning
    needs --reason; closing has its own command.

    \b
    Example:
      yoi ticket state 00001M7WFCY38 queued --expect ready
    """
    session = session_of(ctx)
    if state is None:
        print_state(*tickets.state_of(session, ticket), as_json=as_json)
        return
    moved = tickets.move(
        session,
        ticket,
        state,
        text=given_text(message, file),
        reason=reason,
        expect=expect,
        author=author,
        commit=commit,
    )
    print_moved(moved, as_json=as_json)


def close(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    resolution: Annotated[
        list[str] | None,
        typer.Option("--resolution", metavar="TEXT", help="The same as --message."),
    ] = None,
    message: MessageOption = None,
    file: FileOption = None,
    expect: ExpectOption = None,
    author: AuthorOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Even while a worker is at work for it.")
    ] = False,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Close a ticket with a resolution: what came of it.

    Tickets that waited only for this one are named as unblocked.
    """
    session = session_of(ctx)
    author = session.author(author).author  # known before anybody writes a text
    text = given_text([*(message or ()), *(resolution or ())], file, source)
    moved = tickets.close(
        session,
        ticket,
        required_text(None, None) if text is None else text,
        expect=expect,
        force=force,
        author=author,
        commit=commit,
    )
    print_moved(moved, as_json=as_json)


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
    """Mark a planned ticket ready, with a summary of what was settled."""
    session = session_of(ctx)
    author = session.author(author).author  # known before anybody writes a text
    summary = required_text(message, file, source)
    moved = tickets.intake(
        session, ticket, summary, reason=reason, expect=expect, author=author, commit=commit
    )
    print_moved(moved, as_json=as_json)


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
    moved = tickets.reopen(
        session_of(ctx),
        ticket,
        reason or "",
        text=given_text(message, file),
        author=author,
        commit=commit,
    )
    print_moved(moved, as_json=as_json)
