"""From queued tickets to merged branches: which tickets, how many at once (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.workers.profiles import CODER, REVIEWER
from yoi_cli.orchestration.accepting import accept, obstacles_of, ports_of, settings_of
from yoi_cli.orchestration.away_watch import AwayWatch
from yoi_cli.orchestration.context import FAILURE, LEFT, MERGED, PERSON, WAITS, RunOutcome
from yoi_cli.orchestration.journal import Journal
from yoi_cli.orchestration.merge_queue import MergeQueue
from yoi_cli.orchestration.notifying import Notifier
from yoi_cli.orchestration.orphans import end_far_orphans, end_orphans
from yoi_cli.orchestration.pending_tickets import pending_tickets
from yoi_cli.orchestration.places import Places
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.preflight import (
    DISK_FULL,
    LEAST_FREE_BYTES,
)
from yoi_cli.orchestration.run_values import (
    HELD,
    RUNNING,
    PlannedStep,
    RunningTicket,
    RunOptions,
    RunPlan,
    RunResult,
)
from yoi_cli.orchestration.staffing import PAUSED, PreflightObstacle
from yoi_cli.orchestration.target_check import TargetCheck
from yoi_cli.orchestration.ticket_run import TicketRun, where_next
from yoi_cli.orchestration.unstarted import outcomes_of_the_rest

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration import position as stages
    from yoi_cli.orchestration.ports import OrchestrationPorts

_FIRST_PAUSE, _LONGEST_PAUSE, _WATCH_PAUSE = 0.02, 0.5, 2.0


class Orchestrator:
    """One run: several tickets at once, each a step at a time, in one loop."""

    def __init__(self, ports: OrchestrationPorts, options: RunOptions) -> None:
        self._ports = ports
        self._options = options
        self._active: dict[str, TicketRun] = {}
        self._queue = MergeQueue(ports.local_state)
        self._places = Places(options.at_once, self._places_on)
        self._check = TargetCheck(ports)
        self._notifier = Notifier(ports)
        self._away = AwayWatch(ports, self._notifier)
        self._is_due = True
        self._unknown: set[str] = set()
        self._freed = -1
        self._is_full = False
        self._reported: dict[str, str] = {}
        self._resumed: set[str] = set()
        self.outcomes: dict[str, RunOutcome] = {}

    def run(self, pause: Callable[[float], bool]) -> None:
        """Work until nothing more can be done without a person, or `pause` says to stop.

        `pause` waits for some seconds; False ends the run. Workers that still run go on
        without it.
        """
        self._ports.runtime.recover()
        end_orphans(self._ports)
        if self._options.retries:
            for name in self._ports.local_state.pauses():
                self._ports.local_state.keep_pause(name, None)
        delay = _FIRST_PAUSE
        try:
            while True:
                is_settled = self._ports.elsewhere.is_settled
                moved = self.step()
                self._look_at_disk()
                if is_settled and self._is_idle and not moved:
                    if not self._options.watches:
                        break
                    delay = _WATCH_PAUSE
                    self._is_due, self._freed = True, -1
                    self._forget_what_waits()
                    end_orphans(self._ports)
                else:
                    delay = _FIRST_PAUSE if moved else min(delay * 1.5, _LONGEST_PAUSE)
                if not moved and not pause(delay):
                    break
        finally:
            for ticket in self._active:
                self._queue.leave(ticket)
                self._ports.local_state.drop(ticket)
            self._ports.elsewhere.close()
        self._conclude()

    def _conclude(self) -> None:
        """An outcome for whatever has none yet."""
        for run in self._active.values():
            if run.waits or self._away.is_out_of_sight(run):
                self._end(run.waiting())
        for one in self._working:
            text = f"Worker {one.worker} goes on." if one.worker else "The next run goes on."
            text = f"{one.away} {text}".lstrip()
            outcome = RunOutcome(one.ticket, one.title, RUNNING, one.stage, text)
            self.outcomes[one.ticket] = outcome
        told = set(self.outcomes)
        for outcome in outcomes_of_the_rest(self._ports, self._options.tickets, told):
            self._end(outcome)

    def step(self) -> bool:
        """One step of every ticket in context, and new ones where there is room; whether any
        went on."""
        moved = self._begin()
        end_far_orphans(self._ports)
        self._check.step()
        for ticket, run in list(self._active.items()):
            waited = bool(run.waits)
            done = run.step()
            if run.waits:
                self._places.leave(ticket)
            if isinstance(done, RunOutcome):
                self._end(done)
                self._let_go(ticket)
            elif waited and not run.waits and self._is_crowded and run.needs_room:
                self._let_go(ticket)  # it is taken up again once there is room
            elif run.waits and not waited:
                self._notifier.tell_of_ticket(ticket, run.title)
                self._is_due = moved = True
            moved = self._away.tell(run) or moved or done is not False
        return moved

    def _places_on(self, where: str) -> int | None:
        return self._ports.elsewhere.places(where) if where else self._options.here

    @property
    def _is_idle(self) -> bool:
        """Whether nothing is waited for that could come to pass without a person."""
        return not self._working and self._check.is_known and not self._unknown

    @property
    def _is_crowded(self) -> bool:
        return self._places.are_crowded()

    def _let_go(self, ticket: str) -> None:
        """Nothing is done for a ticket any more now."""
        self._queue.leave(ticket)
        self._places.leave(ticket)
        self._ports.local_state.drop(ticket)
        del self._active[ticket]
        self._is_due = True

    def _look_at_disk(self) -> None:
        """Say it once where the disk is nearly full: workers that write then wait, too."""
        is_full = self._ports.local_state.free_bytes() < LEAST_FREE_BYTES
        if is_full and not self._is_full:
            for ticket in self._active:
                self._ports.tell(Progress(ticket, WAITS, DISK_FULL))
        self._is_full = is_full

    @property
    def running(self) -> tuple[RunningTicket, ...]:
        """All that are in hand, those that wait at the forge as well."""
        return tuple(map(_running, self._active.values()))

    @property
    def _working(self) -> tuple[RunningTicket, ...]:
        """Those of them that something is done for, or could be at any moment."""
        return tuple(
            _running(run)
            for run in self._active.values()
            if not run.waits and not self._away.is_out_of_sight(run)
        )

    def result(self, target: str) -> RunResult:
        """What came of it so far."""
        line = self._ports.redaction.line
        outcomes = (one._replace(text=line(one.text)) for one in self.outcomes.values())
        return RunResult(target, tuple(outcomes), self._working)

    @property
    def is_settled(self) -> bool:
        """Whether every runtime on which roles may work was asked what it can."""
        return self._ports.elsewhere.is_settled

    def close(self) -> None:
        """Let go of other runtimes; what was asked of them is waited for a moment."""
        self._ports.elsewhere.close()

    def plan(self, target: str) -> RunPlan:
        """What would be done next; nothing is changed."""
        found = []
        for ticket in pending_tickets(self._ports, self._options.tickets):
            title = self._ports.store.item(ticket).title
            at = Journal(self._ports, ticket).position()
            own = settings_of(self._ports, ticket)
            ways = own.obstacles if at.stage else obstacles_of(self._ports, ticket, title)
            other = _other_target(at, own.target)
            if other:
                ways = (*ways, PreflightObstacle("target_changed", other))
            found.append(PlannedStep(ticket, title, at.stage or states.QUEUED, ways))
        return RunPlan(target, tuple(found))

    def _begin(self) -> bool:
        """Take up tickets while there is room for them."""
        if not self._is_due or self._places.are_full() or self._is_held_up:
            return False
        self._is_due, self._unknown, self._freed = False, set(), -1
        begun = False
        for ticket in pending_tickets(self._ports, self._options.tickets):
            if self._places.are_full():
                self._is_due = True
                break
            if ticket in self._active or ticket in self.outcomes:
                continue
            where = self._where(ticket)
            if where is None or self._places.are_full(where):
                self._is_due, self._freed = True, self._places.freed
                continue
            begun = self._take_up(ticket, where) or begun
        return begun

    @property
    def _is_held_up(self) -> bool:
        """Whether tickets wait for a place on some runtime, or until one was asked: no pass over
        all of them finds more until then."""
        known = any(self._ports.elsewhere.obstacles(one) is not None for one in self._unknown)
        return self._freed == self._places.freed and not known

    def _where(self, ticket: TicketId) -> str | None:
        """The runtime on which somebody is to work on a ticket next; None as long as nobody knows
        whether roles can work there."""
        try:
            at = Journal(self._ports, ticket).position()
            settings = settings_of(self._ports, ticket).settings
        except YoiError:
            return ""  # taking it up says so
        if at.stage:
            return where_next(at, settings)
        needed = [settings.runtime_of(role) for role in (CODER, REVIEWER)]
        unknown = [one for one in needed if one and self._ports.elsewhere.obstacles(one) is None]
        self._unknown.update(unknown)
        return None if unknown else needed[0]

    def _take_up(self, ticket: TicketId, where: str) -> bool:
        """Begin or go on with one ticket; whether it runs now."""
        if not self._ports.local_state.hold(ticket):
            text = "Another orchestrator of this clone has it in hand."
            self._end(RunOutcome(ticket, "", HELD, "held", text))
            return False
        title, refused = "", None
        try:
            title = self._ports.store.item(ticket).title
            refused = accept(self._ports, ticket, title)
            if refused is None:
                ports = ports_of(self._ports, ticket)
                check = self._check_for(ports)
                run = TicketRun(ports, ticket, self._queue, check, self._places)
                if self._options.retries and ticket not in self._resumed:
                    self._resumed.add(ticket)
                    run.resume()
                self._active[ticket] = run
                self._places.enter(ticket, where)
                self._tell_target(ticket)
        except YoiError as error:
            refused = RunOutcome(ticket, title, FAILURE, error.code, error.message)
        if refused is not None:
            self._ports.local_state.drop(ticket)
            self._end(refused)
        return refused is None

    def _tell_target(self, ticket: TicketId) -> None:
        """Say it where a ticket was begun for another target than is configured now, and which of
        its choices count for nothing."""
        own = settings_of(self._ports, ticket)
        for one in own.obstacles:
            self._ports.tell(Progress(ticket, one.code, f"{one.text} It counts for nothing."))
        text = _other_target(Journal(self._ports, ticket).position(), own.target)
        if text:
            self._ports.tell(Progress(ticket, "target", text))

    def _check_for(self, ports: OrchestrationPorts) -> TargetCheck:
        """The check of the target; one that is some ticket's alone is not validated by itself."""
        if ports.target == self._ports.target:
            return self._check
        orchestration = replace(ports.settings.orchestration, validate=())
        settings = ports.settings._replace(orchestration=orchestration)
        return TargetCheck(ports._replace(settings=settings))

    def _end(self, outcome: RunOutcome) -> None:
        self.outcomes[outcome.ticket] = outcome
        text = f"{outcome.result}: {outcome.text}"
        if self._reported.get(outcome.ticket) != text:
            self._reported[outcome.ticket] = text
            self._ports.tell(Progress(outcome.ticket, "ended", text, "", outcome.commit))
        if outcome.result == PERSON:
            self._notifier.tell_of_ticket(outcome.ticket, outcome.title)
        elif outcome.reason == PAUSED:
            self._notifier.tell_of_profiles()

    def _forget_what_waits(self) -> None:
        """Whoever stays looks again at what could not go on; what is merged is over."""
        over = {MERGED, LEFT}
        self.outcomes = {t: one for t, one in self.outcomes.items() if one.result in over}


def _running(run: TicketRun) -> RunningTicket:
    away = run.away.text if run.away is not None else ""
    return RunningTicket(run.ticket, run.title, run.stage, run.worker, away)


def _other_target(at: stages.Position, target: str) -> str:
    """A sentence where a ticket that was begun goes into another branch than `target`."""
    if not at.target or at.target == target:
        return ""
    return f"It was begun for `{at.target}` and is merged there; the target is `{target}` now."
