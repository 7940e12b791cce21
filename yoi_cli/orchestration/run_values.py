"""What a run of `yoi orchestrate` is asked for, and what it tells of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.context import FAILURE, PERSON, WAITS

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.context import RunOutcome

REFUSED = "refused"
HELD = "held"
RUNNING = "running"
#: Outcomes for which a run exits with 1, whatever else came of it.
FAILURES = frozenset({REFUSED, FAILURE})


class RunOptions(NamedTuple):
    """What a run is asked for: which tickets (none: all), how many at once, and how many of those
    in this clone (None: all), whether it stays, and whether what waits for a person is taken up
    again."""

    tickets: tuple[TicketId, ...] = ()
    at_once: int = 1
    here: int | None = None
    watches: bool = False
    retries: bool = False


class PlannedStep(NamedTuple):
    """What a run would do next with one ticket, and what is in the way."""

    ticket: str
    title: str
    stage: str
    obstacles: tuple[tuple[str, str], ...]


class RunningTicket(NamedTuple):
    """A ticket that is being worked on: its newest step, and the worker that is waited for. `away`
    says why the runtime of that cannot be asked, where it cannot."""

    ticket: str
    title: str
    stage: str
    worker: str
    away: str = ""


class RunPlan(NamedTuple):
    """What a run would do next, to be merged into the branch `target`."""

    target: str
    steps: tuple[PlannedStep, ...]


class RunResult(NamedTuple):
    """What came of a run; `running` are the tickets on which work goes on without it."""

    target: str
    outcomes: tuple[RunOutcome, ...]
    running: tuple[RunningTicket, ...]

    @property
    def exit_code(self) -> int:
        """0 where all ended well, 5 where a person is needed, 1 where something failed."""
        results = {one.result for one in self.outcomes}
        if results & FAILURES:
            return 1
        return 5 if results & {PERSON, WAITS} else 0
