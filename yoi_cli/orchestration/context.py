"""What every step of one ticket's way needs (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import REVIEW, WORKER
from yoi_cli.model.intent import packet_of, rest_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.evidence import tree_word
from yoi_cli.orchestration.far_workers import FarWorkers
from yoi_cli.orchestration.journal import Journal
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.prompts import Assignment, words_of_people
from yoi_cli.orchestration.setting_up import Preparation
from yoi_cli.orchestration.texts import short
from yoi_cli.orchestration.worker_requests import (
    ROLES,
    TicketWorkers,
    WorkerWatch,
    words,
)
from yoi_cli.worktrees.ports import NewWorktree

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.merge_queue import MergeQueue
    from yoi_cli.orchestration.places import Places
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.target_check import TargetCheck
    from yoi_cli.orchestration.texts import CommandResult
    from yoi_cli.worktrees.model import Worktree

MERGED = "merged"
PERSON = "person"
LEFT = "left"
WAITS = "waits"
FAILURE = "failed"


class RunOutcome(NamedTuple):
    """How far a run came with a ticket.

    `result` is `merged`, `person` (it waits for one), `left` (somebody else has it now),
    `failed`, and of what was never begun `refused`, `waits` or `held`. `reason` is a code.
    """

    ticket: str
    title: str
    result: str
    reason: str
    text: str
    commit: str = ""

    @property
    def is_merged(self) -> bool:
        return self.result == MERGED


class TicketContext:
    """One ticket that this process works on, and what is done with it."""

    def __init__(
        self,
        ports: OrchestrationPorts,
        ticket: TicketId,
        queue: MergeQueue,
        check: TargetCheck,
        places: Places,
    ) -> None:
        self.ports = ports
        self.places = places
        self.target_check = check
        self._queue = queue
        self.ticket = ticket
        self.journal = Journal(ports, ticket)
        self.far = FarWorkers(ports, ticket)
        self.workers = TicketWorkers(ports, ticket, self.far.ended)
        self.watch = WorkerWatch(ports)
        self.preparation = Preparation(ports, self.workers, self.watch)
        #: Where merges that this process tried are checked out, by their commit.
        self.trials: dict[str, str] = {}
        #: Where commits are checked out to be validated or reviewed, by what for.
        self._checkouts: dict[str, str] = {}
        #: What is waited for at the forge, as a sentence, and as it was told last; when it is
        #: looked at next (Unix milliseconds), and the remote's target as it was at the last look.
        self.waits = self.told_waits = ""
        self.next_look = 0
        self.seen_target = ""
        self.title = ports.store.item(ticket).title

    def assignment(self) -> Assignment:
        """What a worker is put to, as the ticket stands now."""
        item = self.ports.store.item(self.ticket)
        return Assignment(
            ticket=self.ticket,
            title=item.title,
            packet=packet_of(item.title, item.body),
            rest=rest_of(item.body),
            said=words_of_people(self.ports.store.thread(self.ticket).events),
            validate=tuple(words(one) for one in self.ports.settings.orchestration.validate),
        )

    def outcome(self, result: str, reason: str, text: str, commit: str = "") -> RunOutcome:
        """How far this run came with the ticket."""
        return RunOutcome(self.ticket, self.title, result, reason, text, commit)

    def record(
        self,
        at: Position,
        step: str,
        text: str,
        *,
        kind: str = WORKER,
        author: str = "",
        told: str = "",
        line: str = "",
        **attributes: str,
    ) -> bool:
        """Record an event, and tell of it: as `told`, by default `step`, with `line`, by default
        the first of `text`. True. Raises as the journal does."""
        if kind != REVIEW:
            attributes |= {"holder": at.holder, "generation": str(at.generation)}
        event = self.journal.event(kind, text, author=author, step=step, **attributes)
        self.journal.record(at, event)
        commit = attributes.get("merge") or attributes.get("commit", "")
        line = line or text.partition("\n")[0]
        self.tell(told or step, line, attributes.get("worker", ""), commit)
        return True

    def tell(self, step: str, text: str, worker: str = "", commit: str = "") -> None:
        """Let whoever watches know of a step."""
        self.ports.tell(Progress(self.ticket, step, text, worker, commit))

    def head(self, at: Position) -> str:
        """The head of the ticket's branch, empty where there is none."""
        return self.ports.repository.commit_of(f"refs/heads/{at.branch}") or ""

    def target_head(self, at: Position) -> str:
        """The commit at the head of the target branch, empty where there is none."""
        return self.ports.repository.commit_of(f"refs/heads/{at.target}") or ""

    def is_its_turn(self, at: Position) -> bool:
        """Whether nobody else of this clone merges into the target before this ticket."""
        return self._queue.enter(at.target, self.ticket)

    def entered(self, at: Position) -> str:
        """The folder of the ticket's worktree, which stands when this returns."""
        if not self.ports.worktrees.stands(at.worktree):
            self.standing_worktree(at)
        return self.ports.local_state.path_of(at.worktree)

    def worktree(self, at: Position) -> Worktree | None:
        """The worktree that was agreed on, whatever is checked out there now."""
        return self.ports.worktrees.find(at.worktree, at.target)

    def standing_worktree(self, at: Position) -> Worktree | None:
        """The same; where its folder is gone, it is made anew from the branch, and that is
        recorded. None where there is no branch either. Raises as `Worktrees.add` does."""
        worktree = self.worktree(at)
        if worktree is not None or not self.head(at):
            return worktree
        made = self.ports.worktrees.add(self._new_worktree(at))
        text = f"The folder `{at.worktree}` was gone; it was made anew from `{at.branch}`."
        self.record(at, stages.REMADE, text)
        return made

    def checkout(self, at: Position, commit: str, purpose: str, *, is_begun: bool = False) -> str:
        """The folder of a checkout of `commit` that no coder could touch: made anew for each
        `purpose`, unless what it is for `is_begun` already, by another run perhaps."""
        if purpose not in self._checkouts:
            found = self.find_checkout(at) if is_begun else None
            if found is not None and (found.head, found.branch) == (commit, None):
                self._checkouts = {purpose: found.path}
            else:
                name = f"check-{self.ticket}"
                self._checkouts = {purpose: self.ports.repository.check_out(commit, name)}
        return self._checkouts[purpose]

    def find_checkout(self, at: Position) -> Worktree | None:
        """The checkout that stands now, as somebody left it."""
        found = self.ports.worktrees.find(f"check-{self.ticket}", at.target)
        return None if found is None or found.is_unfinished else found

    def drop_checkout(self) -> None:
        """Take the checkout away, where there is one."""
        self._checkouts = {}
        self.ports.repository.drop_try(f"check-{self.ticket}")

    def _new_worktree(self, at: Position) -> NewWorktree:
        has_branch = bool(self.head(at))
        return NewWorktree(self.ticket, at.worktree, at.branch, at.base, has_branch)

    def make_worktree(self, at: Position) -> None:
        """Make the worktree that was agreed on, where it is missing or unfinished."""
        worktree = self.worktree(at)
        if worktree is None or worktree.is_unfinished:
            self.ports.worktrees.make(self._new_worktree(at))

    def end_leftovers(self) -> None:
        """End what of this ticket still works, though its way has gone on without it: there is one
        coder in a worktree, and nobody else beside it."""
        for view in self.ports.runtime.all():
            if view.ticket == self.ticket and view.role in ROLES and not view.has_ended:
                self.ports.runtime.stop(view.worker_id)

    def set_up(self, at: Position) -> tuple[CommandResult, ...] | None:
        """What came of setting the ticket's worktree up, as `Preparation.run` gives it."""
        if not self.preparation.is_needed:
            return ()
        is_untouched = not at.round and self.head(at) in ("", at.base)
        return self.preparation.run(at, self.entered(at), is_untouched=is_untouched)

    def call_person(self, at: Position, reason: str, text: str) -> bool:
        """Record that nothing goes on without a person."""
        text = f"A person is needed: {text}"
        return self.record(at, stages.PERSON, text, reason=reason, commit=self.head(at))

    def miss_worktree(self, at: Position) -> bool:
        """Record that worktree and branch went away."""
        text = f"`{at.worktree}` is gone, and so is its branch `{at.branch}`."
        return self.call_person(at, "worktree_gone", text)

    def take_evidence(self, at: Position, commit: str, seen: Worktree | None = None) -> bool:
        """Record that a commit is to be looked at, and what is beside it uncommitted, as it was
        `seen` just now, or is."""
        commands = len(self.ports.settings.orchestration.validate)
        text = f"Looking at {short(commit)}; validation commands: {commands}."
        worktree = seen or self.standing_worktree(at)
        tree = tree_word(worktree.dirty) if worktree else ""
        self.ports.local_state.note_target(self.ticket, self.target_head(at))
        return self.record(at, stages.VALIDATE, text, round=str(at.coder), tree=tree, commit=commit)
