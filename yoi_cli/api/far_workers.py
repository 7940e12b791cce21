"""Workers of a runtime on another machine, as the commands ask for them (docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.registry import Registry
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.runtime import LoggedWorker, WorkerFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.api.runtime_kinds import AnyRuntime
    from yoi_cli.api.worker_rows import Missing
    from yoi_cli.errors import YoiError
    from yoi_cli.model.workers.spec import WorkerSpec
    from yoi_cli.workers.agents.base import AgentReport
    from yoi_cli.workers.agents.transcript import AgentTranscript
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import Output
    from yoi_cli.workspace.session import Session

_PART = 1 << 20


#: A list waits so many seconds: longer than it takes to find that nobody is there.
_LIST_SECONDS = 90.0
#: What passes by itself: the runtime's workers go on meanwhile.
_AWAY = frozenset({"runtime_unreachable", "runtime_timeout", "runtime_unavailable"})


class FarList(NamedTuple):
    """Workers of a runtime, the oldest first, and why others cannot be read. Where it cannot be
    asked, it is `away`, and its workers are as they were seen last."""

    workers: tuple[WorkerView, ...]
    unreadable: tuple[YoiError, ...]
    away: Missing | None = None


class FarWorkers:
    """The workers of the runtime `runtime_id` of a session's registry; `worker` is an id, or a part
    of one. What a worker does there is on its ticket there.

    Raises `NotFoundError` (`runtime_not_found`), and what the runtime raises.
    """

    def __init__(self, session: Session, runtime_id: str) -> None:
        self._session = session
        self._registry = Registry(session)
        self._runtime: AnyRuntime = self._registry.runtime(
            runtime_id, session.environment.get("YOI_WORKER_ID")
        )

    def list_workers(self, *, ticket: str | None, only_live: bool) -> FarList:
        """The workers, the oldest first; of one ticket, or those that have not ended. Of a runtime
        that is away, and of which workers are known, those."""
        wanted = WorkerFilter(ticket=self._ticket(ticket))
        runtime_id = self._runtime.runtime_id
        found = self._registry.workers(wanted, only=runtime_id, seconds=_LIST_SECONDS)
        views = [row.worker for row in found.rows if not row.is_archived]
        away = next(iter(found.missing), None)
        if away is not None and (away.error.code not in _AWAY or not views):
            raise away.error
        shown = tuple(view for view in views if not (only_live and view.has_ended))
        return FarList(shown, tuple(error for _, error in found.unreadable), away)

    def spawn(
        self, asked: WorkerSpec, *, prompt: str | None, takes_input: bool, has_variables: bool
    ) -> LoggedWorker:
        """Start a worker with one of that runtime's own profiles. Raises `UsageError`
        (`runtime_option_unsupported`) for what only this machine can be asked for."""
        import secrets

        from yoi_cli.errors import UsageError
        from yoi_cli.model.workers.order import INPUT, WorkerOrder

        given = {
            "a command": bool(asked.command),
            "--cwd": bool(asked.cwd),
            "--env": has_variables,
            "--timeout": asked.timeout_ms is not None,
            "--idle-timeout": asked.idle_ms is not None,
            "--grace": asked.grace_ms is not None,
            "--group": bool(asked.group),
            "--confine": asked.confine is not None,
            "--terminal": asked.terminal,
        }
        wrong = [name for name, is_given in given.items() if is_given]
        if wrong or asked.profile is None:
            what = f"{wrong[0]} cannot be given" if wrong else "A profile has to be named"
            raise UsageError(
                "runtime_option_unsupported",
                f"{what} for a worker on another machine.",
                hint="What runs there, where and within which bounds, the profile there says.",
            )
        order = WorkerOrder(
            key=asked.key or f"once {secrets.token_hex(16)}",
            profile=asked.profile,
            ticket=self._ticket(asked.ticket),
            role=asked.role,
            prompt=prompt,
            capabilities=(INPUT,) if takes_input else (),
        )
        made = self._runtime.create(order)
        self._registry.remembered(self._runtime.runtime_id).note(made.worker)
        return LoggedWorker(made.worker, made.warnings)

    def show(self, worker: str) -> WorkerView:
        """How a worker stands, and what that is known by."""
        return self._runtime.show(self._id(worker))

    def report(self, view: WorkerView) -> AgentReport | None:
        """What the coding agent that a worker is tells of itself; None of one that is none."""
        if not view.agent:
            return None
        from yoi_cli.workers.agents.transcript import report_of

        parts = self._runtime.read(view.worker_id, 0)
        return report_of(view.agent, (part.data for part in parts))

    def transcript(self, worker_id: str) -> AgentTranscript | None:
        """A reader for what a coding agent prints; None of a worker that is none."""
        from yoi_cli.workers.agents.transcript import AgentTranscript

        agent = self._runtime.show(worker_id).agent
        return AgentTranscript(agent) if agent else None

    def output(self, worker: str, *, since: int = 0) -> tuple[str, Output]:
        """The worker's id, and a stretch of what it wrote."""
        worker_id = self._id(worker)
        return worker_id, self._runtime.output(worker_id, since, _PART)

    def follow_output(
        self, worker: str, *, since: int = 0, follow: bool = False
    ) -> tuple[str, Iterator[Output]]:
        """The worker's id, and all that it wrote, in parts; to `follow` is to go on to its end."""
        worker_id = self._id(worker)
        return worker_id, self._runtime.read(worker_id, since, follow=follow)

    def give_input(self, worker: str, data: bytes, *, close: bool) -> str:
        """Give a worker something to read; its id."""
        worker_id = self._id(worker)
        self._runtime.give_input(worker_id, data, close=close)
        return worker_id

    def end(
        self,
        worker: str,
        *,
        cancel: bool = False,
        grace: float | None = None,
        reason: str = "",
        force: bool = False,
    ) -> LoggedWorker:
        """Stop a worker, or `cancel` it."""
        worker_id = self._id(worker)
        view = self._runtime.end(worker_id, cancel=cancel, grace=grace, reason=reason, force=force)
        return LoggedWorker(view)

    def wait(self, worker: str, *, timeout: float | None) -> LoggedWorker:
        """Wait for its end. Raises `OperationError` (`worker_timeout`)."""
        from yoi_cli.workers.lookup import still_at_work

        worker_id = self._id(worker)
        view = self._runtime.await_end(worker_id, float("inf") if timeout is None else timeout)
        if not view.has_ended:
            raise still_at_work(worker_id, view.state, timeout or 0.0)
        return LoggedWorker(view)

    def _id(self, worker: str) -> str:
        from yoi_cli.workers.lookup import identify_worker, is_worker_id

        if is_worker_id(worker):
            return worker
        found = self._runtime.list_workers(WorkerFilter()).workers
        return identify_worker([view.worker_id for view in found], worker)

    def _ticket(self, word: str | None) -> str | None:
        """The full id of the ticket that is meant, by the store here."""
        if word is None:
            return None
        from yoi_cli.tickets.lookup import identify

        return identify(self._session.store, word)
