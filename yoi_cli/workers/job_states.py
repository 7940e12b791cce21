"""What Slurm says of a job, and what that means for a worker (docs/machines.md, "Slurm").

Its word is evidence of why something ended; how a worker ended is in the worker's own files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.model import KILLED, LOST, QUEUED, RUNNING, WorkerVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.workers.model import WorkerFacts

UNKNOWN: Final = "unknown"
#: Slurm answers, and does not list the job any more: it forgets them after a while (MinJobAge).
GONE: Final = "gone"

_WAITING = frozenset(
    {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT"}
    | {"RESV_DEL_HOLD", "POWER_UP_NODE"}
)
_AT_WORK = frozenset(
    {"RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "RESIZING", "STAGE_OUT"}
    | {"LAUNCH_FAILED", "RECONFIG_FAIL", "UPDATE_DB", "EXPEDITING"}
)
#: How jobs end, with the cause that a worker has by it; empty, it is none.
_OVER: Mapping[str, str] = {
    "COMPLETED": "",
    "FAILED": "",
    "TIMEOUT": "timeout",
    "CANCELLED": "cancelled",
    "OUT_OF_MEMORY": "out_of_memory",
    "PREEMPTED": "preempted",
    "NODE_FAIL": "node_fail",
    "BOOT_FAIL": "boot_fail",
    "DEADLINE": "deadline",
    "REVOKED": "revoked",
}
_KNOWN = _WAITING | _AT_WORK | _OVER.keys()
CAUSES = frozenset(_OVER.values())
_REASON = re.compile(r"[A-Za-z]\w{0,59}", re.ASCII)


class JobWord(NamedTuple):
    """What Slurm said of a job last. `since` is when that was first seen (Unix milliseconds), and
    `why` Slurm's reason, a word of its own."""

    state: str = UNKNOWN
    job_id: int | None = None
    why: str = ""
    since: int = 0

    @property
    def is_over(self) -> bool:
        return self.state in _OVER

    @property
    def waits(self) -> bool:
        return self.state in _WAITING

    @property
    def is_known(self) -> bool:
        return self.state != UNKNOWN

    @property
    def cause(self) -> str:
        """What ended a worker whose job ended so, where that was not the worker itself."""
        return _OVER.get(self.state, "")

    def __str__(self) -> str:
        has_reason = self.why != "None" and _REASON.fullmatch(self.why)
        return f"{self.state} ({self.why})" if has_reason else self.state


def state_named(words: object) -> str:
    """The state that `words` mean: one of Slurm's, a list of them as newer versions give (the
    state itself comes first, then flags), or a state with more behind it, such as `CANCELLED by
    1000`. `UNKNOWN` for what is none."""
    if isinstance(words, (list, tuple)):
        found = [state_named(one) for one in words]
        ends = [one for one in found if one in _OVER]
        return "COMPLETING" if "COMPLETING" in found else (ends or found or [UNKNOWN])[0]
    word = words.split()[0].rstrip("+") if isinstance(words, str) and words.strip() else ""
    return word if word in _KNOWN else UNKNOWN


def judge_job(facts: WorkerFacts, word: JobWord, *, is_certain: bool) -> WorkerVerdict:
    """The state of a worker whose lock nobody holds and whose end is not written down, by what
    Slurm says of its job. `is_certain` says that Slurm said so long ago enough for everything that
    was written before to be seen here."""
    has_begun = facts.phase not in (None, "queued", "starting")
    if word.is_over or word.state == GONE:
        if is_certain:
            return _over(word, has_begun=has_begun)
        return WorkerVerdict(
            RUNNING if has_begun else QUEUED, f"{_said(word)}; what it wrote last is awaited."
        )
    if word.waits or not has_begun:
        return WorkerVerdict(QUEUED if not has_begun else RUNNING, f"{_said(word)}.")
    return WorkerVerdict(RUNNING, f"{_said(word)}; nobody holds its lock.")


_JOB = r"(?:the|its) job(?: \d{1,12})?"
#: Every sentence on a worker's job, without its point.
SAID = (
    rf"Slurm (?:lists {_JOB} no more|did not say yet how {_JOB} stands|does not answer"
    rf"|says of {_JOB}: [A-Z_]{{1,20}}(?: \({_REASON.pattern}\))?)"
    r"(?: before it ran|; nobody holds its lock|; what it wrote last is awaited"
    r"|, and (?:nobody saw how it ended|it never began))?"
    r"|It has ended; why, Slurm was not heard of yet"
)


def _over(word: JobWord, *, has_begun: bool) -> WorkerVerdict:
    if not has_begun and word.state == "CANCELLED":
        return WorkerVerdict(KILLED, f"{_said(word)} before it ran.")
    when = "nobody saw how it ended" if has_begun else "it never began"
    return WorkerVerdict(LOST, f"{_said(word)}, and {when}.")


def _said(word: JobWord) -> str:
    job = "the job" if word.job_id is None else f"the job {word.job_id}"
    if word.state == GONE:
        return f"Slurm lists {job} no more"
    if not word.is_known and word.why:
        return "Slurm does not answer"
    if not word.is_known:
        return f"Slurm did not say yet how {job} stands"
    return f"Slurm says of {job}: {word}"
