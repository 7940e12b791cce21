"""Workers of a run that was killed, whose ticket somebody took back since (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.ids import TicketId
from yoi_cli.orchestration.far_workers import owner_of
from yoi_cli.orchestration.journal import Journal
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.worker_requests import ROLES

if TYPE_CHECKING:
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.workers.model import WorkerView

ENDED = "worker_ended"


def end_orphans(ports: OrchestrationPorts) -> None:
    """End every worker that an orchestrator of this clone started for a ticket that is not its
    own any more; what they made stays."""
    for view in ports.runtime.all():
        if not view.has_ended and _is_orphan(ports, view):
            ports.runtime.stop(view.worker_id)
            text = f"Ended {view.worker_id}, {view.role}: the ticket was taken back meanwhile."
            ports.tell(Progress(view.ticket or "", ENDED, text, view.worker_id))


def end_far_orphans(ports: OrchestrationPorts) -> None:
    """The same of those elsewhere, once each runtime was asked which are at work there."""
    owner = owner_of(ports.holder)
    for view in ports.elsewhere.found():
        own = view._replace(key=(view.key or "").removeprefix(owner))
        if _is_orphan(ports, own):
            ports.elsewhere.end(view.runtime_id, view.key or "")
            text = f"Ended {view.worker_id}, {view.role}: the ticket was taken back meanwhile."
            ports.tell(Progress(view.ticket or "", ENDED, text, view.worker_id))


def _is_orphan(ports: OrchestrationPorts, view: WorkerView) -> bool:
    """Whether the worker's key is an orchestrator's, and its claim is over."""
    ticket, _, rest = (view.key or "").partition(":")
    generation, _, rest = rest.partition(":")
    if ticket != view.ticket or rest.partition(":")[0] not in ROLES:
        return False
    journal = Journal(ports, TicketId(ticket))
    try:
        at = journal.position()
        return not (journal.is_ours(at) and str(at.generation) == generation)
    except YoiError:
        return False  # what cannot be read says nothing
