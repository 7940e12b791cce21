"""The last answer of the queue as it is kept, and what becomes of it by the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from yoi_cli.workers.job_states import GONE, JobWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.workers.remote.slurm.squeue_output import JobRow

_LONGEST_PAUSE_MS = 60_000
_MOST_DOUBLINGS = 6
#: Words on jobs that ended so long ago are let go.
_KEPT_MS = 14 * 86_400_000


class QueueAnswer(msgspec.Struct, frozen=True):
    """When Slurm was asked, when it answered last, and before when it is not asked again (Unix
    milliseconds); how often it failed since, and with which code; what it said of all jobs.
    `has_no_json` says that its squeue prints none."""

    asked_at: int = 0
    answered_at: int = 0
    next_at: int = 0
    failures: int = 0
    code: str = ""
    has_no_json: bool = False
    words: dict[str, JobWord] = {}

    @property
    def is_current(self) -> bool:
        """Whether Slurm answered when it was asked last."""
        return self.answered_at == self.asked_at > 0

    def failed(self, asked_at: int, interval: int, code: str) -> QueueAnswer:
        """The same, once Slurm was asked and did not answer: it is asked later each time."""
        doublings = min(self.failures + 1, _MOST_DOUBLINGS)
        pause = max(interval, min(interval * 2**doublings, _LONGEST_PAUSE_MS))
        return replace(
            self,
            asked_at=asked_at,
            next_at=asked_at + pause,
            failures=self.failures + 1,
            code=code,
        )

    def answered(self, asked_at: int, interval: int, rows: Iterable[JobRow]) -> QueueAnswer:
        """What is kept once Slurm answered with `rows`.

        A job that is over stays so, since Slurm forgets it after a while; of the others, what is
        not listed any more is gone.
        """
        now = {label_of(row): word_of(row, asked_at) for row in rows}
        words: dict[str, JobWord] = {}
        for label, word in self.words.items():
            if label not in now and word.since > asked_at - _KEPT_MS:
                is_last = word.is_over or word.state == GONE
                words[label] = word if is_last else JobWord(GONE, word.job_id, "", asked_at)
        for label, word in now.items():
            before = self.words.get(label)
            is_same = before is not None and before.state == word.state
            words[label] = word._replace(since=before.since) if before and is_same else word
        return QueueAnswer(
            asked_at,
            asked_at,
            asked_at + interval,
            has_no_json=self.has_no_json,
            words=words,
        )

    def with_word(self, label: str, word: JobWord) -> QueueAnswer:
        """The same with a word on one more job."""
        words: Mapping[str, JobWord] = {**self.words, label: word}
        return replace(self, words=words)


def label_of(row: JobRow) -> str:
    """A job among all of the queue: its name, and its place in an array."""
    return row.name if row.task is None else f"{row.name}/{row.task}"


def word_of(row: JobRow, since: int) -> JobWord:
    return JobWord(row.state, row.job_id, row.why, since)


def decode_answer(data: bytes) -> QueueAnswer:
    """What was kept; nothing where that is none."""
    try:
        return msgspec.json.decode(data, type=QueueAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return QueueAnswer()
