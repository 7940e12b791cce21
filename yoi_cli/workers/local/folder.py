"""One worker's folder, read by whoever wants to know of it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.workers.local.fields import Fields, corrupt
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import boot_id, is_alive
from yoi_cli.workers.local.shim.state import PHASES, WorkerState
from yoi_cli.workers.model import WorkerExit, WorkerFacts, WorkerVerdict, WorkerView, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TRIES, _PAUSE = 10, 0.005
_ID = re.compile(r"w-[0-7][0-9A-HJKMNP-TV-Z]{25}")


class WorkerSpec(NamedTuple):
    """What a worker was asked to be. `variables` and `secrets` are names, never values.

    `timeout` and `grace` are milliseconds, `created_at` Unix milliseconds.
    """

    created_at: int
    command: tuple[str, ...]
    cwd: str
    ticket: str | None
    role: str | None
    profile: str | None
    key: str | None
    variables: tuple[str, ...]
    secrets: tuple[str, ...]
    timeout: int | None
    grace: int
    output_limit: int | None
    group: str
    capacity: int | None


class WorkerSnapshot(NamedTuple):
    """A worker at one instant."""

    spec: WorkerSpec
    state: WorkerState | None
    facts: WorkerFacts
    judged: WorkerVerdict
    view: WorkerView


def is_worker_id(word: str) -> bool:
    """Whether `word` has the shape of a worker's id; nothing else ever names a path."""
    return _ID.fullmatch(word) is not None


def check_worker_id(word: str) -> str:
    """`word`, being a worker's id. Raises `UsageError` (`worker_invalid`)."""
    if not is_worker_id(word):
        raise UsageError(
            "worker_invalid",
            f"{word[:60]!r} is not a worker's id.",
            hint="`yoi worker list` shows them.",
        )
    return word


class WorkerFolder:
    """The open folder of the worker `worker_id`."""

    def __init__(self, worker_id: str, descriptor: int) -> None:
        self.worker_id = worker_id
        self.descriptor = descriptor

    def see(self, runtime_id: str) -> WorkerSnapshot:
        """What is known of the worker now. Raises `StoreInvalidError`.

        The order makes the evidence hold: who is alive is asked before what they write at
        their end is looked for.
        """
        spec = self.spec()
        has_shim = self.has_shim()
        state = self.state()
        same = state is not None and state.boot_id == boot_id()
        facts = WorkerFacts(
            phase=state.phase if state is not None else None,
            has_shim=has_shim,
            stub_lives=same and state is not None and is_alive(state.stub),
            worker_lives=same and state is not None and is_alive(state.worker),
            is_this_boot=same,
            exit=self.exit(),
            why=state.why if state is not None else "",
        )
        judged = judge(facts)
        return WorkerSnapshot(
            spec, state, facts, judged, self._view(runtime_id, spec, state, facts, judged)
        )

    def _view(
        self,
        runtime_id: str,
        spec: WorkerSpec,
        state: WorkerState | None,
        facts: WorkerFacts,
        judged: WorkerVerdict,
    ) -> WorkerView:
        began = state.started_at if state is not None and state.started_at else None
        view = WorkerView(
            runtime_id=runtime_id,
            worker_id=self.worker_id,
            state=judged.state,
            evidence=judged.evidence,
            ticket=spec.ticket,
            role=spec.role,
            profile=spec.profile,
            cause=state.cause if state is not None else "",
            created_at=spec.created_at,
            started_at=began,
            output_size=self.output_size(),
        )
        if not view.has_ended:
            return view
        ended = facts.exit if facts.exit is not None and not facts.exit.error else None
        settled_at = state.ended_at if state is not None and state.ended_at else None
        return view._replace(
            exit_code=ended.code if ended is not None else None,
            signal=ended.signal if ended is not None else None,
            ended_at=ended.at if ended is not None else settled_at,
        )

    def spec(self) -> WorkerSpec:
        """What it was asked to be. Raises `StoreInvalidError` (`worker_store_corrupt`)."""
        entry = self._json(files.SPEC)
        if entry is None:
            raise corrupt(self.worker_id, files.SPEC, "it is missing")
        read = Fields(self.worker_id, files.SPEC, entry)
        read.check_version()
        return WorkerSpec(
            created_at=read.number("created_at"),
            command=read.words("command"),
            cwd=read.text("cwd"),
            ticket=read.text_or_none("ticket"),
            role=read.text_or_none("role"),
            profile=read.text_or_none("profile"),
            key=read.text_or_none("key"),
            variables=read.words("variables"),
            secrets=read.words("secrets"),
            timeout=read.number_or_none("timeout_ms"),
            grace=read.number("grace_ms"),
            output_limit=read.number_or_none("output_limit"),
            group=read.text("group"),
            capacity=read.number_or_none("capacity"),
        )

    def state(self) -> WorkerState | None:
        """How far its shim wrote that it is; None before it wrote anything."""
        entry = self._json(files.STATE)
        if entry is None:
            return None
        read = Fields(self.worker_id, files.STATE, entry)
        read.check_version()
        phase = read.text("phase")
        if phase not in PHASES:
            raise corrupt(self.worker_id, files.STATE, "its phase is none")
        return WorkerState(
            phase=phase,
            boot_id=read.text("boot_id"),
            shim=read.identity("shim"),
            stub=read.identity("stub"),
            worker=read.identity("worker"),
            started_at=read.number("started_at"),
            ready_at=read.number("ready_at"),
            ended_at=read.number("ended_at"),
            cause=read.text("cause"),
            why=read.text("why"),
            output_start=read.number("output_start"),
        )

    def exit(self) -> WorkerExit | None:
        """How it ended, where that was written down."""
        entry = self._json(files.EXIT)
        if entry is None:
            return None
        read = Fields(self.worker_id, files.EXIT, entry)
        error = entry.get("error", "")
        return WorkerExit(
            code=read.number_or_none("code"),
            signal=read.number_or_none("signal"),
            at=read.number("at"),
            by=read.text("by"),
            error=error if isinstance(error, str) else "it did not begin",
        )

    def output_size(self) -> int:
        """How many bytes it wrote, kept or not."""
        try:
            return os.stat(files.OUTPUT, dir_fd=self.descriptor, follow_symlinks=False).st_size
        except FileNotFoundError:
            return 0

    def has_shim(self) -> bool:
        """Whether somebody holds its lock."""
        with self.lock() as taken:
            return taken is None

    @contextmanager
    def lock(self, *, shared: bool = True) -> Iterator[int | None]:
        """A descriptor that holds its lock, or None where somebody else does.

        A `shared` one is to look only, and lets others look too.
        """
        try:
            descriptor = files.open_regular(self.descriptor, files.LOCK, os.O_RDWR)
        except OSError as error:
            raise corrupt(self.worker_id, files.LOCK, "it cannot be opened") from error
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            yield descriptor if _take(descriptor, kind) else None
        finally:
            os.close(descriptor)

    def _json(self, name: str) -> Mapping[str, object] | None:
        try:
            entry: object = json.loads(files.read(self.descriptor, name))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise corrupt(self.worker_id, name, "it cannot be read") from error
        if not isinstance(entry, dict):
            raise corrupt(self.worker_id, name, "it holds no object")
        return entry


def _take(descriptor: int, kind: int) -> bool:
    """Lock `descriptor`; for one that wants it alone, those who only look are waited for."""
    for left in reversed(range(1 if kind == fcntl.LOCK_SH else _TRIES)):
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(_PAUSE)
        else:
            return True
    return False


def not_found(worker_id: str) -> NotFoundError:
    """The error for a worker that is not kept here."""
    return NotFoundError(
        "worker_not_found",
        f"There is no worker {worker_id}.",
        hint="`yoi worker list` shows those that are kept.",
        details={"worker_id": worker_id},
    )
