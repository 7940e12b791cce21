"""What moves of a ticket depend on, and what keeps each of them from being made.

Nothing is decided here that is not decided where it is done: a check asks what the use case of its
name asks before it writes, and raises the error that this would raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model import states
from yoi_cli.model.claim import check_free
from yoi_cli.model.reviews import ONLY_IN_PROGRESS
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.accept import check_ready
from yoi_cli.routing.claims import check_claimable
from yoi_cli.routing.decide import check_acceptance, check_trusted
from yoi_cli.tickets.move_rules import MoveRequest, check_close, check_move, check_reopen
from yoi_cli.workers.model import takes_no_input

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.errors import YoiError
    from yoi_cli.model.claim import Claim
    from yoi_cli.orchestration.inbox import Waiting
    from yoi_cli.routing.router import Decision
    from yoi_cli.tickets.blocking import Blocker
    from yoi_cli.tickets.doubts import Doubt
    from yoi_cli.workers.model import WorkerView

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


def moving(target: str, reason: str = "") -> Callable[[MoveFacts], None]:
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


def check_return(facts: MoveFacts) -> None:
    if states.is_reopening(facts.state, states.PLANNING):
        raise _unfit(facts, "its work is over: `reopen` takes it up again")
    moving(states.PLANNING, "a reason")(facts)


def check_closing(facts: MoveFacts) -> None:
    if facts.state == states.CLOSED:
        raise _unfit(facts, "it is closed")
    working = f"The worker {facts.workers[0].worker_id}" if facts.workers else None
    check_close(facts.ticket, facts.state, lambda _: working)


def check_claim(facts: MoveFacts) -> None:
    check_free(facts.ticket, facts.claim, facts.now)
    check_claimable(facts.decision)


def check_accept(facts: MoveFacts) -> None:
    if facts.claim is None or facts.claim.holder != facts.asker:
        check_free(facts.ticket, facts.claim, facts.now)
    if facts.state != states.QUEUED:
        raise _unfit(facts, "only a queued ticket is taken up")
    _check_beginning(facts)


def _check_beginning(facts: MoveFacts) -> None:
    check_trusted(facts.decision)
    check_acceptance(facts.decision)
    check_ready(facts.decision)


def check_release(facts: MoveFacts) -> None:
    if facts.claim is None or facts.claim.is_released:
        raise _unfit(facts, "nobody holds it")


def check_start(facts: MoveFacts) -> None:
    _check_run(facts)
    if facts.state == states.INPROGRESS and facts.is_own:
        if facts.waiting is not None:
            raise _unfit(facts, "it waits for a person")
        return
    if facts.state != states.QUEUED:
        raise _unfit(facts, "only queued tickets are started")
    _check_beginning(facts)


def check_retry(facts: MoveFacts) -> None:
    _check_run(facts)
    found = facts.waiting
    if found is None or not any(one.endswith("--retry") for one in found.commands):
        raise _unfit(facts, "nothing of it waits to be tried again")


def _check_run(facts: MoveFacts) -> None:
    if facts.is_held:
        raise _unfit(facts, "a run of `yoi orchestrate` has it in hand")
    if facts.obstacle is not None:
        raise facts.obstacle


def check_review(facts: MoveFacts) -> None:
    if facts.state != states.INPROGRESS:
        raise _unfit(facts, ONLY_IN_PROGRESS)


def check_approval(facts: MoveFacts) -> None:
    check_review(facts)
    _check_person(facts, "review_not_yours", "a worker approves nothing")


def check_answer(facts: MoveFacts) -> None:
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


def check_input(facts: MoveFacts) -> None:
    """Checks the first of the workers."""
    worker = facts.workers[0]
    if not worker.accepts_input:
        raise takes_no_input(worker.worker_id)


def always(_facts: MoveFacts) -> None:
    return


def check_reopening(facts: MoveFacts) -> None:
    check_reopen(facts.ticket, facts.state)
