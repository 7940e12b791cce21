"""The worker runtime of a clone: processes, and files that say what became of them."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, OperationError, StoreInvalidError
from yoi_cli.workers.local.commands import give_command, poke, write_input
from yoi_cli.workers.local.create import WorkerMaker, read_key
from yoi_cli.workers.local.folder import (
    WorkerFolder,
    WorkerSnapshot,
    check_worker_id,
    is_worker_id,
    not_found,
)
from yoi_cli.workers.local.launcher import adoption, start_shim
from yoi_cli.workers.local.output import read_output
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import is_alive, is_supported
from yoi_cli.workers.local.shim.state import CANNOT_START, ENDED
from yoi_cli.workers.model import LOST, WorkerView
from yoi_cli.workers.runtime import Output, Recovery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.workers.runtime import WorkerRequest

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1
#: Beyond its grace, a worker is made to end, and its shim tidies up: that long at most.
_STOP_SECONDS = 25.0
_GREATEST_READ = 1 << 24
_PART = 1 << 18
_LEAVE_SECONDS = 2.0
_START_SECONDS = 10.0


class FileRuntime:
    """Workers whose folders stand at `path`. `environment` is what they inherit a part of."""

    runtime_id = "local"

    def __init__(self, path: str, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment

    def spawn(self, request: WorkerRequest) -> WorkerView:
        """Start a worker, or give the one that was started with the same key.

        Returns once its program runs, or is queued. Raises `UsageError` (`worker_invalid`)
        where it cannot be started, naming what is missing, and `OperationError`
        (`worker_unsupported`) where the system cannot do it.
        """
        _check_system()
        maker = WorkerMaker(self._path, self._environment)
        while True:
            with maker.made(request) as made:
                if made.lock is not None:
                    answer = start_shim(made.launch)
                    if answer.word == "failed":
                        maker.unmake(made, request, answer)
            try:
                return self._once_started(made.launch.worker_id)
            except NotFoundError:
                if made.lock is not None:
                    raise
                # Whoever began to start it could not, and took it away: so it is our turn.

    def _once_started(self, worker_id: str) -> WorkerView:
        """The worker, once it is known that its program could be started."""
        end = time.monotonic() + _START_SECONDS
        while _is_undecided(seen := self._see(worker_id)) and time.monotonic() < end:
            time.sleep(_FIRST_PAUSE)
        return seen.view

    def all(self) -> Sequence[WorkerView]:
        """Every worker that can be read, the newest last."""
        return [seen.view for seen in self._rows() if isinstance(seen, WorkerSnapshot)]

    def unreadable(self) -> Sequence[StoreInvalidError]:
        """What keeps the others from being read, one error for each."""
        return [seen for seen in self._rows() if isinstance(seen, StoreInvalidError)]

    def _rows(self) -> Iterator[WorkerSnapshot | StoreInvalidError]:
        for worker_id in self.ids():
            try:
                yield self._see(worker_id)
            except StoreInvalidError as error:
                yield error
            except NotFoundError:  # forgotten in the meantime
                continue

    def ids(self) -> list[str]:
        """The ids of all workers that have a folder, the oldest first."""
        try:
            return sorted(filter(is_worker_id, os.listdir(self._path)))
        except FileNotFoundError:
            return []

    def show(self, worker_id: str) -> WorkerView:
        """Raises `NotFoundError` (`worker_not_found`), `StoreInvalidError`."""
        return self._see(worker_id).view

    def find(self, key: str) -> WorkerView | None:
        """The worker that was started with `key`."""
        worker_id = read_key(self._path, key)
        if worker_id is None or worker_id not in self.ids():
            return None
        return self.show(worker_id)

    def output(self, worker_id: str, cursor: int, limit: int) -> Output:
        """At most `limit` bytes from `cursor`. Raises `ConflictError` (`worker_limit`)."""
        if not 0 <= limit <= _GREATEST_READ:
            raise ConflictError(
                "worker_limit",
                f"{limit} bytes are not between 0 and {_GREATEST_READ}.",
                hint="Ask for less, and go on from the cursor.",
                details={"limit": _GREATEST_READ},
            )
        with self._open(worker_id) as folder:
            return read_output(folder, self.runtime_id, cursor, limit)

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]:
        """All output from `cursor` on; to `follow` is to go on until the worker has ended."""
        pause = _FIRST_PAUSE
        while True:
            part = self.output(worker_id, cursor, _PART)
            cursor = part.cursor
            if part.data or part.resync:
                yield part
                pause = _FIRST_PAUSE
            if part.at_end or (not part.data and not follow):
                return
            if not part.data:
                time.sleep(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE)

    def input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        """Write to what the worker reads. Raises `ConflictError` (`worker_stopped`,
        `worker_conflict`, `worker_limit`)."""
        with self._open(worker_id) as folder:
            write_input(folder, self.runtime_id, data, close=close)
            if close:
                self._stand_by(folder, folder.see(self.runtime_id))

    def stop(self, worker_id: str, grace: float | None = None) -> WorkerView:
        """End a worker; one that has ended stays as it is.

        Raises `OperationError` (`worker_timeout`) where it does not end even so.
        """
        return self._end(worker_id, "stop", grace)

    def cancel(self, worker_id: str) -> WorkerView:
        """Drop a worker that is queued; end one that runs, and discard its result."""
        return self._end(worker_id, "cancel", None)

    def _end(self, worker_id: str, word: str, grace: float | None) -> WorkerView:
        with self._open(worker_id) as folder:
            seen = folder.see(self.runtime_id)
            if seen.view.has_ended and seen.judged.is_settled:
                return seen.view
            milliseconds = None if grace is None else max(0, round(grace * 1000))
            give_command(folder, word, milliseconds)
            self._stand_by(folder, seen)
            allowed = (seen.spec.grace if milliseconds is None else milliseconds) / 1000
        return self.wait(worker_id, allowed + _STOP_SECONDS)

    def wait(self, worker_id: str, timeout: float | None = None) -> WorkerView:
        """Wait until a worker has ended, and nothing of it runs.

        Raises `OperationError` (`worker_timeout`) after `timeout` seconds.
        """
        end = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        with self._open(worker_id) as folder:
            while not (seen := folder.see(self.runtime_id)).judged.is_settled:
                if not seen.facts.has_shim:
                    self._adopt(folder)
                left = _LONGEST_PAUSE if end is None else end - time.monotonic()
                if left <= 0:
                    raise _too_slow(seen.view, timeout or 0.0)
                time.sleep(min(pause, left))
                pause = min(pause * 1.5, _LONGEST_PAUSE)
        _see_off(seen)
        return seen.view

    def recover(self) -> Sequence[Recovery]:
        """Bring a shim to every worker whose own died, and settle those that are over."""
        found = []
        for worker_id in self.ids():
            try:
                with self._open(worker_id) as folder:
                    seen = folder.see(self.runtime_id)
                    if not seen.judged.is_settled:
                        found.append(self._recover(folder, seen))
            except (StoreInvalidError, NotFoundError):
                continue
        return found

    def _recover(self, folder: WorkerFolder, seen: WorkerSnapshot) -> Recovery:
        word = "" if seen.facts.has_shim else self._adopt(folder)
        now = folder.see(self.runtime_id)
        if now.judged.is_settled:
            _see_off(now)
        view = now.view
        if word == "":
            return Recovery(view, "none", "Its shim stands over it.")
        if not view.has_ended:
            return Recovery(view, "adopted", "Its shim had died; a new one stands over it.")
        if view.state == LOST:
            return Recovery(view, "lost", view.evidence)
        return Recovery(view, "ended", view.evidence)

    def prune(self, ended_before: int) -> Sequence[str]:
        """Forget workers that ended before the instant."""
        maker = WorkerMaker(self._path, self._environment)
        maker.sweep()
        gone = []
        for seen in self._rows():
            if not isinstance(seen, WorkerSnapshot) or not seen.judged.is_settled:
                continue
            ended = seen.view.ended_at or seen.view.created_at
            if ended < ended_before and maker.forget(seen.view.worker_id, seen.spec.key):
                gone.append(seen.view.worker_id)
        return gone

    def _see(self, worker_id: str) -> WorkerSnapshot:
        with self._open(worker_id) as folder:
            return folder.see(self.runtime_id)

    def _folder_of(self, worker_id: str) -> str:
        return os.path.join(self._path, check_worker_id(worker_id))

    @contextmanager
    def _open(self, worker_id: str) -> Iterator[WorkerFolder]:
        try:
            descriptor = files.open_folder(self._folder_of(worker_id))
        except OSError as error:
            raise not_found(worker_id) from error
        try:
            yield WorkerFolder(worker_id, descriptor)
        finally:
            os.close(descriptor)

    def _stand_by(self, folder: WorkerFolder, seen: WorkerSnapshot) -> None:
        """See to it that somebody reads a command that was just given."""
        if seen.facts.has_shim and poke(seen.state):
            return
        if not folder.has_shim():
            self._adopt(folder)

    def _adopt(self, folder: WorkerFolder) -> str:
        """Start a shim for a worker that has none; its answer, empty where it has one now."""
        with folder.lock(shared=False) as lock:
            if lock is None:
                return ""
            seen = folder.see(self.runtime_id)
            if seen.judged.is_settled:
                return ENDED
            launch = adoption(seen, self._folder_of(folder.worker_id), lock)
            return start_shim(launch).word or "died"


def _is_undecided(seen: WorkerSnapshot) -> bool:
    """Whether the worker may yet turn out to be one that cannot be started, and be taken away:
    whoever started it holds its lock until then."""
    facts = seen.facts
    return facts.is_being_started or (facts.has_shim and facts.why.startswith(CANNOT_START))


def _see_off(seen: WorkerSnapshot) -> None:
    """Wait for the shim itself, which leaves once it has written down the end."""
    end = time.monotonic() + _LEAVE_SECONDS
    while seen.state is not None and seen.facts.is_this_boot and is_alive(seen.state.shim):
        if time.monotonic() > end:
            return
        time.sleep(_FIRST_PAUSE / 5)


def _check_system() -> None:
    if not is_supported():
        raise OperationError(
            "worker_unsupported",
            "This system cannot tell processes apart well enough to run workers.",
            hint="Workers need Linux 5.3 or newer, with /proc mounted.",
        )


def _too_slow(view: WorkerView, seconds: float) -> OperationError:
    return OperationError(
        "worker_timeout",
        f"Worker {view.worker_id} is still {view.state} after {seconds:g} s.",
        hint="It goes on; wait longer, or end it with `yoi worker stop`.",
        details={"worker_id": view.worker_id, "state": view.state},
    )
