"""The state of a ticket, folded from its events (docs/format.md, "The fold")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import states
from yoi_cli.model.events import CLOSE, STATE_CHANGED, STATE_FIELDS
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.events import Event

#: What a closing was called once.
_CLOSED = "closed"
#: The kinds that moves have: of most events, their kind says that they are none.
_MOVING = frozenset({STATE_CHANGED, CLOSE, _CLOSED})


class Divergence(NamedTuple):
    """A move that was set aside: it did not start from the state that the ticket was in.

    Two branches that both moved a ticket make one. A later legal move settles it.
    """

    event: str
    at: str
    line: int
    origin: str
    target: str
    state: str

    @property
    def message(self) -> str:
        return (
            f"A move {self.origin} → {self.target} was recorded while the ticket was "
            f"{self.state}, from where it is not allowed."
        )


class Move(NamedTuple):
    """A move that took effect. `origin` is the state before, whatever the header claims."""

    at: str
    origin: str
    target: str
    author: str
    reason: str
    line: int
    is_older: bool


class Folded(NamedTuple):
    """What a thread says of its ticket's state: where it is, how it came there, what is open."""

    state: str
    moves: tuple[Move, ...] = ()
    diverged: tuple[Divergence, ...] = ()

    @property
    def is_diverged(self) -> bool:
        return bool(self.diverged)


def is_move(event: Event) -> bool:
    """Whether `event` may change its ticket's state."""
    if _is_close(event):
        return True
    return event.kind == STATE_CHANGED and event.attributes.get("field") in STATE_FIELDS


def fold(events: Iterable[Event]) -> Folded:
    """Fold a thread's events, in file order, into the ticket's state."""
    moving = [event for event in events if event.kind in _MOVING and is_move(event)]
    state = _first_state(moving)
    moves: list[Move] = []
    diverged: list[Divergence] = []
    for event in moving:
        origin, target = _endpoints(event, state)
        if not states.is_state(target):
            continue
        legal = states.is_legal(state, target)
        if origin != state and not (legal or event.is_older):
            if target != state:
                diverged.append(_divergence(event, origin, target, state))
            continue
        if target != state:
            reason = event.attributes.get("reason", "")
            moves.append(
                Move(event.at, state, target, event.author, reason, event.line, event.is_older)
            )
        if legal:
            diverged.clear()
        state = target
    return Folded(state, tuple(moves), tuple(diverged))


def _is_close(event: Event) -> bool:
    """Older stores also hold closings whose kind is `closed`."""
    return event.kind == CLOSE or (event.is_older and event.kind == _CLOSED)


def _first_state(moving: list[Event]) -> str:
    """`planning`, or the first known state that a thread says it came from.

    What comes after a closing says where the ticket was then, not where it began.
    """
    for event in moving:
        if _is_close(event):
            break
        origin = event.attributes.get("from", "")
        if states.is_state(origin):
            return origin
    return states.PLANNING


def _endpoints(event: Event, state: str) -> tuple[str, str]:
    if _is_close(event):
        return state, states.CLOSED
    return event.attributes.get("from", ""), event.attributes.get("to", "")


def _divergence(event: Event, origin: str, target: str, state: str) -> Divergence:
    return Divergence(event.identity, event.at, event.line, origin, target, state)


def recorded_resolution(thread: Sequence[Event]) -> str | None:
    """The text of the closing that counts; None for a ticket that is not closed, or was
    closed without a word."""
    closings = [event.body for event in thread if event.kind == CLOSE]
    if not closings or fold(thread).state != states.CLOSED:
        return None
    return closings[-1].strip() or None


def is_kept(text: str, thread: Sequence[Event]) -> bool:
    """Whether the thread holds every word of a resolution's `text`."""
    return any(text.strip() in event.body for event in thread)
