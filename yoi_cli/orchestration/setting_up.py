"""Setting a worktree up before anything is run in it (docs/orchestrate.md, "Setup")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.texts import CommandResult
    from yoi_cli.orchestration.worker_requests import TicketWorkers, WorkerWatch


class Preparation:
    """The setup of worktrees for one ticket, or for the target."""

    def __init__(self, ports: OrchestrationPorts, workers: TicketWorkers, watch: WorkerWatch):
        self._ports, self._workers, self._watch = ports, workers, watch
        self._copied: set[str] = set()

    @property
    def is_needed(self) -> bool:
        """Whether anything is configured."""
        settings = self._ports.settings.orchestration
        return bool(settings.setup or settings.copy)

    def run(
        self, at: Position, folder: str, *, is_untouched: bool = False
    ) -> tuple[CommandResult, ...] | None:
        """The results of the setup in `folder` where one failed, none where it is set up; None
        while it runs.

        Once for a folder, and again where its lock files changed. What it made is kept for
        others only where it `is_untouched` by any coder.
        """
        setup = self._ports.setup
        if not self.is_needed or setup.is_done(folder):
            return ()
        mark = setup.mark(folder)
        if mark not in self._copied:
            setup.copy_in(folder)
            self._copied.add(mark)
        if not setup.restore(folder):
            results = self._watch.set_up(self._workers, at, mark, folder)
            if results is None:
                return None
            if not all(one.is_good for one in results):
                setup.forget(folder)  # whoever tries again has it run again
                return results
            if is_untouched:
                setup.keep(folder)
        setup.done(folder)
        return ()
