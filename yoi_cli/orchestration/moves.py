"""What may be done with a ticket now, what may not and why, and the command that does it
(docs/moves.md).

Nothing is decided here that is not decided where it is done: a move asks the check that the use
case of its name makes before it writes, so that every surface offers what will be accepted, and
says of the rest what the refusal would say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import ConflictError, StoreInvalidError, YoiError
from yoi_cli.model import states
from yoi_cli.model.claim import check_free
from yoi_cli.model.missing import EVENTS_MISSING
from yoi_cli.model.reviews import ONLY_IN_PROGRESS
from yoi_cli.model.wording import Wording
from yoi_cli.routing.accept import check_ready
from yoi_cli.routing.claims import check_claimable
from yoi_cli.routing.decide import check_acceptance, check_trusted
from yoi_cli.tickets.doubts import untrusted
from yoi_cli.tickets.move import MoveRequest, check_close, check_move, check_reopen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.model.claim import Claim
    from yoi_cli.orchestration.inbox import Waiting
    from yoi_cli.routing.router import Decision
    from yoi_cli.tickets.blocking import Blocker
    from yoi_cli.tickets.doubts import Doubt
    from yoi_cli.workers.model import WorkerView

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
#: What concerns plan records keeps nobody from queueing: routing holds the ticket back then.
_OF_PLANS = frozenset({"plans_unreadable", "plans_unknown"})


class MoveFacts(NamedTuple):
    """What the moves of one ticket depend on.

    `decision` is made on behalf of the `asker`; `doubts` are all that there are about the ticket.
    `claim` is its claim and `now` the instant (Unix milliseconds); `workers` are those of the
    ticket that have not ended. `is_asked` says that a question is open, `waiting` what waits for a
    person. `is_own` says that this clone began the work, `is_held` that a run of `yoi orchestrate`
    has it in hand. `obstacle` keeps everybody here from starting work, `worker_above` is the worker
    that asks, and `is_signed` says that approvals are to be signed.
    """

    decision: Decision
    doubts: tuple[Doubt, ...] = ()
    asker: str = ""
    claim: Claim | None = None
    now: int = 0
    workers: tuple[WorkerView, ...] = ()
    is_asked: bool = False
    waiting: Waiting | None = None
    is_own: bool = False
    is_held: bool = False
    obstacle: YoiError | None = None
    worker_above: str | None = None
    is_signed: bool = False

    @property
    def ticket(self) -> str:
        return self.decision.ticket

    @property
    def state(self) -> str:
        return self.decision.state


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
                yield _move(kind, facts, None, worker.worker_id)
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


def _moving(target: str, reason: str = "") -> Callable[[MoveFacts], None]:
    """Checks a move to the state `target`."""

    def check(facts: MoveFacts) -> None:
        request = MoveRequest(target, reason=reason or None)
        check_move(
            facts.ticket,
            facts.state,
            request,
            lambda: _blockers(facts),
            lambda: without_plans(facts.doubts),
        )

    return check


def _blockers(facts: MoveFacts) -> tuple[Blocker, ...]:
    from yoi_cli.tickets.blocking import Blocker

    found = facts.decision.blockers
    return tuple(Blocker(one.ticket, one.via, one.state, one.problem) for one in found)


def without_plans(doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
    """The doubts that keep a ticket from being queued."""
    return tuple(one for one in doubts if one.code not in _OF_PLANS)


def _check_return(facts: MoveFacts) -> None:
    if states.is_reopening(facts.state, states.PLANNING):
        raise _unfit(facts, "its work is over: `reopen` takes it up again")
    _moving(states.PLANNING, "a reason")(facts)


def _check_closing(facts: MoveFacts) -> None:
    if facts.state == states.CLOSED:
        raise _unfit(facts, "it is closed")
    working = f"The worker {facts.workers[0].worker_id}" if facts.workers else None
    check_close(facts.ticket, facts.state, lambda _: working)


def _check_claim(facts: MoveFacts) -> None:
    check_free(facts.ticket, facts.claim, facts.now)
    check_claimable(facts.decision)


def _check_accept(facts: MoveFacts) -> None:
    if facts.claim is None or facts.claim.holder != facts.asker:
        check_free(facts.ticket, facts.claim, facts.now)
    if facts.state != states.QUEUED:
        raise _unfit(facts, "only a queued ticket is taken up")
    _check_beginning(facts)


def _check_beginning(facts: MoveFacts) -> None:
    check_trusted(facts.decision)
    check_acceptance(facts.decision)
    check_ready(facts.decision)


def _check_release(facts: MoveFacts) -> None:
    if facts.claim is None or facts.claim.is_released:
        raise _unfit(facts, "nobody holds it")


def _check_start(facts: MoveFacts) -> None:
    _check_run(facts)
    if facts.state == states.INPROGRESS and facts.is_own:
        if facts.waiting is not None:
            raise _unfit(facts, "it waits for a person")
        return
    if facts.state != states.QUEUED:
        raise _unfit(facts, "only queued tickets are started")
    _check_beginning(facts)


def _check_retry(facts: MoveFacts) -> None:
    _check_run(facts)
    found = facts.waiting
    if found is None or not any(one.endswith("--retry") for one in found.commands):
        raise _unfit(facts, "nothing of it waits to be tried again")


def _check_run(facts: MoveFacts) -> None:
    if facts.is_held:
        raise _unfit(facts, "a run of `yoi orchestrate` has it in hand")
    if facts.obstacle is not None:
        raise facts.obstacle


def _check_review(facts: MoveFacts) -> None:
    if facts.state != states.INPROGRESS:
        raise _unfit(facts, ONLY_IN_PROGRESS)


def _check_approval(facts: MoveFacts) -> None:
    _check_review(facts)
    _check_person(facts, "review_not_yours", "a worker approves nothing")


def _check_answer(facts: MoveFacts) -> None:
    if not facts.is_asked:
        raise _unfit(facts, "it asks nothing")
    _check_person(facts, "answer_not_yours", "questions are answered by people")


def _check_person(facts: MoveFacts, code: str, why: str) -> None:
    if facts.worker_above is not None:
        text = f"This runs within the worker {facts.worker_above}, and {why}."
        raise ConflictError(code, text)


def _unfit(facts: MoveFacts, why: str) -> ConflictError:
    """The error for what makes no sense for a ticket as it stands."""
    return ConflictError("not_now", f"{facts.ticket} is {facts.state}, and {why}.")


def _always(_facts: MoveFacts) -> None:
    return


_KINDS = (
    _Kind(
        INTAKE,
        "Mark ready",
        "yoi ticket intake {ticket} -m TEXT",
        _moving(states.READY),
        True,
        states.READY,
    ),
    _Kind(
        QUEUE,
        "Queue",
        "yoi ticket state {ticket} queued --expect ready",
        _moving(states.QUEUED),
        target=states.QUEUED,
    ),
    _Kind(START, "Start work", "yoi orchestrate {ticket}", _check_start),
    _Kind(RETRY, "Try again", "yoi orchestrate {ticket} --retry", _check_retry),
    _Kind(ANSWER, "Answer", "yoi ticket answer {ticket} -m TEXT", _check_answer, True),
    _Kind(
        APPROVE, "Approve", "yoi ticket review {ticket} --approve -m TEXT", _check_approval, True
    ),
    _Kind(
        REQUEST_CHANGES,
        "Request changes",
        "yoi ticket review {ticket} --request-changes -m TEXT",
        _check_review,
        True,
    ),
    _Kind(COMMENT, "Comment", "yoi ticket comment {ticket} -m TEXT", _always, True),
    _Kind(CLAIM, "Claim", "yoi claim {ticket}", _check_claim),
    _Kind(RELEASE, "Release", "yoi release {ticket}", _check_release),
    _Kind(
        ACCEPT,
        "Take up by hand",
        "yoi route {ticket} --accept",
        _check_accept,
        target=states.INPROGRESS,
    ),
    _Kind(
        DONE,
        "Mark done",
        "yoi ticket state {ticket} done",
        _moving(states.DONE),
        target=states.DONE,
    ),
    _Kind(
        RETURN,
        "Return to planning",
        "yoi ticket state {ticket} planning --reason TEXT",
        _check_return,
        True,
        states.PLANNING,
    ),
    _Kind(
        REOPEN,
        "Reopen",
        "yoi ticket reopen {ticket} --reason TEXT",
        lambda facts: check_reopen(facts.ticket, facts.state),
        True,
        states.PLANNING,
    ),
    _Kind(
        CLOSE,
        "Close",
        "yoi ticket close {ticket} -m TEXT",
        _check_closing,
        True,
        states.CLOSED,
    ),
    _Kind(INPUT, "Send input", "yoi worker input {worker} -m TEXT", _always, True),
    _Kind(STOP, "Stop the worker", "yoi worker stop {worker}", _always),
)

#: The names of all moves, in the order in which they are offered.
ACTIONS = tuple(kind.action for kind in _KINDS)
