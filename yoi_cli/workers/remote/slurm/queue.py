"""What Slurm says of all jobs at once, asked seldom and shared by every process of the clone
(docs/machines.md, "Slurm").

`queue.json` keeps the last answer. Whoever finds it too old asks anew, one at a time.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from yoi_cli.errors import OperationError
from yoi_cli.workers.job_states import GONE, UNKNOWN, JobWord
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.lookup import is_worker_id
from yoi_cli.workers.remote.errors import runtime_error
from yoi_cli.workers.remote.slurm.queue_answer import QueueAnswer, decode_answer, word_of
from yoi_cli.workers.remote.slurm.squeue_output import (
    LINE_FORMAT,
    JobRow,
    NotAnsweredError,
    rows_of_json,
    rows_of_lines,
    state_of_sacct,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.workers.remote.slurm.job_record import JobRecord
    from yoi_cli.workers.remote.slurm.programs import SlurmPrograms

_FILE, _LOCK = "queue.json", "queue.lock"
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT
_ACCOUNTING = ("--noheader", "--parsable2", "--allocations", "--format=JobName,State")


class JobQueue:
    """The jobs of this user, by what is kept in the folder `path`; Slurm is asked at most every
    `interval` seconds. Several threads may use one."""

    def __init__(self, path: str, programs: SlurmPrograms, interval: float) -> None:
        self._path = path
        self._programs = programs
        self._interval = round(interval * 1000)
        self._kept = QueueAnswer()
        self._has_accounting = True

    @property
    def certain_after(self) -> int:
        """For how many milliseconds Slurm has to have said that a job is over, until all that it
        wrote is taken to be seen here."""
        return 2 * self._interval

    def word(self, job: JobRecord) -> JobWord:
        """What Slurm says of `job` since it was asked for it; `UNKNOWN` where it was not asked
        since then, or does not answer."""
        kept = self._refreshed()
        found = kept.words.get(job.name)
        if found is not None and found.since < job.asked_at:
            found = None
        if found is not None and (found.is_over or found.state == GONE):
            return found
        if not kept.is_current:
            return JobWord(UNKNOWN, job.job_id, kept.code)
        if found is not None:
            return found
        if kept.answered_at <= job.asked_at:
            return JobWord(UNKNOWN, job.job_id)
        return self._gone(job, kept.answered_at)

    def find(self, name: str) -> JobWord | None:
        """The newest job that is called `name`, asked for now; None where there is none. Raises
        `OperationError` where Slurm cannot be asked."""
        found = [row for row in self._ask(("--name", name)) if row.name == name]
        newest = max(found, key=lambda row: row.job_id or 0, default=None)
        return None if newest is None else word_of(newest, _now())

    def _gone(self, job: JobRecord, since: int) -> JobWord:
        """The word on a job that is not listed: what the accounting says, where there is one."""
        word = JobWord(self._accounted(job) or GONE, job.job_id, "", since)
        with self._lock(wait=True) as has_lock:
            if has_lock:
                self._keep(self._read().with_word(job.name, word))
        return word

    def _accounted(self, job: JobRecord) -> str:
        if not self._has_accounting or job.job_id is None:
            return ""
        try:
            said = self._programs.ask("sacct", (*_ACCOUNTING, "--jobs", str(job.job_id)))
        except OperationError:
            said = None
        if said is None or not said.is_good:
            self._has_accounting = False
            return ""
        state = state_of_sacct(said.out.decode(errors="replace"), job.name)
        return "" if state == UNKNOWN else state

    def _refreshed(self) -> QueueAnswer:
        """The last answer, which is no older than the interval unless Slurm does not answer."""
        if self._is_recent():
            return self._kept
        self._kept = self._read()
        if self._is_recent():
            return self._kept
        with self._lock(wait=False) as has_lock:
            if has_lock:  # else somebody asks already
                self._kept = self._read()
                if not self._is_recent():
                    self._keep(self._asked_anew(self._kept))
        return self._kept

    def _is_recent(self) -> bool:
        # A clock that was set back must not silence the queue.
        return _now() - self._kept.asked_at >= 0 and _now() < self._kept.next_at

    def _asked_anew(self, before: QueueAnswer) -> QueueAnswer:
        now = _now()
        try:
            rows = self._ask(())
        except OperationError as error:
            return before.failed(now, self._interval, error.code)
        own = [row for row in rows if is_worker_id(row.name)]
        answer = before.answered(now, self._interval, own)
        return msgspec.structs.replace(answer, has_no_json=self._kept.has_no_json)

    def _ask(self, others: Sequence[str]) -> list[JobRow]:
        """The rows of the queue, with jobs that ended as long as Slurm has them. Raises
        `OperationError`."""
        mine = os.geteuid()
        asked = ("--user", str(mine), "--states=all", *others)
        rows = None if self._kept.has_no_json else self._ask_json(asked)
        if rows is None:
            lines = (*asked, "--noheader", "--array", "--format", LINE_FORMAT)
            said = self._programs.ask("squeue", lines)
            if not said.is_good:
                code = "runtime_unreachable" if said.is_unreachable else "runtime_failed"
                raise runtime_error(code, self._programs.runtime_id)
            self._kept = msgspec.structs.replace(self._kept, has_no_json=True)
            rows = rows_of_lines(said.out.decode(errors="replace"))
        return [row for row in rows if row.user_id in (None, mine)]

    def _ask_json(self, asked: Sequence[str]) -> list[JobRow] | None:
        """The rows as squeue prints them in JSON; None where it prints none."""
        said = self._programs.ask("squeue", (*asked, "--json"))
        try:
            if not said.is_unreachable:
                return rows_of_json(said.out) if said.is_good else None
        except NotAnsweredError:
            pass
        except ValueError:
            return None
        raise runtime_error("runtime_unreachable", self._programs.runtime_id)

    def _read(self) -> QueueAnswer:
        try:
            with files.closing(files.open_folder(self._path)) as folder:
                return decode_answer(files.read(folder, _FILE))
        except OSError:
            return QueueAnswer()

    def _keep(self, answer: QueueAnswer) -> None:
        self._kept = answer
        with suppress(OSError), files.closing(files.open_folder(self._path)) as folder:
            files.replace(folder, _FILE, msgspec.json.encode(answer))

    def _lock(self, *, wait: bool) -> _QueueLock:
        return _QueueLock(self._path, wait=wait)


class _QueueLock:
    """Held while the answer is replaced; as a context it says whether it is."""

    def __init__(self, path: str, *, wait: bool) -> None:
        self._path = path
        self._kind = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
        self._descriptor = -1

    def __enter__(self) -> bool:
        os.makedirs(self._path, 0o700, exist_ok=True)
        with files.closing(files.open_folder(self._path)) as folder:
            self._descriptor = files.open_regular(folder, _LOCK, _LOCK_FLAGS)
        try:
            fcntl.flock(self._descriptor, self._kind)
        except BlockingIOError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _now() -> int:
    return time.time_ns() // 1_000_000
