"""Whether a run may work on a ticket, and how it is accepted (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model import states
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.model.routing import GivenDecision
from yoi_cli.model.shared_claim import NO_REMOTE
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.choices import settings_for
from yoi_cli.orchestration.context import FAILURE, WAITS, RunOutcome
from yoi_cli.orchestration.elsewhere import UNREACHABLE
from yoi_cli.orchestration.journal import Journal
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.preflight import obstacles, planned_worktree
from yoi_cli.orchestration.run_budget import RUN_SPENT
from yoi_cli.orchestration.run_values import HELD, REFUSED
from yoi_cli.orchestration.staffing import PAUSED, PreflightObstacle
from yoi_cli.routing.accept import Acceptance, accept_ticket
from yoi_cli.routing.claims import ClaimService
from yoi_cli.routing.rules import ACCEPTANCE_MISSING

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.choices import TicketSettings
    from yoi_cli.orchestration.ports import OrchestrationPorts

#: Obstacles that go away by themselves, or were meant.
_PASSING = frozenset({PAUSED, RUN_SPENT, UNREACHABLE})


def settings_of(ports: OrchestrationPorts, ticket: TicketId) -> TicketSettings:
    """How a ticket is worked on, as it chose."""
    return settings_for(ports.settings, ports.target, ports.store.item(ticket))


def ports_of(ports: OrchestrationPorts, ticket: TicketId) -> OrchestrationPorts:
    """The `ports` with what a ticket chose."""
    own = settings_of(ports, ticket)
    return ports._replace(settings=own.settings, target=own.target)


def obstacles_of(
    ports: OrchestrationPorts, ticket: TicketId, title: str
) -> tuple[PreflightObstacle, ...]:
    """What keeps a ticket from being begun, its own choices included."""
    chosen = settings_of(ports, ticket).obstacles
    return (*chosen, *obstacles(ports_of(ports, ticket), ticket, title))


def accept(ports: OrchestrationPorts, ticket: TicketId, title: str) -> RunOutcome | None:
    """Accept a queued ticket once nothing is in its way; None where it may be worked on."""
    journal = Journal(ports, ticket)
    at = journal.position()
    if at.state != states.QUEUED:
        is_begun = journal.is_ours(at) or journal.is_unrecorded(at)
        return None if is_begun else RunOutcome(ticket, title, HELD, at.state, "")
    in_way = obstacles_of(ports, ticket, title)
    if in_way:
        text = " ".join(one.text for one in in_way)
        result = WAITS if all(one.code in _PASSING for one in in_way) else REFUSED
        return RunOutcome(ticket, title, result, in_way[0].code, text)
    if ports.share() and journal.position().state != states.QUEUED:
        return RunOutcome(ticket, title, HELD, "claimed_elsewhere", "Another clone has it.")
    planned = planned_worktree(ports_of(ports, ticket), ticket, title)
    request = ClaimRequest(ports.holder, ports.lease, planned.path)
    acceptance = Acceptance(request, planned.branch, planned.path)
    service = ClaimService(ports.store, ports.claims, ports.by, ports.routing())
    try:
        accept_ticket(service, ticket, acceptance, GivenDecision(), {})
    except ConflictError as error:
        result = REFUSED if error.code == ACCEPTANCE_MISSING else HELD
        result = FAILURE if error.code in NO_REMOTE else result
        return RunOutcome(ticket, title, result, error.code, error.message)
    ports.tell(Progress(ticket, stages.ACCEPTED, f"accepted: {title}"))
    return None
