"""`yoi ticket state`, `intake`, `close` and `reopen`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import tickets
from yoi_cli.cli.candidates import complete_targets
from yoi_cli.cli.context import inferred_ticket, session_of
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
    refuse_without,
)
from yoi_cli.cli.several import MoreArgument, for_each, tickets_and_source
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text_input import given_text, required_text
from yoi_cli.model.states import CLOSED, is_state

if TYPE_CHECKING:
    from yoi_cli.api.session import Session
    from yoi_cli.api.tickets import Moved
    from yoi_cli.model.fold import Folded


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
) -> None:
    """Move a ticket to another state, or print the state it is in.

    If the ticket is in that state already, what is said becomes a comment. Going back to planning
    needs --reason; closing has its own command.

    \b
    Example:
      yoi ticket state 00001M7WFCY38 queued --expect ready
    """
    session = session_of(ctx)
    named, state = _split(ctx, ticket, state, more)
    if state is None:
        given = {
            "--reason": reason,
            "--message": message,
            "--file": file,
            "--expect": expect,
            "--author": author,
            "--commit": commit or None,
            "--steal": steal or None,
        }
        refuse_without("a state to move to", given)
        for_each(
            named,
            lambda word: tickets.state_of(session, word),
            lambda found, in_json: print_state(*found, as_json=in_json),
            as_json=as_json,
        )
        return
    target, text = state, given_text(message, file)

    def run(word: str) -> Moved:
        return tickets.move(
            session,
            word,
            target,
            text=text,
            reason=reason,
            expect=expect,
            steal=steal,
            author=author,
            commit=commit,
        )

    def show(moved: Moved, in_json: bool) -> None:
        print_moved(session, moved, as_json=in_json)

    for_each(named, run, show, as_json=as_json)


def _split(
    ctx: typer.Context, ticket: str, state: str | None, more: list[str] | None
) -> tuple[list[str], str | None]:
    """The tickets that are named, and the state that comes behind them. A state alone is meant for
    the ticket whose worktree one stands in."""
    words = [ticket, *([state] if state is not None else []), *(more or ())]
    if len(words) == 1:
        return ([inferred_ticket(ctx)], ticket) if is_state(ticket) else (words, None)
    return list(dict.fromkeys(words[:-1])), words[-1]


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
) -> None:
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

    for_each(named, run, show, as_json=as_json)


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


def print_moved(session: Session, moved: Moved, *, as_json: bool) -> None:
    """A ticket was moved, or was there already."""
    if as_json:
        from yoi_cli.api.documents.outcomes import moved_document

        report_json("moved", with_next(session, moved.ticket, moved_document(moved)))
    else:
        is_closed = moved.state == CLOSED
        row = ("closed", moved.ticket) if is_closed else ("state", moved.ticket, moved.state)
        sentence = f"{moved.ticket} is {moved.state} (was {moved.origin})"
        if not moved.changed:
            what = "a comment" if moved.event_ids else "nothing"
            sentence = f"{moved.ticket} is {moved.state} already; {what} was written"
        report_lines(
            [row, *(("unblocked", ticket) for ticket in moved.unblocked)],
            [sentence, *(f"Unblocked: {ticket}" for ticket in moved.unblocked)],
        )
        write_next(session, moved.ticket)
    warn(moved.warnings)


def print_state(ticket: str, folded: Folded, *, as_json: bool) -> None:
    """A ticket's state, and whether its log is consistent about it."""
    if as_json:
        from yoi_cli.api.documents.outcomes import state_document

        report_json("state", state_document(ticket, folded))
    else:
        report_lines([("state", ticket, folded.state)], [f"{ticket} is {folded.state}"])
    warn(divergence.message for divergence in folded.diverged)
