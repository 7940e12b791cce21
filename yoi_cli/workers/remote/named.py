"""A runtime under the id that the registry gives it, whatever it calls itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from yoi_cli.errors import OperationError
from yoi_cli.workers.remote.errors import runtime_error
from yoi_cli.workers.runtime import CreatedWorker, WorkerList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yoi_cli.model.workers.bundles import ProfileBundle
    from yoi_cli.model.workers.cleanup import Cleaned, CleanupOrder, CleanupPlan
    from yoi_cli.model.workers.order import WorkerOrder
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.observation import LifecycleEvent
    from yoi_cli.workers.remote.http import HttpRuntime
    from yoi_cli.workers.remote.upstream import Upstream
    from yoi_cli.workers.runtime import (
        BundleState,
        Delivery,
        Output,
        Recovery,
        RuntimeFacts,
        WorkerFilter,
    )

Value = TypeVar("Value")


class NamedRuntime:
    """The runtime `inner`, called `runtime_id`: a `Runtime`.

    `workspaces` are the ids of the workspaces of which it has to work for one; empty, any will do.
    """

    def __init__(
        self, inner: HttpRuntime, runtime_id: str, workspaces: tuple[str, ...] = ()
    ) -> None:
        self._inner = inner
        self._workspaces = frozenset(workspaces)
        self._is_checked = not workspaces
        self.runtime_id = runtime_id

    def __repr__(self) -> str:
        return f"NamedRuntime(runtime_id={self.runtime_id!r})"

    def close(self) -> None:
        """Let the connections go."""
        self._inner.close()

    def upstream(self) -> Upstream:
        """Where its workers are observed."""
        found = self._inner.upstream()
        found.runtime_id = self.runtime_id
        return found

    def facts(self) -> RuntimeFacts:
        """What it says of itself. Raises `OperationError` (`runtime_workspace_refused`)."""
        facts = self._told(self._inner.facts)
        self._check_workspaces(facts)
        return facts._replace(runtime_id=self.runtime_id)

    def list_workers(self, wanted: WorkerFilter) -> WorkerList:
        found = self._ask(lambda: self._inner.list_workers(wanted))
        return WorkerList(tuple(map(self._own, found.workers)), found.unreadable)

    def create(self, order: WorkerOrder) -> CreatedWorker:
        made = self._ask(lambda: self._inner.create(order))
        return CreatedWorker(self._own(made.worker), made.is_new, made.warnings)

    def show(self, worker_id: str) -> WorkerView:
        return self._own(self._ask(lambda: self._inner.show(worker_id)))

    def output(self, worker_id: str, cursor: int, limit: int) -> Output:
        return self._ask(lambda: self._inner.output(worker_id, cursor, limit))

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]:
        parts = self._inner.read(worker_id, cursor, follow=follow)
        while True:
            part = self._ask(lambda: next(parts, None))
            if part is None:
                return
            yield part

    def events(self, worker_id: str) -> Sequence[LifecycleEvent]:
        return self._ask(lambda: self._inner.events(worker_id))

    def give_input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        self._ask(lambda: self._inner.give_input(worker_id, data, close=close))

    def end(
        self,
        worker_id: str,
        *,
        cancel: bool = False,
        grace: float | None = None,
        reason: str = "",
        force: bool = False,
    ) -> WorkerView:
        return self._own(
            self._ask(
                lambda: self._inner.end(
                    worker_id, cancel=cancel, grace=grace, reason=reason, force=force
                )
            )
        )

    def await_end(self, worker_id: str, timeout: float) -> WorkerView:
        return self._own(self._ask(lambda: self._inner.await_end(worker_id, timeout)))

    def deliver(self, worker_id: str) -> Delivery:
        return self._ask(lambda: self._inner.deliver(worker_id))

    def release(self, worker_id: str) -> Sequence[str]:
        return self._ask(lambda: self._inner.release(worker_id))

    def recover(self) -> Sequence[Recovery]:
        found = self._ask(self._inner.recover)
        return [one._replace(worker=self._own(one.worker)) for one in found]

    def prune(self, ended_before: int) -> Sequence[str]:
        return self._ask(lambda: self._inner.prune(ended_before))

    def cleanup_plan(self) -> CleanupPlan:
        return self._ask(self._inner.cleanup_plan)._replace(runtime_id=self.runtime_id)

    def clean_up(self, order: CleanupOrder) -> Sequence[Cleaned]:
        return self._ask(lambda: self._inner.clean_up(order))

    def put_bundle(self, bundle: ProfileBundle, digest: str) -> BundleState:
        return self._ask(lambda: self._inner.put_bundle(bundle, digest))

    def bundle(self, digest: str) -> ProfileBundle:
        return self._ask(lambda: self._inner.bundle(digest))

    def bundle_state(self, bundle_id: str, digest: str) -> BundleState:
        return self._ask(lambda: self._inner.bundle_state(bundle_id, digest))

    def _own(self, view: WorkerView) -> WorkerView:
        return view._replace(runtime_id=self.runtime_id)

    def _ask(self, work: Callable[[], Value]) -> Value:
        """What `work` gives, once it is known that this is the runtime that is meant."""
        if not self._is_checked:
            self.facts()
        return self._told(work)

    def _told(self, work: Callable[[], Value]) -> Value:
        """What `work` gives; its errors name the runtime as it is called here."""
        try:
            return work()
        except OperationError as error:
            if not error.code.startswith("runtime_"):
                raise
            raise runtime_error(error.code, self.runtime_id) from error

    def _check_workspaces(self, facts: RuntimeFacts) -> None:
        if self._workspaces and not self._workspaces.intersection(facts.workspaces):
            self._is_checked = False
            raise OperationError(
                "runtime_workspace_refused",
                f"The runtime {self.runtime_id} works for another workspace.",
                hint="Another server may listen there by now; `yoi runtime show` has the address.",
                details={"runtime_id": self.runtime_id},
            )
        self._is_checked = True
