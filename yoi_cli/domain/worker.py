"""What is known of a worker, graded by the evidence for it (DESIGN section 11)."""

from __future__ import annotations

from typing import NamedTuple

QUEUED = "queued"
RUNNING = "running"
EXITED = "exited"
KILLED = "killed"
LOST = "lost"
STATES = (QUEUED, RUNNING, EXITED, KILLED, LOST)
ENDED = frozenset({EXITED, KILLED, LOST})


class ProcessIdentity(NamedTuple):
    """A process that no other can be taken for: a pid alone comes again.

    `started` is the start time in the kernel's own unit since boot.
    """

    boot_id: str
    pid: int
    started: int


class WorkerView(NamedTuple):
    """A worker as everybody may see it: no path, no pid, no token.

    `runtime_id` and `worker_id` are its only authority. `evidence` says in one sentence why
    it is in that state. `cause` says what ended it where that was not itself: `stopped`,
    `cancelled`, `timeout`, `output_limit`, or the empty string. Times are Unix milliseconds;
    `output_size` is how many bytes it wrote that are kept or were.
    """

    runtime_id: str
    worker_id: str
    state: str
    evidence: str
    ticket: str | None = None
    role: str | None = None
    profile: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    cause: str = ""
    created_at: int = 0
    started_at: int | None = None
    ended_at: int | None = None
    output_size: int = 0

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED
