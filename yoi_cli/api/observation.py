"""A worker as somebody watches it: bytes by their offsets, events by their numbers
(docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.hosts import WorkerHost
    from yoi_cli.workers.observation import LifecycleEvent as LifecycleEvent
    from yoi_cli.workers.observation import Marks as Marks
    from yoi_cli.workers.observation import ObservedWorker as ObservedWorker
    from yoi_cli.workers.observation import Stretch as Stretch
    from yoi_cli.workers.remote.upstream import ReadOutput
    from yoi_cli.workers.remote.upstream import Upstream as Upstream
    from yoi_cli.workspace.session import Session


def observer(session: Session) -> Observer:
    """What watches the workers of the session's clone; several threads may use it at once."""
    from yoi_cli.api.hosts import ThisMachine

    return Observer(session, ThisMachine(session))


def upstream(runtime_id: str, address: str, token: str, read: ReadOutput) -> Upstream:
    """A runtime that another server serves, to be shown by this one. `read` reads output there."""
    from yoi_cli.workers.remote.upstream import Upstream

    return Upstream(runtime_id, address, token, read)


class Observer:
    """Watches the workers on `host`, each by its whole id.

    An id that is none raises `UsageError` (`worker_invalid`), one that is not kept `NotFoundError`
    (`worker_not_found`), and one whose records cannot be trusted `StoreInvalidError`
    (`worker_store_corrupt`); where the host cannot be asked, what `Runtime` raises is.
    """

    def __init__(self, session: Session, host: WorkerHost) -> None:
        self._session, self._host = session, host
        self._runtime = host.workers

    def marks(self, worker_id: str) -> Marks:
        """What changes when anything of it does: cheap, to be asked many times a second."""
        return self._runtime.marks(worker_id)

    def observe(self, worker_id: str) -> ObservedWorker:
        """How it stands, which bytes and events there are, and whether more can come."""
        from yoi_cli.workers.told import told

        seen = self._runtime.observe(worker_id)
        roots = self._host.folders() if seen.view.changes else None
        return seen._replace(view=told(seen.view, roots))

    def stretch(self, worker_id: str, start: int, limit: int) -> Stretch:
        """At most `limit` bytes of what it wrote from the byte `start` on, or from the oldest
        that is kept."""
        return self._runtime.stretch(worker_id, start, limit)

    def lifecycle(self, worker_id: str, after: int = 0) -> Sequence[LifecycleEvent]:
        """What happened to it, from the event number `after` + 1 on."""
        from yoi_cli.workers.told import told_event

        return [*map(told_event, self._runtime.lifecycle(worker_id, after))]

    def attend(self, worker_id: str) -> str:
        """See to it that somebody stands over it, whose shim died, or that its end is settled
        and on its ticket; what was done, as `recover` says it."""
        from yoi_cli.api.workers import log_ended

        done = self._runtime.attend(worker_id)
        log_ended(self._session, done.worker)
        return done.action
