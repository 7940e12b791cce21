"""What `squeue` and `sacct` print, as words on jobs: as JSON, or as lines where that is not there.

Whatever is not understood is no row, or says `unknown`; nothing raises but for JSON that is no
answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.job_states import state_named

if TYPE_CHECKING:
    from collections.abc import Iterator

#: No field that Slurm prints holds it, and it stands last, where a name could hold anything.
SEPARATOR = "\x1f"
#: The number of a job; the array that it belongs to, and its place there; state, reason, user.
LINE_FORMAT = SEPARATOR.join(("%A", "%F", "%K", "%T", "%r", "%U", "%j"))
_LINE_FIELDS = 7


class JobRow(NamedTuple):
    """A job of the queue. `task` is its place in an array, None of a job that is no array's, and
    of one that stands for all places that wait."""

    name: str
    task: int | None
    job_id: int | None
    state: str
    why: str
    user_id: int | None


class _Job(msgspec.Struct):
    """What is taken of a job in JSON; newer versions say numbers as objects."""

    name: object = ""
    job_id: object = None
    array_job_id: object = None
    array_task_id: object = None
    job_state: object = ""
    state_reason: object = ""
    user_id: object = None


class _Answer(msgspec.Struct):
    jobs: list[_Job]
    errors: list[object] = []


class NotAnsweredError(Exception):
    """Squeue could not ask Slurm: it then exits with 0, and lists no job."""


def rows_of_json(text: bytes) -> list[JobRow]:
    """The rows of `squeue --json`. Raises `ValueError` for what is none, and `NotAnsweredError`."""
    try:
        answer = msgspec.json.decode(text, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError("this is no answer of squeue") from error
    if answer.errors:
        raise NotAnsweredError
    return [
        JobRow(
            job.name,
            _number(job.array_task_id),
            _number(job.job_id),
            state_named(job.job_state),
            job.state_reason if isinstance(job.state_reason, str) else "",
            _number(job.user_id),
        )
        for job in answer.jobs
        if isinstance(job.name, str)
    ]


def rows_of_lines(text: str) -> list[JobRow]:
    """The rows of `squeue` with `LINE_FORMAT`; a line that is none of its is passed over."""
    return [row for line in text.split("\n") for row in _row(line)]


def _row(line: str) -> Iterator[JobRow]:
    fields = line.split(SEPARATOR, _LINE_FIELDS - 1)
    if len(fields) == _LINE_FIELDS:
        job_id, _, task, state, why, user, name = fields
        yield JobRow(name, _digits(task), _digits(job_id), state_named(state), why, _digits(user))


def state_of_sacct(text: str, name: str) -> str:
    """The state of the job `name` in what `sacct --parsable2 --format=JobName,State` prints; empty
    where it says none."""
    for line in text.split("\n"):
        found, _, state = line.rpartition("|")
        if found == name:
            return state_named(state)
    return ""


def _number(value: object) -> int | None:
    """A number, as it stands or as `{"set": true, "number": 3}`."""
    if isinstance(value, dict):
        is_set = value.get("set", True) and not value.get("infinite")
        return _number(value.get("number")) if is_set else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _digits(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdecimal() else None
