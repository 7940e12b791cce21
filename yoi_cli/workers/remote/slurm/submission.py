"""Submitting jobs to Slurm so that what is submitted runs once, whatever becomes of `sbatch`.

It may fail although Slurm took the job, be killed, or not answer. So the job is called like its
worker, the queue is asked by that name before anything is submitted again, jobs of one name run one
after the other (`--dependency=singleton`), Slurm starts none again by itself (`--no-requeue`), and
what a job starts refuses to start a worker that was started.
"""

from __future__ import annotations

import base64
import os
import shlex
import sys
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from yoi_cli.errors import OperationError
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.launch import Launch, pack
from yoi_cli.workers.remote.errors import runtime_error
from yoi_cli.workers.remote.slurm.code import GUARDIAN, install_code
from yoi_cli.workers.remote.slurm.job_record import (
    JOB_OUTPUT,
    LAUNCH,
    JobRecord,
    read_job,
    write_job,
)

if TYPE_CHECKING:
    from yoi_cli.workers.remote.slurm.options import SlurmOptions
    from yoi_cli.workers.remote.slurm.programs import Said, SlurmPrograms
    from yoi_cli.workers.remote.slurm.queue import JobQueue

#: A variable with a part of what a worker is given besides its files: the number of the part.
VARIABLE = "YOI_JOB_{part}"
#: Linux takes 128 KiB for one.
_PART = 96 * 1024
_CODE = "code"


class Submitter:
    """Submits the jobs of the workers whose folders are below `path`."""

    def __init__(
        self, path: str, programs: SlurmPrograms, queue: JobQueue, options: SlurmOptions
    ) -> None:
        self._path = path
        self._programs = programs
        self._queue = queue
        self._options = options

    def submit(self, launch: Launch) -> bool:
        """See to it that there is a job for a worker, whose lock is held; whether it was submitted
        now.

        One that may have been submitted before is looked for by its name. Raises
        `OperationError`: `slurm_refused` where Slurm takes no such job, and `runtime_unreachable`
        or `runtime_timeout` where it is not known whether it took it.
        """
        is_new = self._known(launch) is None
        if is_new:
            self._submit(launch)
        return is_new

    def _known(self, launch: Launch) -> JobRecord | None:
        """The job of a worker that was, or may have been, submitted before."""
        with files.closing(files.open_folder(launch.folder)) as folder:
            before = read_job(folder, launch.worker_id)
            if before is None or before.job_id is not None:
                return before
            word = self._queue.find(before.name)
            if word is None:
                return None
            found = replace(before, job_id=word.job_id)
            write_job(folder, found)
            return found

    def _submit(self, launch: Launch) -> None:
        record = JobRecord(name=launch.worker_id, asked_at=time.time_ns() // 1_000_000)
        with files.closing(files.open_folder(launch.folder)) as folder:
            files.replace(folder, LAUNCH, pack(_written(launch)))
            write_job(folder, record)
        job_id = self._submitted(launch)
        with files.closing(files.open_folder(launch.folder)) as folder:
            write_job(folder, replace(record, job_id=job_id))

    def _submitted(self, launch: Launch) -> int:
        """The number of the job that Slurm took. Raises as `submit`."""
        said: Said | None = None
        try:
            said = self._sbatch(launch)
        except OperationError as error:
            if error.code != "runtime_timeout":
                raise
        if said is not None and said.is_good:
            number = said.out.decode(errors="replace").strip().partition(";")[0]
            if number.isdecimal():
                return int(number)
        word = self._queue.find(launch.worker_id)
        if word is not None and word.job_id is not None:
            return word.job_id
        if said is None:
            raise runtime_error("runtime_timeout", self._programs.runtime_id)
        if said.is_unreachable:
            raise runtime_error("runtime_unreachable", self._programs.runtime_id)
        raise OperationError(
            "slurm_refused",
            f"Slurm does not take the job: {said.last_words}",
            hint="`yoi runtime show` has the options that sbatch is given; nothing was started.",
            details={"runtime_id": self._programs.runtime_id},
        )

    def _sbatch(self, launch: Launch) -> Said:
        code = install_code(os.path.join(self._path, _CODE))
        # In names of files `%` begins what Slurm fills in.
        output = os.path.join(self._path, launch.worker_id, JOB_OUTPUT).replace("%", "%%")
        arguments = [
            *(*self._options.sbatch(), f"--job-name={launch.worker_id}"),
            *("--dependency=singleton", "--open-mode=append"),
            *(f"--output={output}", f"--error={output}"),
        ]
        script = self._script(code, launch.worker_id)
        return self._programs.submit(arguments, script, _variables(launch), self._path)

    def _script(self, code: str, worker_id: str) -> bytes:
        python = self._options.python or sys.executable
        guardian = os.path.join(code, GUARDIAN)
        words = map(shlex.quote, [python, "-I", "-S", guardian, self._path, worker_id])
        return f"#!/bin/sh\nexec {' '.join(words)}\n".encode("utf-8", "surrogateescape")


def _written(launch: Launch) -> Launch:
    """What of a launch is written down: no value of a variable, and no secret."""
    return launch._replace(lock=-1, environment=(), secrets=())


def _variables(launch: Launch) -> bytes:
    """The rest of a launch, as variables of its job: each ends with a NUL."""
    rest = Launch(
        launch.worker_id,
        b"",
        -1,
        launch.bounds,
        environment=launch.environment,
        secrets=launch.secrets,
    )
    text = base64.b64encode(pack(rest))
    parts = [text[at : at + _PART] for at in range(0, len(text), _PART)]
    return b"".join(
        VARIABLE.format(part=part).encode() + b"=" + data + b"\0" for part, data in enumerate(parts)
    )
