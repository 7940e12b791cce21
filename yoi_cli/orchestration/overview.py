"""All tickets as a panel or a board shows them: what each is, and what may be done with it first.

The gate is derived from routing and never stored. What is offered for a ticket is what
`orchestration/moves.py` says of it alone, worked out here for many at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.ids import TicketId
from yoi_cli.model.item import field_text
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.move_checks import without_plans
from yoi_cli.orchestration.moves import (
    INTAKE,
    OWN_FILES,
    PRIMARY,
    QUEUE,
    WAIT,
    refused,
)
from yoi_cli.routing.messages import sentence
from yoi_cli.routing.router import Unroutable
from yoi_cli.store.values import Unreadable
from yoi_cli.tickets.blocking import Blocker
from yoi_cli.tickets.move_rules import MoveRequest, check_move

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from yoi_cli.routing.router import DecisionSummary, Router
    from yoi_cli.tickets.doubts import Doubt
    from yoi_cli.workers.model import WorkerView

#: The gate of a ticket: it may go on, it waits in the ordinary way, or something is wrong.
OPEN, WAITS, BROKEN = "open", "waits", "broken"
READY_FOR_QUEUE, ACTIVE_WORK, BACKGROUND = "ready_for_queue", "active_work", "background"
#: The buckets in the order in which they are shown.
BUCKETS = (READY_FOR_QUEUE, ACTIVE_WORK, BACKGROUND)
#: Of a ticket in progress: a person has to say something.
NEEDS_PERSON = frozenset({"answer_needed", "person_needed", "unreviewed_work", "stalled"})
#: Reasons that are an ordinary wait; with any other something is wrong.
_ORDINARY = frozenset(
    {
        "not_queued",
        "blocked",
        "ordering",
        "conflict",
        "capacity",
        "dirty_workspace",
        "claimed",
        "acceptance_missing",
    }
)
_BLOCKER_CODES = {
    "blocked": None,
    "blocker_missing": "missing",
    "dependency_missing": "missing",
    "blocker_unreadable": "unreadable",
    "blocker_diverged": "diverged",
}
_MERGE_PENDING = "The work is done in the worktree for orchestration; its merge is pending."


class OverviewRow(NamedTuple):
    """A ticket.

    `gate` is `open`, `waits` or `broken`; empty for a state that has none. `action` is the move
    that is offered first, None where there is none; `why` says why not, or what it waits for.
    `reason` is routing's code, and `blockers` are what it waits for, each with its state. `claim`
    is the holder, `is_claim_over` that the lease has run out; `workers` are those of the ticket
    that have not ended. `there` is the state by the worktree for orchestration, where that is
    further on.
    """

    ticket: str
    title: str
    state: str
    priority: str
    updated_at: str
    gate: str
    action: str | None
    why: str
    reason: str
    blockers: tuple[tuple[str, str], ...] = ()
    claim: str = ""
    is_claim_over: bool = False
    workers: tuple[str, ...] = ()
    there: str = ""

    @property
    def bucket(self) -> str:
        """Where it is shown."""
        state = self.there or self.state
        if state == states.READY and self.gate == OPEN:
            return READY_FOR_QUEUE
        if state in (states.QUEUED, states.INPROGRESS):
            return ACTIVE_WORK
        return BACKGROUND

    @property
    def needs_person(self) -> bool:
        """Whether somebody has to have a word before the work goes on."""
        return self.state == states.INPROGRESS and self.reason in NEEDS_PERSON


class TicketsOverview(NamedTuple):
    """Every ticket that is shown, in order; those that cannot be read; how many are in which state,
    closed ones included."""

    rows: tuple[OverviewRow, ...]
    unreadable: tuple[Unreadable, ...]
    counts: Mapping[str, int]


def tickets_overview(
    router: Router,
    *,
    closed_too: bool,
    workers: Iterable[WorkerView] = (),
    there: Mapping[str, str] | None = None,
) -> TicketsOverview:
    """All tickets of the router's store; one that is broken disables its own row only.

    `workers` are those of the clone, `there` the states by the worktree for orchestration.
    """
    found = decide_rows(router, closed_too=closed_too)
    return overview_of(router, found.values(), workers=workers, there=there or {})


def decide_rows(
    router: Router, *, closed_too: bool, tickets: Container[str] | None = None
) -> dict[str, OverviewRow | Unreadable]:
    """What the store says of every ticket that is shown, or of those of `tickets` alone."""
    shown = states.STATES if closed_too else states.OPEN_STATES
    rows: dict[str, OverviewRow | Unreadable] = {}
    for found in router.summarise(shown, tickets):
        if isinstance(found, Unroutable):
            rows[found.ticket] = Unreadable(found.ticket, found.error)
            continue
        try:
            rows[found.ticket] = _row(router, found)
        except YoiError as error:
            rows[found.ticket] = Unreadable(found.ticket, error)
    return rows


def overview_of(
    router: Router,
    found: Iterable[OverviewRow | Unreadable],
    *,
    workers: Iterable[WorkerView],
    there: Mapping[str, str],
) -> TicketsOverview:
    """Rows in order, with their workers and what another worktree knows of them."""
    working: dict[str, list[str]] = {}
    for view in workers:
        if view.ticket is not None and not view.has_ended:
            working.setdefault(view.ticket, []).append(view.worker_id)
    rows, unreadable = [], []
    for one in found:
        if isinstance(one, Unreadable):
            unreadable.append(one)
            continue
        row = one
        if one.ticket in working:
            row = row._replace(workers=tuple(working[one.ticket]))
        rows.append(_with_overlay(row, there[one.ticket]) if one.ticket in there else row)
    unreadable.sort(key=lambda one: one.ticket)
    return TicketsOverview(tuple(sorted_rows(rows)), tuple(unreadable), _counts(router))


def sorted_rows(rows: Iterable[OverviewRow]) -> list[OverviewRow]:
    """By bucket, then the newest first, then by title and id."""
    found = sorted(rows, key=lambda row: (row.title, row.ticket))
    found.sort(key=lambda row: row.updated_at, reverse=True)
    found.sort(key=lambda row: BUCKETS.index(row.bucket))
    return found


def _counts(router: Router) -> Mapping[str, int]:
    counts = dict.fromkeys(states.STATES, 0)
    for row in router.rows.values():
        state = field_text(row.fields, "state")
        if row.error is None and state in counts:
            counts[state] += 1
    return counts


def _row(router: Router, found: DecisionSummary) -> OverviewRow:
    fields = router.rows[TicketId(found.ticket)].fields
    gate, action, why = _offer(router, found)
    claim = router.context.claims.get(found.ticket)
    return OverviewRow(
        found.ticket,
        found.title,
        found.state,
        found.priority,
        field_text(fields, "updated_at"),
        gate,
        action,
        why,
        found.causes[0].code,
        tuple((b.ticket, b.problem or b.state or "") for b in _blockers(found)),
        "" if claim is None else claim.holder,
        claim is not None and not claim.is_alive,
    )


def _offer(router: Router, found: DecisionSummary) -> tuple[str, str | None, str]:
    """The gate of a ticket, what is offered first, and why not or what it waits for."""
    action = PRIMARY.get(found.state)
    if action is None:
        return "", None, f"{found.ticket} is {found.state}."
    own = _doubts_of_own_files(router, found.ticket)
    if own:
        return BROKEN, None, refused(found.ticket, own).message
    if action == QUEUE:
        return _queue_offer(router, found)
    if found.state == states.QUEUED and not found.is_ready:
        return _gate(found), WAIT, _reasons(router, found)
    if action == INTAKE or found.state == states.DONE:
        return "", action, ""
    gate = OPEN if found.state == states.QUEUED else ""
    return gate, action, _reasons(router, found) if found.state == states.INPROGRESS else ""


def _queue_offer(router: Router, found: DecisionSummary) -> tuple[str, str | None, str]:
    """The same of a ready ticket: the check that queueing makes decides."""
    blockers = _blockers(found)
    try:
        check_move(
            found.ticket,
            found.state,
            MoveRequest(states.QUEUED),
            lambda: blockers,
            lambda: without_plans(router.doubts(found.ticket)),
        )
    except YoiError as error:
        return _gate(found), None, error.message
    return OPEN, QUEUE, ""


def _gate(found: DecisionSummary) -> str:
    """Whether what holds a ticket up is an ordinary wait, or something that is wrong."""
    return WAITS if all(cause.code in _ORDINARY for cause in found.causes) else BROKEN


def _reasons(router: Router, found: DecisionSummary) -> str:
    """What routing says, up to three reasons and how many more there are."""
    shown = [
        sentence(cause.code, japanese=router.context.japanese, about=cause.about)
        for cause in found.causes[:3]
    ]
    more = len(found.causes) - len(shown)
    return " ".join([*shown, *([f"(+{more} more)"] if more else [])])


def _blockers(found: DecisionSummary) -> tuple[Blocker, ...]:
    return tuple(
        Blocker(cause.ticket or "", "", cause.state, _BLOCKER_CODES[cause.code])
        for cause in found.causes
        if cause.code in _BLOCKER_CODES
    )


def _doubts_of_own_files(router: Router, ticket: str) -> Sequence[Doubt]:
    facts = router.dependencies
    suspect = (
        any(one.ticket == ticket for one in facts.uncertain)
        or facts.status(ticket).problem is not None
        or facts.has_broken_item(ticket)
        or bool(facts.missing)
    )
    if not suspect:
        return ()
    return [d for d in router.doubts(ticket) if d.code in OWN_FILES and d.ticket == ticket]


def _with_overlay(row: OverviewRow, there: str) -> OverviewRow:
    """The row with what another worktree's store knows, where that is further on."""
    if there not in states.STATES or row.state not in states.STATES:
        return row
    if states.STATES.index(there) <= states.STATES.index(row.state):
        return row
    if there in states.RESOLVED_STATES:
        return row._replace(there=there, action=None, why=_MERGE_PENDING)
    return row._replace(there=there, action=WAIT, why="")
