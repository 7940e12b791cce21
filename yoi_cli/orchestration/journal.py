"""Writing steps down: each once, before its side effect, and only while the claim holds."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model import events, states
from yoi_cli.model.claim import ClaimRequest, check_free, renew, take
from yoi_cli.model.events import NewEvent, heading_for
from yoi_cli.model.missing import concerning, require_present
from yoi_cli.orchestration.holder import rival_of
from yoi_cli.orchestration.steps import position_of
from yoi_cli.store.values import Change
from yoi_cli.tickets.claim_events import claim_event
from yoi_cli.tickets.claiming import Planned, settle
from yoi_cli.tickets.doubts import Doubt, untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.events import Event
    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.store.ports import BranchPush, TicketWriter

#: The code of the error for a step that was decided on a log that has gone on since.
MOVED_ON = "log_moved_on"
CLAIM_LOST = "claim_lost"
_REASON = "orchestrated"


class Journal:
    """The log of one ticket, as far as orchestration writes it."""

    def __init__(self, ports: OrchestrationPorts, ticket: TicketId) -> None:
        self._ports = ports
        self._ticket = ticket
        self._renew_at = -1

    def position(self) -> Position:
        """What the log says of the ticket now. Raises `StoreInvalidError` (`store_untrusted`,
        `events_missing`) for a log that cannot be read wholly, or of which git took something
        away: no work goes on by what is left of it."""
        self._require_present()
        thread = self._ports.store.thread(self._ticket)
        if thread.is_damaged:
            about = f"{self._ticket}/thread.md"
            raise untrusted(self._ticket, (Doubt("log_damaged", self._ticket, about),))
        return self._fold(thread.events)

    def _require_present(self) -> None:
        """Raise `StoreInvalidError` (`events_missing`) where git has taken away what was recorded.
        What only waits for its place is put there by whoever takes the lock."""
        store = self._ports.store
        missing = store.missing_writes()
        if any(one.is_waiting for one in concerning(missing, (self._ticket,))):
            with store.write():
                pass
            missing = store.missing_writes()
        require_present(missing, self._ticket)

    def _fold(self, thread: Sequence[Event]) -> Position:
        marks, approvals = self._ports.own_events.of(self._ticket), self._ports.approvals
        return position_of(thread, marks, ticket=self._ticket, approvals=approvals)

    def is_ours(self, at: Position) -> bool:
        """Whether this clone's orchestrators have the ticket, or had it when it was merged."""
        if at.holder != self._ports.holder or not (at.is_own and at.stage):
            return False
        if at.state != states.INPROGRESS:
            return True
        claim = self._ports.claims.get(self._ticket)
        return claim is None or not self._is_lost(claim, at)

    def has_claim(self) -> bool:
        """Whether this clone's claims say that its orchestrators have the ticket."""
        claim = self._ports.claims.get(self._ticket)
        return claim is not None and not claim.is_released and claim.holder == self._ports.holder

    def is_unrecorded(self, at: Position) -> bool:
        """Whether by this clone's claims it has the ticket, though it did not note that it wrote
        the claim's event: a version without such notes began it, or they are gone."""
        if at.is_own or at.state != states.INPROGRESS or at.holder != self._ports.holder:
            return False
        claim = self._ports.claims.get(self._ticket)
        return claim is not None and (claim.holder, claim.generation) == (at.holder, at.generation)

    def begin_anew(self, seen: Position, *new: NewEvent) -> None:
        """Take a claim of the next generation in place of that of `seen`, and append `new`, whose
        generation is the claim's. Raises `ConflictError` (`log_moved_on`)."""
        claims, holder = self._ports.claims, self._ports.holder

        def plan(writer: TicketWriter) -> Planned[None]:
            self._check(writer, seen)
            claim = claims.look(self._ticket)
            if claim is not None and claim.holder != holder:
                check_free(self._ticket, claim, writer.now_ms)
            freed = claim.freed(writer.now_ms) if claim is not None else None
            request = ClaimRequest(holder, self._ports.lease)
            taken = take(self._ticket, freed, request, writer.now_ms, logged=seen.generation)
            event = claim_event(taken, self._ports.by, "taken")

            def record() -> None:
                if freed is not None:
                    claims.put(freed)
                writer.commit(self._ticket, Change(events=(event, *new)))
                claims.put(taken)

            return Planned((taken,), record)

        settle(self._ports.store.write, claims, (self._ticket,), plan)

    def give_back(self, seen: Position) -> None:
        """End the claim of `seen`, which another clone had first. Raises as `record` does."""
        claims = self._ports.claims

        def plan(writer: TicketWriter) -> Planned[None]:
            self._check(writer, seen)
            claim = claims.look(self._ticket)
            if claim is None or self._is_lost(claim, seen):
                return Planned((), lambda: None)
            freed = claim.freed(writer.now_ms)
            event = claim_event(freed, self._ports.by, "released")

            def record() -> None:
                writer.commit(self._ticket, Change(events=(event,)))
                claims.put(freed)

            return Planned((freed,), record)

        settle(self._ports.store.write, claims, (self._ticket,), plan)

    def rival(self, at: Position) -> str:
        """Who else has a claim of `at`'s generation or a greater one; empty for nobody."""
        thread = self._ports.store.thread(self._ticket).events
        return rival_of(thread, self._ports.own_events.of(self._ticket), at.generation)

    def record(self, seen: Position, *new: NewEvent) -> None:
        """Append events, if the log still says `seen` and the claim still holds.

        Raises `ConflictError`: `log_moved_on`, `claim_lost`.
        """
        self._renew(seen)
        with self._ports.store.write() as writer:
            self._append(writer, seen, new)

    def finish(self, seen: Position, *new: NewEvent) -> None:
        """Append events together with the move to `done`, and free the claim."""
        move = self.event(
            events.STATE_CHANGED,
            f"Moved from {states.INPROGRESS} to {states.DONE} by `yoi orchestrate`.",
            **{"from": states.INPROGRESS, "to": states.DONE, "reason": _REASON, "field": "state"},
        )
        self._renew(seen)
        freed = None
        with self._ports.store.write() as writer:
            self._append(writer, seen, (*new, move))
            claim = self._ports.claims.get(self._ticket)
            if claim is not None:
                freed = claim.freed(writer.now_ms)
                self._ports.claims.put(freed)
        if freed is not None:
            with suppress(YoiError):  # it is published, so that nobody takes it meanwhile
                self._ports.claims.finish(freed, is_done=True)

    def publish(self, seen: Position, branch: Callable[[], BranchPush] | None = None) -> bool:
        """Before a result leaves the clone: tell others, and let `branch` go out with that, both or
        neither. Whether it did. Raises as `record` does: who was overtaken publishes nothing."""
        if not self._ports.claims.is_shared:
            return False
        with self._ports.claims.turn(self._ticket):
            claim = self._held(seen)
            with self._overtaken():
                is_out = self._ports.claims.publish(claim, branch)
            self._held(seen)
            return is_out

    def _held(self, seen: Position) -> Claim:
        """The claim of `seen`, while the log still says that. Raises as `record` does."""
        with self._ports.store.write() as writer:
            self._check(writer, seen)
            self._hold(writer, seen)
            claim = self._ports.claims.get(self._ticket)
        if claim is None:
            raise self._lost()
        return claim

    @contextmanager
    def _overtaken(self) -> Iterator[None]:
        """What another clone has is lost here."""
        try:
            yield
        except ConflictError as error:
            raise (self._lost() if error.code == "claimed" else error) from error

    def _append(self, writer: TicketWriter, seen: Position, new: tuple[NewEvent, ...]) -> None:
        self._check(writer, seen)
        self._hold(writer, seen)
        writer.commit(self._ticket, Change(events=new))

    def _check(self, writer: TicketWriter, seen: Position) -> None:
        if self._fold(writer.thread(self._ticket).events) != seen:
            raise ConflictError(MOVED_ON, f"{self._ticket} has gone on in the meantime.")

    def keep_claim(self, seen: Position) -> None:
        """Begin the lease anew once half of it has passed. Raises as `record` does."""
        if self._renew_at < 0:
            claim = self._ports.claims.get(self._ticket)
            ends = claim.expires_at if claim is not None else 0
            self._renew_at = ends - self._ports.lease // 2
        is_due = self._ports.claims.is_due(self._ticket)
        if self._ports.now() < self._renew_at and not is_due:
            return
        self._renew(seen)
        with self._ports.store.write() as writer:
            self._hold(writer, seen)

    def event(self, kind: str, text: str, *, author: str = "", **attributes: str) -> NewEvent:
        """An event by this orchestrator; attributes without a value are left out."""
        heading = heading_for(kind, status=attributes.get("status", ""))
        given = tuple((key, value) for key, value in attributes.items() if value)
        return NewEvent(kind, author or self._ports.by.author, heading, text, given)

    def _renew(self, at: Position) -> None:
        """Tell other clones, where that is due, that the claim of `at` goes on. The store's lock is
        not held meanwhile; what stands here is written under it, by `_hold`."""
        claims = self._ports.claims
        if claims.is_shared and at.state == states.INPROGRESS:
            going_on = self._going_on(at, self._ports.now())
            with self._overtaken(), claims.turn(self._ticket):
                claims.keep(going_on)

    def _hold(self, writer: TicketWriter, at: Position) -> None:
        """Keep the claim of `at` alive, also where a crash kept the clone from knowing it."""
        if at.state == states.INPROGRESS:
            self._ports.claims.put(self._going_on(at, writer.now_ms))
            self._renew_at = self._ports.now() + self._ports.lease // 2

    def _going_on(self, at: Position, now: int) -> Claim:
        """The claim of `at` with a lease that begins `now`. Raises `claim_lost`."""
        lease, claim = self._ports.lease, self._ports.claims.get(self._ticket)
        if at.holder != self._ports.holder or (claim and self._is_lost(claim, at)):
            raise self._lost()
        if claim is not None and claim.generation == at.generation:
            return renew(self._ticket, claim, at.generation, lease, now)
        request = ClaimRequest(self._ports.holder, lease, at.worktree or None)
        return take(self._ticket, claim, request, now, logged=at.generation - 1)

    def _lost(self) -> ConflictError:
        return ConflictError(
            CLAIM_LOST,
            f"{self._ticket} is not this orchestrator's any more.",
            hint=f"`yoi ticket show {self._ticket}` tells who took it; its work is kept.",
            details={"ticket": self._ticket},
        )

    def _is_lost(self, claim: Claim, at: Position) -> bool:
        if claim.generation != at.generation:
            return claim.generation > at.generation
        return claim.is_released or claim.holder != at.holder
