"""Workers as jobs of Slurm: a runtime of files, whose workers are started by `sbatch`."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from yoi_cli.errors import NotFoundError, OperationError
from yoi_cli.workers.local.commands import give_command, poke
from yoi_cli.workers.local.launcher import ShimAnswer, check_system
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import NO_PROCESS, boot_id, now_ms
from yoi_cli.workers.local.shim.state import ENDED, NEVER_RAN, StateWriter, WorkerState
from yoi_cli.workers.lookup import worker_not_found
from yoi_cli.workers.model import KILLED
from yoi_cli.workers.remote.slurm.folder import SlurmFolder, is_here
from yoi_cli.workers.remote.slurm.job_record import ANSWER, write_job
from yoi_cli.workers.remote.slurm.probe import SECONDS, Finding, FolderProbe
from yoi_cli.workers.remote.slurm.programs import SlurmPrograms
from yoi_cli.workers.remote.slurm.queue import JobQueue
from yoi_cli.workers.remote.slurm.spooled_input import spool_input
from yoi_cli.workers.remote.slurm.submission import Submitter
from yoi_cli.workers.runtime import Recovery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.workers.local.folder import WorkerFolder, WorkerSnapshot
    from yoi_cli.workers.local.place import Clone
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.remote.slurm.job_record import JobRecord
    from yoi_cli.workers.remote.slurm.options import SlurmOptions

#: Beyond its grace a worker is signalled by Slurm; what does not end by that is killed.
_MARGIN_SECONDS = 5.0
_KILL_SECONDS = 60.0
_LEAVE_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.2
_UNCERTAIN = frozenset({"runtime_timeout", "runtime_unreachable"})


class SlurmRuntime(FileRuntime):
    """A `WorkerRuntime` whose workers' folders are below `path`, on a file system that the machines
    of Slurm see as well."""

    def __init__(
        self,
        runtime_id: str,
        path: str,
        environment: Mapping[str, str],
        clone: Clone | None = None,
        *,
        options: SlurmOptions,
        timeout: float = 10.0,
    ) -> None:
        super().__init__(path, environment, clone)
        self.runtime_id = runtime_id
        self._options = options
        self._programs = SlurmPrograms(runtime_id, environment, timeout)
        self._queue = JobQueue(path, self._programs, options.interval)
        self._submitter = Submitter(path, self._programs, self._queue, options)

    def spawn_or_find(self, request: WorkerRequest) -> tuple[WorkerView, bool]:
        """As `FileRuntime`: it returns once the program runs, or Slurm keeps it waiting. Raises
        also what `Submitter.submit` does; a worker that nobody knows to be submitted is looked
        for by the same key, and by `recover`."""
        from yoi_cli.workers.local.create import WorkerMaker

        check_system()
        maker = WorkerMaker(self._path, self._environment, self._clone)
        is_new = False
        while True:
            with maker.prepare(request) as prepared:
                worker_id = prepared.launch.worker_id
                if prepared.lock is not None:
                    is_first = self._job_of(worker_id) is None
                    try:
                        is_new = self._submitter.submit(prepared.launch) or is_new
                    except OperationError as error:
                        if is_first and error.code not in _UNCERTAIN:
                            maker.remove(worker_id, request.spec.key)
                        raise
            answer = self._answer(worker_id)
            try:
                if answer.word == "failed" and is_new:
                    maker.discard(prepared, request, answer)
                return self.show(worker_id), is_new
            except NotFoundError:
                if prepared.lock is not None:
                    raise
                # Whoever began to start it could not, and took it away: so it is our turn.

    def _answer(self, worker_id: str) -> ShimAnswer:
        """What the shim said; empty where it says nothing soon."""
        end = time.monotonic() + self._options.start_wait
        pause = _FIRST_PAUSE
        while True:
            try:
                with self._open(worker_id) as folder:
                    words = files.read(folder.descriptor, ANSWER).split(None, 2)
            except NotFoundError:
                return ShimAnswer("")
            except FileNotFoundError:
                if time.monotonic() > end:
                    return ShimAnswer("")
                time.sleep(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE)
                continue
            said = [word.decode(errors="replace") for word in words]
            if len(said) == 3:
                return ShimAnswer(said[0], int(said[1]), said[2].strip())
            return ShimAnswer(said[0] if said else "")

    def probe(self, seconds: float = SECONDS) -> tuple[Finding, ...]:
        """What a job finds of the workers' folder, which may wait and work `seconds` each."""
        found = (self._path, self._programs, self._queue, self._options)
        return FolderProbe(*found, seconds=seconds).findings()

    def input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        """As `FileRuntime` where the worker runs here. Elsewhere it is left for the shim, which
        looks for it every second, and more often while some comes."""
        with self._open(worker_id) as folder:
            seen = folder.snapshot(self.runtime_id)
            if seen.view.has_ended or is_here(seen.state):
                super().input(worker_id, data, close=close)
            else:
                spool_input(folder, data, close=close)

    def wait(self, worker_id: str, timeout: float | None = None) -> WorkerView:
        view = super().wait(worker_id, timeout)
        self._wait_for_job_to_leave(worker_id)
        return view

    def _wait_for_job_to_leave(self, worker_id: str) -> None:
        """Wait for what stood over a worker that has ended: it leaves then."""
        end = time.monotonic() + _LEAVE_SECONDS
        with suppress(NotFoundError), self._open(worker_id) as folder:
            while folder.has_shim() and time.monotonic() < end:
                time.sleep(_FIRST_PAUSE)

    def _end(self, worker_id: str, word: str, grace: float | None) -> WorkerView:
        with self._open(worker_id) as folder:
            seen = folder.snapshot(self.runtime_id)
            if seen.view.has_ended and seen.verdict.is_settled:
                return seen.view
            milliseconds = None if grace is None else max(0, round(grace * 1000))
            give_command(folder, word, milliseconds)
            if self._give_up(folder):
                self._cancel_job(worker_id)
                return self.wait(worker_id, _MARGIN_SECONDS)
            poke(seen.state)
            allowed = (seen.spec.grace if milliseconds is None else milliseconds) / 1000
        for seconds, signal in ((allowed + _MARGIN_SECONDS, "TERM"), (_MARGIN_SECONDS, "KILL")):
            try:
                return self.wait(worker_id, seconds)
            except OperationError as error:
                if error.code != "worker_timeout":
                    raise
            self._cancel_job(worker_id, "--full", f"--signal={signal}")
        self._cancel_job(worker_id)
        return self.wait(worker_id, _KILL_SECONDS)

    def _give_up(self, folder: SlurmFolder) -> bool:
        """Settle that a worker never runs which did not begin; whether it had not. A job that finds
        that written down starts nothing."""
        with folder.lock(shared=False) as lock:
            if lock is None or folder.state() is not None:
                return False
            self._write_end(folder, None, NEVER_RAN)
        return True

    def _wake_shim(self, folder: WorkerFolder, seen: WorkerSnapshot) -> None:
        """Have the shim read a command now; on another machine it looks for one by itself."""
        poke(seen.state)

    def _cancel_job(self, worker_id: str, *how: str) -> None:
        """Have Slurm signal or cancel the job of a worker; one that is not there is not missed."""
        job = self._job_of(worker_id)
        if job is None:
            return
        which = (f"--name={job.name}", f"--user={os.geteuid()}")
        with suppress(OperationError):
            self._programs.ask("scancel", ["--quiet", *how, *which])

    def _job_of(self, worker_id: str) -> JobRecord | None:
        with self._open(worker_id) as folder:
            return folder.job()

    def _recover(self, folder: WorkerFolder, seen: WorkerSnapshot) -> Recovery:
        if seen.facts.has_shim:
            return Recovery(seen.view, "none", "Its shim supervises it.")
        word = self._adopt(folder)
        view = folder.snapshot(self.runtime_id).view
        if not view.has_ended:
            return Recovery(view, word or "none", view.evidence)
        return Recovery(view, "lost" if view.state == "lost" else "ended", view.evidence)

    def _adopt(self, folder: WorkerFolder) -> str:
        """Settle how a worker ended over which nobody stands, by what Slurm says; `adopted` where
        its job was found again. A shim is brought by its job alone, on the machine where it runs.
        """
        if not isinstance(folder, SlurmFolder):
            raise TypeError("this is no folder of a job")
        seen = folder.snapshot(self.runtime_id)
        if seen.facts.has_shim or not seen.view.has_ended:
            return "adopted" if self._note_job(folder) else ""
        if not seen.verdict.is_settled:
            self._settle(folder, seen)
        return ENDED

    def _note_job(self, folder: SlurmFolder) -> bool:
        """Write down the number of a job that was submitted by somebody who could not; whether
        that is so."""
        job = folder.job()
        word = self._queue.word(job) if job is not None and job.job_id is None else None
        if job is None or word is None or word.job_id is None:
            return False
        write_job(folder.descriptor, replace(job, job_id=word.job_id))
        return True

    def _settle(self, folder: SlurmFolder, seen: WorkerSnapshot) -> None:
        """Write down that a worker is over, unless something was written meanwhile."""
        with folder.lock(shared=False) as lock:
            if lock is None or folder.state() != seen.state or folder.exit() != seen.facts.exit:
                return
            why = ""
            if seen.facts.exit is None or seen.facts.exit.error:
                said = seen.view.evidence.removesuffix(".")
                why = NEVER_RAN if seen.view.state == KILLED else said[:1].lower() + said[1:]
            self._write_end(folder, seen.state, why)

    def _write_end(self, folder: SlurmFolder, state: WorkerState | None, why: str) -> None:
        """Write down the end of a worker whose lock is held."""
        before = state or WorkerState("starting", boot_id(), NO_PROCESS)
        cause = before.cause or self._cause(folder)
        journal = StateWriter(folder.descriptor, before)
        facts = (("cause", cause), ("why", why))
        journal.event("ended", **{name: fact for name, fact in facts if fact})
        journal.put(before._replace(phase=ENDED, why=why, cause=cause, ended_at=now_ms()))
        files.remove_passing(folder.descriptor)

    def _cause(self, folder: SlurmFolder) -> str:
        """What ended a worker: a command, or what Slurm says."""
        job = folder.job()
        said = "" if job is None else self._queue.word(job).cause
        return folder.commanded_cause() or said

    @contextmanager
    def _open(self, worker_id: str) -> Iterator[SlurmFolder]:
        try:
            descriptor = files.open_folder(self._folder_of(worker_id))
        except OSError as error:
            raise worker_not_found(worker_id) from error
        with files.closing(descriptor):
            yield SlurmFolder(worker_id, descriptor, self._queue)
