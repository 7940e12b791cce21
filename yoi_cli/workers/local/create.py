"""Making a worker's folder, and forgetting it: everything that happens under the store's lock."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.model.ids import next_event_id
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.confinement import Grounds, landlock_limit, prepare_confinement
from yoi_cli.workers.local.folder import WorkerFolder
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.spec import checked_environment, encode_spec, first_launch
from yoi_cli.workers.lookup import is_worker_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
    from yoi_cli.workers.local.launcher import ShimAnswer
    from yoi_cli.workers.local.place import Clone
    from yoi_cli.workers.local.shim.launch import Launch

_LOCK, _KEYS, _GROUPS = "store.lock", "keys", "groups"
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT
_MAKING, _GOING = ".tmp-", ".gone-"
_POLL_SECONDS = 0.005


class PreparedWorker(NamedTuple):
    """What the shim of a worker is given. `lock` is None where it is not ours to start."""

    launch: Launch
    lock: int | None


class WorkerMaker:
    """Makes and forgets workers below `path`; those of no `clone` are not confined."""

    def __init__(
        self, path: str, environment: Mapping[str, str], clone: Clone | None = None
    ) -> None:
        self._path = path
        self._environment = environment
        self._clone = clone

    @contextmanager
    def prepare(self, request: WorkerRequest) -> Iterator[PreparedWorker]:
        """The folder for `request`, made or found by its key, with its lock held.

        The lock is what the shim inherits: from the first moment in which others can see the
        folder until the worker has ended, somebody holds it. One that a launcher left behind
        before it started anything is started now.
        """
        environment = checked_environment(request, self._environment)
        worker_id, lock = self._claim(request, environment)
        while lock is None:
            worker_id, lock = self._claim(request, environment)
        try:
            launch = first_launch(
                request,
                environment,
                worker_id=worker_id,
                path=os.path.join(self._path, worker_id),
                lock=lock,
                group=self._group_path(request.spec),
                grounds=self._grounds(request, environment, worker_id) if lock >= 0 else Grounds(),
            )
            yield PreparedWorker(launch, lock if lock >= 0 else None)
        finally:
            if lock >= 0:
                os.close(lock)

    def discard(self, prepared: PreparedWorker, request: WorkerRequest, answer: ShimAnswer) -> None:
        """Forget a worker that could not be started. Always raises `UsageError`."""
        spec = request.spec
        self.remove(prepared.launch.worker_id, spec.key)
        program, cwd = spec.command[0], spec.cwd
        why = os.strerror(answer.number) if answer.number else "unknown"
        if answer.missing == "folder":
            message = f"The worker's folder {cwd} cannot be entered: {why}."
        elif answer.missing == "program":
            message = f"The program {program!r} cannot be started: {why}."
        elif answer.missing == "confinement":
            message = f"The worker could not be confined, so it was not started: {why}."
        else:
            message = f"The worker could not be started: {why} ({answer.missing})."
        raise UsageError(
            "worker_invalid",
            message,
            hint="Programs are looked for on the PATH that the worker gets, scripts need a "
            "first line that names their interpreter; nothing was started.",
            details={"missing": answer.missing, "program": program, "folder": cwd},
        )

    def forget(self, worker_id: str, key: str | None) -> bool:
        """Forget a worker that has ended; False where somebody still supervises it."""
        try:
            descriptor = files.open_folder(os.path.join(self._path, worker_id))
        except FileNotFoundError:
            return False
        with (
            files.closing(descriptor),
            WorkerFolder(worker_id, descriptor).lock(shared=False) as lock,
        ):
            if lock is None:
                return False
            self.remove(worker_id, key)
        return True

    def sweep(self) -> None:
        """Take away what was being made or forgotten by somebody who was killed."""
        if not os.path.isdir(self._path):
            return
        with self._store():
            for name in os.listdir(self._path):
                mark, _, worker_id = name.partition("w-")
                if mark in (_MAKING, _GOING) and is_worker_id(f"w-{worker_id}"):
                    _remove_tree(os.path.join(self._path, name))

    def remove(self, worker_id: str, key: str | None) -> None:
        """Take away a worker of which nothing runs; whoever calls it holds its lock, or knows."""
        gone = os.path.join(self._path, _GOING + worker_id)
        with files.closing(files.open_folder(os.path.join(self._path, worker_id))) as folder:
            files.remove_passing(folder)
        with self._store():
            os.rename(os.path.join(self._path, worker_id), gone)
            if key is not None and read_key(self._path, key) == worker_id:
                os.unlink(os.path.join(self._path, _KEYS, _key_name(key)))
        _remove_tree(gone)
        if self._clone is not None and self._clone.takes_messages:
            from yoi_cli.store.files.outbox import remove_outbox

            remove_outbox(self._clone.local_folder, worker_id)

    @contextmanager
    def _store(self) -> Iterator[None]:
        os.makedirs(self._path, 0o700, exist_ok=True)
        with (
            files.closing(files.open_folder(self._path)) as folder,
            files.closing(files.open_regular(folder, _LOCK, _LOCK_FLAGS)) as lock,
        ):
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _existing(self, spec: WorkerSpec) -> str | None:
        """The worker with the key of `spec`. Raises `ConflictError` (`key_conflict`) for one that
        was asked for otherwise."""
        worker_id = read_key(self._path, spec.key) if spec.key is not None else None
        if worker_id is None or not os.path.isdir(os.path.join(self._path, worker_id)):
            return None
        if spec.fingerprint:
            with files.closing(files.open_folder(os.path.join(self._path, worker_id))) as folder:
                check_same(WorkerFolder(worker_id, folder).spec(), spec.fingerprint, worker_id)
        return worker_id

    def _grounds(
        self, request: WorkerRequest, environment: Mapping[str, str], worker_id: str
    ) -> Grounds:
        if self._clone is None:
            return Grounds()
        limit = landlock_limit(self._environment)
        folder = os.path.join(self._path, worker_id)
        return prepare_confinement(request, environment, self._clone, folder, limit)

    def _group_path(self, spec: WorkerSpec) -> str:
        """The folder of the group in which it waits for room; empty where it waits for none."""
        if not spec.group or spec.capacity is None:
            return ""
        return os.path.join(self._path, _GROUPS, _key_name(spec.group))

    def _new_id(self) -> str:
        known = [name[2:] for name in os.listdir(self._path) if is_worker_id(name)]
        entropy = int.from_bytes(os.urandom(10), "big")
        now = time.time_ns() // 1_000_000
        return "w-" + next_event_id(now, entropy, max(known, default=""))

    def _write_key(self, key: str | None, worker_id: str) -> None:
        """First the key, then the folder: a key without a folder names no worker."""
        if key is None:
            return
        os.makedirs(os.path.join(self._path, _KEYS), 0o700, exist_ok=True)
        with files.closing(files.open_folder(os.path.join(self._path, _KEYS))) as keys:
            files.replace(keys, _key_name(key), worker_id.encode())

    def _make(self, worker_id: str, request: WorkerRequest, environment: Mapping[str, str]) -> int:
        """Make the complete folder, then rename it into place; a descriptor that holds its lock."""
        making = os.path.join(self._path, _MAKING + worker_id)
        os.mkdir(making, 0o700)
        folder = files.open_folder(making)
        lock = -1
        try:
            os.mkdir(files.COMMANDS, 0o700, dir_fd=folder)
            lock = files.open_regular(folder, files.LOCK, _LOCK_FLAGS)
            fcntl.flock(lock, fcntl.LOCK_EX)
            files.create(folder, files.SPEC, encode_spec(request, environment))
            os.fsync(folder)
            os.rename(making, os.path.join(self._path, worker_id))
        except BaseException:
            if lock >= 0:
                os.close(lock)
            _remove_tree(making)
            raise
        finally:
            os.close(folder)
        with files.closing(files.open_folder(self._path)) as parent:
            os.fsync(parent)
        return lock

    def _claim(
        self, request: WorkerRequest, environment: Mapping[str, str]
    ) -> tuple[str, int | None]:
        """The worker of a request, and a descriptor that holds its lock where it is ours to
        start, else -1; None where it went away in the meantime."""
        with self._store():
            worker_id = self._existing(request.spec)
            if worker_id is None:
                worker_id = self._new_id()
                self._write_key(request.spec.key, worker_id)
                return worker_id, self._make(worker_id, request, environment)
        return worker_id, self._lock_unstarted(worker_id)

    def _lock_unstarted(self, worker_id: str) -> int | None:
        """A descriptor that holds the lock of a worker that nobody starts any more, -1 once it
        was started, None where its launcher took it away again.

        A launcher that was killed may have left a shim behind that never hears what to do.
        """
        try:
            folder = files.open_folder(os.path.join(self._path, worker_id))
        except FileNotFoundError:
            return None
        with files.closing(folder):
            lock = files.open_regular(folder, files.LOCK, _LOCK_FLAGS)
            while os.fstat(folder).st_nlink and not files.exists(folder, files.STATE):
                with suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    # It may have been started, and have ended, just before.
                    if not files.exists(folder, files.STATE) and os.fstat(folder).st_nlink:
                        return lock
                time.sleep(_POLL_SECONDS)
            os.close(lock)
            return -1 if os.fstat(folder).st_nlink else None


def _remove_tree(path: str) -> None:
    """Take the folder `path` away, as far as it can be."""
    import shutil  # which loads every way to compress

    shutil.rmtree(path, ignore_errors=True)


def check_same(known: WorkerSpec, fingerprint: str, worker_id: str) -> None:
    """Raise `ConflictError` (`key_conflict`) where a worker was asked for in other words."""
    if known.fingerprint == fingerprint:
        return
    raise ConflictError(
        "key_conflict",
        "Another worker was asked for with this key.",
        hint="A key is for one order; ask for another worker with another key.",
        details={"worker_id": worker_id},
    )


def read_key(path: str, key: str) -> str | None:
    """The id that `key` stands for, None where it stands for none."""
    try:
        with files.closing(files.open_folder(os.path.join(path, _KEYS))) as keys:
            worker_id = files.read(keys, _key_name(key)).decode("ascii", "replace")
    except FileNotFoundError:
        return None
    return worker_id if is_worker_id(worker_id) else None


def _key_name(key: str) -> str:
    import hashlib

    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
