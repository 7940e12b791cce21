"""What is written down of a worker's job, in the worker's folder: `job.json`."""

from __future__ import annotations

import msgspec

from yoi_cli.workers.job_states import JobWord
from yoi_cli.workers.local.records import corrupt
from yoi_cli.workers.local.shim import files

JOB = "job.json"
#: What the job is to start, without any value of a variable; the answer of the shim; what Slurm
#: and the job itself had to say.
LAUNCH, ANSWER, JOB_OUTPUT = "launch", "answer", "slurm.out"


class JobRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The job `name` of Slurm, which is its worker's id.

    It is written before Slurm is asked for the job (`asked_at`, Unix milliseconds), and once more
    with its number. `word` is what Slurm said last of a job that is over.
    """

    schema_version: int = 1
    name: str
    asked_at: int
    job_id: int | None = None
    word: JobWord | None = None


def read_job(folder: int, worker_id: str) -> JobRecord | None:
    """The record in the open folder of a worker; None before there is one. Raises
    `StoreInvalidError` (`worker_store_corrupt`)."""
    try:
        return msgspec.json.decode(files.read(folder, JOB), type=JobRecord)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise corrupt(worker_id, JOB, "it cannot be read") from error


def write_job(folder: int, record: JobRecord) -> None:
    """Let `record` be what is written down. Raises `OSError`."""
    files.replace(folder, JOB, msgspec.json.encode(record) + b"\n")
