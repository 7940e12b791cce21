"""Submitting jobs to Slurm so that what is submitted runs once, whatever becomes of `sbatch`.

It may fail although Slurm took the job, be killed, or not answer. So the job is called like its
worker (or the first of several), the queue is asked by that name before anything is submitted
again, jobs of one name run one after the other (`--dependency=singleton`), Slurm starts none again
by itself (`--no-requeue`), and what a job starts refuses to start a worker that was started.
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
    from collections.abc import Sequence

    from yoi_cli.workers.remote.slurm.options import SlurmOptions
    from yoi_cli.workers.remote.slurm.programs import Said, SlurmPrograms
    from yoi_cli.workers.remote.slurm.queue import JobQueue

#: A variable with a part of what a worker is given besides its files: its place in the array, and
#: the number of the part. Linux takes 128 KiB for one.
VARIABLE = "YOI_JOB_{task}_{part}"
_PART = 96 * 1024
#: What all variables of a job may have together; Linux takes some megabytes.
MOST_VARIABLES = 1 << 20
_CODE, _OUTPUTS = "code", "job-output"


class Submitter:
    """Submits the jobs of the workers whose folders are below `path`."""

    def __init__(
        self, path: str, programs: SlurmPrograms, queue: JobQueue, options: SlurmOptions
    ) -> None:
        self._path = path
        self._programs = programs
        self._queue = queue
        self._options = options

    def submit(self, launches: Sequence[Launch]) -> list[bool]:
        """See to it that there is a job for each worker, whose lock is held; whether each was
        submitted now.

        Those that may have been submitted before are looked for by their names. Raises
        `OperationError`: `slurm_refused` where Slurm takes no such job, and `runtime_unreachable`
        or `runtime_timeout` where it is not known whether it took it.
        """
        fresh, is_new = [], []
        for launch in launches:
            known = self._known(launch)
            is_new.append(known is None)
            if known is None:
                fresh.append(launch)
        for jobs in _batches(fresh):
            self._submit(jobs)
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

    def _submit(self, launches: Sequence[Launch]) -> None:
        name = launches[0].worker_id
        is_array = len(launches) > 1
        now = time.time_ns() // 1_000_000
        records = [
            JobRecord(name=name, task=task if is_array else None, asked_at=now)
            for task in range(len(launches))
        ]
        for launch, record in zip(launches, records, strict=True):
            with files.closing(files.open_folder(launch.folder)) as folder:
                files.replace(folder, LAUNCH, pack(_written(launch)))
                write_job(folder, record)
        job_id = self._submitted(name, launches)
        for launch, record in zip(launches, records, strict=True):
            with files.closing(files.open_folder(launch.folder)) as folder:
                write_job(folder, replace(record, job_id=job_id))

    def _submitted(self, name: str, launches: Sequence[Launch]) -> int:
        """The number of the job that Slurm took. Raises as `submit`."""
        said: Said | None = None
        try:
            said = self._sbatch(name, launches)
        except OperationError as error:
            if error.code != "runtime_timeout":
                raise
        if said is not None and said.is_good:
            number = said.out.decode(errors="replace").strip().partition(";")[0]
            if number.isdecimal():
                return int(number)
        word = self._queue.find(name)
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

    def _sbatch(self, name: str, launches: Sequence[Launch]) -> Said:
        code = install_code(os.path.join(self._path, _CODE))
        ids = [launch.worker_id for launch in launches]
        # In names of files `%` begins what Slurm fills in.
        output = os.path.join(self._path, ids[0], JOB_OUTPUT).replace("%", "%%")
        if len(ids) > 1:
            folder = os.path.join(self._path, _OUTPUTS, name)
            os.makedirs(folder, 0o700, exist_ok=True)
            output = os.path.join(folder.replace("%", "%%"), "%a")
        arguments = [
            *(*self._options.sbatch(), f"--job-name={name}", "--dependency=singleton"),
            *("--open-mode=append", f"--output={output}", f"--error={output}"),
        ]
        if len(ids) > 1:
            arguments.append(f"--array=0-{len(ids) - 1}")
        variables = b"".join(_variables(task, one) for task, one in enumerate(launches))
        return self._programs.submit(arguments, self._script(code, ids), variables, self._path)

    def _script(self, code: str, ids: Sequence[str]) -> bytes:
        python = self._options.python or sys.executable
        guardian = os.path.join(code, GUARDIAN)
        words = map(shlex.quote, [python, "-I", "-S", guardian, self._path, *ids])
        return f"#!/bin/sh\nexec {' '.join(words)}\n".encode("utf-8", "surrogateescape")


def _written(launch: Launch) -> Launch:
    """What of a launch is written down: no value of a variable, and no secret."""
    return launch._replace(lock=-1, environment=(), secrets=())


def _variables(task: int, launch: Launch) -> bytes:
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
        VARIABLE.format(task=task, part=part).encode() + b"=" + data + b"\0"
        for part, data in enumerate(parts)
    )


def _batches(launches: Sequence[Launch]) -> list[list[Launch]]:
    """The launches in groups, each for one job, so that their variables fit."""
    batches: list[list[Launch]] = []
    room = 0
    for launch in launches:
        size = len(_variables(0, launch))
        if not batches or size > room:
            batches.append([])
            room = MOST_VARIABLES
        batches[-1].append(launch)
        room -= size
    return batches
