"""One worker's folder, as readers see it."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.model.workers.profiles import UNCONFINED
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.input_pipe import has_pipe, is_closed
from yoi_cli.workers.local.records import RecordReader, corrupt
from yoi_cli.workers.local.settled import mark_from
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import boot_id, is_alive
from yoi_cli.workers.local.shim.state import CANNOT_START, ENDED
from yoi_cli.workers.model import ENDED as HAVE_ENDED
from yoi_cli.workers.model import RUNNING, WorkerFacts, WorkerVerdict, WorkerView, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.workers.spec import WorkerSpec
    from yoi_cli.workers.local.settled import RecordMark
    from yoi_cli.workers.local.shim.state import WorkerState

_End: TypeAlias = "tuple[int | None, int | None, int | None]"
_NO_END: _End = (None, None, None)
_TRIES, _PAUSE = 10, 0.005


class WorkerSnapshot(NamedTuple):
    """A worker at one instant. `mark` tells whether its files are what they were then."""

    spec: WorkerSpec
    state: WorkerState | None
    facts: WorkerFacts
    verdict: WorkerVerdict
    view: WorkerView
    mark: RecordMark | None = None

    @property
    def may_be_discarded(self) -> bool:
        """Whether it may yet turn out that it cannot be started, and be taken away: whoever
        started it holds its lock until then."""
        facts = self.facts
        return facts.is_being_started or (facts.has_shim and facts.why.startswith(CANNOT_START))


class WorkerFolder(RecordReader):
    """The open folder of the worker `worker_id`."""

    def snapshot(self, runtime_id: str) -> WorkerSnapshot:
        """What is known of the worker now. Raises `StoreInvalidError`.

        The order makes the evidence hold: who is alive is asked before what they write at
        their end is looked for.
        """
        began = time.time_ns()
        self.statuses = {"": os.fstat(self.descriptor)}
        spec = self.spec()
        state = self.state()
        is_over = state is not None and self.is_over(state)
        has_shim = not is_over and self.has_shim()
        if is_over:
            self._check_lock()
        else:
            state = self.state()
        same = state is not None and state.boot_id == boot_id()
        living = state if same and not is_over else None
        stub = living.stub if living is not None and is_alive(living.stub) else None
        worker = living.worker if living is not None and is_alive(living.worker) else None
        facts = WorkerFacts(
            phase=state.phase if state is not None else None,
            has_shim=has_shim,
            stub_lives=stub is not None,
            worker_lives=worker is not None,
            is_this_boot=same,
            exit=self.exit(),
            why=state.why if state is not None else "",
            is_elsewhere=not has_shim and (stub or worker) is not None and self._is_copy(state),
        )
        verdict = judge(facts)
        code, signal, ended_at = _end(facts, state) if verdict.state in HAVE_ENDED else _NO_END
        view = WorkerView(
            runtime_id=runtime_id,
            worker_id=self.worker_id,
            state=verdict.state,
            evidence=verdict.evidence,
            ticket=spec.ticket,
            role=spec.role,
            profile=spec.profile,
            exit_code=code,
            signal=signal,
            ended_at=ended_at,
            cause=state.cause if state is not None else "",
            created_at=spec.created_at,
            started_at=(state.started_at or None) if state is not None else None,
            output_size=self.output_size(),
            key=spec.key,
            agent=spec.agent,
            confine=spec.confine or UNCONFINED,
            landlock=state.landlock if state is not None else 0,
            changes=self.changes(),
            has_terminal=spec.terminal,
            accepts_input=has_shim and verdict.state == RUNNING and self.accepts_input(state),
        )
        return WorkerSnapshot(spec, state, facts, verdict, view, mark_from(self.statuses, began))

    def _is_copy(self, state: WorkerState | None) -> bool:
        """Whether this is a copy of the folder that the record is of: nobody may take over, or end,
        what it names from here. A record of an older version does not tell."""
        folder = os.fstat(self.descriptor)
        written = (state.device, state.inode) if state is not None else (0, 0)
        return any(written) and written != (folder.st_dev, folder.st_ino)

    def is_over(self, state: WorkerState) -> bool:
        """Whether the last word was written down: then nobody is asked for who lives. One that
        could not be started may yet be taken away by whoever holds its lock."""
        return state.phase == ENDED and not state.why.startswith(CANNOT_START)

    def accepts_input(self, state: WorkerState | None) -> bool:
        """Whether it may be given input while it runs, as `state` says where it does."""
        del state
        return has_pipe(self.descriptor) and not self.is_input_closed()

    def is_input_closed(self) -> bool:
        """Whether its input was closed for good."""
        return is_closed(self.descriptor)

    def output_size(self) -> int:
        """How many bytes it wrote, kept or not."""
        try:
            status = os.stat(files.OUTPUT, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return 0
        self.statuses[files.OUTPUT] = status
        return status.st_size

    def has_shim(self) -> bool:
        """Whether somebody holds its lock."""
        with self.lock() as taken:
            return taken is None

    def _check_lock(self) -> None:
        """Nobody holds the lock of one that is over; that it is a file counts all the same."""
        try:
            mode = os.stat(files.LOCK, dir_fd=self.descriptor, follow_symlinks=False).st_mode
        except OSError as error:
            raise corrupt(self.worker_id, files.LOCK, "it is missing") from error
        if not stat.S_ISREG(mode):
            raise corrupt(self.worker_id, files.LOCK, "it cannot be opened")

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
        with files.closing(descriptor):
            yield descriptor if _take(descriptor, kind) else None


def _end(facts: WorkerFacts, state: WorkerState | None) -> _End:
    """What was written down of a worker's end: its exit code or signal, and when that was."""
    if facts.exit is not None and not facts.exit.error:
        return facts.exit.code, facts.exit.signal, facts.exit.at
    return None, None, (state.ended_at or None) if state is not None else None


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
