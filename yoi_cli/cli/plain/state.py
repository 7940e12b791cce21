"""`yoi ticket state`, and how it is said that a ticket was moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import tickets
from yoi_cli.cli.context import Context, inferred_ticket, session_of
from yoi_cli.cli.refusals import refuse_without
from yoi_cli.cli.several import for_each
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next
from yoi_cli.cli.text_input import given_text
from yoi_cli.model.states import CLOSED, is_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.session import Session
    from yoi_cli.api.tickets import Moved
    from yoi_cli.model.fold import Folded


def move(
    ctx: Context,
    ticket: str,
    state: str | None = None,
    more: Sequence[str] | None = None,
    *,
    reason: str | None = None,
    message: Sequence[str] | None = None,
    file: str | None = None,
    expect: str | None = None,
    steal: bool = False,
    author: str | None = None,
    as_json: bool = False,
    commit: bool = False,
) -> int:
    """Move tickets to another state, or print the state they are in; the exit code."""
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
        return for_each(
            named,
            lambda word: tickets.state_of(session, word),
            lambda found, in_json: print_state(*found, as_json=in_json),
            as_json=as_json,
        )
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

    return for_each(named, run, show, as_json=as_json)


def _split(
    ctx: Context, ticket: str, state: str | None, more: Sequence[str] | None
) -> tuple[list[str], str | None]:
    """The tickets that are named, and the state that comes behind them. A state alone is meant for
    the ticket whose worktree one stands in."""
    words = [ticket, *([state] if state is not None else []), *(more or ())]
    if len(words) == 1:
        return ([inferred_ticket(ctx)], ticket) if is_state(ticket) else (words, None)
    return list(dict.fromkeys(words[:-1])), words[-1]


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
