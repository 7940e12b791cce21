"""Which commit a review is about, and what no worker may do (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.workspace.session import Session


def check_reviewer(session: Session) -> None:
    """Raise `ConflictError` (`review_not_yours`) where a worker of this clone wants to approve.

    What counts is which processes this one descends from, and no variable, which a worker could
    set. The verdict of a worker that reviews is its last line.
    """
    worker = session.worker_above()
    if worker is not None:
        raise ConflictError(
            "review_not_yours",
            f"This runs within the worker {worker}, and a worker approves nothing.",
            hint="Commit the work; whoever orchestrates sends a reviewer, or asks a person. A "
            "reviewer ends its output with its verdict.",
            details={"worker": worker},
        )


def check_orchestrator(session: Session) -> None:
    """Raise `ConflictError` (`inside_worker`) where a worker of this clone wants to orchestrate:
    what it records is not the clone's own, and would drive nothing."""
    worker = session.worker_above()
    if worker is not None:
        raise ConflictError(
            "inside_worker",
            f"This runs within the worker {worker}, and no worker orchestrates its own clone.",
            hint="Run it outside of any worker; `yoi orchestrate --dry-run` looks only.",
            details={"worker": worker},
        )


def check_answerer(session: Session) -> None:
    """Raise `ConflictError` (`answer_not_yours`) where a worker of this clone wants to answer."""
    worker = session.worker_above()
    if worker is not None:
        raise ConflictError(
            "answer_not_yours",
            f"This runs within the worker {worker}, and questions are answered by people.",
            hint="What is known can be said with `yoi ticket comment`.",
            details={"worker": worker},
        )


class Choice(NamedTuple):
    """One of several candidates for a ticket: its commit, and what an event says that chooses
    it."""

    commit: str
    attributes: tuple[tuple[str, str], ...]


def choice_of(session: Session, word: str, number: int) -> Choice:
    """The candidate `number` of a ticket. Raises `ConflictError`: `nothing_to_choose` where this
    clone's orchestrators have no candidates for it, and `candidate_not_fit`."""
    from yoi_cli.orchestration import position as stages
    from yoi_cli.orchestration.contest_steps import can_be_chosen
    from yoi_cli.orchestration.steps import position_of
    from yoi_cli.tickets.lookup import identify

    ticket = identify(session.store, word)
    at = position_of(session.store.thread(ticket).events, session.own_events.of(ticket))
    if not can_be_chosen(at):
        raise ConflictError(
            "nothing_to_choose",
            f"{ticket} has no candidates here that wait for a choice.",
            hint=f"`yoi ticket show {ticket}` says how it stands; where another clone works on it, "
            "it is chosen there.",
            details={"ticket": ticket},
        )
    found = next((one for one in at.fit if one.number == number), None)
    if found is None:
        numbers = sorted(one.number for one in at.fit)
        raise ConflictError(
            "candidate_not_fit",
            f"The candidate {number} cannot be chosen; of {ticket} these can: "
            f"{', '.join(map(str, numbers))}.",
            hint=f"`yoi ticket show {ticket}` says what came of each.",
            details={"ticket": ticket, "candidates": numbers},
        )
    claim = (("holder", at.holder), ("generation", str(at.generation)))
    step = (("step", stages.CHOSEN), ("round", str(number)))
    return Choice(found.commit, (*step, *claim))


def commit_under_review(session: Session, word: str, sha: str | None, folder: str) -> str | None:
    """The full id of the commit that a review of a ticket is bound to.

    That is `sha`, as it is where git does not know it: HEAD is that of the worktree which
    `folder` (absolute) lies in. Where none is given, it is the head of the branch on which
    the ticket is in progress, None where there is no such branch.
    """
    if session.checkout is None:
        return sha
    from yoi_cli.worktrees.open import open_repository, open_worktrees

    if sha is not None:
        from yoi_cli.git.checkout import find_checkout
        from yoi_cli.git.repository import RepositoryPaths

        here = find_checkout(folder)
        if here is None or here.common_dir != session.checkout.common_dir:
            here = session.checkout
        return RepositoryPaths(here.root, here.git_dir).commit_of(sha) or sha
    from yoi_cli.model import states
    from yoi_cli.orchestration.steps import position_of
    from yoi_cli.tickets.lookup import identify

    ticket = identify(session.store, word)
    at = position_of(session.store.thread(ticket).events, session.own_events.of(ticket))
    if at.state != states.INPROGRESS:
        return None
    if at.branch:
        return open_repository(session).commit_of(f"refs/heads/{at.branch}")
    worktree = open_worktrees(session).of(ticket, "HEAD")
    return worktree.head if worktree is not None and worktree.branch else None
