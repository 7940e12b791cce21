"""Taking a command back: all tickets that it wrote to, or none (docs/undo.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tickets.claiming import Planned, settle
from yoi_cli.tickets.undo.claim import goes_by_claim
from yoi_cli.tickets.undo.counter import Asking, Counter, counter_of, written_by
from yoi_cli.tickets.undo.refusals import check_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.model.events import Author
    from yoi_cli.model.noted import NotedCommand
    from yoi_cli.store.ports import Claims, TicketReader, TicketStore, TicketWriter
    from yoi_cli.tickets.undo.claim import ClaimRequestAgain
    from yoi_cli.tickets.undo.counter import UndoStep


class UndoneTicket(NamedTuple):
    """What was taken back on one ticket, the state that it was in, and the one it is in now."""

    ticket: str
    origin: str
    state: str
    steps: tuple[UndoStep, ...]
    at: str = ""
    event_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Undoing(NamedTuple):
    """Who takes a command back, with which claims, and for how long one that is taken again
    lasts."""

    by: Author
    claims: Claims
    again: ClaimRequestAgain


def plan_undo(
    reader: TicketReader, noted: NotedCommand, undoing: Undoing, now_ms: int
) -> tuple[UndoneTicket, ...]:
    """What `undo_command` would do; nothing is written."""
    return tuple(
        UndoneTicket(one.ticket, one.origin, one.state, one.steps)
        for one in _counters(reader, noted, undoing, now_ms)
    )


def undo_command(
    store: TicketStore, noted: NotedCommand, undoing: Undoing
) -> tuple[UndoneTicket, ...]:
    """Take back all that a command recorded, by events and changes of its own.

    Raises what `counter_of` raises, and `ConflictError` (`undo_impossible`) for a command that is
    never taken back; then nothing is written.
    """
    claims = undoing.claims
    asked = _tickets_by_claim(store, noted, undoing.again.author) if claims.is_shared else []

    def plan(writer: TicketWriter) -> Planned[tuple[UndoneTicket, ...]]:
        counters = _counters(writer, noted, undoing, writer.now_ms)
        changed = tuple(one.claim for one in counters if one.claim is not None)
        return Planned(changed, lambda: tuple(_write(writer, one, claims) for one in counters))

    return settle(store.write, claims, asked, plan)


def _tickets_by_claim(reader: TicketReader, noted: NotedCommand, author: str) -> list[str]:
    """The tickets of which the remote is asked; nothing else waits for it."""
    found = []
    for ticket in noted.tickets:
        thread = reader.thread(TicketId(ticket)).events
        written = written_by(thread, [one for one in noted.writes if one.ticket == ticket])
        if goes_by_claim(thread, written, author):
            found.append(ticket)
    return found


def _counters(
    reader: TicketReader, noted: NotedCommand, undoing: Undoing, now_ms: int
) -> list[Counter]:
    check_command(noted)
    asking = Asking(undoing.by, undoing.claims, undoing.again, now_ms)
    found = []
    for ticket in noted.tickets:
        writes = [one for one in noted.writes if one.ticket == ticket]
        found.append(counter_of(reader, TicketId(ticket), writes, asking))
    return found


def _write(writer: TicketWriter, counter: Counter, claims: Claims) -> UndoneTicket:
    claim = counter.claim
    done = [writer.commit(counter.ticket, change) for change in counter.changes]
    warnings = [warning for one in done for warning in one.warnings]
    if claim is not None:
        warnings += _put(lambda: claims.put(claim))
    return UndoneTicket(
        counter.ticket,
        counter.origin,
        counter.state,
        counter.steps,
        done[-1].at if done else "",
        tuple(event_id for one in done for event_id in one.event_ids),
        tuple(warnings),
    )


def _put(put: Callable[[], None]) -> tuple[str, ...]:
    try:
        put()
    except (OSError, YoiError) as error:
        return (f"All is recorded, but the claim could not be written: {error}",)
    return ()
