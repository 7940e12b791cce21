"""Adding comments, plans, decisions, reports and reviews to a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.model.events import ANSWER, REVIEW, new_event
from yoi_cli.model.fold import fold
from yoi_cli.model.states import INPROGRESS
from yoi_cli.store.values import Change, Committed
from yoi_cli.tickets.lookup import check_expectation, identify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.events import Author, Event, NewEvent
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.worker_message import WorkerMessage
    from yoi_cli.store.ports import TicketReader, TicketStore


def add_comment(
    store: TicketStore,
    word: str,
    kind: str,
    text: str,
    by: Author,
    *,
    status: str | None = None,
    commit: str | None = None,
    more: tuple[tuple[str, str], ...] = (),
    expect: str | None = None,
) -> Committed:
    """Append an event of `kind`, bound to `commit` where one is given; `status` is a review's, and
    `more` are other attributes. `expect` is the state that the caller believes the ticket to be in.

    Raises `UsageError` where `text` is empty, and `ConflictError` (`state_unexpected`).
    """
    given = (("status", status), ("commit", commit))
    event = _event(kind, text, by, (*((name, value) for name, value in given if value), *more))
    with store.write() as writer:
        ticket = identify(writer, word)
        if expect is not None:
            check_expectation(ticket, fold(writer.thread(ticket).events).state, expect)
        done = writer.commit(ticket, Change(events=(event,)))
        if kind != REVIEW:
            return done
        return done._replace(warnings=(*done.warnings, *_worth(writer, ticket, by)))


def _worth(writer: TicketReader, ticket: TicketId, by: Author) -> tuple[str, ...]:
    """A warning where a review counts for nothing."""
    from yoi_cli.model.reviews import NOT_IN_PROGRESS

    state = fold(writer.thread(ticket).events).state
    if state == INPROGRESS:
        return ()
    return (NOT_IN_PROGRESS.text(japanese=by.japanese, about=state),)


def _event(
    kind: str, text: str, by: Author, attributes: tuple[tuple[str, str], ...] = ()
) -> NewEvent:
    check_text(text)
    return new_event(kind, by, text, attributes)


def add_answer(store: TicketStore, word: str, text: str, by: Author) -> Committed:
    """Answer the open question of a ticket. Raises `ConflictError` (`nothing_asked`)."""
    event = _event(ANSWER, text, by)
    with store.write() as writer:
        ticket = identify(writer, word)
        _check_asked(ticket, writer.thread(ticket).events)
        return writer.commit(ticket, Change(events=(event,)))


def check_question(reader: TicketReader, word: str) -> None:
    """Raise `ConflictError` (`nothing_asked`) where no question of the ticket is open."""
    ticket = identify(reader, word)
    _check_asked(ticket, reader.thread(ticket).events)


def _check_asked(ticket: str, thread: Sequence[Event]) -> None:
    from yoi_cli.model.routing import has_question

    if not has_question(thread):
        raise ConflictError(
            "nothing_asked",
            f"No question of {ticket} waits for an answer.",
            hint=f"`yoi ticket comment {ticket}` reaches the next coder, too; `yoi ticket review "
            f"{ticket} --request-changes` sends it back.",
            details={"ticket": ticket},
        )


def check_message(
    name: str, ticket: str, role: str, text: str, commit: str | None
) -> WorkerMessage:
    """What a confined worker says on a ticket. Raises `UsageError` where `text` is empty
    (`text_empty`), or longer than a message may be (`text_too_long`)."""
    from yoi_cli.model.worker_message import LONGEST, WorkerMessage

    check_text(text)
    if len(text) > LONGEST:
        raise UsageError(
            "text_too_long",
            f"The text has {len(text)} characters; a confined worker may say {LONGEST} at once.",
            hint="Nothing was written; commit a long text as a file, and name that.",
        )
    return WorkerMessage(name, ticket, role, text, commit or "")


def check_text(text: str) -> None:
    """Raise `UsageError` (`text_empty`) for a text that says nothing."""
    if not text.strip():
        raise UsageError(
            "text_empty", "The text is empty.", hint="Nothing was written; say something."
        )
