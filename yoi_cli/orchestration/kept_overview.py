"""The overview of a store that changes: decided again only for what a change may concern.

Which rows may be others than before is known by what routing decides them from: a ticket's own
files and claim, those that it waits for, is a duplicate of or is named with in a plan record, and
in turn theirs; what work under way touches; and what concerns all tickets. Where a store is
damaged, or lost something, anything may concern any ticket, and all are decided again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.overview import decide_rows, overview_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from yoi_cli.orchestration.overview import OverviewRow, TicketsOverview
    from yoi_cli.routing.router import ClaimView, Router
    from yoi_cli.store.values import Unreadable
    from yoi_cli.workers.model import WorkerView


class _Ground(NamedTuple):
    """What rows were decided from, besides the files of single tickets."""

    #: What concerns every ticket.
    common: tuple[object, ...]
    claims: Mapping[str, ClaimView]
    #: What work under way touches, and all that touch anything.
    touches: Mapping[str, Sequence[str]]
    touching: Collection[str]
    #: For each ticket: those whose rows look at it.
    looking: Mapping[str, Sequence[str]]


class KeptOverview:
    """The rows of a store, kept from one state of it to the next. For one thread."""

    def __init__(self, *, closed_too: bool) -> None:
        self._closed_too = closed_too
        self._rows: dict[str, OverviewRow | Unreadable] = {}
        self._ground: _Ground | None = None
        #: How many tickets were decided the last time.
        self.decided = 0

    def update(
        self,
        router: Router,
        changed: Iterable[str],
        *,
        workers: Iterable[WorkerView] = (),
        there: Mapping[str, str] | None = None,
    ) -> TicketsOverview:
        """What `tickets_overview` says of the router's store, of which the files of `changed`
        are others than the last time, or gone."""
        before, now = self._ground, _ground_of(router)
        self._ground = None  # until all is decided: whatever interrupts it is begun anew
        if before is None or _is_in_doubt(router) or before.common != now.common:
            self._rows = decide_rows(router, closed_too=self._closed_too)
            self.decided = len(router.rows)
        else:
            concerned = _concerned(before, now, changed)
            for ticket in concerned:
                self._rows.pop(ticket, None)
            self._rows |= decide_rows(router, closed_too=self._closed_too, tickets=concerned)
            self.decided = len(concerned)
        found = overview_of(router, self._rows.values(), workers=workers, there=there or {})
        self._ground = now
        return found


def _is_in_doubt(router: Router) -> bool:
    return bool(router.dependencies.missing or router.dependencies.uncertain)


def _ground_of(router: Router) -> _Ground:
    context, facts = router.context, router.dependencies
    looking: dict[str, list[str]] = {}
    for ticket, other in facts.looked_at:
        looking.setdefault(other, []).append(ticket)
    common = (
        _is_in_doubt(router),
        context.max_in_progress,
        None if context.max_in_progress is None else router.in_progress,
        context.dirty,
        context.caller,
        context.japanese,
        context.requires_acceptance,
        dict(context.notices),
    )
    return _Ground(
        common, dict(context.claims), router.touching_in_progress, router.touching, looking
    )


def _concerned(before: _Ground, now: _Ground, changed: Iterable[str]) -> set[str]:
    """The tickets whose rows may be others than before."""
    pending = list(changed)
    pending += [
        ticket
        for ticket in before.claims.keys() | now.claims.keys()
        if before.claims.get(ticket) != now.claims.get(ticket)
    ]
    if before.touches != now.touches:
        pending += [*before.touching, *now.touching]
    concerned: set[str] = set()
    while pending:
        ticket = pending.pop()
        if ticket not in concerned:
            concerned.add(ticket)
            pending += before.looking.get(ticket, ())
            pending += now.looking.get(ticket, ())
    return concerned
