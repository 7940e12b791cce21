"""From any open state to work by hand, in one call (docs/start.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.model.claim import Claim
    from yoi_cli.model.ids import TicketId
    from yoi_cli.routing.router import Decision
    from yoi_cli.workspace.session import Session


class Started(NamedTuple):
    """Work that may begin: where, on which branch, and under which claim.

    `steps` are what was done for it, each a word: ready, queued, accepted, claimed, worktree; none
    where all of it had been done before. Outside of git there is no `branch`.
    """

    ticket: str
    title: str
    folder: str
    branch: str | None
    claim: Claim
    steps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def start(session: Session, ticket: str | None = None, *, author: str | None = None) -> Started:
    """Take `ticket`, else the best that may start, from any open state to work, and give its
    folder. Whoever calls queues it by that; called again it finds what it made.

    Nothing is written where the ticket is blocked, has no acceptance criteria or is another's.
    Raises `NotReadyError` (`nothing_ready`), `ConflictError` (`work_over`, `acceptance_missing`,
    `blocked`, `claimed`) and what its steps raise.
    """
    from yoi_cli.model import states
    from yoi_cli.routing.open import open_claims, open_router
    from yoi_cli.tickets.lookup import identify

    by = session.author(author).author
    if ticket is None:
        from yoi_cli.api.claims import refresh
        from yoi_cli.routing.claims import require_next

        refresh(session)
        service = open_claims(session, author)
        ticket = require_next(session.store, service.context, 1)[0].ticket
    full_id = identify(session.store, ticket)
    decision = open_router(session, caller=by).route(full_id)
    _check(session, decision, by)
    steps: list[str] = []
    warnings: list[str] = []
    state = decision.state
    from yoi_cli.api import tickets

    for before, after in ((states.PLANNING, states.READY), (states.READY, states.QUEUED)):
        if state == before:
            moved = tickets.move(session, full_id, after, author=author)
            warnings += moved.warnings
            steps.append(after)
            state = after
    claim, branch = _take(session, full_id, state, author, steps)
    folder = session.workspace
    if session.checkout is not None:
        folder, branch = _enter(session, full_id, branch, steps)
    else:
        branch = None
    return Started(full_id, decision.title, folder, branch, claim, tuple(steps), tuple(warnings))


def _check(session: Session, decision: Decision, by: str) -> None:
    """Raise what keeps the ticket from being started, before anything is written."""
    from yoi_cli.errors import ConflictError
    from yoi_cli.model import states
    from yoi_cli.routing.decide import acceptance_missing, check_trusted

    ticket, state = decision.ticket, decision.state
    if state in states.RESOLVED_STATES:
        raise ConflictError(
            "work_over",
            f"{ticket} is {state}; there is nothing to start.",
            hint=f"`yoi ticket reopen {ticket} --reason TEXT` takes it up again.",
            details={"ticket": ticket, "state": state},
        )
    check_trusted(decision)
    check_holder(session, ticket, by)
    if session.checkout is not None:
        from yoi_cli.workers.open import open_worktree_service

        open_worktree_service(session).target()
    if state == states.INPROGRESS:
        return
    if session.config.require_acceptance and not decision.has_acceptance:
        raise acceptance_missing(ticket)
    if decision.blockers or decision.cycle:
        waits = ", ".join(f"{one.ticket} ({one.state or 'unknown'})" for one in decision.blockers)
        raise ConflictError(
            "blocked",
            f"{ticket} waits for {waits or ' → '.join(decision.cycle)}.",
            hint=f"`yoi route {ticket} --explain` draws what it waits for.",
            details={"ticket": ticket, "blockers": [one.ticket for one in decision.blockers]},
        )


def check_holder(session: Session, ticket: str, by: str) -> None:
    """Raise `ConflictError` (`claimed`) while another than `by` holds a ticket."""
    import time

    from yoi_cli.model.claim import check_free
    from yoi_cli.tickets.claiming import claim_now

    claim = claim_now(session.store, session.claims, ticket)
    if claim is not None and claim.holder != by:
        check_free(ticket, claim, time.time_ns() // 1_000_000)


def _take(
    session: Session, ticket: TicketId, state: str, author: str | None, steps: list[str]
) -> tuple[Claim, str | None]:
    """The claim, and the branch that was agreed on."""
    import time

    from yoi_cli.api import claims
    from yoi_cli.model import states
    from yoi_cli.model.routing import GivenDecision

    if state == states.QUEUED:
        accepted = claims.accept(session, ticket, GivenDecision(), {}, author=author)
        steps.append("accepted")
        return accepted.claim, accepted.plan.branch
    known = session.claims.get(ticket)
    plans = [one.accepted_plan for one in session.store.plan(ticket) if one.accepted_plan]
    branch = plans[-1].branch if plans else None
    if known is not None and known.is_alive(time.time_ns() // 1_000_000):
        return known, branch
    steps.append("claimed")
    return claims.claim(session, ticket, author=author), branch


def _enter(
    session: Session, ticket: TicketId, branch: str | None, steps: list[str]
) -> tuple[str, str | None]:
    """The folder of the ticket's worktree, and its branch; made where there is none."""
    from yoi_cli.workers.open import open_worktree_service
    from yoi_cli.worktrees.service import add_worktree

    service = open_worktree_service(session)
    found = service.worktrees.of(ticket, service.target())
    if found is None:
        found = add_worktree(service, ticket, base=None, branch=branch).worktree
        steps.append("worktree")
    return found.path, found.branch
