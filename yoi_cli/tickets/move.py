"""Moving a ticket through its life (docs/format.md, "The fold")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError, YoiError
from yoi_cli.model import events, states
from yoi_cli.model.events import NewEvent, new_event
from yoi_cli.model.fold import fold, is_kept
from yoi_cli.model.missing import require_present
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change
from yoi_cli.tickets.blocking import blockers, surroundings, unblocked_by
from yoi_cli.tickets.lookup import check_expectation, identify
from yoi_cli.tickets.move_rules import (
    MoveRequest,
    check_close,
    check_move,
    check_reopen,
    require_reason,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.ports import ClaimEnds, TicketStore, TicketWriter
    from yoi_cli.store.values import Committed
    from yoi_cli.tickets.doubts import Doubt

#: The states, but for closed, in which nobody works on a ticket any more.
FREEING_STATES = frozenset({states.PLANNING, states.DONE})
_NOT_ENDED = "The move is recorded, but the ticket's claim could not be ended: "
_ASK_FOR_CRITERIA = frozenset({states.READY, states.QUEUED, states.INPROGRESS})


class Moved(NamedTuple):
    """A move's outcome; `changed` is False where the ticket was there already. Then `event_ids`
    are of the comment that keeps what was said.

    `unblocked` are the tickets that wait for nobody now that this one is resolved.
    """

    ticket: TicketId
    origin: str
    state: str
    changed: bool
    at: str = ""
    event_ids: tuple[str, ...] = ()
    unblocked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def move_ticket(
    store: TicketStore,
    word: str,
    request: MoveRequest,
    by: Author,
    claims: ClaimEnds | None = None,
) -> Moved:
    """Move a ticket by the table of docs/format.md, checks and writes under one lock.

    Work that is done or given up frees the ticket's claim.

    Raises `UsageError` for an unknown state or a missing reason, `ConflictError` for an
    illegal move, a lost compare-and-swap, or a blocker that forbids it, `StoreInvalidError`
    (`store_untrusted`) where files that cannot be read may hide one, and (`events_missing`) where
    git took away what was recorded.
    """
    states.check_state(request.target)
    if request.expect is not None:
        states.check_state(request.expect)
    with store.write() as writer:
        ticket = identify(writer, word)
        require_present(writer.missing_writes(), ticket)
        state = writer.folded(ticket).state
        check_expectation(ticket, state, request.expect)
        if state == request.target:
            said = (request.text, request.reason if request.is_own_reason else None)
            return _unmoved(
                writer, Moved(ticket, state, state, False), request.by_command, by, said
            )
        check_move(
            ticket,
            state,
            request,
            lambda: blockers(writer, ticket, surroundings(writer, ticket)),
            lambda: tuple(_doubts(writer, ticket)),
        )
        held = _held_by_another(claims, ticket, by, writer.now_ms)
        if request.target == states.INPROGRESS and held is not None and not request.steals:
            raise _claimed(held)
        warnings = _unanswered(writer, ticket, (state, request.target), by)
        change = _change(state, request, by, stamp(writer.now_ms))
        done, ended = writer.commit(ticket, change), None
        if request.target in FREEING_STATES or (request.steals and held is not None):
            done, ended = _free_claim(claims, done, writer.now_ms, held)
        done = done._replace(warnings=(*warnings, *done.warnings))
        if request.requires_acceptance and request.target in _ASK_FOR_CRITERIA:
            done = _warn_of_acceptance(writer, done, request.target)
    done = _tell(claims, done, ended, is_done=request.target == states.DONE)
    freed = unblocked_by(store, ticket) if request.target == states.DONE else ()
    return Moved(ticket, state, request.target, True, done.at, done.event_ids, freed, done.warnings)


def _unmoved(
    writer: TicketWriter, stays: Moved, command: str, by: Author, said: tuple[str | None, ...]
) -> Moved:
    """A ticket that is where it was wanted; what was said is kept all the same."""
    if not any(said):
        return stays
    from yoi_cli.tickets.said_anyway import keep_what_was_said

    if by.japanese:
        why = f"`{command}` の時点ですでに {stays.state} でした。"
    else:
        why = f"It was {stays.state} already when `{command}` was run."
    done = keep_what_was_said(writer, stays.ticket, by, why, said)
    if done is None:
        return stays
    return stays._replace(at=done.at, event_ids=done.event_ids, warnings=done.warnings)


def _warn_of_acceptance(writer: TicketWriter, done: Committed, state: str) -> Committed:
    """Say it early where nobody will be able to take the ticket up as it is, and late where
    somebody moved it all the same."""
    from yoi_cli.model.intent import has_acceptance

    if has_acceptance(writer.item(done.ticket).body):
        return done
    is_begun = state == states.INPROGRESS
    so = "nobody could tell when it is done" if is_begun else "it may not start"
    warning = (
        f"{done.ticket} has no acceptance criteria, so {so}: "
        f"`yoi ticket edit {done.ticket} --acceptance TEXT` writes them."
    )
    return done._replace(warnings=(*done.warnings, warning))


def _nobody_at_work(_ticket: str) -> str | None:
    return None


def close_ticket(
    store: TicketStore,
    word: str,
    resolution: str,
    by: Author,
    *,
    expect: str | None = None,
    claims: ClaimEnds | None = None,
    live: Callable[[str], str | None] = _nobody_at_work,
) -> Moved:
    """Close a ticket with what came of it, and free its claim.

    One that is closed already stays as it is, and that is a success; a resolution that its thread
    does not have becomes a comment. `live` names the worker
    that is at work for a ticket: one in progress is not closed under it, and that is a
    `ConflictError` (`worker_at_work`).
    """
    if not resolution.strip():
        raise UsageError(
            "resolution_empty",
            "Closing a ticket needs a resolution.",
            hint="Say what came of it with --message or --file.",
        )
    text = resolution.strip("\n")
    event = new_event(events.CLOSE, by, text, (("status", "closed"),))
    with store.write() as writer:
        ticket = identify(writer, word)
        require_present(writer.missing_writes(), ticket)
        state = writer.folded(ticket).state
        check_expectation(ticket, state, expect)
        if state == states.CLOSED:
            stays = Moved(ticket, state, state, changed=False)
            return _unmoved(writer, stays, "yoi ticket close", by, (resolution,))
        check_close(ticket, state, live)
        held = _held_by_another(claims, ticket, by, writer.now_ms)
        warnings = _unanswered(writer, ticket, (state, states.CLOSED), by)
        done = writer.commit(ticket, Change(events=(event,), resolution=text))
        done, ended = _free_claim(claims, done, writer.now_ms, held)
        done = done._replace(warnings=(*warnings, *done.warnings))
    done = _tell(claims, done, ended, is_done=True)
    freed = () if state == states.DONE else unblocked_by(store, ticket)
    return Moved(ticket, state, states.CLOSED, True, done.at, done.event_ids, freed, done.warnings)


def reopen_ticket(
    store: TicketStore,
    word: str,
    reason: str,
    text: str | None,
    by: Author,
    *,
    expect: str | None = None,
) -> Moved:
    """Take up a finished ticket again. The old resolution stays readable in the thread."""
    request = MoveRequest(states.PLANNING, text, reason, by_command="yoi ticket reopen")
    require_reason(reason)
    with store.write() as writer:
        ticket = identify(writer, word)
        require_present(writer.missing_writes(), ticket)
        thread = writer.thread(ticket)
        state = fold(thread.events).state
        check_expectation(ticket, state, expect)
        check_reopen(ticket, state)
        resolution = writer.resolution(ticket)
        if resolution is not None and not is_kept(resolution, thread.events):
            # Nothing may be lost: what only its file holds moves into the thread.
            kept = f"{text or reason}\n\nEarlier resolution:\n\n{resolution}"
            request = request._replace(text=kept)
        change = _change(state, request, by, stamp(writer.now_ms))
        change = change._replace(removes_resolution=resolution is not None)
        done = writer.commit(ticket, change)
    return Moved(ticket, state, states.PLANNING, True, done.at, done.event_ids, (), done.warnings)


def _held_by_another(
    claims: ClaimEnds | None, ticket: TicketId, by: Author, now: int
) -> Claim | None:
    """The claim of somebody else that still runs. One that cannot be read is none here: routing
    and `yoi claims` tell of it."""
    if claims is None:
        return None
    try:
        claim = claims.get(ticket)
    except YoiError:
        return None
    is_anothers = claim is not None and claim.is_alive(now) and claim.holder != by.author
    return claim if is_anothers else None


def _claimed(held: Claim) -> ConflictError:
    return ConflictError(
        "claimed",
        f"{held.ticket} is claimed by {held.holder} until {stamp(held.expires_at)}.",
        hint=f"Leave it to them, wait for `yoi release {held.ticket}`, or take it with --steal.",
        details={"ticket": held.ticket, "holder": held.holder, "generation": held.generation},
    )


def _unanswered(
    writer: TicketWriter, ticket: TicketId, move: tuple[str, str], by: Author
) -> tuple[str, ...]:
    """A warning where work is over by word, and the newest review asks for changes."""
    origin, target = move
    if origin != states.INPROGRESS or target not in states.RESOLVED_STATES:
        return ()
    from yoi_cli.model.reviews import CHANGES_REQUESTED

    review = writer.thread_summary(ticket).review
    sentence = CHANGES_REQUESTED.text(japanese=by.japanese)
    return (sentence,) if review.asks_for_changes and not review.is_unreviewed else ()


def _free_claim(
    claims: ClaimEnds | None, done: Committed, now: int, held: Claim | None
) -> tuple[Committed, Claim | None]:
    """End the claim on a ticket whose work is over, and give what others are to be told of. The
    lease would do it too, but later. Whose claim ends by another's hand is told.

    The move is recorded by now, so that what fails here is a warning.
    """
    if claims is None:
        return done, None
    ended = None
    try:
        claim = claims.get(done.ticket)
        if claim is not None and not claim.is_released:
            ended = claim.freed(now)
            claims.put(ended)
    except (OSError, YoiError) as error:
        return _warn(done, _NOT_ENDED + str(error)), None
    if held is not None:
        done = _warn(done, f"{held.holder} held {held.ticket}; that claim has ended.")
    return done, ended


def _tell(
    claims: ClaimEnds | None, done: Committed, ended: Claim | None, *, is_done: bool
) -> Committed:
    """Tell other clones of a claim that has ended, with the store's lock given back."""
    if claims is None or ended is None:
        return done
    try:
        claims.finish(ended, is_done=is_done)
    except (OSError, YoiError) as error:
        return _warn(done, _NOT_ENDED + str(error))
    return done


def _warn(done: Committed, warning: str) -> Committed:
    return done._replace(warnings=(*done.warnings, warning))


def _change(state: str, request: MoveRequest, by: Author, at: str) -> Change:
    text = request.text or _sentence(state, request, by)
    written: list[NewEvent] = []
    fields: dict[str, FieldValue] = {}
    if request.target == states.READY:
        written.append(new_event(events.INTAKE_SUMMARY, by, text))
        text = _sentence(state, request, by)
    if request.target == states.QUEUED:
        fields = {"queued_by": by.author, "queued_at": at}
    attributes = (
        ("from", state),
        ("to", request.target),
        ("reason", request.reason or "cli_state"),
        ("field", "state"),
    )
    written.append(new_event(events.STATE_CHANGED, by, text, attributes))
    return Change(events=tuple(written), fields=fields)


def _sentence(state: str, request: MoveRequest, by: Author) -> str:
    if request.reason and request.target == states.PLANNING:
        return request.reason
    if by.japanese:
        return f"`{request.by_command}` が状態を {state} から {request.target} に移しました。"
    if request.target == states.READY:
        return f"Marked ready by `{request.by_command}`."
    return f"Moved from {state} to {request.target} by `{request.by_command}`."


_STANDARD = re.compile(
    r"Moved from \w+ to \w+ by `yoi [a-z ]+`\.|Marked ready by `yoi [a-z ]+`\."
    r"|`yoi [a-z ]+` が状態を \w+ から \w+ に移しました。"
)


def is_standard_sentence(text: str) -> bool:
    """Whether `text` is what an event says of a move of which nobody said anything."""
    return _STANDARD.fullmatch(text) is not None


def _doubts(writer: TicketWriter, ticket: TicketId) -> Iterator[Doubt]:
    """Why the files may hide what holds the ticket up."""
    from yoi_cli.tickets.store_facts import StoreFacts
    from yoi_cli.tickets.trust import doubts_about

    return doubts_about(ticket, StoreFacts(writer))
