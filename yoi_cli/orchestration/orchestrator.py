"""From queued tickets to merged branches: which tickets, how many at once (docs/orchestrate.md)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model import states
from yoi_cli.model.claim import ClaimRequest
from yoi_cli.model.ids import TicketId
from yoi_cli.model.routing import GivenDecision
from yoi_cli.model.shared_claim import NO_REMOTE
from yoi_cli.model.workers.profiles import CODER, REVIEWER
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.choices import settings_for
from yoi_cli.orchestration.context import FAILURE, LEFT, MERGED, PERSON, WAITS, RunOutcome
from yoi_cli.orchestration.elsewhere import UNREACHABLE
from yoi_cli.orchestration.journal import Journal
from yoi_cli.orchestration.merge_queue import MergeQueue
from yoi_cli.orchestration.notifying import Notifier
from yoi_cli.orchestration.orphans import end_far_orphans, end_orphans
from yoi_cli.orchestration.places import Places
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.preflight import (
    DISK_FULL,
    LEAST_FREE_BYTES,
    obstacles,
    planned_worktree,
)
from yoi_cli.orchestration.run_budget import RUN_SPENT
from yoi_cli.orchestration.staffing import PAUSED, PreflightObstacle
from yoi_cli.orchestration.target_check import TargetCheck
from yoi_cli.orchestration.ticket_run import TicketRun, where_next
from yoi_cli.routing.accept import Acceptance, accept_ticket
from yoi_cli.routing.claims import ClaimService, doubted_tickets, find_next
from yoi_cli.routing.router import DecisionSummary, Router
from yoi_cli.routing.rules import ACCEPTANCE_MISSING
from yoi_cli.tickets.claiming import learn_of_others
from yoi_cli.tickets.doubts import untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.orchestration.choices import TicketSettings
    from yoi_cli.orchestration.elsewhere import Away
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.routing.router import Decision

REFUSED = "refused"
HELD = "held"
RUNNING = "running"
#: Outcomes for which a run exits with 1, whatever else came of it.
FAILURES = frozenset({REFUSED, FAILURE})
#: Obstacles that go away by themselves, or were meant.
_PASSING = frozenset({PAUSED, RUN_SPENT, UNREACHABLE})
_FIRST_PAUSE, _LONGEST_PAUSE, _WATCH_PAUSE = 0.02, 0.5, 2.0


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


class Orchestrator:
    """One run: several tickets at once, each a step at a time, in one loop."""

    def __init__(self, ports: OrchestrationPorts, options: RunOptions) -> None:
        self._ports = ports
        self._options = options
        self._active: dict[str, TicketRun] = {}
        self._queue = MergeQueue(ports.local_state)
        self._places = Places(options.at_once, self._places_on)
        self._told_away: dict[str, Away] = {}
        self._lost: set[Away] = set()
        self._check = TargetCheck(ports)
        self._notifier = Notifier(ports)
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
        for run in self._active.values():
            if run.waits or self._is_out_of_sight(run):
                self._end(run.waiting())
        for one in self._working:
            text = f"Worker {one.worker} goes on." if one.worker else "The next run goes on."
            text = f"{one.away} {text}".lstrip()
            outcome = RunOutcome(one.ticket, one.title, RUNNING, one.stage, text)
            self.outcomes[one.ticket] = outcome
        self._explain_the_rest()

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
            moved = self._tell_away(run) or moved or done is not False
        return moved

    def _tell_away(self, run: TicketRun) -> bool:
        """Say it where the runtime of a worker cannot be asked, and where it can be again; whether
        that is new."""
        before, now = self._told_away.get(run.ticket), run.away
        if now is not None and self._is_out_of_sight(run) and now not in self._lost:
            self._lost.add(now)
            self._notifier.tell_of_ticket(run.ticket, run.title)
        if before == now:
            return False
        if now is not None:
            self._told_away[run.ticket] = now
            text = f"{now.text} Its worker is waited for, and no other is started."
            self._ports.tell(Progress(run.ticket, UNREACHABLE, text, run.worker))
        elif before is not None:
            del self._told_away[run.ticket]
            text = f"{before.runtime} can be asked again."
            self._ports.tell(Progress(run.ticket, "runtime_reached", text, run.worker))
        return True

    def _is_out_of_sight(self, run: TicketRun) -> bool:
        """Whether a run that has nothing else to do need not wait for it any longer."""
        patience = self._ports.settings.orchestration.runtime_patience * 1000
        return run.away is not None and self._ports.now() - run.away.since >= patience

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
            if not run.waits and not self._is_out_of_sight(run)
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
        for ticket in self._candidates():
            title = self._ports.store.item(ticket).title
            at = Journal(self._ports, ticket).position()
            own = self._settings_of(ticket)
            ways = own.obstacles if at.stage else self._obstacles(ticket, title)
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
        for ticket in self._candidates():
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
            settings = self._settings_of(ticket).settings
        except YoiError:
            return ""  # taking it up says so
        if at.stage:
            return where_next(at, settings)
        needed = [settings.runtime_of(role) for role in (CODER, REVIEWER)]
        unknown = [one for one in needed if one and self._ports.elsewhere.obstacles(one) is None]
        self._unknown.update(unknown)
        return None if unknown else needed[0]

    def _candidates(self) -> Iterator[TicketId]:
        """What was begun and is not done, then what may start, best first."""
        self._learn_of_others()
        named = set(self._options.tickets)
        begun = dict.fromkeys(self._begun())
        queued = [
            TicketId(one.ticket) for one in find_next(self._ports.store, self._ports.routing())
        ]
        for ticket in (*begun, *(one for one in queued if one not in begun)):
            if not named or ticket in named:
                yield ticket

    def _learn_of_others(self) -> None:
        """See what other clones hold. One that cannot be asked is told of where it counts."""
        if self._ports.claims.is_shared:
            with suppress(YoiError):
                learn_of_others(self._ports.store, self._ports.claims)

    def _begun(self) -> Iterator[TicketId]:
        """Tickets that this clone's orchestrators began: in progress, or merged with their
        worktree still there. A move of the target that was cut short comes first."""
        found: list[tuple[bool, TicketId]] = []
        with_worktree = {one.ticket for one in self._ports.worktrees.all(self._ports.target)}
        for row in self._ports.store.all_fields():
            state = row.fields.get("state")
            is_over = state in states.RESOLVED_STATES and row.id in with_worktree
            if row.error is not None or not (state == states.INPROGRESS or is_over):
                continue
            journal = Journal(self._ports, row.id)
            at = _position(journal)
            if at is None:
                if journal.has_claim():  # taken up, it says why it cannot go on
                    found.append((True, row.id))
                continue
            if journal.is_unrecorded(at) or (journal.is_ours(at) and self._is_open(at)):
                found.append((at.stage not in (stages.ADVANCE, stages.FORWARD), row.id))
        return (ticket for _, ticket in sorted(found))

    def _is_open(self, at: stages.Position) -> bool:
        """Whether anything is left to do for a ticket that was begun."""
        if at.stage != stages.MERGED:
            return at.state == states.INPROGRESS or at.stage == stages.CLEANUP
        settings = self._ports.settings.orchestration
        return settings.cleanup or (settings.close and at.state == states.DONE)

    def _take_up(self, ticket: TicketId, where: str) -> bool:
        """Begin or go on with one ticket; whether it runs now."""
        if not self._ports.local_state.hold(ticket):
            text = "Another orchestrator of this clone has it in hand."
            self._end(RunOutcome(ticket, "", HELD, "held", text))
            return False
        title, refused = "", None
        try:
            title = self._ports.store.item(ticket).title
            refused = self._accept(ticket, title)
            if refused is None:
                ports = self._ports_for(ticket)
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
        own = self._settings_of(ticket)
        for one in own.obstacles:
            self._ports.tell(Progress(ticket, one.code, f"{one.text} It counts for nothing."))
        text = _other_target(Journal(self._ports, ticket).position(), own.target)
        if text:
            self._ports.tell(Progress(ticket, "target", text))

    def _settings_of(self, ticket: TicketId) -> TicketSettings:
        """How a ticket is worked on, as it chose."""
        ports = self._ports
        return settings_for(ports.settings, ports.target, ports.store.item(ticket))

    def _ports_for(self, ticket: TicketId) -> OrchestrationPorts:
        own = self._settings_of(ticket)
        return self._ports._replace(settings=own.settings, target=own.target)

    def _check_for(self, ports: OrchestrationPorts) -> TargetCheck:
        """The check of the target; one that is some ticket's alone is not validated by itself."""
        if ports.target == self._ports.target:
            return self._check
        orchestration = replace(ports.settings.orchestration, validate=())
        settings = ports.settings._replace(orchestration=orchestration)
        return TargetCheck(ports._replace(settings=settings))

    def _obstacles(self, ticket: TicketId, title: str) -> tuple[PreflightObstacle, ...]:
        """What keeps a ticket from being begun, its own choices included."""
        chosen = self._settings_of(ticket).obstacles
        return (*chosen, *obstacles(self._ports_for(ticket), ticket, title))

    def _accept(self, ticket: TicketId, title: str) -> RunOutcome | None:
        """Accept a queued ticket once nothing is in its way; None where it may be worked on."""
        ports, journal = self._ports, Journal(self._ports, ticket)
        at = journal.position()
        if at.state != states.QUEUED:
            is_begun = journal.is_ours(at) or journal.is_unrecorded(at)
            return None if is_begun else RunOutcome(ticket, title, HELD, at.state, "")
        in_way = self._obstacles(ticket, title)
        if in_way:
            text = " ".join(one.text for one in in_way)
            result = WAITS if all(one.code in _PASSING for one in in_way) else REFUSED
            return RunOutcome(ticket, title, result, in_way[0].code, text)
        if ports.share() and journal.position().state != states.QUEUED:
            return RunOutcome(ticket, title, HELD, "claimed_elsewhere", "Another clone has it.")
        planned = planned_worktree(self._ports_for(ticket), ticket, title)
        request = ClaimRequest(ports.holder, ports.lease, planned.path)
        acceptance = Acceptance(request, planned.branch, planned.path)
        service = ClaimService(ports.store, ports.claims, ports.by, ports.routing())
        try:
            accept_ticket(service, ticket, acceptance, GivenDecision(), {})
        except ConflictError as error:
            result = REFUSED if error.code == ACCEPTANCE_MISSING else HELD
            result = FAILURE if error.code in NO_REMOTE else result
            return RunOutcome(ticket, title, result, error.code, error.message)
        ports.tell(Progress(ticket, stages.ACCEPTED, f"accepted: {title}"))
        return None

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

    def _explain_the_rest(self) -> None:
        """Say why nothing was done for tickets that were asked for by name, and for queued ones
        about which the store cannot be trusted."""
        router = Router(self._ports.store, self._ports.routing())
        named = self._options.tickets
        for word, doubts in doubted_tickets(router):
            if word not in self.outcomes and (not named or word in named):
                error, title = untrusted(word, doubts), self._title(TicketId(word))
                text = f"{error.message} {error.hint}"
                self._end(RunOutcome(TicketId(word), title, WAITS, error.code, text))
        for row in router.summarise((states.QUEUED,)):
            is_lacking = (
                isinstance(row, DecisionSummary) and row.causes[0].code == ACCEPTANCE_MISSING
            )
            if (
                is_lacking
                and row.ticket not in self.outcomes
                and (not named or row.ticket in named)
            ):
                self._refuse_unacceptable(router.route(TicketId(row.ticket)))
        for ticket in named:
            if ticket not in self.outcomes:
                decision = router.route(ticket)
                text = " ".join(reason.text for reason in decision.classified.reasons)
                word = decision.classified.classification
                self._end(RunOutcome(ticket, decision.title, WAITS, word, text))

    def _refuse_unacceptable(self, decision: Decision) -> None:
        """A queued ticket lacks what whoever works on it is measured by: that is a failure of the
        run, since waiting does not help."""
        classified = decision.classified
        text = " ".join((*(one.text for one in classified.reasons), classified.next_action))
        self._end(RunOutcome(decision.ticket, decision.title, REFUSED, ACCEPTANCE_MISSING, text))

    def _title(self, ticket: TicketId) -> str:
        try:
            return self._ports.store.item(ticket).title
        except YoiError:
            return ""


def _running(run: TicketRun) -> RunningTicket:
    away = run.away.text if run.away is not None else ""
    return RunningTicket(run.ticket, run.title, run.stage, run.worker, away)


def _other_target(at: stages.Position, target: str) -> str:
    """A sentence where a ticket that was begun goes into another branch than `target`."""
    if not at.target or at.target == target:
        return ""
    return f"It was begun for `{at.target}` and is merged there; the target is `{target}` now."


def _position(journal: Journal) -> stages.Position | None:
    try:
        return journal.position()
    except YoiError:
        return None
