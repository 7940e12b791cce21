"""What holds of every history: the decisions of the program, against workers that do anything and
people who say anything at any time, also in logs that others write to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from unittest.mock import patch

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from yoi_cli.model import events
from yoi_cli.model.events import Event, NewEvent
from yoi_cli.model.ids import TicketId
from yoi_cli.model.intent import packet_of
from yoi_cli.model.own_events import is_own, mark_of_new
from yoi_cli.model.settings import OrchestrationSettings
from yoi_cli.model.workers.profiles import Profile
from yoi_cli.orchestration import agents, candidates, choosing, coding, review
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.context import RunOutcome, TicketContext
from yoi_cli.orchestration.places import Places
from yoi_cli.orchestration.prompts import Assignment, coder_prompt, words_of_people
from yoi_cli.orchestration.run_budget import RunBudget
from yoi_cli.orchestration.staffing import Choice
from yoi_cli.orchestration.steps import FORGE, position_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.setting_up import Preparation
    from yoi_cli.orchestration.target_check import TargetCheck
    from yoi_cli.orchestration.texts import CommandResult
    from yoi_cli.worktrees.model import Worktree

ROUNDS = 2
#: Shrinking a history takes minutes, and what it was is printed as it is.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_WAITING = frozenset({stages.PERSON, stages.NEEDS_ANSWER})


class History(TicketContext):
    """A ticket whose workers, merges and people do what `draw` says. The program decides who is
    started; what it records stands in `log`, which people and others write to as well."""

    def __init__(self, draw: st.DataObject, best_of: int = 1) -> None:
        orchestration = OrchestrationSettings(rounds=ROUNDS, best_of=best_of)
        asked = SimpleNamespace(
            settings=SimpleNamespace(orchestration=orchestration, runtime_of=lambda _role: ""),
            store=SimpleNamespace(thread=lambda _ticket: SimpleNamespace(events=self.log)),
            runtime=SimpleNamespace(all=lambda: ()),
            local_state=SimpleNamespace(note_target=lambda *_: None),
            run_budget=RunBudget(None),
            worktrees=SimpleNamespace(
                all=lambda _target: (), find=lambda *_: None, stands=lambda _: False
            ),
        )
        check = SimpleNamespace(failed={}, told=str, begin=lambda: None)
        self.target_check = cast("TargetCheck", check)
        self.ports = cast("OrchestrationPorts", asked)
        self.preparation = cast("Preparation", SimpleNamespace(run=lambda *_: ()))
        self.places = Places(1)
        self.ticket = TicketId("00001KVZSGT14")
        self.draw = draw
        self.by_request = draw.draw(st.booleans())
        self.log: list[Event] = []
        #: Where the ticket stood before each event, and after the last.
        self.positions = [position_of((), ())]
        self.marks: set[str] = set()
        self.commits = 0
        #: The head of the ticket's branch; of several coders' none is there until one is chosen.
        self.tip = "" if best_of > 1 else f"{0:040d}"
        for kind, pairs in (
            ("state_changed", {"from": "queued", "to": "inprogress", "field": "state"}),
            ("claim", {"status": "taken", "holder": "us", "generation": "1"}),
        ):
            self.append(kind, "", pairs)

    def append(self, kind: str, body: str, pairs: Mapping[str, str], *, own: bool = True) -> None:
        line = len(self.log) + 1
        identity = f"{line:026d}"
        self.log.append(Event(kind, "Ada", "", None, body, pairs, identity, identity, line))
        if own:
            new = NewEvent(kind, "Ada", "", "", tuple(pairs.items()))
            self.marks.add(mark_of_new(new, identity))
        self.positions.append(position_of(self.log, self.marks))

    @property
    def at(self) -> Position:
        return self.positions[-1]

    def record(
        self,
        at: Position,
        step: str,
        text: str,
        *,
        kind: str = events.WORKER,
        author: str = "",
        told: str = "",
        line: str = "",
        **attributes: str,
    ) -> bool:
        assert at == self.at, "nobody wrote since it was decided"
        given_ = {"step": step, **attributes, "generation": "1"} if step else attributes
        self.append(kind, f"<{len(self.log)}>", {k: v for k, v in given_.items() if v})
        return True

    def head(self, at: Position) -> str:
        return self.tip

    def commit(self) -> str:
        """A new commit, which is not on the branch yet."""
        self.commits += 1
        return f"{self.commits:040d}"

    def make_worktree(self, at: Position) -> None:
        self.tip = self.tip or f"{0:040d}"

    def target_head(self, at: Position) -> str:
        return "t" * 40

    def worktree(self, at: Position) -> Worktree | None:
        return cast("Worktree", SimpleNamespace(dirty=()))

    standing_worktree = worktree

    def checkout(self, at: Position, commit: str, purpose: str, *, is_begun: bool = False) -> str:
        return ""

    find_checkout = worktree

    def drop_checkout(self) -> None:
        """There is none."""

    def set_up(self, at: Position) -> tuple[CommandResult, ...] | None:
        return ()

    def go_on(self) -> bool:
        """One step of the program; False where it waits for a person or has ended."""
        at = self.at
        if at.stage in _WAITING:
            return self.answered(at)
        if at.stage in (stages.MERGED, stages.CLEANUP, stages.KEPT):
            return False
        done = self.decide(at)
        assert not isinstance(done, RunOutcome)
        return True

    def answered(self, at: Position) -> bool:
        """As `TicketRun` waits: for a commit of somebody's, or an approval of the head."""
        head = self.head(at)
        approved = stages.is_same_commit(at.approved, head) and head != at.reported
        if head and at.stage == stages.PERSON and (head != at.commit or approved):
            return self.take_evidence(at, head)
        return False

    def decide(self, at: Position) -> bool | RunOutcome:
        match at.stage:
            case stages.ACCEPTED:
                return self.record(at, stages.WORKTREE, "", branch="work/T", target="main")
            case stages.CODER:
                return self.end_coder(at)
            case stages.CANDIDATES if at.unended:
                return self.end_candidate(at)
            case stages.CANDIDATES:
                return candidates.follow(self, at)
            case stages.CHOOSE:
                return self.end_chooser(at)
            case stages.NO_CHOICE:
                return choosing.send_chooser(self, at)
            case stages.CHOSEN:
                self.tip = at.commit
                return self.take_evidence(at, at.commit)
            case stages.COULD_NOT_RUN if at.before == stages.CHOOSE:
                return choosing.send_chooser(self, at)
            case stages.VALIDATE:
                return self.report(at, at.commit)
            case stages.REPORTED | stages.NO_VERDICT:
                return review.send_reviewer(self, at)
            case stages.REVIEWER:
                return self.end_reviewer(at)
            case stages.COULD_NOT_RUN if at.before == stages.REVIEWER:
                return review.send_reviewer(self, at)
            case stages.APPROVED if self.by_request:
                return self.record(at, stages.PUSH, "", kind=events.DECISION, commit=at.reported)
            case stages.PUSH | stages.PULL_REQUEST | stages.FORWARD:
                return self.wait_at_forge(at)
            case stages.APPROVED:
                return self.record(at, stages.MERGE, "", kind=events.DECISION, commit=at.reported)
            case stages.MERGE | stages.VALIDATE_MERGE | stages.ADVANCE:
                return self.merge(at)
        return coding.send_coder(self, at)

    def end_coder(self, at: Position) -> bool:
        if at.question:
            return self.record(at, stages.NEEDS_ANSWER, "")
        how = self.draw.draw(st.sampled_from(["commits", "fails", "cannot", "asks"]))
        if how == "cannot":
            return self.record(at, stages.COULD_NOT_RUN, "", role="coder")
        if how == "asks":
            return self.record(at, stages.NEEDS_ANSWER, "")
        if how == "fails":
            return self.report(at, at.start, passes=False)
        self.tip = self.commit()
        return self.take_evidence(at, self.head(at))

    def end_candidate(self, at: Position) -> bool:
        number = self.draw.draw(st.sampled_from(at.unended))
        how = self.draw.draw(st.sampled_from(["fit", "fit", "unfit", "asked", "unable"]))
        commit = self.commit() if how in ("fit", "unfit") else ""
        return self.record(at, stages.CANDIDATE, "", round=str(number), status=how, commit=commit)

    def end_chooser(self, at: Position) -> bool:
        how = self.draw.draw(st.sampled_from(["chooses", "none", "cannot"]))
        if how == "cannot":
            return self.record(at, stages.COULD_NOT_RUN, "", role="reviewer")
        if how == "none":
            return self.record(at, stages.NO_CHOICE, "")
        return choosing.record_choice(self, at, self.draw.draw(st.sampled_from(at.fit)), "")

    def report(self, at: Position, commit: str, *, passes: bool | None = None) -> bool:
        passes = self.draw.draw(st.booleans()) if passes is None else passes
        kind = events.IMPLEMENTATION_REPORT
        status = stages.PASSED if passes else stages.FAILED
        return self.record(at, stages.EVIDENCE, "", kind=kind, commit=commit, status=status)

    def end_reviewer(self, at: Position) -> bool:
        how = self.draw.draw(st.sampled_from(["approve", "request_changes", "none", "cannot"]))
        if how == "cannot":
            return self.record(at, stages.COULD_NOT_RUN, "", role="reviewer")
        if how == "none":
            return self.record(at, stages.NO_VERDICT, "")
        return self.record(
            at, "", "", kind=events.REVIEW, status=how, commit=at.reported, worker="w"
        )

    def wait_at_forge(self, at: Position) -> bool:
        """As `pull_request` waits: for a review, a merge, or that somebody closes it."""
        if at.stage == stages.PUSH:
            return self.record(at, stages.PULL_REQUEST, "", url="u", number="1")
        if at.stage == stages.FORWARD:
            kind = events.IMPLEMENTATION_REPORT
            return self.record(at, stages.MERGED, "", kind=kind, commit=at.reported)
        how = self.draw.draw(st.sampled_from([events.REQUEST_CHANGES, "closed", "merged"]))
        if how == "closed":
            return self.call_person(at, "request_closed", "")
        if how == "merged":
            return self.record(at, stages.FORWARD, "", merge="m", old="o", head="m")
        mark = f"r{len(self.log)}"
        return self.record(
            at, "", "", kind=events.REVIEW, status=how, commit=at.reported, **{FORGE: mark}
        )

    def merge(self, at: Position) -> bool:
        if at.stage == stages.ADVANCE and at.is_vetoed:
            return self.send_back(at)
        if self.draw.draw(st.booleans()):
            if at.stage == stages.ADVANCE:
                return self.call_person(at, "target_dirty", "")
            return self.send_back(at)
        following = {stages.MERGE: stages.VALIDATE_MERGE, stages.VALIDATE_MERGE: stages.ADVANCE}
        step = following.get(at.stage, stages.MERGED)
        kind = {
            stages.ADVANCE: events.DECISION, stages.MERGED: events.IMPLEMENTATION_REPORT,
        }.get(step, events.WORKER)  # fmt: skip
        return self.record(at, step, "", kind=kind, merge="m" * 40, old="o" * 40)

    def send_back(self, at: Position) -> bool:
        kind, failed = events.IMPLEMENTATION_REPORT, stages.FAILED
        return self.record(at, stages.INTEGRATION, "", kind=kind, commit=at.reported, status=failed)


#: What people and others do, at any time: kind, whether this clone wrote it, and attributes; of the
#: commit, which the branch's head stands for, as `HEAD`.
WORDS: tuple[tuple[str, bool, dict[str, str]], ...] = (
    (events.REVIEW, True, {"status": "request_changes"}),
    (events.REVIEW, False, {"status": "request_changes"}),
    (events.REVIEW, True, {"status": "approve", "commit": "HEAD"}),
    (events.REVIEW, False, {"status": "approve", "commit": "HEAD"}),
    (events.QUESTION, False, {}),
    (events.ANSWER, True, {}),
    (events.ANSWER, False, {}),
    (events.COMMENT, False, {}),
    (events.WORKER, False, {"step": "resumed", "generation": "1"}),
    (events.WORKER, False, {"step": "could_not_run", "generation": "1"}),
    (events.WORKER, True, {"step": "coder", "generation": "9"}),
    (events.DECISION, False, {"step": "advance", "generation": "1", "merge": "HEAD"}),
    (events.IMPLEMENTATION_REPORT, False, {"step": "evidence", "status": "passed"}),
    (events.DECISION, True, {"step": "chosen", "generation": "1", "round": "1"}),
    (events.DECISION, False, {"step": "chosen", "generation": "1", "round": "2"}),
    (events.WORKER, False, {"step": "candidates", "generation": "1", "count": "9"}),
    ("retry", True, {}),
    ("commit", True, {}),
)


def say(history: History, number: int) -> None:
    """One of `WORDS`, as somebody does it."""
    kind, own, pairs = WORDS[number]
    at = history.at
    if kind == "commit":
        history.tip = history.commit() if history.tip else ""
    elif kind == "retry":
        if at.stage in _WAITING:
            history.record(at, stages.RESUMED, "")
    else:
        filled = {k: history.head(at) if v == "HEAD" else v for k, v in pairs.items()}
        history.append(kind, f"<{len(history.log)}>", filled, own=own)


def play(draw: st.DataObject, length: int, best_of: int = 1) -> History:
    """A history of up to `length` steps; the invariants of each are checked as it goes on."""
    history = History(draw, best_of)
    words = st.none() | st.integers(0, len(WORDS) - 1)
    profile = Profile("script", ("true",))
    with patch.object(agents, "choose", lambda _ports, _role: Choice(profile)):
        for _ in range(length):
            number = draw.draw(words)
            if number is not None:
                say(history, number)
            elif not history.go_on() and draw.draw(st.booleans()):
                break
            check_last(history)
    return history


def check_last(history: History) -> None:
    """The feedback and the veto of the newest step, by a reading of the log of its own."""
    newest = history.log[-1]
    step = newest.attributes.get("step")
    if not is_own(newest, history.marks) or newest.attributes.get("generation") != "1":
        return
    if step == stages.CODER:
        assignment = Assignment("T", "", packet_of("", ""), "", words_of_people(history.log), ())
        prompt = coder_prompt(assignment, history.at)
        for text in unanswered(history):
            assert text in prompt
        said = {e.body for e in history.log if e.kind in (events.COMMENT, events.ANSWER)}
        assert all(text in prompt for text in said)
    if step == stages.CANDIDATES:
        assignment = Assignment("T", "", packet_of("", ""), "", words_of_people(history.log), ())
        for number in history.at.contest:
            prompt = coder_prompt(assignment, candidates.candidate_position(history.at, number))
            assert all(text in prompt for text in unanswered(history))
    if step == stages.CHOOSE:
        assert not open_vetoes(history)
        assert len(history.at.fit) > 1
    at_forge = (stages.PUSH, stages.PULL_REQUEST, stages.FORWARD)
    was_merged_there = history.positions[-2].stage == stages.FORWARD
    if step in (stages.REVIEWER, stages.MERGE, stages.VALIDATE_MERGE, *at_forge) or (
        step == stages.MERGED and not was_merged_there
    ):
        assert not open_vetoes(history), step


def unanswered(history: History) -> list[str]:
    """What a coder that is started now has to be told: by the rules of the page alone."""
    reviews: list[str] = []
    validations: list[str] = []
    failure: list[str] = []
    for index, event in enumerate(history.log):
        before, after = history.positions[index : index + 2]
        if before.stage != stages.APPROVED and after.stage == stages.APPROVED:
            reviews, validations, failure = [], [], []
        if event.kind == events.REVIEW and event.status == events.REQUEST_CHANGES:
            reviews.append(event.body)
        if before == after:
            continue
        step, status = event.attributes.get("step"), event.status
        if step == stages.INTEGRATION:
            reviews.append(event.body)
        elif step == stages.EVIDENCE and status == stages.PASSED:
            validations, failure = [], []
        elif step == stages.EVIDENCE:
            failure = [event.body]
            if before.stage == stages.VALIDATE:
                validations.append(event.body)
    return [*reviews, *validations, *failure]


def open_vetoes(history: History) -> list[str]:
    """The vetoes that no coder which ran was told of and that no person took back."""
    waiting: list[str] = []
    told: list[str] = []
    for index, event in enumerate(history.log[:-1]):
        before, after = history.positions[index : index + 2]
        step = event.attributes.get("step") if before != after else None
        if event.kind == events.REVIEW and event.status == events.REQUEST_CHANGES:
            waiting.append(event.body)
        elif step in (stages.CODER, stages.CANDIDATES):
            told, waiting = [*told, *waiting], []
        elif step == stages.COULD_NOT_RUN and before.stage in (stages.CODER, stages.CANDIDATES):
            told, waiting = [], [*told, *waiting]
        elif before.stage != stages.APPROVED and after.stage == stages.APPROVED:
            told, waiting = [], [] if "worker" not in event.attributes else waiting
    return waiting


def count(history: History, step: str) -> int:
    """The steps of that name that the program recorded."""
    return sum(
        event.attributes.get("step") == step
        and event.attributes.get("generation") == "1"
        and is_own(event, history.marks)
        for event in history.log
    )


def started(history: History) -> int:
    """The coders that the program started: one a step, or as many as one says."""
    several = sum(
        int(event.attributes["count"])
        for event in history.log
        if event.attributes.get("step") == stages.CANDIDATES and is_own(event, history.marks)
    )
    return count(history, stages.CODER) + several


@settings(max_examples=250, deadline=None, phases=_PHASES)
@given(st.data(), st.sampled_from([1, 1, 2, 3, 9]))
def test_the_workers_started_are_bounded_by_the_rounds_and_the_answers_of_people(
    draw: st.DataObject, best_of: int
) -> None:
    history = play(draw, 60, best_of)
    own = [event for event in history.log if is_own(event, history.marks)]
    answers = sum(event.kind == events.ANSWER for event in own)
    vetoes = sum(
        event.status == events.REQUEST_CHANGES and not {"worker", FORGE} & set(event.attributes)
        for event in own
    )
    words = count(history, stages.RESUMED) + answers + vetoes
    idle = count(history, stages.COULD_NOT_RUN)
    coders, reviewers = started(history), count(history, stages.REVIEWER)
    at_once = min(best_of, ROUNDS + 1)
    assert idle <= agents.UNABLE_TRIES * (1 + words)
    assert coders <= (ROUNDS + 1) * (1 + words) + idle * at_once
    reported = count(history, stages.EVIDENCE) + count(history, stages.RESUMED)
    assert reviewers <= review.REVIEW_TRIES * reported + idle
    contests = count(history, stages.CANDIDATES) + count(history, stages.RESUMED)
    assert count(history, stages.CHOOSE) <= review.REVIEW_TRIES * contests + idle


@settings(max_examples=80, deadline=None, phases=_PHASES)
@given(st.data(), st.sampled_from([1, 3]))
def test_without_a_word_of_a_person_every_history_comes_to_an_end(
    draw: st.DataObject, best_of: int
) -> None:
    history = History(draw, best_of)
    with patch.object(agents, "choose", lambda _ports, _role: Choice(Profile("s", ("true",)))):
        for _ in range(200):
            if not history.go_on():
                return
    raise AssertionError([event.attributes.get("step") for event in history.log])
