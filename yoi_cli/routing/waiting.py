"""How long tickets waited, and for what, by their logs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.fold import fold
from yoi_cli.model.time import seconds_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.at_time import StoreHistory
from yoi_cli.routing.rules import CAPACITY, CONFLICT, ORDERING
from yoi_cli.routing.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from yoi_cli.model.ids import TicketId
    from yoi_cli.routing.timeline import Moment
    from yoi_cli.store.ports import RoutingReader

#: Ready, and nobody had queued it.
HUMAN_GATE = "human_gate"
#: Queued behind a ticket that was not finished.
DEPENDENCY = "dependency"
#: Queued, and nothing that the store knows of held it up.
PICK_UP = "pick_up"
REASONS = (HUMAN_GATE, DEPENDENCY, ORDERING, CONFLICT, CAPACITY, PICK_UP)


class WaitingTimes(NamedTuple):
    """Times that tickets waited, in seconds.

    `by_reason` and `tickets` (how many) are by the words of `REASONS`; `by_blocker` is how
    long a ticket held others up; `by_ticket` how long a ticket waited, by reason.
    """

    by_reason: Mapping[str, int]
    tickets: Mapping[str, int]
    by_blocker: Mapping[str, int]
    by_ticket: Mapping[str, Mapping[str, int]]
    unreadable: tuple[str, ...]


def measure_waiting(
    reader: RoutingReader, now: str, advance: Callable[[], None] = lambda: None
) -> WaitingTimes:
    """How long every ticket was ready or queued up to `now`, and what it waited for.

    Every span is cut where a blocker, a plan record or the ticket itself changed; what held
    the ticket at the beginning of a piece counts for the piece. Where several blockers held
    it, each is charged with the whole piece.
    """
    timeline = Timeline(StoreHistory(reader))
    by_ticket: dict[str, dict[str, int]] = {}
    by_blocker: dict[str, int] = {}
    unreadable: list[str] = []
    moments: dict[str, Moment] = {}
    for ticket in reader.ids():
        advance()
        try:
            for start, end, state in _pieces(timeline, ticket, now):
                moment = moments.setdefault(start, timeline.moment(start))
                reason, blockers = _reason(timeline, ticket, state, moment)
                spent = max((seconds_of(end) or 0) - (seconds_of(start) or 0), 0)
                waited = by_ticket.setdefault(ticket, {})
                waited[reason] = waited.get(reason, 0) + spent
                for blocker in blockers:
                    by_blocker[blocker] = by_blocker.get(blocker, 0) + spent
        except YoiError:
            unreadable.append(ticket)
    totals = {
        reason: sum(waited.get(reason, 0) for waited in by_ticket.values()) for reason in REASONS
    }
    counts = {reason: sum(reason in waited for waited in by_ticket.values()) for reason in REASONS}
    return WaitingTimes(totals, counts, by_blocker, by_ticket, tuple(unreadable))


def _pieces(timeline: Timeline, ticket: TicketId, now: str) -> Iterator[tuple[str, str, str]]:
    """The spans in which `ticket` was ready or queued: (start, end, state)."""
    moves = fold(timeline.history.log(ticket).moving).moves
    points = sorted(timeline.turning_points(ticket))
    ends = [*(move.at for move in moves[1:]), now]
    for move, end in zip(moves, ends[: len(moves)], strict=True):
        if move.target not in (states.READY, states.QUEUED):
            continue
        cuts = [move.at, *(at for at in points if move.at < at < end), end]
        for start, stop in pairwise(cuts):
            yield start, stop, move.target


def _reason(
    timeline: Timeline, ticket: str, state: str, moment: Moment
) -> tuple[str, tuple[str, ...]]:
    """What a ticket in `state` waited for at `moment`, and the tickets that held it up."""
    if state == states.READY:
        return HUMAN_GATE, ()
    blockers = tuple(blocker.ticket for blocker in timeline.blockers(ticket, moment))
    if blockers:
        return DEPENDENCY, blockers
    for reason in timeline.plan_reasons(ticket, moment):
        if reason.other is None:
            return CAPACITY, ()
        return (ORDERING if reason.what == "after" else CONFLICT), (reason.other,)
    return PICK_UP, ()
