"""Claiming tickets, giving them back, and finding the next one (DESIGN section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.app.identify import identify
from yoi_cli.app.route import ClaimView, Decision, Router, RoutingContext
from yoi_cli.app.values import Change
from yoi_cli.domain import claim as claims
from yoi_cli.domain import routing, states
from yoi_cli.domain.events import NewEvent, heading_for
from yoi_cli.errors import ConflictError, NotReadyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.app.ports import ClaimBook, RoutingStore, RoutingWriter
    from yoi_cli.app.record import Recorder
    from yoi_cli.domain.claim import Claim, ClaimRequest
    from yoi_cli.domain.ids import TicketId

CLAIM = "claim"
_RANKS = {"P0": 0, "P1": 1, "P2": 2, "P3": 3, "P4": 4}
#: What may be claimed: what may start, and work whose holder is gone.
_CLAIMABLE = frozenset({routing.IMPLEMENTATION_READY, routing.REVIEW_NEEDED, routing.IN_PROGRESS})


class ClaimDesk(NamedTuple):
    """Where claims are made: the store, the clone's claims, who asks, and what routing knows."""

    store: RoutingStore
    book: ClaimBook
    by: Recorder
    context: RoutingContext


class Next(NamedTuple):
    """What may start now, best first, and the claim on the first, where one was taken."""

    candidates: tuple[Decision, ...]
    claim: Claim | None = None


def views(book: Mapping[str, Claim], now: int) -> Mapping[str, ClaimView]:
    """Claims as routing sees them at the instant `now`; those given back are none."""
    return {
        ticket: ClaimView(claim.holder, claim.is_alive(now))
        for ticket, claim in book.items()
        if not claim.is_released
    }


def claim_ticket(desk: ClaimDesk, word: str, request: ClaimRequest) -> Claim:
    """Claim a ticket that may start, or one in progress whose claim has run out.

    Raises `ConflictError`: `claimed` while somebody holds it, `not_claimable` with the
    reasons where it may not start.
    """
    with desk.store.write() as writer:
        return _claim(writer, desk, identify(writer, word), request)


def _claim(
    writer: RoutingWriter, desk: ClaimDesk, ticket: TicketId, request: ClaimRequest
) -> Claim:
    taken = claims.take(ticket, desk.book.get(ticket), request, writer.now_ms)
    decision = Router(writer, desk.context._replace(claims={})).route(ticket)
    if decision.classified.classification not in _CLAIMABLE:
        raise not_claimable(decision)
    desk.book.put(taken)
    writer.commit(ticket, Change(events=(claim_event(taken, desk.by, "taken"),)))
    return taken


def not_claimable(decision: Decision) -> ConflictError:
    """The error for a ticket that nobody may work on now."""
    reasons = decision.classified.reasons
    return ConflictError(
        "not_claimable",
        f"{decision.ticket} cannot be claimed: " + " ".join(reason.text for reason in reasons),
        hint=decision.classified.next_action,
        details={
            "ticket": decision.ticket,
            "classification": decision.classified.classification,
            "reasons": [reason.code for reason in reasons],
        },
    )


def renew_claim(desk: ClaimDesk, word: str, generation: int, lease: int) -> Claim:
    """Begin a lease anew, with the generation that the holder was given."""
    with desk.store.write() as writer:
        ticket = identify(writer, word)
        standing = desk.book.get(ticket)
        renewed = claims.renew(ticket, standing, generation, lease, writer.now_ms)
        desk.book.put(renewed)
        return renewed


def release_claim(desk: ClaimDesk, word: str, generation: int | None) -> Claim:
    """Give a ticket back."""
    with desk.store.write() as writer:
        ticket = identify(writer, word)
        released = claims.release(ticket, desk.book.get(ticket), generation, writer.now_ms)
        desk.book.put(released)
        writer.commit(ticket, Change(events=(claim_event(released, desk.by, "released"),)))
        return released


def claim_event(claim: Claim, by: Recorder, status: str) -> NewEvent:
    """The event that a claim's beginning or end leaves in the log."""
    if by.japanese:
        said = {"taken": "claim しました。", "released": "claim を解放しました。"}[status]
        body = f"{claim.holder} が generation {claim.generation} を{said}"
    else:
        said = {"taken": "took", "released": "gave back"}[status]
        body = f"{claim.holder} {said} generation {claim.generation}."
    attributes = (
        ("status", status),
        ("holder", claim.holder),
        ("generation", str(claim.generation)),
    )
    return NewEvent(CLAIM, by.author, heading_for(CLAIM), body, attributes)


def find_next(
    store: RoutingStore, context: RoutingContext, limit: int | None = None
) -> tuple[Decision, ...]:
    """The tickets that may start now: by priority, by how many wait for them, by age."""
    router = Router(store, context)
    queued = [
        row.id
        for row in store.all_fields()
        if row.error is None and row.fields.get("state") == states.QUEUED
    ]
    ready = [
        decision
        for decision in router.route_all(queued)
        if isinstance(decision, Decision) and decision.classified.is_ready
    ]
    return tuple(sorted(ready, key=_rank)[:limit])


def claim_next(desk: ClaimDesk, request: ClaimRequest) -> Next:
    """Claim the best ticket that can be had; others may take some in the meantime.

    Raises `NotReadyError` (`nothing_ready`), naming who holds what.
    """
    candidates = find_next(desk.store, desk.context)
    with desk.store.write() as writer:
        for decision in candidates:
            try:
                claim = _claim(writer, desk, identify(writer, decision.ticket), request)
            except ConflictError:
                continue
            return Next((decision,), claim)
        holders = [c for c in desk.book.all().values() if c.is_alive(writer.now_ms)]
    raise nothing_ready(holders)


def nothing_ready(holders: Iterable[Claim] = ()) -> NotReadyError:
    """The error where nothing may start now."""
    held = [f"{claim.ticket} by {claim.holder}" for claim in holders]
    said = f" Claimed: {', '.join(held[:5])}." if held else ""
    return NotReadyError(
        "nothing_ready",
        f"Nothing may start now.{said}",
        hint="`yoi route` says of every open ticket what it waits for.",
        details={"claimed": held},
    )


def _rank(decision: Decision) -> tuple[int, int, str]:
    """Ids sort by age. A ticket without a priority comes after those that have one."""
    return (_RANKS.get(decision.priority, len(_RANKS)), -decision.unblocks, decision.ticket)
