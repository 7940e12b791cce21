"""From queued tickets to merged branches: which tickets, how many at once (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model import states
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.model.classification import GivenDecision
from yoi_cli.model.ids import TicketId
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.context import FAILURE, LEFT, MERGED, PERSON, RunOutcome
from yoi_cli.orchestration.journal import Journal
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.preflight import obstacles, place_of
from yoi_cli.orchestration.ticket_run import TicketRun
from yoi_cli.routing.accept import Acceptance, accept_ticket
from yoi_cli.routing.claims import ClaimService, find_next
from yoi_cli.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.orchestration.ports import OrchestrationPorts

REFUSED = "refused"
WAITS = "waits"
HELD = "held"
RUNNING = "running"
#: Outcomes for which a run exits with 1, whatever else came of it.
FAILURES = frozenset({REFUSED, FAILURE})
_FIRST_PAUSE, _LONGEST_PAUSE, _WATCH_PAUSE = 0.02, 0.5, 2.0


class RunOptions(NamedTuple):
    """What a run is asked for: which tickets (none: all), how many at once, whether it stays,
    and whether what waits for a person is taken up again."""

    tickets: tuple[TicketId, ...] = ()
    at_once: int = 1
    watches: bool = False
    retries: bool = False


class PlannedStep(NamedTuple):
    """What a run would do next with one ticket, and what is in the way."""

    ticket: str
    title: str
    stage: str
    obstacles: tuple[tuple[str, str], ...]


class RunningTicket(NamedTuple):
    """A ticket that is being worked on: its newest step, and the worker that is waited for."""

    ticket: str
    title: str
    stage: str
    worker: str


class RunPlan(NamedTuple):
    """What a run would do next, to be merged into the branch `target`."""

    target: str
    steps: tuple[PlannedStep, ...]


class RunResult(NamedTuple):
    """What came of a run; `in_hand` are the tickets on which work goes on without it."""

    target: str
    outcomes: tuple[RunOutcome, ...]
    in_hand: tuple[RunningTicket, ...]

    @property
    def exit_code(self) -> int:
        """0 where all ended well, 5 where a person is needed, 1 where something failed."""
        results = {one.result for one in self.outcomes}
        if results & FAILURES:
            return 1
        return 5 if results & {PERSON, WAITS} else 0


class Orchestrator:
    """One run: several tickets at once, each a step at a time, in one loop."""

    def __init__(self, tools: OrchestrationPorts, wish: RunOptions) -> None:
        self._tools = tools
        self._wish = wish
        self._active: dict[str, TicketRun] = {}
        self._is_due = True
        self._told: dict[str, str] = {}
        self._resumed: set[str] = set()
        self.outcomes: dict[str, RunOutcome] = {}

    def run(self, pause: Callable[[float], bool]) -> None:
        """Work until nothing more can be done without a person, or `pause` says to stop.

        `pause` waits for some seconds; False ends the run. Workers that still run go on
        without it.
        """
        self._tools.runtime.recover()
        delay = _FIRST_PAUSE
        try:
            while True:
                moved = self.step()
                if not self._active and not moved:
                    if not self._wish.watches:
                        break
                    delay = _WATCH_PAUSE
                    self._is_due = True
                    self._forget_what_waits()
                else:
                    delay = _FIRST_PAUSE if moved else min(delay * 1.5, _LONGEST_PAUSE)
                if not moved and not pause(delay):
                    break
        finally:
            for ticket in self._active:
                self._tools.desk.drop(ticket)
        for one in self.in_hand:
            text = f"Worker {one.worker} goes on." if one.worker else "The next run goes on."
            outcome = RunOutcome(one.ticket, one.title, RUNNING, one.stage, text)
            self.outcomes[one.ticket] = outcome
        self._explain_the_rest()

    def step(self) -> bool:
        """One step of every ticket in hand, and new ones where there is room; whether any
        went on."""
        moved = self._begin()
        for ticket, work in list(self._active.items()):
            done = work.step()
            if isinstance(done, RunOutcome):
                self._end(done)
                self._tools.desk.drop(ticket)
                del self._active[ticket]
                self._is_due = True
            moved = moved or done is not False
        return moved

    @property
    def in_hand(self) -> tuple[RunningTicket, ...]:
        return tuple(
            RunningTicket(work.ticket, work.title, work.stage, work.worker)
            for work in self._active.values()
        )

    def result(self, target: str) -> RunResult:
        """What came of it so far."""
        return RunResult(target, tuple(self.outcomes.values()), self.in_hand)

    def plan(self, target: str) -> RunPlan:
        """What would be done next; nothing is changed."""
        found = []
        for ticket in self._candidates():
            title = self._tools.store.item(ticket).title
            stage = Journal(self._tools, ticket).look().stage
            ways = () if stage else obstacles(self._tools, ticket, title)
            found.append(PlannedStep(ticket, title, stage or states.QUEUED, ways))
        return RunPlan(target, tuple(found))

    def _begin(self) -> bool:
        """Take up tickets while there is room for them."""
        if not self._is_due or len(self._active) >= self._wish.at_once:
            return False
        self._is_due = False
        begun = False
        for ticket in self._candidates():
            if len(self._active) >= self._wish.at_once:
                self._is_due = True
                break
            if ticket not in self._active and ticket not in self.outcomes:
                begun = self._take_up(ticket) or begun
        return begun

    def _candidates(self) -> Iterator[TicketId]:
        """What was begun and is not done, then what may start, best first."""
        named = set(self._wish.tickets)
        begun = dict.fromkeys(self._begun())
        queued = [
            TicketId(one.ticket) for one in find_next(self._tools.store, self._tools.routing())
        ]
        for ticket in (*begun, *(one for one in queued if one not in begun)):
            if not named or ticket in named:
                yield ticket

    def _begun(self) -> Iterator[TicketId]:
        """Tickets that this clone's orchestrators began: in progress, or merged with their
        worktree still there. A move of the target that was cut short comes first."""
        found: list[tuple[bool, TicketId]] = []
        standing = {one.ticket for one in self._tools.yard.all(self._tools.target)}
        for row in self._tools.store.all_fields():
            state = row.fields.get("state")
            is_over = state in states.RESOLVED_STATES and row.id in standing
            if row.error is not None or not (state == states.INPROGRESS or is_over):
                continue
            journal = Journal(self._tools, row.id)
            at = _position(journal)
            if at is not None and journal.is_ours(at) and self._is_open(at):
                found.append((at.stage != stages.ADVANCE, row.id))
        return (ticket for _, ticket in sorted(found))

    def _is_open(self, at: stages.Position) -> bool:
        """Whether anything is left to do for a ticket that was begun."""
        if at.stage != stages.MERGED:
            return at.state == states.INPROGRESS or at.stage == stages.CLEANUP
        settings = self._tools.settings.orchestration
        return settings.cleanup or (settings.close and at.state == states.DONE)

    def _take_up(self, ticket: TicketId) -> bool:
        """Begin or go on with one ticket; whether it is in hand now."""
        if not self._tools.desk.hold(ticket):
            text = "Another orchestrator of this clone has it in hand."
            self._end(RunOutcome(ticket, "", HELD, "held", text))
            return False
        title, refused = "", None
        try:
            title = self._tools.store.item(ticket).title
            refused = self._accept(ticket, title)
            if refused is None:
                work = TicketRun(self._tools, ticket)
                if self._wish.retries and ticket not in self._resumed:
                    self._resumed.add(ticket)
                    work.resume()
                self._active[ticket] = work
        except YoiError as error:
            refused = RunOutcome(ticket, title, FAILURE, error.code, error.message)
        if refused is not None:
            self._tools.desk.drop(ticket)
            self._end(refused)
        return refused is None

    def _accept(self, ticket: TicketId, title: str) -> RunOutcome | None:
        """Accept a queued ticket once nothing is in its way; None where it may be worked on."""
        tools, journal = self._tools, Journal(self._tools, ticket)
        at = journal.look()
        if at.state != states.QUEUED:
            return None if journal.is_ours(at) else RunOutcome(ticket, title, HELD, at.state, "")
        in_way = obstacles(tools, ticket, title)
        if in_way:
            text = " ".join(one.text for one in in_way)
            return RunOutcome(ticket, title, REFUSED, in_way[0].code, text)
        place = place_of(tools, ticket, title)
        request = ClaimRequest(tools.holder, tools.lease, place.worktree)
        acceptance = Acceptance(request, place.branch, place.worktree)
        desk = ClaimService(tools.store, tools.book, tools.by, tools.routing())
        try:
            accept_ticket(desk, ticket, acceptance, GivenDecision(), {})
        except ConflictError as error:
            result = REFUSED if error.code == "acceptance_missing" else HELD
            return RunOutcome(ticket, title, result, error.code, error.message)
        tools.tell(Progress(ticket, stages.ACCEPTED, f"accepted: {title}"))
        return None

    def _end(self, outcome: RunOutcome) -> None:
        self.outcomes[outcome.ticket] = outcome
        said = f"{outcome.result}: {outcome.text}"
        if self._told.get(outcome.ticket) != said:
            self._told[outcome.ticket] = said
            self._tools.tell(Progress(outcome.ticket, "ended", said, "", outcome.commit))

    def _forget_what_waits(self) -> None:
        """Whoever stays looks again at what could not go on; what is merged is over."""
        over = {MERGED, LEFT}
        self.outcomes = {t: one for t, one in self.outcomes.items() if one.result in over}

    def _explain_the_rest(self) -> None:
        """Say of tickets that were asked for by name why nothing was done."""
        router = Router(self._tools.store, self._tools.routing())
        for ticket in self._wish.tickets:
            if ticket not in self.outcomes:
                said = router.route(ticket)
                text = " ".join(reason.text for reason in said.classified.reasons)
                word = said.classified.classification
                self.outcomes[ticket] = RunOutcome(ticket, said.title, WAITS, word, text)


def _position(journal: Journal) -> stages.Position | None:
    try:
        return journal.look()
    except YoiError:
        return None
