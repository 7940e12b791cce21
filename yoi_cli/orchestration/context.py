"""What every step of one ticket's way needs (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.model.intent import packet_of
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.evidence import tree_word
from yoi_cli.orchestration.journal import Journal
from yoi_cli.orchestration.ports import Progress
from yoi_cli.orchestration.texts import Assignment, short
from yoi_cli.orchestration.worker_requests import TicketWorkers, WorkerWatch, words

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.worktrees.model import Worktree

MERGED = "merged"
PERSON = "person"
LEFT = "left"
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
    """One ticket that this process has in hand, and what is done with it."""

    def __init__(self, tools: OrchestrationPorts, ticket: TicketId) -> None:
        self.tools = tools
        self.ticket = ticket
        self.journal = Journal(tools, ticket)
        self.jobs = TicketWorkers(tools, ticket)
        self.watch = WorkerWatch(tools)
        item = tools.store.item(ticket)
        self.title = item.title
        commands = tuple(words(one) for one in tools.settings.orchestration.validate)
        self.job = Assignment(ticket, self.title, packet_of(item.title, item.body), commands)

    def record(self, at: Position, step: str, text: str, **said: str) -> bool:
        """Record a step that a worker or a worktree is part of. Raises as the journal does."""
        said["generation"] = str(at.generation)
        self.journal.record(at, self.journal.step(step, self.jobs.redacted(text), **said))
        self.tell(step, text.partition("\n")[0], said.get("worker", ""), said.get("commit", ""))
        return True

    def tell(self, step: str, text: str, worker: str = "", commit: str = "") -> None:
        """Let whoever watches know of a step."""
        self.tools.tell(Progress(self.ticket, step, text, worker, commit))

    def head(self, at: Position) -> str:
        """The head of the ticket's branch, empty where there is none."""
        return self.tools.repository.commit_of(f"refs/heads/{at.branch}") or ""

    def folder(self, at: Position) -> str:
        """Where the ticket's worktree stands, or should."""
        return self.tools.desk.path_of(at.worktree)

    def worktree(self, at: Position) -> Worktree | None:
        """The worktree that was agreed on, whatever is checked out there now."""
        for one in self.tools.yard.all(at.target):
            if one.path.endswith(f"/{at.worktree}") and not one.is_missing:
                return one
        return None

    def call_person(self, at: Position, reason: str, text: str) -> bool:
        """Record that nothing goes on without a person."""
        said = {"reason": reason, "commit": self.head(at)}
        return self.record(at, stages.PERSON, f"A person is needed: {text}", **said)

    def miss_worktree(self, at: Position) -> bool:
        """Record that the worktree went away."""
        return self.call_person(at, "worktree_gone", f"`{at.worktree}` is not there any more.")

    def take_evidence(self, at: Position, commit: str) -> bool:
        """Record that a commit is to be looked at, and what stands beside it uncommitted."""
        commands = len(self.tools.settings.orchestration.validate)
        text = f"Looking at {short(commit)}; validation commands: {commands}."
        standing = self.worktree(at)
        tree = tree_word(standing.dirty) if standing else ""
        said = {"round": str(at.round), "tree": tree, "commit": commit}
        return self.record(at, stages.VALIDATE, text, **said)
