"""What may be done with a ticket now, what may not and why, and the command that does it
(docs/moves.md).

Nothing is decided here that is not decided where it is done: a move asks the check that the use
case of its name makes before it writes, so that every surface offers what will be accepted, and
says of the rest what the refusal would say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.model import states
from yoi_cli.model.missing import EVENTS_MISSING
from yoi_cli.model.wording import Wording
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration import move_checks as checks
from yoi_cli.tickets.doubts import untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.orchestration.move_checks import MoveFacts
    from yoi_cli.tickets.doubts import Doubt

#: The names of moves that surfaces go by.
INTAKE, QUEUE, WAIT, CLOSE = "intake", "queue", "wait", "close"
START, RETRY, STOP, INPUT = "start", "retry", "stop", "input"
APPROVE, REQUEST_CHANGES, ANSWER, COMMENT = "approve", "request_changes", "answer", "comment"
RETURN, REOPEN, CLAIM, RELEASE, ACCEPT, DONE = (
    "return_to_planning",
    "reopen",
    "claim",
    "release",
    "accept",
    "done",
)
#: What a person is likely to do with a ticket of a state.
PRIMARY: Mapping[str, str] = {
    states.PLANNING: INTAKE,
    states.READY: QUEUE,
    states.QUEUED: WAIT,
    states.INPROGRESS: WAIT,
    states.DONE: CLOSE,
}
#: What is written where somebody closes finished work and says nothing.
FINISHED = Wording("The work is done.", "作業は完了しました。")
#: Doubts about a ticket's own files: nothing is offered where there are any.
OWN_FILES = frozenset({EVENTS_MISSING, "log_damaged", "item_unreadable", "records_unreadable"})


class Move(NamedTuple):
    """Something that may be done with a ticket, or why it may not.

    `command` does it, with TEXT for what a person has to say (`needs_text`). `target` is the state
    that it leads to, None where it moves nothing; `worker` the worker that it is about. Where it is
    not `is_enabled`, `code`, `why` and `hint` are those of the error that the command would give.
    """

    action: str
    label: str
    command: str
    is_enabled: bool
    needs_text: bool = False
    target: str | None = None
    worker: str | None = None
    code: str = ""
    why: str = ""
    hint: str = ""


class TicketMoves(NamedTuple):
    """Everything that may be done with a ticket.

    `primary` is the name of the move that a surface offers first, None where there is none, and
    then `why` says why. `classification` and `reasons` are those of routing.
    """

    ticket: str
    title: str
    state: str
    classification: str
    reasons: tuple[str, ...]
    primary: str | None
    why: str
    moves: tuple[Move, ...]

    def move(self, action: str) -> Move | None:
        """The move of that name; of those of several workers the first."""
        return next((one for one in self.moves if one.action == action), None)


class _Kind(NamedTuple):
    """A move: `check` raises the error that keeps it from being made."""

    action: str
    label: str
    command: str
    check: Callable[[MoveFacts], None]
    needs_text: bool = False
    target: str | None = None


def ticket_moves(facts: MoveFacts) -> TicketMoves:
    """What may be done with a ticket, and why the rest may not."""
    moves = tuple(_moves(facts))
    said = facts.decision.classified
    primary, why = _primary(facts, moves)
    return TicketMoves(
        facts.ticket,
        facts.decision.title,
        facts.state,
        said.classification,
        tuple(reason.text for reason in said.reasons),
        primary,
        why,
        moves,
    )


def unreadable_moves(ticket: str, error: YoiError) -> TicketMoves:
    """What may be done with a ticket that cannot be read: nothing, for the reason of `error`."""
    return TicketMoves(ticket, "", "", "", (), None, error.message, ())


def _primary(facts: MoveFacts, moves: Sequence[Move]) -> tuple[str | None, str]:
    """The move that is offered first, or None and why. To wait is to look at the work."""
    action = PRIMARY.get(facts.state)
    if action is None:
        return None, f"{facts.ticket} is {facts.state}."
    refused = next((one for one in moves if one.code == UNTRUSTED_FILES), None)
    if action == WAIT and refused is None:
        return WAIT, ""
    found = refused or next(one for one in moves if one.action == action)
    return (action, "") if found.is_enabled else (None, found.why)


#: The code of what is refused since the ticket's own files cannot be read.
UNTRUSTED_FILES = "own_files_unreadable"


def _moves(facts: MoveFacts) -> Iterator[Move]:
    broken = [d for d in facts.doubts if d.code in OWN_FILES and d.ticket == facts.ticket]
    error = refused(facts.ticket, broken) if broken else None
    for kind in _KINDS:
        if kind.action in (STOP, INPUT):
            for worker in facts.workers:
                yield _move(kind, facts._replace(workers=(worker,)), None, worker.worker_id)
            continue
        yield _move(kind, facts, error)


def refused(ticket: str, broken: Sequence[Doubt]) -> YoiError:
    """The error for every move of a ticket whose own files are `broken`."""
    error = untrusted(ticket, broken)
    return StoreInvalidError(UNTRUSTED_FILES, error.message, hint=error.hint)


def _move(kind: _Kind, facts: MoveFacts, error: YoiError | None, worker: str | None = None) -> Move:
    command = kind.command.format(ticket=facts.ticket, worker=worker)
    if kind.action == APPROVE and facts.is_signed:
        command = command.replace("--approve", "--approve --sign")
    move = Move(kind.action, kind.label, command, True, kind.needs_text, kind.target, worker)
    if error is None:
        try:
            kind.check(facts)
        except YoiError as found:
            error = found
    if error is None:
        return move
    return move._replace(is_enabled=False, code=error.code, why=error.message, hint=error.hint)


_KINDS = (
    _Kind(
        INTAKE,
        "Mark ready",
        "yoi ticket intake {ticket} -m TEXT",
        checks.moving(states.READY),
        True,
        states.READY,
    ),
    _Kind(
        QUEUE,
        "Queue",
        "yoi ticket state {ticket} queued --expect ready",
        checks.moving(states.QUEUED),
        target=states.QUEUED,
    ),
    _Kind(START, "Start work", "yoi orchestrate {ticket}", checks.check_start),
    _Kind(RETRY, "Try again", "yoi orchestrate {ticket} --retry", checks.check_retry),
    _Kind(ANSWER, "Answer", "yoi ticket answer {ticket} -m TEXT", checks.check_answer, True),
    _Kind(
        APPROVE,
        "Approve",
        "yoi ticket review {ticket} --approve -m TEXT",
        checks.check_approval,
        True,
    ),
    _Kind(
        REQUEST_CHANGES,
        "Request changes",
        "yoi ticket review {ticket} --request-changes -m TEXT",
        checks.check_review,
        True,
    ),
    _Kind(COMMENT, "Comment", "yoi ticket comment {ticket} -m TEXT", checks.always, True),
    _Kind(CLAIM, "Claim", "yoi claim {ticket}", checks.check_claim),
    _Kind(RELEASE, "Release", "yoi release {ticket}", checks.check_release),
    _Kind(
        ACCEPT,
        "Take up by hand",
        "yoi route {ticket} --accept",
        checks.check_accept,
        target=states.INPROGRESS,
    ),
    _Kind(
        DONE,
        "Mark done",
        "yoi ticket state {ticket} done",
        checks.moving(states.DONE),
        target=states.DONE,
    ),
    _Kind(
        RETURN,
        "Return to planning",
        "yoi ticket state {ticket} planning --reason TEXT",
        checks.check_return,
        True,
        states.PLANNING,
    ),
    _Kind(
        REOPEN,
        "Reopen",
        "yoi ticket reopen {ticket} --reason TEXT",
        checks.check_reopening,
        True,
        states.PLANNING,
    ),
    _Kind(
        CLOSE,
        "Close",
        "yoi ticket close {ticket} -m TEXT",
        checks.check_closing,
        True,
        states.CLOSED,
    ),
    _Kind(INPUT, "Send input", "yoi worker input {worker} -m TEXT", checks.check_input, True),
    _Kind(STOP, "Stop the worker", "yoi worker stop {worker}", checks.always),
)

#: The names of all moves, in the order in which they are offered.
ACTIONS = tuple(kind.action for kind in _KINDS)
