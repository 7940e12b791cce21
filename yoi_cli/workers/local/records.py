"""Reading a worker's files, each as the value that was written, and the error for one that
holds something else (docs/workers.md, "The files")."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.workers.spec import WorkerSpec
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import NO_PROCESS, Identity
from yoi_cli.workers.local.shim.state import SCHEMA_VERSION, WorkerState
from yoi_cli.workers.local.typed import MistypedError, Record, typed
from yoi_cli.workers.model import WorkerExit

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What is there of every worker, whatever version wrote it down.
_NEEDED = ("command", "cwd")


class RecordReader:
    """Reads the files of the worker `worker_id`, whose folder is open as `descriptor`.

    Every method raises `StoreInvalidError` (`worker_store_corrupt`) for a file that cannot be
    trusted.
    """

    def __init__(self, worker_id: str, descriptor: int) -> None:
        self.worker_id = worker_id
        self.descriptor = descriptor
        #: What each file was when it was read last, which tells whether it is another by now.
        self.statuses: dict[str, os.stat_result] = {}

    def spec(self) -> WorkerSpec:
        """What it was asked to be."""
        entry = self._object(files.SPEC)
        if entry is None:
            raise corrupt(self.worker_id, files.SPEC, "it is missing")
        self._check_version(files.SPEC, entry)
        for name in _NEEDED:
            if name not in entry:
                raise self._mistyped(files.SPEC, name)
        return self._typed(files.SPEC, entry, WorkerSpec)

    def state(self) -> WorkerState | None:
        """How far its shim wrote that it is; None before it wrote anything."""
        entry = self._object(files.STATE)
        if entry is None:
            return None
        self._check_version(files.STATE, entry)
        processes = {role: _identity(entry.get(role)) for role in ("shim", "stub", "worker")}
        return self._typed(files.STATE, {**entry, **processes}, WorkerState)

    def exit(self) -> WorkerExit | None:
        """How it ended, where that was written down."""
        entry = self._object(files.EXIT)
        if entry is None:
            return None
        return self._typed(files.EXIT, entry, WorkerExit)

    def changes(self) -> tuple[str, ...]:
        """What its shim saw to have changed while it ran."""
        try:
            paths = files.read(self.descriptor, files.CHANGES).split(b"\0")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise corrupt(self.worker_id, files.CHANGES, "it cannot be read") from error
        return tuple(os.fsdecode(path) for path in paths)

    def _object(self, name: str) -> Mapping[str, object] | None:
        try:
            data, self.statuses[name] = files.read_with_status(self.descriptor, name)
            entry: object = json.loads(data.decode())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise corrupt(self.worker_id, name, "it cannot be read") from error
        if not isinstance(entry, dict):
            raise corrupt(self.worker_id, name, "it holds no object")
        return entry

    def _check_version(self, name: str, entry: Mapping[str, object]) -> None:
        version = entry.get("schema_version")
        if not isinstance(version, int):
            raise self._mistyped(name, "schema_version")
        if version > SCHEMA_VERSION:
            raise corrupt(self.worker_id, name, "a newer version of yoi wrote it")

    def _typed(self, name: str, entry: Mapping[str, object], kind: type[Record]) -> Record:
        try:
            return typed(kind, entry)
        except MistypedError as error:
            raise self._mistyped(name, error.key) from error

    def _mistyped(self, name: str, key: str) -> StoreInvalidError:
        return corrupt(self.worker_id, name, f"its {key} is missing or of the wrong kind")


def _identity(entry: object) -> object:
    """A process that a record names; what names none stays as it is."""
    if isinstance(entry, dict):
        pid, started = entry.get("pid"), entry.get("started")
        return Identity(pid, started) if type(pid) is type(started) is int else entry
    return NO_PROCESS if entry is None else entry


def corrupt(worker_id: str, name: str, why: str) -> StoreInvalidError:
    """The error for a worker whose file `name` cannot be trusted."""
    return StoreInvalidError(
        "worker_store_corrupt",
        f"The file {name} of worker {worker_id} cannot be trusted: {why}.",
        hint="The other workers are not affected; its output may still be read with "
        "`yoi worker logs`.",
        details={"worker_id": worker_id, "file": name},
    )
