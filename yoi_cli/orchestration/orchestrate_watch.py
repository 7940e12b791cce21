"""Workers that a ticket waits for: started once, then looked at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.orchestration.worker_requests import VALIDATOR, words
from yoi_cli.workers.model import QUEUED

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.orchestration.ports import Tools
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.texts import CommandResult
    from yoi_cli.orchestration.worker_requests import Jobs
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import WorkerRequest


class Watch:
    """The workers of one ticket that this process has seen, by their keys."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._ids: dict[str, str] = {}
        self.worker = ""

    def follow(self, key: str, request: Callable[[], WorkerRequest]) -> WorkerView:
        """The worker with that key as it is now; started if nobody ever started it."""
        known = self._ids.get(key)
        runtime = self._tools.runtime
        if known is not None:
            view = runtime.show(known)
        else:
            view = runtime.spawn(request())
            self._ids[key] = view.worker_id
        if view.state == QUEUED:
            runtime.recover()
        self.worker = "" if view.has_ended else view.worker_id
        return view

    def started(self, view: WorkerView) -> bool:
        """Whether this process waited for the worker."""
        return view.worker_id in self._ids.values()

    def validate(
        self, jobs: Jobs, at: Position, number: str, folder: str
    ) -> tuple[CommandResult, ...] | None:
        """What the validation commands said, one after the other up to the first that failed;
        None while one runs."""
        results: list[CommandResult] = []
        for index, command in enumerate(self._tools.settings.orchestration.validate):
            # With its words: a command that was configured meanwhile has not run yet.
            name = f"{number}.{index}:{words(command)}"
            make = partial(jobs.validator, at, name, command, folder)
            view = self.follow(jobs.key(at, VALIDATOR, name), make)
            if not view.has_ended:
                return None
            results.append(jobs.result(command, view))
            if not results[-1].is_good:
                break
        return tuple(results)
