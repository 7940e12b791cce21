"""Runtimes that cannot be asked while their workers are waited for: what is told of them
(docs/orchestrate.md, "Other runtimes")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.orchestration.elsewhere import UNREACHABLE
from yoi_cli.orchestration.ports import Progress

if TYPE_CHECKING:
    from yoi_cli.orchestration.elsewhere import Away
    from yoi_cli.orchestration.notifying import Notifier
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.ticket_run import TicketRun


class AwayWatch:
    """Those of one run."""

    def __init__(self, ports: OrchestrationPorts, notifier: Notifier) -> None:
        self._ports, self._notifier = ports, notifier
        self._told: dict[str, Away] = {}
        self._notified: set[Away] = set()

    def tell(self, run: TicketRun) -> bool:
        """Say it where the runtime of a worker cannot be asked, and where it can be again; whether
        that is new."""
        before, now = self._told.get(run.ticket), run.away
        if now is not None and self.is_out_of_sight(run) and now not in self._notified:
            self._notified.add(now)
            self._notifier.tell_of_ticket(run.ticket, run.title)
        if before == now:
            return False
        if now is not None:
            self._told[run.ticket] = now
            text = f"{now.text} Its worker is waited for, and no other is started."
            self._ports.tell(Progress(run.ticket, UNREACHABLE, text, run.worker))
        elif before is not None:
            del self._told[run.ticket]
            text = f"{before.runtime} can be asked again."
            self._ports.tell(Progress(run.ticket, "runtime_reached", text, run.worker))
        return True

    def is_out_of_sight(self, run: TicketRun) -> bool:
        """Whether a run that has nothing else to do need not wait for it any longer."""
        patience = self._ports.settings.orchestration.runtime_patience * 1000
        return run.away is not None and self._ports.now() - run.away.since >= patience
