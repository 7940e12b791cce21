"""Claims: who works on which ticket, and until when (docs/routing.md).

`author` is who writes, None for the one that the session knows, and `holder` who claims, None for
the author. A `lease_ms` of None is the configured one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.claim import Claim, ClaimRequest
    from yoi_cli.model.routing import GivenDecision
    from yoi_cli.model.shared_claim import KnownClaim as KnownClaim
    from yoi_cli.routing.accept import Accepted as Accepted
    from yoi_cli.routing.claims import ClaimList as ClaimList
    from yoi_cli.routing.claims import ClaimService
    from yoi_cli.routing.claims import NextTickets as NextTickets
    from yoi_cli.routing.router import Decision as Decision
    from yoi_cli.routing.router import Router
    from yoi_cli.workspace.session import Session


def next_tickets(
    session: Session,
    *,
    limit: int | None = 1,
    passed_over: Callable[[Sequence[str], int], None] = lambda *_: None,
) -> tuple[Decision, ...]:
    """What to work on next: by priority, by how many tickets wait for it, by age. `passed_over` is
    told which tickets have another state than their thread, and how many cannot be read.

    Raises `NotReadyError` (`nothing_ready`) where nothing may start, `StoreInvalidError`
    (`store_untrusted`) where that is for what cannot be read.
    """
    from yoi_cli.routing.claims import require_next
    from yoi_cli.routing.open import routing_context

    def looked(router: Router) -> None:
        broken = sum(row.error is not None for row in router.rows.values())
        passed_over(tuple(router.disagreeing), broken)

    with session.reading() as reader:
        return require_next(reader, routing_context(session), limit, looked)


def claim_next(
    session: Session,
    *,
    author: str | None = None,
    holder: str | None = None,
    lease_ms: int | None = None,
    worktree: str | None = None,
    worker: str | None = None,
) -> NextTickets:
    """Claim the first that can be had. Raises `NotReadyError` (`nothing_ready`),
    `ConflictError` (`all_claimed`) and `StoreInvalidError` (`store_untrusted`)."""
    from yoi_cli.routing.claims import claim_next

    refresh(session)
    claims, request = _opened(session, author, holder, lease_ms, worktree=worktree, worker=worker)
    return claim_next(claims, request)


def claim(
    session: Session,
    ticket: str,
    *,
    author: str | None = None,
    holder: str | None = None,
    lease_ms: int | None = None,
    worktree: str | None = None,
    worker: str | None = None,
) -> Claim:
    """Claim a ticket that may start, or one in progress whose claim has run out.

    Raises `ConflictError` (`claimed`, `not_claimable`) and `StoreInvalidError`
    (`store_untrusted`).
    """
    from yoi_cli.routing.claims import claim_ticket

    claims, request = _opened(session, author, holder, lease_ms, worktree=worktree, worker=worker)
    return claim_ticket(claims, ticket, request)


def renew(
    session: Session,
    ticket: str,
    generation: int,
    *,
    author: str | None = None,
    holder: str | None = None,
    lease_ms: int | None = None,
) -> Claim:
    """Begin the lease of a claim anew, with the generation that its holder was given.

    Raises `ConflictError` (`generation_stale`).
    """
    from yoi_cli.routing.claims import renew_claim

    claims, request = _opened(session, author, holder, lease_ms)
    return renew_claim(claims, ticket, generation, request.lease)


def release(
    session: Session, ticket: str, *, generation: int | None = None, author: str | None = None
) -> Claim:
    """Give a ticket back, with a `generation` only where the claim is still of that one."""
    from yoi_cli.routing.claims import release_claim
    from yoi_cli.routing.open import open_claims

    return release_claim(open_claims(session, author), ticket, generation)


def of_this_clone(session: Session) -> Session:
    """The session with claims that this clone alone knows of; no remote is asked or told."""
    return session._replace(config=session.config._replace(claims_remote=None))


def refresh(session: Session) -> None:
    """Learn who holds what in other clones, where claims hold for them. Raises `ConflictError`
    (`claim_remote_unreachable`)."""
    if session.config.claims_remote is not None:
        from yoi_cli.tickets.claiming import learn_of_others

        learn_of_others(session.store, session.claims)


def list_remote_claims(session: Session) -> tuple[KnownClaim, ...]:
    """The claims that the remote has, whoever took them; nothing is written.

    Raises `NotFoundError` (`claims_not_shared`) and `ConflictError` (`claim_remote_unreachable`).
    """
    return session.shared_claims.list_remote()


def list_claims(session: Session, *, every: bool = False) -> ClaimList:
    """Who holds which ticket; with `every`, claims that were given back too."""
    from yoi_cli.routing.open import read_claims

    return read_claims(session, every=every)


def accept(
    session: Session,
    ticket: str,
    judgement: GivenDecision,
    packet: Mapping[str, str],
    *,
    branch: str | None = None,
    worktree: str | None = None,
    worker: str | None = None,
    author: str | None = None,
    holder: str | None = None,
    lease_ms: int | None = None,
) -> Accepted:
    """Take a ticket up: plan record, decision, move and claim, all or nothing.

    Raises `ConflictError` where the ticket may not start, or somebody else has it, and
    `StoreInvalidError` (`store_untrusted`) where nothing is decided about it.
    """
    from yoi_cli.routing.accept import Acceptance, accept_ticket
    from yoi_cli.worktrees.open import worktree_folder

    refresh(session)
    claims, request = _opened(session, author, holder, lease_ms, worktree=worktree, worker=worker)
    plan = Acceptance(request, branch, worktree, folder=worktree_folder(session))
    return accept_ticket(claims, ticket, plan, judgement, packet)


def _opened(
    session: Session,
    author: str | None,
    holder: str | None,
    lease_ms: int | None,
    *,
    worktree: str | None = None,
    worker: str | None = None,
) -> tuple[ClaimService, ClaimRequest]:
    """What claims in the session, and the claim that is asked for."""
    from yoi_cli.model.claim import ClaimRequest
    from yoi_cli.routing.open import open_claims

    service = open_claims(session, author, holder)
    lease = session.config.lease_minutes * 60_000 if lease_ms is None else lease_ms
    return service, ClaimRequest(holder or service.by.author, lease, worktree, worker)
