"""Which tickets a run may work on, the most urgent first (docs/orchestrate.md)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.ids import TicketId
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.journal import Journal
from yoi_cli.routing.claims import find_next
from yoi_cli.tickets.claiming import learn_of_others

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.orchestration.ports import OrchestrationPorts


def pending_tickets(ports: OrchestrationPorts, named: Sequence[TicketId]) -> Iterator[TicketId]:
    """What was begun and is not done, then what may start, best first; of those that are `named`,
    where any are."""
    _learn_of_others(ports)
    begun = dict.fromkeys(_begun(ports))
    queued = [TicketId(one.ticket) for one in find_next(ports.store, ports.routing())]
    for ticket in (*begun, *(one for one in queued if one not in begun)):
        if not named or ticket in named:
            yield ticket


def _learn_of_others(ports: OrchestrationPorts) -> None:
    """See what other clones hold. One that cannot be asked is told of where it counts."""
    if ports.claims.is_shared:
        with suppress(YoiError):
            learn_of_others(ports.store, ports.claims)


def _begun(ports: OrchestrationPorts) -> Iterator[TicketId]:
    """Tickets that this clone's orchestrators began: in progress, or merged with their
    worktree still there. A move of the target that was cut short comes first."""
    found: list[tuple[bool, TicketId]] = []
    with_worktree = ports.worktrees.tickets()
    for row in ports.store.all_fields():
        state = row.fields.get("state")
        is_over = state in states.RESOLVED_STATES and row.id in with_worktree
        if row.error is not None or not (state == states.INPROGRESS or is_over):
            continue
        journal = Journal(ports, row.id)
        at = _position(journal)
        if at is None:
            if journal.has_claim():  # taken up, it says why it cannot go on
                found.append((True, row.id))
            continue
        if journal.is_unrecorded(at) or (journal.is_ours(at) and _is_open(ports, at)):
            found.append((at.stage not in (stages.ADVANCE, stages.FORWARD), row.id))
    return (ticket for _, ticket in sorted(found))


def _is_open(ports: OrchestrationPorts, at: stages.Position) -> bool:
    """Whether anything is left to do for a ticket that was begun."""
    if at.stage != stages.MERGED:
        return at.state == states.INPROGRESS or at.stage == stages.CLEANUP
    settings = ports.settings.orchestration
    return settings.cleanup or (settings.close and at.state == states.DONE)


def _position(journal: Journal) -> stages.Position | None:
    try:
        return journal.position()
    except YoiError:
        return None
