"""A worker's folder as it is seen from where jobs are submitted: what stands in it, and what Slurm
says where nobody holds its lock."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from yoi_cli.workers.job_states import GONE, JobWord, judge_job
from yoi_cli.workers.local.commands import has_command
from yoi_cli.workers.local.folder import WorkerFolder, WorkerSnapshot
from yoi_cli.workers.local.shim.kernel import boot_id, now_ms
from yoi_cli.workers.local.shim.state import CANNOT_START, NEVER_RAN
from yoi_cli.workers.model import QUEUED, RUNNING, WorkerVerdict
from yoi_cli.workers.remote.slurm.job_record import read_job, write_job
from yoi_cli.workers.remote.slurm.spooled_input import (
    is_looked_for,
    is_spool_closed,
    is_unread,
)

if TYPE_CHECKING:
    from yoi_cli.workers.local.shim.state import WorkerState
    from yoi_cli.workers.remote.slurm.job_record import JobRecord
    from yoi_cli.workers.remote.slurm.queue import JobQueue

#: So long after its end Slurm is asked why a worker was ended; then it stays unsaid.
_WORD_MS = 30_000
_STOPPED = "stopped"


class SlurmFolder(WorkerFolder):
    """The open folder of the worker `worker_id`, whose job is in `queue`."""

    def __init__(self, worker_id: str, descriptor: int, queue: JobQueue) -> None:
        super().__init__(worker_id, descriptor)
        self._queue = queue

    def job(self) -> JobRecord | None:
        """Its job; None before Slurm was asked for one. Raises `StoreInvalidError`."""
        return read_job(self.descriptor, self.worker_id)

    def is_over(self, state: WorkerState) -> bool:
        """Never: its lock says whether its guardian, who may write more, has left."""
        del state
        return False

    def accepts_input(self, state: WorkerState | None) -> bool:
        is_read = is_here(state) or is_looked_for(self.descriptor)
        return is_read and not is_unread(self.descriptor) and super().accepts_input(state)

    def is_input_closed(self) -> bool:
        return super().is_input_closed() or is_spool_closed(self.descriptor)

    def snapshot(self, runtime_id: str) -> WorkerSnapshot:
        seen = super().snapshot(runtime_id)
        if seen.facts.phase == "ended":
            return self._with_cause(seen)
        if seen.facts.has_shim or _is_seen_here(seen):
            return seen
        job = self.job()
        if job is None:
            return seen
        # Slurm is asked first: what was written before it said so is seen then.
        word = self._queue.word(job)
        seen = super().snapshot(runtime_id)
        if seen.facts.phase == "ended":
            return self._with_cause(seen)
        if seen.facts.has_shim or _is_seen_here(seen):
            return seen
        is_certain = now_ms() - word.since >= self._queue.certain_after
        return _with_verdict(seen, judge_job(seen.facts, word, is_certain=is_certain))

    def _with_cause(self, seen: WorkerSnapshot) -> WorkerSnapshot:
        """`seen`, with what Slurm says ended it, where something else than `yoi` and itself did.

        Until Slurm said that, it counts as running: how it ended is told once.
        """
        if not self._is_unexplained(seen):
            return seen
        job = self.job()
        if job is None:
            return seen
        word = job.word or self._final_word(job)
        if word is None:
            ended = seen.view.ended_at or 0
            if now_ms() - ended > _WORD_MS:
                return seen
            return _with_verdict(
                seen, WorkerVerdict(RUNNING, "It has ended; why, Slurm was not heard of yet.")
            )
        cause = self.commanded_cause() or word.cause
        if not cause:
            return seen
        evidence = f"{seen.view.evidence} Slurm says of its job: {word}."
        verdict = seen.verdict._replace(evidence=evidence)
        view = seen.view._replace(cause=cause, evidence=evidence)
        return seen._replace(verdict=verdict, view=view)

    def _final_word(self, job: JobRecord) -> JobWord | None:
        """What Slurm says of a job that is over, which is kept, since Slurm forgets it."""
        word = self._queue.word(job)
        if not word.is_over and word.state != GONE:
            return None
        with suppress(OSError):
            write_job(self.descriptor, replace(job, word=word))
        return word

    def commanded_cause(self) -> str:
        """What ended it where a command of ours did, whatever Slurm calls that; empty for none."""
        commands = (("cancel", "cancelled"), ("stop", _STOPPED))
        return next((cause for word, cause in commands if has_command(self, word)), "")

    def _is_unexplained(self, seen: WorkerSnapshot) -> bool:
        """Whether it was ended by somebody who left no word."""
        cause, end = seen.view.cause, seen.facts.exit
        if cause == _STOPPED:
            return not self.commanded_cause()
        was_killed = end is not None and end.signal is not None
        is_lost = bool(seen.facts.why) and not seen.facts.why.startswith((CANNOT_START, NEVER_RAN))
        return not cause and (was_killed or is_lost)


def is_here(state: WorkerState | None) -> bool:
    """Whether a worker runs on this very machine, whose pipes reach it."""
    return state is not None and state.boot_id == boot_id()


def _is_seen_here(seen: WorkerSnapshot) -> bool:
    """Whether its own processes, or what they wrote down, say how it stands."""
    facts = seen.facts
    return facts.worker_lives or facts.stub_lives or facts.exit is not None


def _with_verdict(seen: WorkerSnapshot, verdict: WorkerVerdict) -> WorkerSnapshot:
    view = seen.view._replace(state=verdict.state, evidence=verdict.evidence)
    if verdict.state in (QUEUED, RUNNING):
        view = view._replace(exit_code=None, signal=None, ended_at=None)
    return seen._replace(verdict=verdict, view=view)
