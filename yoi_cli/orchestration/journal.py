"""Writing steps down: each once, before its side effect, and only while the claim holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model import claim as claims
from yoi_cli.model import events, states
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.model.events import WORKER, NewEvent, heading_for
from yoi_cli.orchestration.position import Position, position_of
from yoi_cli.store.values import Change

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.store.ports import TicketWriter

#: The code of the error for a step that was decided on a log that has gone on since.
MOVED_ON = "log_moved_on"
CLAIM_LOST = "claim_lost"
_REASON = "orchestrated"


class Journal:
    """The log of one ticket, as far as orchestration writes it."""

    def __init__(self, tools: OrchestrationPorts, ticket: TicketId) -> None:
        self._tools = tools
        self._ticket = ticket
        self._renew_at = -1

    def look(self) -> Position:
        """Where the ticket stands."""
        return position_of(self._tools.store.thread(self._ticket).events)

    def is_ours(self, at: Position) -> bool:
        """Whether this clone's orchestrators have the ticket, or had it when it was merged."""
        if at.holder != self._tools.holder or not at.stage:
            return False
        if at.state != states.INPROGRESS:
            return True
        standing = self._tools.book.get(self._ticket)
        return standing is None or not self._is_lost(standing, at)

    def record(self, seen: Position, *new: NewEvent) -> None:
        """Append events, if the log still says `seen` and the claim still holds.

        Raises `ConflictError`: `log_moved_on`, `claim_lost`.
        """
        with self._tools.store.write() as writer:
            if position_of(writer.thread(self._ticket).events) != seen:
                raise _moved_on(self._ticket)
            self._hold(writer, seen)
            writer.commit(self._ticket, Change(events=new))

    def finish(self, seen: Position, *new: NewEvent) -> None:
        """Append events together with the move to `done`, and free the claim."""
        move = self.event(
            events.STATE_CHANGED,
            f"Moved from {states.INPROGRESS} to {states.DONE} by `yoi orchestrate`.",
            **{"from": states.INPROGRESS, "to": states.DONE, "reason": _REASON, "field": "state"},
        )
        with self._tools.store.write() as writer:
            if position_of(writer.thread(self._ticket).events) != seen:
                raise _moved_on(self._ticket)
            self._hold(writer, seen)
            writer.commit(self._ticket, Change(events=(*new, move)))
            standing = self._tools.book.get(self._ticket)
            if standing is not None:
                self._tools.book.put(standing.freed(writer.now_ms))

    def keep_claim(self, seen: Position) -> None:
        """Begin the lease anew once half of it has passed. Raises as `record` does."""
        if self._renew_at < 0:
            standing = self._tools.book.get(self._ticket)
            ends = standing.expires_at if standing is not None else 0
            self._renew_at = ends - self._tools.lease // 2
        if self._tools.now() < self._renew_at:
            return
        with self._tools.store.write() as writer:
            self._hold(writer, seen)

    def step(self, step: str, text: str, **said: str) -> NewEvent:
        """The event of a step that a worker or a worktree is part of."""
        return self.event(WORKER, text, step=step, **said)

    def event(self, kind: str, text: str, *, author: str = "", **said: str) -> NewEvent:
        """An event by this orchestrator; attributes without a value are left out.

        File names are any bytes: what is no text in `text` is escaped.
        """
        text = text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
        heading = heading_for(kind, status=said.get("status", ""))
        attributes = tuple((key, value) for key, value in said.items() if value)
        return NewEvent(kind, author or self._tools.by.author, heading, text, attributes)

    def _hold(self, writer: TicketWriter, at: Position) -> None:
        """Keep the claim of `at` alive, also where a crash kept the clone from knowing it."""
        if at.state != states.INPROGRESS:
            return
        book, now, lease = self._tools.book, writer.now_ms, self._tools.lease
        standing = book.get(self._ticket)
        if at.holder != self._tools.holder or (standing and self._is_lost(standing, at)):
            raise ConflictError(
                CLAIM_LOST,
                f"{self._ticket} is not this orchestrator's any more.",
                hint=f"`yoi ticket show {self._ticket}` tells who took it; its work is kept.",
                details={"ticket": self._ticket},
            )
        if standing is not None and standing.generation == at.generation:
            held = claims.renew(self._ticket, standing, at.generation, lease, now)
        else:
            request = ClaimRequest(self._tools.holder, lease, at.worktree or None)
            held = claims.take(self._ticket, standing, request, now, logged=at.generation - 1)
        book.put(held)
        self._renew_at = self._tools.now() + lease // 2

    def _is_lost(self, standing: claims.Claim, at: Position) -> bool:
        if standing.generation != at.generation:
            return standing.generation > at.generation
        return standing.is_released or standing.holder != at.holder


def _moved_on(ticket: str) -> ConflictError:
    return ConflictError(MOVED_ON, f"{ticket} has gone on in the meantime.")
