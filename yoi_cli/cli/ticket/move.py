"""`yoi ticket state`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.autocommit import commit_if_asked
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
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import given_text, required_text
from yoi_cli.cli.ticket.outcomes import print_moved, print_state
from yoi_cli.model.states import READY
from yoi_cli.tickets.current import state_of
from yoi_cli.tickets.move import MoveRequest, close_ticket, move_ticket, reopen_ticket
from yoi_cli.workers.open import live_worker


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
        print_state(*state_of(session.store, ticket), as_json=as_json)
        return
    from yoi_cli.tickets.move import FREEING_STATES, MoveRequest, move_ticket

    by = session.author(author)
    request = MoveRequest(state, given_text(message, file), reason, expect)
    book = session.claims if state in FREEING_STATES else None
    moved = move_ticket(session.store, ticket, request, by, book)
    print_moved(moved, as_json=as_json)
    if moved.changed:
        warn(
            commit_if_asked(session, moved.ticket, f"{moved.origin} → {moved.state}", asked=commit)
        )


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
    by = session.author(author)
    text = given_text([*(message or ()), *(resolution or ())], file, source)
    if text is None:
        text = required_text(None, None)
    moved = close_ticket(
        session.store,
        ticket,
        text,
        by,
        expect=expect,
        book=session.claims,
        live=(lambda _ticket: None) if force else lambda full_id: live_worker(session, full_id),
    )
    print_moved(moved, as_json=as_json)
    if moved.changed:
        warn(commit_if_asked(session, moved.ticket, "close", asked=commit))


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
    by = session.author(author)
    summary = required_text(message, file, source)
    request = MoveRequest(
        READY, summary, reason or "planning_ready", expect, by_command="yoi ticket intake"
    )
    moved = move_ticket(session.store, ticket, request, by)
    print_moved(moved, as_json=as_json)
    if moved.changed:
        warn(commit_if_asked(session, moved.ticket, "intake: ready", asked=commit))


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
    by = session.author(author)
    moved = reopen_ticket(session.store, ticket, reason or "", given_text(message, file), by)
    print_moved(moved, as_json=as_json)
    warn(commit_if_asked(session, moved.ticket, "reopen", asked=commit))
