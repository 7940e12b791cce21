"""What a ticket's branch changes (docs/orchestrate.md, "The inbox")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError
from yoi_cli.git.command import git_failed, hand_over
from yoi_cli.model.naming import BRANCH_PREFIX, candidate_suffix, ticket_of_branch
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.git.changes import GitHistory
from yoi_cli.orchestration.steps import position_of
from yoi_cli.tickets.lookup import identify
from yoi_cli.worktrees.open import open_worktrees, repository_paths, target_branch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.orchestration.ports import Changes
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workspace.session import Session

_AFTER_MERGE = frozenset({stages.MERGED, stages.CLEANUP, stages.KEPT})


class TicketDiff(NamedTuple):
    """The range of commits that a ticket's work is: from `base` to `head`.

    That is its branch since it left the target; where the branch is merged, the merge.
    `uncommitted` are paths of its worktree that are in neither.
    """

    ticket: str
    branch: str
    target: str
    base: str
    head: str
    is_merged: bool = False
    uncommitted: tuple[str, ...] = ()


def diff_of(session: Session, word: str) -> TicketDiff:
    """The range for the ticket that `word` names. Raises `NotFoundError` (`branch_missing`)
    where nothing of its work is here."""
    ticket = identify(session.store, word)
    at = position_of(session.store.thread(ticket).events, session.own_events.of(ticket))
    paths, target = repository_paths(session), at.target or target_branch(session)
    merged = _merged(paths, at)
    branch = at.branch or _branch(session, paths, ticket)
    head = paths.branch_commit(branch) if branch else None
    if merged is not None and (head is None or paths.is_ancestor(head, merged[1])):
        return TicketDiff(ticket, branch, target, *merged, is_merged=True)
    if head is None:
        raise NotFoundError(
            "branch_missing",
            f"{ticket} has no branch here: its work was not begun, or is gone.",
            hint="`yoi ticket show` says how it stands; `git fetch` brings others' branches.",
            details={"ticket": ticket},
        )
    aim = paths.target_commit(target)
    base = GitHistory(paths).fork_point(head, aim) if aim is not None else None
    trees = (one for one in open_worktrees(session).all(target) if one.branch == branch)
    dirty = next((one.dirty for one in trees), ())
    return TicketDiff(ticket, branch, target, base or _empty_tree(paths), head, uncommitted=dirty)


def candidate_diff_of(session: Session, word: str, number: int) -> TicketDiff:
    """The range for one of several coders on a ticket: what it committed, or as long as it works
    its branch. Raises `NotFoundError` (`candidate_missing`) where that is not here."""
    ticket = identify(session.store, word)
    at = position_of(session.store.thread(ticket).events, session.own_events.of(ticket))
    paths = repository_paths(session)
    branch = at.branch + candidate_suffix(at.generation, number)
    ended = next((one.commit for one in at.candidates if one.number == number), "")
    head = paths.commit_of(ended) if ended else paths.branch_commit(branch)
    if number not in at.contest or head is None:
        known = ", ".join(map(str, at.contest)) or "none"
        raise NotFoundError(
            "candidate_missing",
            f"{ticket} has no work of a candidate {number} here; its candidates are: {known}.",
            hint=f"`yoi ticket show {ticket}` says what came of each; what was not chosen is kept "
            f"below refs/yoi/rescue/{ticket}.",
        )
    trees = (one for one in open_worktrees(session).all(at.target) if one.branch == branch)
    dirty = next((one.dirty for one in trees), ())
    return TicketDiff(ticket, branch, at.target, at.start, head, uncommitted=dirty)


def changes_of(session: Session, found: TicketDiff) -> Changes:
    """The commits and files of the range."""
    return GitHistory(repository_paths(session)).changes(found.base, found.head)


def patch_of(session: Session, found: TicketDiff, *, stat: int | None = None) -> bytes:
    """What git prints of the range: a patch, or with `stat` (columns) how much of which file.

    Raises `OperationError` (`git_failed`).
    """
    form = [] if stat is None else [f"--stat={stat}"]
    asked = ["diff", "--no-color", "--no-ext-diff", *form, found.base, found.head, "--"]
    answer = repository_paths(session).ask(asked)
    if answer.code:
        raise git_failed(asked, answer)
    return answer.out


def show_in_tool(session: Session, found: TicketDiff) -> int:
    """Let git open its diff tool on the range, on this terminal; the exit code."""
    paths = repository_paths(session)
    asked = ["difftool", "--no-prompt", found.base, found.head, "--"]
    return hand_over(["--git-dir", paths.common_dir, *asked], cwd=paths.root)


def _merged(paths: RepositoryPaths, at: Position) -> tuple[str, str] | None:
    """The range that is merged: this clone's merge of it, or the work itself where somebody else
    brought it in; None for work that is in nothing."""
    if at.stage not in _AFTER_MERGE:
        return None
    if paths.commit_of(f"{at.merge}^2") == at.reported:
        before = paths.commit_of(f"{at.merge}^1")
        return (before, at.merge) if before is not None else None
    return (at.base, at.reported) if paths.commit_of(at.reported) is not None else None


def _branch(session: Session, paths: RepositoryPaths, ticket: str) -> str:
    """The branch of a ticket that no run of this clone began: its worktree's, or one that is
    called after it."""
    worktree = open_worktrees(session).of(ticket, "HEAD")
    if worktree is not None and worktree.branch:
        return worktree.branch
    asked: Sequence[str] = ["for-each-ref", "--format=%(refname:lstrip=2)"]
    named = paths.run([*asked, f"refs/heads/{BRANCH_PREFIX}{ticket}*"]).splitlines()
    return next((one for one in named if ticket_of_branch(one) == ticket), "")


def _empty_tree(paths: RepositoryPaths) -> str:
    """What a branch without a common beginning is compared with."""
    return paths.run(["hash-object", "-t", "tree", "--stdin"]).strip()
