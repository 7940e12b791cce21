"""A runtime that is reached over HTTP, as a client (docs/runtime.md)."""

from __future__ import annotations

import time
from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.errors import UsageError
from yoi_cli.model.time import stamp
from yoi_cli.workers.local.output import follow_output
from yoi_cli.workers.remote import wire
from yoi_cli.workers.remote.connection import Connection
from yoi_cli.workers.remote.errors import runtime_error
from yoi_cli.workers.runtime import CreatedWorker, WorkerFilter, WorkerList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.workers.bundles import ProfileBundle
    from yoi_cli.model.workers.cleanup import Cleaned, CleanupOrder, CleanupPlan
    from yoi_cli.model.workers.order import WorkerOrder
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.observation import LifecycleEvent
    from yoi_cli.workers.remote.upstream import Upstream
    from yoi_cli.workers.runtime import BundleState, Delivery, Output, Recovery, RuntimeFacts

Value = TypeVar("Value")
#: The longest that a server waits for an end in one answer.
_LONGEST_WAIT = 50.0
#: How long a worker may take to end beyond its grace, and git to fetch a commit.
_END_SECONDS, _DEFAULT_GRACE, _CREATE_SECONDS = 30.0, 10.0, 120.0
#: How long git may take to look at many worktrees, or to take them away.
_CLEANUP_SECONDS = 600.0
_MOST_ITEMS = 200


class HttpRuntime:
    """The runtime at `url`, whose owner's `token` is sent to that origin alone: a `Runtime`.

    `timeout` is in seconds, for an answer that needs nobody's work. `environment` is this
    process's, which tells whether a worker asks. `runtime_id` is the one that is expected there;
    without it, what the runtime says is believed.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 10.0,
        environment: Mapping[str, str] | None = None,
        runtime_id: str = "",
    ) -> None:
        self._connection = Connection(
            url, token, timeout=timeout, environment=environment or {}, runtime_id=runtime_id
        )

    def __repr__(self) -> str:
        return f"HttpRuntime(runtime_id={self._connection.runtime_id!r})"

    def close(self) -> None:
        """Let the connections go."""
        self._connection.close()

    @property
    def runtime_id(self) -> str:
        if not self._connection.runtime_id:
            self._connection.runtime_id = self.facts().runtime_id
        return self._connection.runtime_id

    def facts(self) -> RuntimeFacts:
        _, found = self._connection.document("runtime", wire.WireRuntime, "GET", "/v1/runtime")
        expected = self._connection.runtime_id
        if expected and found.runtime_id != expected:
            raise runtime_error("runtime_malformed", expected)
        return found.facts()

    def list_workers(self, wanted: WorkerFilter) -> WorkerList:
        views: list[WorkerView] = []
        unreadable: dict[object, StoreInvalidError] = {}
        asked = wanted._replace(worker_id=None)
        query: dict[str, str | int] = {k: v for k, v in asked._asdict().items() if v is not None}
        query["limit"] = _MOST_ITEMS
        while True:
            _, page = self._connection.document(
                "worker_page", wire.WireWorkers, "GET", "/v1/workers", query=query
            )
            views += [self._view(one) for one in page.items]
            unreadable |= {one.details["worker_id"]: one for one in page.unreadable()}
            if not page.page.has_more or page.page.next_cursor is None or not page.items:
                break
            query["cursor"] = page.page.next_cursor
        shown = tuple(view for view in views if wanted.takes(view))
        return WorkerList(shown, tuple(unreadable.values()))

    def create(self, order: WorkerOrder) -> CreatedWorker:
        status, made = self._connection.document(
            "worker",
            wire.WireWorker,
            "POST",
            "/v1/workers",
            body=order,
            seconds=_CREATE_SECONDS if order.base else max(self._connection.timeout, _END_SECONDS),
        )
        view = self._view(made)
        if view.key != order.key:
            raise runtime_error("runtime_malformed", self._connection.runtime_id)
        return CreatedWorker(view, status == 201)

    def show(self, worker_id: str) -> WorkerView:
        return self._worker("GET", worker_id)

    def output(self, worker_id: str, cursor: int, limit: int) -> Output:
        _, part = self._connection.document(
            "worker_output",
            wire.WireOutput,
            "GET",
            f"{_path(worker_id)}/transcript",
            query={"start": cursor, "limit": limit},
        )
        return self._valid(part.output)

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]:
        """All output from `cursor` on; to `follow` is to be told over a WebSocket, through
        whatever ends connections."""
        if not follow:
            return follow_output(partial(self.output, worker_id), cursor, follow=False)
        from yoi_cli.workers.remote.observe import follow as follow_over_websocket

        return follow_over_websocket(self._connection.observed(worker_id), cursor)

    def upstream(self) -> Upstream:
        """What a backend shows the workers of this runtime by."""
        self._connection.runtime_id = self.runtime_id
        return self._connection.upstream(self.output)

    def events(self, worker_id: str) -> Sequence[LifecycleEvent]:
        found: list[LifecycleEvent] = []
        query: dict[str, str | int] = {"limit": _MOST_ITEMS}
        while True:
            _, page = self._connection.document(
                "worker_events", wire.WireEvents, "GET", f"{_path(worker_id)}/events", query=query
            )
            found += self._valid(page.events)
            if not page.page.has_more or page.page.next_cursor is None or not page.items:
                return found
            query["cursor"] = page.page.next_cursor

    def give_input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        body = {"data": b64encode(data).decode(), "encoding": "base64", "close": close}
        _, given = self._connection.document(
            "worker_input",
            wire.WireInput,
            "POST",
            f"{_path(worker_id)}/input",
            body=body,
            seconds=max(self._connection.timeout, _END_SECONDS),
        )
        if (given.bytes, given.closed) != (len(data), close):
            raise runtime_error("runtime_malformed", self._connection.runtime_id)

    def end(
        self,
        worker_id: str,
        *,
        cancel: bool = False,
        grace: float | None = None,
        reason: str = "",
        force: bool = False,
    ) -> WorkerView:
        body: dict[str, object] = {"reason": reason, "force": force}
        if not cancel:
            body["grace"] = grace
        allowed = _DEFAULT_GRACE if grace is None else grace
        word = "cancel" if cancel else "stop"
        return self._worker("POST", worker_id, word, body=body, seconds=allowed + _END_SECONDS)

    def await_end(self, worker_id: str, timeout: float) -> WorkerView:
        end = time.monotonic() + timeout
        while True:
            wait = max(0.0, min(_LONGEST_WAIT, end - time.monotonic()))
            view = self._worker(
                "GET",
                worker_id,
                query={"wait": round(wait)},
                seconds=wait + self._connection.timeout,
            )
            if view.has_ended or time.monotonic() >= end:
                return view
            time.sleep(min(_PAUSE, max(0.0, end - time.monotonic())))

    def deliver(self, worker_id: str) -> Delivery:
        _, found = self._connection.document(
            "worker_delivery",
            wire.WireDelivery,
            "POST",
            f"{_path(worker_id)}/deliver",
            seconds=_CREATE_SECONDS,
        )
        if found.worker_id != worker_id:
            raise runtime_error("runtime_malformed", self._connection.runtime_id)
        return self._valid(found.delivery)

    def release(self, worker_id: str) -> Sequence[str]:
        _, found = self._connection.document(
            "worker_released",
            wire.WireReleased,
            "POST",
            f"{_path(worker_id)}/release",
            seconds=_CREATE_SECONDS,
        )
        return found.rescued

    def recover(self) -> Sequence[Recovery]:
        _, found = self._connection.document(
            "worker_recovery",
            wire.WireRecovery,
            "POST",
            "/v1/recover",
            seconds=_END_SECONDS,
        )
        return self._valid(lambda: [one.recovery() for one in found.recovered])

    def prune(self, ended_before: int) -> Sequence[str]:
        _, found = self._connection.document(
            "workers_pruned",
            wire.WirePruned,
            "POST",
            "/v1/prune",
            body={"ended_before": stamp(ended_before)},
            seconds=_END_SECONDS,
        )
        return found.pruned

    def cleanup_plan(self) -> CleanupPlan:
        self._require("cleanup")
        _, found = self._connection.document(
            "cleanup_plan",
            wire.WireCleanupPlan,
            "GET",
            "/v1/cleanup-plan",
            seconds=_CLEANUP_SECONDS,
        )
        return found.plan()

    def clean_up(self, order: CleanupOrder) -> Sequence[Cleaned]:
        self._require("cleanup")
        _, found = self._connection.document(
            "cleanup",
            wire.WireCleanup,
            "POST",
            "/v1/cleanup-executions",
            body=order,
            seconds=_CLEANUP_SECONDS,
        )
        return [one.cleaned() for one in found.targets]

    def put_bundle(self, bundle: ProfileBundle, digest: str) -> BundleState:
        _, found = self._connection.document(
            "bundle_state",
            wire.WireBundleState,
            "PUT",
            f"/v1/bundles/{_quoted(digest)}",
            body=bundle,
        )
        if (found.id, found.digest) != (bundle.id, digest):
            raise runtime_error("runtime_malformed", self._connection.runtime_id)
        return found.state()

    def bundle(self, digest: str) -> ProfileBundle:
        _, found = self._connection.document(
            "bundle", wire.WireBundle, "GET", f"/v1/bundles/{_quoted(digest)}"
        )
        from yoi_cli.model.workers.bundles import digest_of

        if digest_of(found.bundle) != digest:
            raise runtime_error("runtime_malformed", self._connection.runtime_id)
        return found.bundle

    def bundle_state(self, bundle_id: str, digest: str) -> BundleState:
        _, found = self._connection.document(
            "bundle_state",
            wire.WireBundleState,
            "GET",
            f"/v1/bundles/{_quoted(bundle_id)}/availability",
            query={"digest": digest},
        )
        return found.state()

    def _require(self, capability: str) -> None:
        """Raise `OperationError` (`runtime_unsupported`) where an older version answers."""
        if capability not in self.facts().capabilities:
            raise runtime_error("runtime_unsupported", self._connection.runtime_id)

    def _worker(
        self,
        method: str,
        worker_id: str,
        word: str = "",
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        seconds: float | None = None,
    ) -> WorkerView:
        path = f"{_path(worker_id)}/{word}" if word else _path(worker_id)
        _, found = self._connection.document(
            "worker", wire.WireWorker, method, path, query=query, body=body, seconds=seconds
        )
        view = self._view(found)
        if view.worker_id != worker_id:
            raise runtime_error("runtime_malformed", self._connection.runtime_id)
        return view

    def _view(self, found: wire.WireWorker) -> WorkerView:
        expected = self._connection.runtime_id
        if expected and found.runtime_id != expected:
            raise runtime_error("runtime_malformed", expected)
        return self._valid(found.view)

    def _valid(self, make: Callable[[], Value]) -> Value:
        try:
            return make()
        except ValueError:
            raise runtime_error("runtime_malformed", self._connection.runtime_id) from None


_PAUSE = 0.05


def _path(worker_id: str) -> str:
    return f"/v1/workers/{_quoted(worker_id)}"


def _quoted(text: str) -> str:
    from urllib.parse import quote

    if not text or text in (".", ".."):
        raise UsageError("worker_id_invalid", "That is no worker's id.", hint="Give all of it.")
    return quote(text, safe="")
