"""Replay: recorded decisions against what the logs say of their instants (docs/routing.md)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.fold import fold
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.at_time import StoreHistory
from yoi_cli.routing.recorded import BLOCKED, READY, classification_of, said_reasons, verdict_of
from yoi_cli.routing.rules import Reason
from yoi_cli.routing.timeline import Timeline
from yoi_cli.store.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from yoi_cli.model.events import Event
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.ids import TicketId
    from yoi_cli.routing.timeline import Moment
    from yoi_cli.store.ports import RoutingReader
    from yoi_cli.tickets.blocking import Blocker

_TEXTS = {
    "not_queued": "It was not queued yet.",
    "in_progress": "It was already in progress, so that there was nothing to start.",
    "finished": "It was already finished.",
    "said_dirty_workspace": "The decision speaks of changes that were not committed.",
    "said_missing_authority": "The decision speaks of an authority that was missing.",
    "said_capacity": "The decision speaks of a lack of capacity.",
    "not_recorded": "Neither the store nor the decision says why.",
}
_PLAN_TEXTS = {
    "after": "By a plan record it comes after {}.",
    "apart": "By a plan record it must not run beside {}.",
    "": "A plan record says that no place was free for it.",
}
_BY_STATE = {
    states.PLANNING: "not_queued",
    states.READY: "not_queued",
    states.INPROGRESS: "in_progress",
    states.DONE: "finished",
    states.CLOSED: "finished",
}


class ReplayedDecision(NamedTuple):
    """A decision that said ready or blocked, and what the relations of its instant say.

    `reasons` are what else of that instant speaks for waiting: the ticket's state, plan
    records and the decision's own words. `had_dependency` is whether it waited for anybody,
    finished or not.
    """

    ticket: str
    at: str
    classification: str
    recorded: str
    computed: str
    blockers: tuple[Blocker, ...]
    had_dependency: bool
    reasons: tuple[Reason, ...]

    @property
    def agrees(self) -> bool:
        return self.recorded == self.computed

    @property
    def reason(self) -> str | None:
        """Why it disagrees, in a word; None where it agrees, or nothing explains it."""
        return self.reasons[0].code if self.reasons and not self.agrees else None

    @property
    def is_ready_while_blocked(self) -> bool:
        return self.recorded == READY and self.computed == BLOCKED


class IllegalMove(NamedTuple):
    """A move that the table of docs/format.md does not have; `applied` unless it was set aside."""

    ticket: str
    at: str
    origin: str
    target: str
    author: str
    line: int
    applied: bool


class MovePastBlockers(NamedTuple):
    """A ticket that was queued or taken up while `blockers` should have held it."""

    ticket: str
    at: str
    origin: str
    target: str
    author: str
    blockers: tuple[Blocker, ...]


class Replay(NamedTuple):
    """What came of holding a store's decisions and moves against their instants.

    `other` counts the decisions of other classes.
    """

    rows: tuple[ReplayedDecision, ...]
    other: Mapping[str, int]
    illegal_moves: tuple[IllegalMove, ...]
    moves_past_blockers: tuple[MovePastBlockers, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def agree(self) -> int:
        return sum(row.agrees for row in self.rows)

    @property
    def explained(self) -> int:
        """How many of the disagreements the store, or the decision itself, explains."""
        return sum(row.reason not in (None, "not_recorded") for row in self.rows)

    @property
    def ready_while_blocked(self) -> int:
        return sum(row.is_ready_while_blocked for row in self.rows)


def replay(
    reader: RoutingReader, tickets: Iterable[TicketId], step: Callable[[], None] = lambda: None
) -> Replay:
    """Replay the decisions and moves of `tickets`; `step` is called for each.

    A ticket that cannot be read is named, and hides no other.
    """
    timeline = Timeline(StoreHistory(reader))
    rows: list[ReplayedDecision] = []
    other: Counter[str] = Counter()
    illegal: list[IllegalMove] = []
    past: list[MovePastBlockers] = []
    unreadable: list[Unreadable] = []
    for ticket in tickets:
        step()
        try:
            events = timeline.history.log(ticket).thread.events
        except YoiError as error:
            unreadable.append(Unreadable(ticket, error))
            continue
        for event in events:
            classification = classification_of(event)
            verdict = verdict_of(classification) if classification else None
            if classification and verdict:
                rows.append(_replayed(timeline, ticket, event, classification, verdict))
            elif classification:
                other[classification] += 1
        folded = fold(events)
        illegal += _illegal_moves(ticket, folded)
        past += _moves_past_blockers(timeline, ticket, folded)
    return Replay(
        tuple(rows), dict(other.most_common()), tuple(illegal), tuple(past), tuple(unreadable)
    )


def _replayed(
    timeline: Timeline, ticket: TicketId, event: Event, classification: str, verdict: str
) -> ReplayedDecision:
    moment = timeline.moment(event.at)
    blockers = timeline.blockers(ticket, moment)
    computed = BLOCKED if blockers else READY
    reasons = [] if blockers else list(_reasons(timeline, ticket, moment, verdict))
    if verdict == BLOCKED and not blockers:
        reasons += [Reason(code, _TEXTS[code]) for code in said_reasons(event)]
        reasons = reasons or [Reason("not_recorded", _TEXTS["not_recorded"])]
    return ReplayedDecision(
        ticket=ticket,
        at=event.at,
        classification=classification,
        recorded=verdict,
        computed=computed,
        blockers=blockers,
        had_dependency=timeline.had_dependency(ticket, moment),
        reasons=tuple(reasons),
    )


def _reasons(
    timeline: Timeline, ticket: TicketId, moment: Moment, verdict: str
) -> Iterator[Reason]:
    """What of an instant, beside relations, speaks for waiting.

    One that was called ready may have been taken up, and even finished, in the same second.
    """
    state = moment.view.folded(ticket).state
    code = _BY_STATE.get(state)
    if code is not None and (verdict == BLOCKED or code == "not_queued"):
        yield Reason(code, _TEXTS[code], ticket, state)
    for record, what, other, other_state in timeline.plan_reasons(ticket, moment):
        text = _PLAN_TEXTS[what].format(f"{other} ({other_state})")
        yield Reason(f"plan_{record.kind}", text, other, other_state)


def _illegal_moves(ticket: TicketId, folded: Folded) -> Iterator[IllegalMove]:
    for move in folded.moves:
        if not (move.reason == states.TAKEN_BACK or states.is_legal(move.origin, move.target)):
            yield IllegalMove(
                ticket, move.at, move.origin, move.target, move.author, move.line, applied=True
            )
    for aside in folded.diverged:
        yield IllegalMove(
            ticket, aside.at, aside.origin, aside.target, "", aside.line, applied=False
        )


def _moves_past_blockers(
    timeline: Timeline, ticket: TicketId, folded: Folded
) -> Iterator[MovePastBlockers]:
    """Moves that would have been refused for a blocker of their instant."""
    for move in folded.moves:
        if move.target not in (states.QUEUED, states.INPROGRESS):
            continue
        blockers = timeline.blockers(ticket, timeline.moment(move.at))
        if move.target == states.QUEUED:
            blockers = tuple(
                b for b in blockers if b.problem is not None or b.state not in states.MOVING_STATES
            )
        if blockers:
            yield MovePastBlockers(ticket, move.at, move.origin, move.target, move.author, blockers)
