"""One runtime of the registry, asked by one thread, so that none that hangs holds up a run
(docs/orchestrate.md, "Other runtimes")."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from yoi_cli.errors import ConflictError, NotFoundError, OperationError, YoiError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.elsewhere import PASSING, Away, FarEnd, FarJob, FarState
from yoi_cli.workers.changes import unexplained
from yoi_cli.workers.lookup import worker_not_found
from yoi_cli.workers.remote.backoff import Backoff
from yoi_cli.workers.runtime import WorkerFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.git.work_refs import LocalRefs, WorkRefs
    from yoi_cli.model.workers.order import WorkerOrder
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import Delivery, Runtime

#: What a runtime has to be able to do for roles to work there.
NEEDED = ("create.branch", "deliver")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
#: Fewer workers than these are looked at one by one; of more, those that run are listed.
_FEW = 4
#: So much of the end of what a worker wrote is brought here: of a coding agent all that it reports.
_OUTPUT, _AGENT_OUTPUT = 2 << 20, 1 << 26
#: What is tried again at once, since it passes by itself there.
_AGAIN = frozenset({"worker_running", "lock_timeout"})


class Reached(NamedTuple):
    """What it takes to work with a runtime: itself, and the refs that commits travel by."""

    runtime: Runtime
    refs: WorkRefs | LocalRefs
    is_of_this_clone: bool = False


class Memory(NamedTuple):
    """What outlives a run: since when a runtime cannot be asked, and that it can be."""

    read: Callable[[], Away | None]
    lost: Callable[[str], Away]
    reached: Callable[[], None]


class _Job:
    """A job with its order, and what came of it so far."""

    def __init__(self, asked: FarJob, order: WorkerOrder | None) -> None:
        self.asked, self.order = asked, order
        self.view: WorkerView | None = None
        self.end: FarEnd | None = None
        self.error: YoiError | None = None


class Line(threading.Thread):
    """The thread of the runtime `name`. `reach` opens it, and raises where that cannot be; `owner`
    is what the keys of this clone's runs begin with."""

    def __init__(self, name: str, reach: Callable[[], Reached], memory: Memory, owner: str) -> None:
        super().__init__(name=f"runtime {name}", daemon=True)
        self._name, self._reach, self._memory, self._owner = name, reach, memory, owner
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._jobs: dict[str, _Job] = {}
        self._errands: deque[Callable[[Reached], None]] = deque()
        self._backoff = Backoff()
        self.away: Away | None = memory.read()
        self.capabilities: frozenset[str] | None = None
        self._found: list[WorkerView] | None = None
        self._there: Reached | None = None
        self._crash: Exception | None = None
        #: Whether it was asked at all, with or without an answer.
        self.is_known = False

    def follow(self, asked: FarJob, order: Callable[[], WorkerOrder] | None) -> FarState:
        """As `Elsewhere.follow`."""
        self.check()
        with self._lock:
            job = self._jobs.get(asked.key)
        if job is None:
            job = _Job(asked, None if order is None else order())
            with self._lock:
                over = [one for one in self._jobs if one.startswith(_keys_of(asked))]
                for key in over:
                    del self._jobs[key]
                self._jobs[asked.key] = job
            self._wake.set()
        if job.error is not None:
            self.forget(asked.key)
            raise job.error
        return FarState(job.view, job.end)

    def check(self) -> None:
        """Raise what brought the thread to its end before its time."""
        if self._crash is not None:
            raise self._crash

    def forget(self, key: str) -> None:
        """Let go of a worker, which goes on."""
        with self._lock:
            self._jobs.pop(key, None)

    def take_found(self) -> Sequence[WorkerView]:
        """The workers of this clone that were there when it was reached first; once."""
        with self._lock:
            found, self._found = self._found, [] if self._found is not None else None
        return found or ()

    def do(self, errand: Callable[[Reached], None]) -> None:
        """Have something done once it can be; what fails is not tried again, unless it passes."""
        self._errands.append(errand)
        self._wake.set()

    def close(self, seconds: float) -> None:
        """Come to an end, with what was asked for where that is possible in time."""
        end = time.monotonic() + seconds
        while self._errands and self.away is None and time.monotonic() < end:
            time.sleep(0.01)
        self._closing = True
        self._wake.set()
        self.join(max(0.0, end - time.monotonic()))

    def run(self) -> None:
        try:
            while not self._closing:
                pause = self._once()
                self._wake.wait(pause)
                self._wake.clear()
        except Exception as error:  # noqa: BLE001 - whoever waits for it has to know
            self._crash = error
            self.is_known = True

    def _once(self) -> float | None:
        """One look, and how long to wait for the next; None, until somebody asks for something."""
        begun = time.monotonic()
        try:
            self._there = self._there or self._reach()
            is_busy = self._work(self._there)
        except YoiError as error:
            pause: float | None = self._missed(error)
        else:
            if self.away is not None:
                self._memory.reached()
            self.away, self._backoff = None, Backoff()
            spent = time.monotonic() - begun
            pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 4 * spent)) if is_busy else None
        self.is_known = True
        return pause

    def _missed(self, error: YoiError) -> float:
        """Note that it cannot be asked; how long to wait."""
        if self.away is None or self.away.code != error.code:
            self.away = self._memory.lost(error.code)
        self._there = self.capabilities = None
        return self._backoff.pause(0.0)

    def _work(self, there: Reached) -> bool:
        """Do what is asked for; whether there is more to look at. Raises what passes, and means
        that the runtime cannot be asked."""
        if self.capabilities is None:
            self.capabilities = frozenset(there.runtime.facts().capabilities)
        if self._found is None:
            running = there.runtime.list_workers(WorkerFilter(state="running")).workers
            self._found = [one for one in running if (one.key or "").startswith(self._owner)]
        while self._errands:
            self._guarded(lambda: self._errands[0](there))
            self._errands.popleft()
        with self._lock:
            jobs = [one for one in self._jobs.values() if one.end is None and one.error is None]
        for job in jobs:
            if job.view is None:
                job.error = self._guarded(partial(self._start, there, job))
        self._look(there, [one for one in jobs if one.view is not None and one.error is None])
        return any(one.end is None and one.error is None for one in jobs)

    def _guarded(self, work: Callable[[], None]) -> YoiError | None:
        """Do it; what does not pass is given, and what does is raised."""
        try:
            work()
        except YoiError as error:
            if error.code in PASSING:
                raise
            return error
        return None

    def _start(self, there: Reached, job: _Job) -> None:
        """The worker of a job: found by its key, or started."""
        job.view = _find(there.runtime, job.asked.key)
        if job.view is not None:
            return
        if job.order is None:
            raise worker_not_found(job.asked.key)
        end_workers(there.runtime, job.asked.ticket, _keys_of(job.asked))
        for ref, commit in ((job.asked.ref, job.asked.commit), *job.asked.tips):
            there.refs.push(ref, commit)
        order = job.order
        if there.is_of_this_clone and job.asked.branch:
            order = replace(order, base=None)
        try:
            job.view = there.runtime.create(order).worker
        except ConflictError as error:
            if error.code in _AGAIN:
                return
            # Ordered by a run that was killed, with other words, just before it was looked for.
            job.view = _find(there.runtime, job.asked.key)
            if job.view is None:
                raise

    def _look(self, there: Reached, jobs: Sequence[_Job]) -> None:
        """See how the workers stand, and bring here what those that have ended left."""
        seen: Mapping[str, WorkerView] = {}
        if len(jobs) > _FEW:
            listed = there.runtime.list_workers(WorkerFilter(state="running")).workers
            seen = {one.worker_id: one for one in listed}
        for job in jobs:
            job.error = self._guarded(partial(self._see, there, job, seen))

    def _see(self, there: Reached, job: _Job, seen: Mapping[str, WorkerView]) -> None:
        known = job.view
        if known is None:
            return
        view = seen.get(known.worker_id) or there.runtime.show(known.worker_id)
        if view.has_ended:
            job.end = _ended(there, job, view)
        job.view = view


def _find(runtime: Runtime, key: str) -> WorkerView | None:
    return next(iter(runtime.list_workers(WorkerFilter(key=key)).workers), None)


def _keys_of(asked: FarJob) -> str:
    """What the keys of all workers begin with that work in the place of this one."""
    return asked.key.rpartition(":")[0] + ":"


def end_workers(runtime: Runtime, ticket: str, keys: str) -> None:
    """End the workers of a ticket whose keys begin with `keys`."""
    for view in _of_ticket(runtime, ticket, keys):
        if not view.has_ended:
            runtime.end(view.worker_id)


def release_workers(runtime: Runtime, ticket: str, keys: str) -> None:
    """Have what was made for those workers taken away, the newest first."""
    for view in reversed(_of_ticket(runtime, ticket, keys)):
        with suppress(NotFoundError, ConflictError):
            runtime.release(view.worker_id)


def _of_ticket(runtime: Runtime, ticket: str, keys: str) -> list[WorkerView]:
    found = runtime.list_workers(WorkerFilter(ticket=ticket)).workers
    return [one for one in found if (one.key or "").startswith(keys)]


def _ended(there: Reached, job: _Job, view: WorkerView) -> FarEnd:
    """What a worker left, which is here then."""
    work = None
    if not (there.is_of_this_clone and job.asked.branch):
        work = there.runtime.deliver(view.worker_id)
        if job.asked.branch and work.branch == job.asked.branch:
            _bring(there.refs, job.asked.ref, work)
    size = _AGENT_OUTPUT if view.agent else _OUTPUT
    parts = there.runtime.read(view.worker_id, -size)
    output = b"".join(part.data for part in parts)
    noticed: tuple[str, ...] = ()
    if view.changes:
        noticed = unexplained(view, there.runtime.list_workers(WorkerFilter()).workers)
    return FarEnd(view, work, output, noticed)


def _bring(refs: WorkRefs | LocalRefs, ref: str, work: Delivery) -> None:
    """Have the commit here that was delivered."""
    found = refs.fetch(ref)
    if found != work.commit:
        raise OperationError(
            "work_not_brought",
            f"The commit {work.commit[:12]} was delivered, and the git remote has "
            f"{(found or 'nothing')[:12]}.",
            hint="`remote` of the runtime has to be its clone, or what that has as `origin`.",
            details={"commit": work.commit},
        )
