"""What is known of a worker, graded by the evidence for it (docs/workers.md)."""

from __future__ import annotations

from yoi_cli.errors import ConflictError
from yoi_cli.model.workers.profiles import UNCONFINED
from yoi_cli.named_tuple import NamedTuple

QUEUED = "queued"
RUNNING = "running"
EXITED = "exited"
KILLED = "killed"
LOST = "lost"
STATES = (QUEUED, RUNNING, EXITED, KILLED, LOST)
ENDED = frozenset({EXITED, KILLED, LOST})


class WorkerView(NamedTuple):
    """A worker as everybody may see it: no path, no pid, no token.

    `runtime_id` and `worker_id` are its only authority. `evidence` says in one sentence why
    it is in that state. `cause` says what ended it where that was not itself: `stopped`,
    `cancelled`, `timeout`, `idle_timeout`, `output_limit`, or the empty string. Times are Unix
    milliseconds; `output_size` is how many bytes it wrote that are kept or were. `key` is the word
    by which it is known again, `agent` the coding agent that it is, or empty. `confine` is how it
    was to be confined, `landlock` the version of Landlock by which the kernel does; 0, it does
    not. `changes` are paths of the clone that changed while it ran and are not its work.
    `has_terminal` says that it has a terminal of its own.
    `accepts_input` says whether it can be given input now.
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
    key: str | None = None
    agent: str = ""
    confine: str = UNCONFINED
    landlock: int = 0
    changes: tuple[str, ...] = ()
    has_terminal: bool = False
    accepts_input: bool = False

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def ending(self) -> str:
        """How it ended, in a few words."""
        cause = f" ({self.cause.replace('_', ' ')})" if self.cause else ""
        if self.exit_code is not None:
            return f"exited with code {self.exit_code}{cause}"
        if self.signal is not None:
            return f"was killed by signal {self.signal}{cause}"
        return f"is {self.state}{cause}"


def takes_no_input(worker_id: str) -> ConflictError:
    """The refusal of input by a worker that reads none, or none any more."""
    return ConflictError(
        "worker_conflict",
        f"Worker {worker_id} takes no input.",
        hint="One that was started with `--input` does, until its input is closed.",
        details={"worker_id": worker_id},
    )


class WorkerExit(NamedTuple):
    """How a worker ended, as whoever waited for it wrote down: `by` is `stub` or `shim`.

    `error` is what kept it from beginning. `at` is Unix milliseconds.
    """

    code: int | None
    signal: int | None
    at: int
    by: str
    error: str = ""


class WorkerFacts(NamedTuple):
    """What can be seen of a worker at one instant.

    `phase` is how far its shim wrote that it is, None before it wrote anything. `has_shim`
    says that somebody holds its lock: its shim, or who is about to start that. `stub_lives`
    and `worker_lives` are about those very processes, not about their numbers. `is_elsewhere`
    says that they work for another folder, of which this one is a copy.
    """

    phase: str | None
    has_shim: bool
    stub_lives: bool = False
    worker_lives: bool = False
    is_this_boot: bool = True
    exit: WorkerExit | None = None
    why: str = ""
    is_elsewhere: bool = False

    @property
    def is_being_started(self) -> bool:
        """Whether it is not known yet that its program could be started."""
        return self.has_shim and self.phase in (None, "starting", "beginning")


class WorkerVerdict(NamedTuple):
    """A state, with one sentence of evidence for it. `is_settled` says that it was written
    down as the last word; one that is not, and has no shim, is for `recover` to settle."""

    state: str
    evidence: str
    is_settled: bool = False


RESTARTED = "the machine was restarted while it ran"
NOT_STARTED = "its launcher died before it was started"
NOT_BEGUN = "its shim died before it ran"
COPIED = "this is a copy of its record; it runs for the clone that was copied"
UNSEEN = "its shim and its stub died, so nobody saw how it ended"


def judge(facts: WorkerFacts) -> WorkerVerdict:
    """The state of a worker by the evidence for it (docs/workers.md).

    It has ended only when nothing of it runs any more; what is not known is `lost`.
    """
    if facts.phase == "ended":
        return _settled(facts)
    if facts.has_shim:
        return _watched(facts)
    return _unwatched(facts)


def _unwatched(facts: WorkerFacts) -> WorkerVerdict:
    """The state of a worker without a shim, which was not written down as the last word."""
    if facts.is_elsewhere:
        return WorkerVerdict(LOST, _sentence(COPIED), True)
    if facts.worker_lives:
        return WorkerVerdict(
            RUNNING, "Its process runs; its shim died, and `yoi worker recover` brings another."
        )
    if facts.stub_lives and facts.exit is None:
        return WorkerVerdict(RUNNING, "Its stub lives and is about to write down how it ended.")
    if facts.exit is not None and not facts.exit.error:
        return WorkerVerdict(
            _ended_as(facts.exit), f"{_seen_end(facts.exit)}; its shim was gone by then."
        )
    return WorkerVerdict(LOST, _sentence(why_lost(facts)))


def why_lost(facts: WorkerFacts) -> str:
    """Why nobody knows how a worker without a shim ended, or that it never ran."""
    if facts.phase is None:
        return NOT_STARTED
    if facts.phase in ("queued", "starting") or (facts.exit is not None and facts.exit.error):
        return NOT_BEGUN
    return UNSEEN if facts.is_this_boot else RESTARTED


def _settled(facts: WorkerFacts) -> WorkerVerdict:
    if facts.exit is not None and not facts.exit.error and not facts.why:
        return WorkerVerdict(_ended_as(facts.exit), f"{_seen_end(facts.exit)}.", True)
    why = facts.why or "its exit is missing"
    state = KILLED if facts.phase == "ended" and why.startswith("it was given up") else LOST
    return WorkerVerdict(state, _sentence(why), True)


def _watched(facts: WorkerFacts) -> WorkerVerdict:
    if facts.phase == "queued":
        return WorkerVerdict(QUEUED, "Its shim holds its lock and waits for room in its group.")
    if facts.is_being_started:
        return WorkerVerdict(QUEUED, "It is being started.")
    if facts.exit is not None:
        end = _seen_end(facts.exit)
        return WorkerVerdict(RUNNING, f"{end}; what it left behind is being ended.")
    return WorkerVerdict(RUNNING, "Its shim holds its lock.")


def _ended_as(exit_: WorkerExit) -> str:
    return EXITED if exit_.code is not None else KILLED


def _seen_end(exit_: WorkerExit) -> str:
    how = f"code {exit_.code}" if exit_.code is not None else f"signal {exit_.signal}"
    return f"Its {exit_.by} saw it end with {how}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + "."
