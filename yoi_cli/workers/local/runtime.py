"""The worker runtime of a clone: processes, and files that say what became of them."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, StoreInvalidError
from yoi_cli.workers.local.folder import WorkerFolder, WorkerSnapshot
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import is_alive
from yoi_cli.workers.local.shim.state import ENDED
from yoi_cli.workers.lookup import check_worker_id, is_worker_id, still_at_work, worker_not_found
from yoi_cli.workers.model import LOST, WorkerView
from yoi_cli.workers.runtime import Output, Recovery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
    from yoi_cli.workers.local.place import Clone
    from yoi_cli.workers.local.settled import SettledWorkers
    from yoi_cli.workers.observation import LifecycleEvent, Marks, ObservedWorker, Stretch

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1
#: Beyond its grace, a worker is made to end, and its shim tidies up: that long at most.
_STOP_SECONDS = 25.0
_LEAVE_SECONDS = 2.0
_START_SECONDS = 10.0


class FileRuntime:
    """A `WorkerRuntime` with its workers' folders below `path`. They inherit a part of
    `environment`; those of a `clone` are confined to what they may write of it."""

    runtime_id = "local"

    def __init__(
        self, path: str, environment: Mapping[str, str], clone: Clone | None = None
    ) -> None:
        self._path = path
        self._environment = environment
        self._clone = clone

    def spawn(self, request: WorkerRequest) -> WorkerView:
        return self.spawn_or_find(request)[0]

    def spawn_or_find(self, request: WorkerRequest) -> tuple[WorkerView, bool]:
        """As `spawn`; and whether it was started now."""
        from yoi_cli.workers.local.create import WorkerMaker
        from yoi_cli.workers.local.launcher import check_system, start_shim

        check_system()
        maker = WorkerMaker(self._path, self._environment, self._clone)
        while True:
            with maker.prepare(request) as prepared:
                if prepared.lock is not None:
                    answer = start_shim(prepared.launch)
                    if answer.word == "failed":
                        maker.discard(prepared, request, answer)
            try:
                view = self._once_started(prepared.launch.worker_id)
                return view, prepared.lock is not None
            except NotFoundError:
                if prepared.lock is not None:
                    raise
                # Whoever began to start it could not, and took it away: so it is our turn.

    def _once_started(self, worker_id: str) -> WorkerView:
        """The worker, once it is known that its program could be started."""
        end = time.monotonic() + _START_SECONDS
        while (seen := self._snapshot(worker_id)).may_be_discarded and time.monotonic() < end:
            time.sleep(_FIRST_PAUSE)
        return seen.view

    def all(self) -> Sequence[WorkerView]:
        return [seen.view for seen in self._snapshots() if isinstance(seen, WorkerSnapshot)]

    def unreadable(self) -> Sequence[StoreInvalidError]:
        """What keeps the others from being read, one error for each."""
        return [seen for seen in self._snapshots() if isinstance(seen, StoreInvalidError)]

    def each(
        self,
        after: str = "",
        *,
        settled: SettledWorkers | None = None,
        told: Callable[[WorkerView], WorkerView] = lambda view: view,
    ) -> Iterator[WorkerView | StoreInvalidError]:
        """Every worker whose id is greater than `after`, the oldest first, each read once it is
        asked for, as it is `told`; and in place of one that cannot be read the error for it. What
        `settled` has of those that ended is not read again."""
        from yoi_cli.workers.local.settled import SettledWorkers

        known = settled or SettledWorkers()
        for worker_id in self.ids():
            if worker_id <= after:
                continue
            view = known.get(worker_id, f"{self._path}/{worker_id}")
            if view is None:
                seen = self._seen(worker_id)
                if not isinstance(seen, WorkerSnapshot):
                    if seen is not None:
                        yield seen
                    continue
                view = told(seen.view)
                if seen.facts.phase == ENDED and seen.verdict.is_settled:
                    known.keep(seen.mark, view)
            yield view

    def _snapshots(self) -> Iterator[WorkerSnapshot | StoreInvalidError]:
        for worker_id in self.ids():
            seen = self._seen(worker_id)
            if seen is not None:
                yield seen

    def _seen(self, worker_id: str) -> WorkerSnapshot | StoreInvalidError | None:
        """A worker, or why it cannot be read; None for one that was forgotten meanwhile."""
        try:
            return self._snapshot(worker_id)
        except StoreInvalidError as error:
            return error
        except NotFoundError:
            return None

    def ids(self) -> list[str]:
        """The ids of all workers that have a folder, the oldest first."""
        try:
            return sorted(filter(is_worker_id, os.listdir(self._path)))
        except FileNotFoundError:
            return []

    def show(self, worker_id: str) -> WorkerView:
        return self._snapshot(worker_id).view

    def spec(self, worker_id: str) -> WorkerSpec:
        """The record that it was started by."""
        return self._snapshot(worker_id).spec

    def find(self, key: str) -> WorkerView | None:
        from yoi_cli.workers.local.create import read_key

        worker_id = read_key(self._path, key)
        if worker_id is None or worker_id not in self.ids():
            return None
        return self.show(worker_id)

    def find_started(self, key: str, fingerprint: str) -> WorkerView | None:
        """The worker that was started with `key`, for the same order; None also for one that
        nobody started yet. Raises `ConflictError` (`key_conflict`)."""
        from yoi_cli.workers.local.create import check_same, read_key

        worker_id = read_key(self._path, key)
        if worker_id is None or worker_id not in self.ids():
            return None
        seen = self._snapshot(worker_id)
        check_same(seen.spec, fingerprint, worker_id)
        if seen.state is None or seen.may_be_discarded:
            return None
        return seen.view

    def output(self, worker_id: str, cursor: int, limit: int) -> Output:
        from yoi_cli.workers.local.output import read_output

        with self._open(worker_id) as folder:
            return read_output(folder, self.runtime_id, cursor, limit)

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]:
        """All output from `cursor` on; to `follow` is to go on until the worker has ended."""
        from yoi_cli.workers.local.output import follow_output

        return follow_output(partial(self.output, worker_id), cursor, follow=follow)

    def input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        from yoi_cli.workers.local.commands import write_input

        with self._open(worker_id) as folder:
            write_input(folder, self.runtime_id, data, close=close)
            if close:
                self._wake_shim(folder, folder.snapshot(self.runtime_id))

    def resize(self, worker_id: str, rows: int, columns: int) -> None:
        from yoi_cli.workers.local.commands import resize_terminal

        with self._open(worker_id) as folder:
            resize_terminal(folder, folder.snapshot(self.runtime_id).state, (rows, columns))

    def stop(self, worker_id: str, grace: float | None = None) -> WorkerView:
        return self._end(worker_id, "stop", grace)

    def cancel(self, worker_id: str) -> WorkerView:
        return self._end(worker_id, "cancel", None)

    def _end(self, worker_id: str, word: str, grace: float | None) -> WorkerView:
        from yoi_cli.workers.local.commands import give_command

        with self._open(worker_id) as folder:
            seen = folder.snapshot(self.runtime_id)
            if seen.view.has_ended and seen.verdict.is_settled:
                return seen.view
            milliseconds = None if grace is None else max(0, round(grace * 1000))
            give_command(folder, word, milliseconds)
            self._wake_shim(folder, seen)
            allowed = (seen.spec.grace if milliseconds is None else milliseconds) / 1000
        return self.wait(worker_id, allowed + _STOP_SECONDS)

    def wait(self, worker_id: str, timeout: float | None = None) -> WorkerView:
        end = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        with self._open(worker_id) as folder:
            while not (seen := folder.snapshot(self.runtime_id)).verdict.is_settled:
                if not seen.facts.has_shim:
                    self._adopt(folder)
                left = _LONGEST_PAUSE if end is None else end - time.monotonic()
                if left <= 0:
                    raise still_at_work(worker_id, seen.view.state, timeout or 0.0)
                time.sleep(min(pause, left))
                pause = min(pause * 1.5, _LONGEST_PAUSE)
        _wait_for_shim_to_leave(seen)
        return seen.view

    def recover(self) -> Sequence[Recovery]:
        found = []
        for worker_id in self.ids():
            try:
                with self._open(worker_id) as folder:
                    seen = folder.snapshot(self.runtime_id)
                    if not seen.verdict.is_settled:
                        found.append(self._recover(folder, seen))
            except (StoreInvalidError, NotFoundError):
                continue
        return found

    def _recover(self, folder: WorkerFolder, seen: WorkerSnapshot) -> Recovery:
        word = "" if seen.facts.has_shim else self._adopt(folder)
        now = folder.snapshot(self.runtime_id)
        if now.verdict.is_settled:
            _wait_for_shim_to_leave(now)
        view = now.view
        if word == "":
            return Recovery(view, "none", "Its shim supervises it.")
        if not view.has_ended:
            return Recovery(view, "adopted", "Its shim had died; a new one supervises it.")
        if view.state == LOST:
            return Recovery(view, "lost", view.evidence)
        return Recovery(view, "ended", view.evidence)

    def marks(self, worker_id: str) -> Marks:
        """What changes when anything of it does. Raises `NotFoundError`."""
        from yoi_cli.workers.local.observe import marks_of

        try:
            return marks_of(self._folder_of(worker_id))
        except OSError as error:
            raise worker_not_found(worker_id) from error

    def observe(self, worker_id: str) -> ObservedWorker:
        """How it stands, as those who watch it need it."""
        from yoi_cli.workers.local.observe import observe

        with self._open(worker_id) as folder:
            return observe(folder, self.runtime_id)

    def stretch(self, worker_id: str, start: int, limit: int) -> Stretch:
        """At most `limit` bytes of its output from `start` on, or from the oldest kept."""
        from yoi_cli.workers.local.observe import read_stretch

        with self._open(worker_id) as folder:
            return read_stretch(folder, start, limit)

    def lifecycle(self, worker_id: str, after: int = 0) -> Sequence[LifecycleEvent]:
        """What happened to it, from the event `after` + 1 on."""
        from yoi_cli.workers.local.observe import lifecycle_events

        with self._open(worker_id) as folder:
            return lifecycle_events(folder, after)

    def attend(self, worker_id: str) -> Recovery:
        """See to it that somebody stands over it, or that its end is settled; as `recover`, for
        this one."""
        with self._open(worker_id) as folder:
            return self._recover(folder, folder.snapshot(self.runtime_id))

    def has_mail(self, worker_id: str) -> bool:
        if self._clone is None or not self._clone.takes_messages:
            return False
        from yoi_cli.store.files.outbox import has_mail

        return has_mail(self._clone.local_folder, worker_id)

    def prune(self, ended_before: int) -> Sequence[str]:
        from yoi_cli.workers.local.create import WorkerMaker

        maker = WorkerMaker(self._path, self._environment, self._clone)
        maker.sweep()
        gone = []
        for seen in self._snapshots():
            if not isinstance(seen, WorkerSnapshot) or not seen.verdict.is_settled:
                continue
            ended = seen.view.ended_at or seen.view.created_at
            if ended < ended_before and maker.forget(seen.view.worker_id, seen.spec.key):
                gone.append(seen.view.worker_id)
        return gone

    def forget(self, worker_id: str) -> bool:
        """Forget one worker that has ended; whether it had, and is gone."""
        from yoi_cli.workers.local.create import WorkerMaker

        seen = self._snapshot(worker_id)
        if not seen.verdict.is_settled:
            return False
        maker = WorkerMaker(self._path, self._environment, self._clone)
        return maker.forget(worker_id, seen.spec.key)

    def _snapshot(self, worker_id: str) -> WorkerSnapshot:
        with self._open(worker_id) as folder:
            return folder.snapshot(self.runtime_id)

    def _folder_of(self, worker_id: str) -> str:
        return os.path.join(self._path, check_worker_id(worker_id))

    @contextmanager
    def _open(self, worker_id: str) -> Iterator[WorkerFolder]:
        try:
            descriptor = files.open_folder(self._folder_of(worker_id))
        except OSError as error:
            raise worker_not_found(worker_id) from error
        try:
            yield WorkerFolder(worker_id, descriptor)
        except StoreInvalidError as error:
            if self._is_gone(worker_id, descriptor):  # it was taken away while it was read
                raise worker_not_found(worker_id) from error
            raise
        finally:
            os.close(descriptor)

    def _is_gone(self, worker_id: str, descriptor: int) -> bool:
        try:
            there = os.lstat(self._folder_of(worker_id))
        except FileNotFoundError:
            return True
        return not os.path.samestat(there, os.fstat(descriptor))

    def _wake_shim(self, folder: WorkerFolder, seen: WorkerSnapshot) -> None:
        """See to it that somebody reads a command that was just given."""
        from yoi_cli.workers.local.commands import poke

        if seen.facts.has_shim and poke(seen.state):
            return
        if not folder.has_shim():
            self._adopt(folder)

    def _adopt(self, folder: WorkerFolder) -> str:
        from yoi_cli.workers.local.launcher import adopt

        return adopt(folder, self._folder_of(folder.worker_id), self.runtime_id)


def _wait_for_shim_to_leave(seen: WorkerSnapshot) -> None:
    """Wait for the shim itself, which leaves once it has written down the end."""
    end = time.monotonic() + _LEAVE_SECONDS
    while seen.state is not None and seen.facts.is_this_boot and is_alive(seen.state.shim):
        if time.monotonic() > end:
            return
        time.sleep(_FIRST_PAUSE / 5)
