"""Claiming tickets, giving them back, and finding the next one (docs/routing.md)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.errors import ConflictError, NotFoundError, NotReadyError, StoreInvalidError
from yoi_cli.model import states
from yoi_cli.model.claim import check_free, release, renew, take
from yoi_cli.model.events import CLAIM
from yoi_cli.model.ids import TicketId
from yoi_cli.model.routing import IMPLEMENTATION_READY, IN_PROGRESS, REVIEW_NEEDED
from yoi_cli.model.shared_claim import NO_REMOTE, closed_generation
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.router import ClaimView, Decision, DecisionSummary, Router, RoutingContext
from yoi_cli.routing.rules import CLAIMED
from yoi_cli.store.values import Change
from yoi_cli.tickets.claim_events import claim_event, generation_of, greatest_generation
from yoi_cli.tickets.claiming import Planned, settle
from yoi_cli.tickets.doubts import untrusted
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from yoi_cli.errors import YoiError
    from yoi_cli.model.claim import Claim, ClaimRequest
    from yoi_cli.model.events import Author, Event
    from yoi_cli.store.ports import Claims, RoutingReader, RoutingStore, RoutingWriter
    from yoi_cli.tickets.doubts import Doubt

T = TypeVar("T")
_RANKS = {"P0": 0, "P1": 1, "P2": 2, "P3": 3, "P4": 4}
_UNKNOWN = "a claim that cannot be read"
#: What may be claimed: what may start, and work whose holder is gone.
_CLAIMABLE = frozenset({IMPLEMENTATION_READY, REVIEW_NEEDED, IN_PROGRESS})


class ClaimService(NamedTuple):
    """Where claims are made: the store, the clone's claims, who asks, and what routing knows."""

    store: RoutingStore
    claims: Claims
    by: Author
    context: RoutingContext


class NextTickets(NamedTuple):
    """What may start now, best first, and the claim on the first, where one was taken."""

    candidates: tuple[Decision, ...]
    claim: Claim | None = None


class ClaimList(NamedTuple):
    """Claims of a clone at an instant, in Unix milliseconds; `unreadable` are the tickets
    whose claim cannot be read."""

    claims: tuple[Claim, ...]
    unreadable: tuple[str, ...]
    now_ms: int


def list_claims(claims: Claims, now: int, *, every: bool) -> ClaimList:
    """Who holds which ticket at the instant `now`; with `every`, what was given back too."""
    shown = tuple(claim for claim in claims.all().values() if every or not claim.is_released)
    return ClaimList(shown, tuple(claims.unreadable()), now)


def views(claims: Claims, now: int) -> Mapping[str, ClaimView]:
    """Claims as routing sees them at the instant `now`; those given back are none.

    One that cannot be read holds its ticket, for somebody may be at work on it.
    """
    found = {
        ticket: ClaimView(claim.holder, claim.is_alive(now))
        for ticket, claim in claims.all().items()
        if not claim.is_released
    }
    return found | dict.fromkeys(claims.unreadable(), ClaimView(_UNKNOWN, is_alive=True))


def claim_ticket(service: ClaimService, word: str, request: ClaimRequest) -> Claim:
    """Claim a ticket that may start, or one in progress whose claim has run out.

    Raises `ConflictError`: `claimed` while somebody holds it, `not_claimable` with the
    reasons where it may not start; `StoreInvalidError` (`store_untrusted`) where nothing is
    decided about it.
    """
    return settle_one(service, word, lambda w, ticket: _plan_claim(w, service, ticket, request))


def settle_one(
    service: ClaimService,
    word: str,
    plan: Callable[[RoutingWriter, TicketId], Planned[T]],
    *,
    mends: bool = False,
    waits: bool = True,
) -> T:
    """As `settle`, for the one ticket that `word` means."""
    asked = (identify(service.store, word),) if service.claims.is_shared else ()

    def planned(writer: RoutingWriter) -> Planned[T]:
        return plan(writer, identify(writer, word))

    return settle(service.store.write, service.claims, asked, planned, mends=mends, waits=waits)


def _plan_claim(
    writer: RoutingWriter, service: ClaimService, ticket: TicketId, request: ClaimRequest
) -> Planned[Claim]:
    """The event first: one that a crash left without its claim is found by the next call."""
    if not service.claims.is_shared:  # else it is asked about in the order that follows
        check_free(ticket, service.claims.get(ticket), writer.now_ms)
    router = Router(writer, service.context._replace(claims={}))
    check_claimable(router.route(ticket))
    router.require_trust(ticket)
    log = writer.thread(ticket).events
    current = service.claims.look(ticket, closed=closed_generation(log))
    check_free(ticket, current, writer.now_ms)
    begun = unfinished_generation(log, current, request.holder)
    logged = greatest_generation(log) if begun is None else begun - 1
    taken = take(ticket, current, request, writer.now_ms, logged=logged)

    def record() -> Claim:
        if begun is None:
            writer.commit(ticket, Change(events=(claim_event(taken, service.by, "taken"),)))
        service.claims.put(taken)
        return taken

    return Planned((taken,), record)


def check_claimable(decision: Decision) -> None:
    """Raise what keeps everybody from claiming a ticket, whoever holds it: `ConflictError`
    (`not_claimable`) and `StoreInvalidError` (`store_untrusted`)."""
    if decision.doubts:
        raise untrusted(decision.ticket, decision.doubts)
    if decision.classified.classification not in _CLAIMABLE:
        raise not_claimable(decision)


def unfinished_generation(log: Sequence[Event], current: Claim | None, holder: str) -> int | None:
    """The generation that `holder` took by the log and that the clone never came to know."""
    newest = next((event for event in reversed(log) if event.kind == CLAIM), None)
    if newest is None or newest.attributes.get("holder") != holder or newest.status != "taken":
        return None
    generation = generation_of(newest)
    known = current.generation if current is not None else 0
    return generation if generation > known else None


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


def renew_claim(service: ClaimService, word: str, generation: int, lease: int) -> Claim:
    """Begin a lease anew, with the generation that the holder was given."""

    def plan(writer: RoutingWriter, ticket: TicketId) -> Planned[Claim]:
        current = service.claims.look(ticket)
        renewed = renew(ticket, current, generation, lease, writer.now_ms)

        def record() -> Claim:
            service.claims.put(renewed)
            return renewed

        return Planned((renewed,), record)

    return settle_one(service, word, plan)


def release_claim(service: ClaimService, word: str, generation: int | None) -> Claim:
    """Give a ticket back."""

    def plan(writer: RoutingWriter, ticket: TicketId) -> Planned[Claim]:
        current = service.claims.look(ticket)
        released = release(ticket, current, generation, writer.now_ms)

        def record() -> Claim:
            if not _is_logged(writer.thread(ticket).events, released):
                event = claim_event(released, service.by, "released")
                writer.commit(ticket, Change(events=(event,)))
            service.claims.put(released)
            return released

        return Planned((released,), record)

    return settle_one(service, word, plan, mends=generation is None)


def publish_result(service: ClaimService, ticket: TicketId) -> None:
    """Before a result leaves the clone: tell other clones, where claims hold for them.

    Raises `ConflictError` (`claimed`, `claim_remote_unreachable`) where somebody else has the
    ticket by now, or nobody can say.
    """
    if not service.claims.is_shared:
        return
    with service.claims.turn(ticket):
        claim = _to_publish(service, ticket)
        if claim is not None:
            service.claims.publish(claim)
            _to_publish(service, ticket)  # somebody here may have taken it meanwhile


def _to_publish(service: ClaimService, ticket: TicketId) -> Claim | None:
    """The claim under which a result goes out, None where there is none to tell of. Raises
    `ConflictError` (`claimed`) for another's."""
    with service.store.write() as writer:
        claim = service.claims.get(ticket)
        if claim is not None and not claim.is_released and claim.holder != service.by.author:
            check_free(ticket, claim, writer.now_ms)
            return None
        return claim


def _is_logged(log: Iterable[Event], released: Claim) -> bool:
    """Whether a crash left the end of this claim in the log, and no more."""
    return any(
        event.kind == CLAIM
        and event.status == "released"
        and generation_of(event) == released.generation
        for event in log
    )


def find_next(
    reader: RoutingReader, context: RoutingContext, limit: int | None = None
) -> tuple[Decision, ...]:
    """The tickets that may start now: by priority, by how many wait for them, by age."""
    return _best(Router(reader, context), limit)


def require_next(
    reader: RoutingReader,
    context: RoutingContext,
    limit: int | None = None,
    looked: Callable[[Router], None] = lambda _: None,
) -> tuple[Decision, ...]:
    """As `find_next`; `looked` is called with the router that knows. Raises `NotReadyError`
    (`nothing_ready`) where nothing may start, and `StoreInvalidError` (`store_untrusted`) where
    that is for what cannot be read."""
    router = Router(reader, context)
    found = _best(router, limit)
    looked(router)
    if not found:
        raise nothing_ready(router)
    return found


def _best(router: Router, limit: int | None) -> tuple[Decision, ...]:
    found = _rank(router, _queued(router))[:limit]
    routed = router.route_all(TicketId(ticket) for ticket in found)
    return tuple(row for row in routed if isinstance(row, Decision))


def _queued(router: Router) -> Sequence[DecisionSummary]:
    rows = router.summarise((states.QUEUED,))
    return [row for row in rows if isinstance(row, DecisionSummary)]


def claim_next(service: ClaimService, request: ClaimRequest) -> NextTickets:
    """Claim the best ticket that can be had; others may take some in the meantime.

    Ranking happens before the lock is taken, so that many callers do not wait for one
    another's. Raises `ConflictError` (`all_claimed`), naming who holds what, where others
    took everything that might start, and `NotReadyError` (`nothing_ready`) where nothing might.
    """
    router = Router(service.store, service.context)
    queued = _queued(router)
    candidates = _rank(router, queued)
    first = _first_in_turn if service.claims.is_shared else _first_under_lock
    claim = first(service, candidates, request)
    if claim is not None:
        return NextTickets((router.route(TicketId(claim.ticket)),), claim)
    with service.store.write() as writer:
        holders = _holders(service, [*candidates, *_waiting_for_claims(queued)], writer.now_ms)
    raise all_claimed(holders) if holders else nothing_ready(router)


def _first_under_lock(
    service: ClaimService, candidates: Sequence[str], request: ClaimRequest
) -> Claim | None:
    with service.store.write() as writer:
        for word in candidates:
            with suppress(ConflictError, NotFoundError, StoreInvalidError):
                return _plan_claim(writer, service, TicketId(word), request).record()
    return None


def _first_in_turn(
    service: ClaimService, candidates: Sequence[str], request: ClaimRequest
) -> Claim | None:
    """A ticket that another process of this clone asks the remote about is tried last."""
    busy: list[str] = []
    for waits, words in ((False, candidates), (True, busy)):
        for word in words:
            try:
                return settle_one(
                    service,
                    word,
                    lambda w, ticket: _plan_claim(w, service, ticket, request),
                    waits=waits,
                )
            except (ConflictError, NotFoundError, StoreInvalidError) as error:
                if error.code in NO_REMOTE:
                    raise
                if error.code == "claim_busy" and not waits:
                    busy.append(word)
    return None


def _waiting_for_claims(queued: Iterable[DecisionSummary]) -> list[str]:
    return [row.ticket for row in queued if {cause.code for cause in row.causes} == {CLAIMED}]


def _holders(service: ClaimService, tickets: Iterable[str], now: int) -> list[Claim]:
    found = [service.claims.get(ticket) for ticket in tickets]
    return [claim for claim in found if claim is not None and claim.is_alive(now)]


def all_claimed(holders: Iterable[Claim]) -> ConflictError:
    """The error where others hold everything that might start."""
    held = [f"{claim.ticket} by {claim.holder}" for claim in holders]
    more = f", and {len(held) - 5} more" if len(held) > 5 else ""
    return ConflictError(
        "all_claimed",
        f"Others have claimed all that might start: {', '.join(held[:5])}{more}.",
        hint="`yoi claims` shows until when; a claim ends with its lease.",
        details={"claimed": held},
    )


def nothing_ready(router: Router) -> YoiError:
    """The error where nothing may start now: for what queued tickets wait for, or for what of
    the store cannot be read."""
    for ticket, doubts in doubted_tickets(router):
        return untrusted(ticket, doubts)
    return NotReadyError(
        "nothing_ready",
        "Nothing may start now.",
        hint="`yoi route` says of every open ticket what it waits for; `yoi start ID` begins one "
        "that is not queued yet.",
    )


def doubted_tickets(router: Router) -> Iterator[tuple[str, tuple[Doubt, ...]]]:
    """The queued tickets about which nothing is decided, and why, by rising id."""
    for row in router.summarise((states.QUEUED,)):
        doubts = router.doubts(row.ticket)
        if doubts and router.dependencies.status(row.ticket).seen == states.QUEUED:
            yield row.ticket, doubts


def _rank(router: Router, rows: Iterable[DecisionSummary]) -> list[str]:
    """The tickets among `rows` that may start now, best first.

    Ids sort by age. A ticket without a priority comes after those that have one.
    """
    keys = [
        (_RANKS.get(row.priority, len(_RANKS)), -router.count_unblocked(row.ticket), row.ticket)
        for row in rows
        if row.is_ready
    ]
    return [ticket for _, _, ticket in sorted(keys)]
