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
    TicketArgument,
)
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import given_text
from yoi_cli.cli.ticket.outcomes import say_moved, say_state
from yoi_cli.tickets.current import state_of


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
        say_state(*state_of(session.store, ticket), as_json=as_json)
        return
    from yoi_cli.tickets.move import FREEING_STATES, MoveRequest, move_ticket

    by = session.recorder(author)
    request = MoveRequest(state, given_text(message, file), reason, expect)
    book = session.claims if state in FREEING_STATES else None
    moved = move_ticket(session.store, ticket, request, by, book)
    say_moved(moved, as_json=as_json)
    if moved.changed:
        warn(
            commit_if_asked(session, moved.ticket, f"{moved.origin} → {moved.state}", asked=commit)
        )
